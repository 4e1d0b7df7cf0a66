"""A consumer goes on by itself when the broker was away, one message at a time or in batches."""

from collections.abc import Sequence

import pytest

from shared.clock import new_id
from shared.envelope import Envelope
from shared.messages import SchoolChanged
from tests.servers import Broker
from tests.shared.bus.conftest import Stage, until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("broker_url", ["rabbit"], indirect=True),
]


async def _heard_before_and_after(stage: Stage, rabbit: Broker) -> None:
    async def before() -> bool:
        return "before" in await stage.stored()

    async def after() -> bool:
        return "after" in await stage.stored()

    await stage.start_relay()
    await stage.tell(SchoolChanged(school_id="before", name="Before"))
    await until(before)
    async with rabbit.down():
        await stage.tell(SchoolChanged(school_id="after", name="After"))
    await until(after, seconds=90)
    assert sorted(await stage.stored()) == ["after", "before"]


async def test_handlers_go_on_when_the_broker_is_back(stage: Stage, rabbit: Broker) -> None:
    await stage.hear()
    await _heard_before_and_after(stage, rabbit)


async def test_a_fold_goes_on_when_the_broker_is_back(stage: Stage, rabbit: Broker) -> None:
    async def fold(envelopes: Sequence[Envelope]) -> None:
        rows = [{"_id": new_id(), "subject": each.subject} for each in envelopes]
        await stage.hearer.database["heard"].insert_many(rows)

    await stage.fold(fold)
    await _heard_before_and_after(stage, rabbit)
