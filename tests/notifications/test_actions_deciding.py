"""What the district and families decided, and what people settle by hand."""

from datetime import timedelta

import pytest

from services.notifications.actions.choosing import save_settings
from services.notifications.actions.resolving import resolve
from services.notifications.domain import reasons
from services.notifications.domain.settings import MailSettings, starting_settings
from services.notifications.domain.sight import Sight, Stop
from shared.errors import Conflict, NotFound
from shared.identity import Viewer
from shared.messages import NoticeBounced
from shared.outbox import Work
from tests.notifications.conftest import EVERYTHING, Bench
from tests.notifications.making import Adult, contact, delivery, family
from tests.notifications.test_actions_sending import later

GOMEZ = "gomez@family.example"
DISTRICT = Viewer(account_id="account-1", role="district")


async def test_before_a_school_is_live_letters_are_held_then_released(bench: Bench) -> None:
    await bench.set(all_schools_live=False)
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert (await bench.row("gomez")).state == "held"
    live = starting_settings("demo").model_copy(
        update={"all_schools_live": False, "live_school_ids": ("school-1",)}
    )
    await save_settings(bench.room, live, DISTRICT)
    await bench.settle()
    assert (await bench.row("gomez")).state == "accepted"


async def test_held_letters_expire_rather_than_go_out_late(bench: Bench) -> None:
    await bench.set(all_schools_live=False, held_days=2)
    await bench.tell(contact("gomez"))
    await bench.settle()
    await later(bench, days=2)
    assert (await bench.row("gomez")).reason == reasons.HELD_TOO_LONG
    assert await bench.told_types() == ["notice.not-sent"]


async def test_a_school_that_nobody_knows_cannot_be_switched_live(bench: Bench) -> None:
    with pytest.raises(NotFound, match="school-9"):
        await save_settings(bench.room, MailSettings(live_school_ids=("school-9",)), DISTRICT)


async def test_a_stopped_category_is_not_sent(bench: Bench) -> None:
    async def body(work: Work) -> None:
        stop = Stop(mailbox=GOMEZ, category="good_news", how="page")
        await bench.room.store.choices.stop(stop, work)

    await bench.room.units.run(body)
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert (await bench.row("gomez")).reason == reasons.UNSUBSCRIBED


async def test_an_address_that_is_none_is_set_aside_with_its_reason(bench: Bench) -> None:
    people, home = family("odd", Adult("ana", "odd"))
    await bench.tell(people, home.model_copy(update={"mailbox": "josé@family.example"}))
    await bench.tell(contact("odd"))
    await bench.settle()
    assert (await bench.row("odd")).reason == reasons.UNUSABLE_ADDRESS


# --- settled by hand --------------------------------------------------------------------------


async def _unknown(bench: Bench) -> str:
    bench.sink.cut_after_dot = {GOMEZ}
    await bench.tell(contact("gomez"))
    await bench.settle()
    bench.sink.cut_after_dot = set()
    return (await bench.row("gomez")).delivery_id


@pytest.mark.parametrize(
    ("finding", "state", "told"),
    [("arrived", "accepted", "notice.accepted"), ("lost", "dead", "notice.not-sent")],
)
async def test_an_unclear_letter_is_settled_by_a_person(
    bench: Bench, finding: str, state: str, told: str
) -> None:
    delivery_id = await _unknown(bench)
    await resolve(bench.room, delivery_id, finding, seen_by=EVERYTHING)  # type: ignore[arg-type]
    assert (await bench.row("gomez")).state == state
    assert await bench.told_types() == [told]


async def test_a_letter_that_came_back_stops_the_address(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    delivery_id = (await bench.row("gomez")).delivery_id
    await resolve(bench.room, delivery_id, "came_back", seen_by=EVERYTHING)
    said = (await bench.told())[-1].open()
    assert isinstance(said, NoticeBounced)
    assert said.permanent
    assert await bench.room.store.choices.suppressed([GOMEZ], bench.clock.now()) == {GOMEZ}


async def test_only_an_unclear_letter_can_be_settled(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    delivery_id = (await bench.row("gomez")).delivery_id
    with pytest.raises(Conflict):
        await resolve(bench.room, delivery_id, "again", seen_by=EVERYTHING)


async def test_nobody_settles_a_letter_that_they_may_not_see(bench: Bench) -> None:
    delivery_id = await _unknown(bench)
    other = Sight(school_ids=frozenset({"school-2"}), family_ids=frozenset({"family-li"}))
    with pytest.raises(NotFound):
        await resolve(bench.room, delivery_id, "arrived", seen_by=other)


async def test_what_one_person_waits_for_goes_before_letters_to_a_whole_school(
    bench: Bench,
) -> None:
    now = bench.clock.now()
    bulk = [
        delivery(delivery_id=f"bulk-{n}", kind="invitation", mailbox=f"p{n}@family.example")
        for n in range(3)
    ]
    thanks = delivery(delivery_id="thanks", kind="rsvp_confirmation", due_at=now)
    older = [row.model_copy(update={"due_at": now - timedelta(minutes=1)}) for row in bulk]

    async def body(work: Work) -> None:
        await bench.room.store.deliveries.add([*older, thanks], work)

    await bench.room.units.run(body)
    taken = await bench.room.store.deliveries.claim("claim-1", now, 2)
    assert len(taken) == 2
    assert "thanks" in {row.delivery_id for row in taken}
