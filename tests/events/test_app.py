"""The service as a whole, started: a message comes in by the bus and a fact goes out."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.events.actions import Desk
from services.events.domain import Rsvp, SchoolEvent
from shared.bus import topology
from shared.bus.local import DELIVERIES, LocalBus
from shared.envelope import Envelope
from shared.external import InvitationAnswered
from shared.messages import EventRSVPd, ExternalFactReceived
from tests.events.conftest import told
from tests.events.making import NOW
from tests.events.site import EventsSite


@pytest.fixture
async def running(site: EventsSite) -> AsyncIterator[EventsSite]:
    """The service at work."""
    await site.service.start()
    yield site
    await site.bus.stop()
    await site.service.stop()


async def kept(desk: Desk, event: SchoolEvent) -> Rsvp:
    while True:
        rsvp = await desk.rsvps.one(event.event_id, "household-okafor")
        if rsvp is not None and (await told(desk, EventRSVPd)):
            return rsvp
        await asyncio.sleep(0.02)


async def passed_on(bus: LocalBus) -> set[str]:
    """The queues to which the relay handed the answer."""
    wanted = set(topology.subscribers(EventRSVPd.TYPE))
    while True:
        rows = await bus.database[DELIVERIES.name].find({"body": {"$exists": True}}).to_list(None)
        kinds = {row["queue"] for row in rows if EventRSVPd.TYPE.encode() in row["body"]}
        if kinds >= wanted:
            return kinds
        await asyncio.sleep(0.02)


async def test_an_outside_answer_travels_through_the_service(
    running: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    said = InvitationAnswered(
        event_id=event.event_id,
        guardian_email="okafor@home.example",
        answer="yes",
        party_size=3,
        answered_at=NOW,
    )
    fact = ExternalFactReceived(
        receipt_id="receipt-1",
        system="lakeside",
        fact=InvitationAnswered.TYPE,
        source_id="1",
        occurred_at=NOW,
        data=said.model_dump(mode="json", exclude_none=True),
    )
    publisher = await running.bus.publisher("gateway")
    await publisher.publish(
        Envelope.seal(fact, id="m-1", source="/partners/gateway", time=NOW, sequence=1)
    )
    async with asyncio.timeout(20):
        rsvp = await kept(desk, event)
    assert (rsvp.answer, rsvp.party_size, rsvp.origin) == ("yes", 3, "/ext/lakeside")
    async with asyncio.timeout(20):
        assert await passed_on(running.bus) == {"contacts", "notifications", "reports"}
    await running.service.ready()
