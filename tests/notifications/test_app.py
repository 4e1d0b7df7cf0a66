"""The service as a whole, started: a message comes in by the bus, a letter and a fact go out."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.bus import topology
from shared.bus.local import DELIVERIES, LocalBus
from shared.envelope import Envelope
from shared.messages import EventPublished, Message, NoticeAccepted
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, NOW, contact
from tests.notifications.site import Site


@pytest.fixture
async def working(site: Site) -> AsyncIterator[Site]:
    """The service at work."""
    await site.service.start()
    yield site
    await site.bus.stop()
    await site.service.stop()


async def _publish(site: Site, message: Message) -> None:
    publisher = await site.bus.publisher("contacts")
    envelope = Envelope.seal(
        message, id=f"m-{message.subject}", source="/partners/x", time=NOW, sequence=1
    )
    await publisher.publish(envelope)
    await publisher.publish(envelope)


async def _until_heard(bus: LocalBus, queues: set[str]) -> None:
    """Until the fact that a letter was accepted stands in these queues."""
    while True:
        rows = await bus.database[DELIVERIES.name].find({"body": {"$exists": True}}).to_list(None)
        if queues <= {row["queue"] for row in rows if NoticeAccepted.TYPE.encode() in row["body"]}:
            return
        await asyncio.sleep(0.02)


async def _until_taken(bench: Bench, number: int) -> None:
    while True:
        if len(bench.sink.taken) >= number:
            return
        await asyncio.sleep(0.02)


async def test_a_logged_contact_becomes_one_letter_and_one_fact(
    working: Site, bench: Bench
) -> None:
    await _publish(working, contact("gomez"))
    wanted = set(topology.subscribers(NoticeAccepted.TYPE))
    async with asyncio.timeout(20):
        await _until_heard(working.bus, wanted)
    assert [to for to, _ in bench.sink.taken] == ["gomez@family.example"]
    await working.service.ready()


async def test_a_published_event_becomes_an_invitation_for_each_household(
    working: Site, bench: Bench
) -> None:
    await _publish(working, EventPublished(event_id="event-1", facts=FACTS))
    async with asyncio.timeout(20):
        await _until_taken(bench, 4)
    assert len({to for to, _ in bench.sink.taken}) == 4
