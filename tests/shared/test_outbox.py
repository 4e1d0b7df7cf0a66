"""A change and its messages are one; the relay tells in order and never skips."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared import outbox
from shared.clock import SetClock, new_id
from shared.envelope import Envelope
from shared.errors import Conflict, DependencyDown
from shared.inbox import INBOX, Inbox
from shared.lease import Lease
from shared.messages import SchoolChanged
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Relay, Units, Work


class Listening:
    """A publisher that remembers, and fails for the subjects it is told to fail for."""

    def __init__(self) -> None:
        self.told: list[tuple[str | None, int]] = []
        self.failing: set[str] = set()
        self.refused: set[str] = set()
        self.heard = asyncio.Event()

    async def publish(self, envelope: Envelope) -> None:
        if envelope.subject in self.failing:
            raise DependencyDown("the message broker")
        if envelope.subject in self.refused:
            raise ValueError("the queue is full")
        self.told.append((envelope.subject, envelope.version))
        self.heard.set()


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    database = connect(mongo_uri, database_name)
    await database.ensure(OUTBOX, INBOX)
    yield database
    close(database)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def units(database: Database, clock: SetClock) -> Units:
    return Units(database, "contacts", clock, new_id)


async def tell(units: Units, school_id: str, version: int) -> None:
    async def body(work: Work) -> None:
        work.emit(SchoolChanged(school_id=school_id, name="x"), sequence=version)

    await units.run(body)


async def test_a_failed_publish_holds_back_its_own_aggregate_only(units: Units) -> None:
    listening = Listening()
    listening.failing = {"oak"}
    for version in (1, 2):
        await tell(units, "oak", version)
        await tell(units, "maple", version)
    relay = Relay(units, listening, "me")
    with pytest.raises(DependencyDown):
        await relay.sweep()
    assert listening.told == [("maple", 1), ("maple", 2)]
    listening.failing = set()
    await relay.sweep()
    assert listening.told[2:] == [("oak", 1), ("oak", 2)]
    assert await relay.sweep() == 0


async def test_what_the_bus_refuses_does_not_hold_up_what_waits_behind_it(
    units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)
    listening = Listening()
    listening.refused = {"oak"}
    for version in (1, 2, 3):
        await tell(units, "oak", version)
    await tell(units, "maple", 1)
    relay = Relay(units, listening, "me")
    while await relay.sweep():
        pass
    assert listening.told == [("maple", 1)]


async def test_an_older_version_goes_first_even_where_its_id_sorts_behind_a_full_batch(
    units: Units, database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 1)
    ahead = Units(database, "contacts", clock, iter(["b-1"]).__next__)
    behind = Units(database, "contacts", clock, iter(["a-2"]).__next__)
    await tell(ahead, "oak", 1)
    await tell(behind, "oak", 2)
    listening = Listening()
    await Relay(units, listening, "me").sweep()
    assert listening.told == [("oak", 1), ("oak", 2)]


async def test_an_effect_that_fails_leaves_no_inbox_row_so_that_it_can_be_tried_again(
    units: Units, clock: SetClock
) -> None:
    inbox = Inbox(units)
    envelope = Envelope(id="1", source="/x", type="t", time=clock.now(), data={})

    async def fails(work: Work) -> None:
        raise ZeroDivisionError

    async def works(work: Work) -> None: ...

    with pytest.raises(ZeroDivisionError):
        await inbox.once(envelope, fails)
    assert await inbox.once(envelope, works) is True
    assert await inbox.once(envelope, works) is False


async def test_two_deliveries_at_once_have_one_effect(
    units: Units, clock: SetClock, database: Database
) -> None:
    inbox = Inbox(units)
    envelope = Envelope(id="1", source="/x", type="t", time=clock.now(), data={})

    async def effect(work: Work) -> None:
        await database["effects"].insert_one({"_id": new_id()}, session=work.session)

    await database.ensure()
    done = await asyncio.gather(*(inbox.once(envelope, effect) for _ in range(8)))
    assert sorted(done) == [False] * 7 + [True]
    assert await database["effects"].count_documents({}) == 1


async def test_a_message_hands_its_cause_and_correlation_on(
    units: Units, clock: SetClock, database: Database
) -> None:
    cause = Envelope(id="1", source="/x", type="t", time=clock.now(), correlationid="c", data={})

    async def effect(work: Work) -> None:
        work.emit(SchoolChanged(school_id="maple", name="x"), sequence=1)

    await Inbox(units).once(cause, effect)
    row = await database["outbox"].find_one({})
    assert row
    assert row["envelope"]["causationid"] == "1"
    assert row["envelope"]["correlationid"] == "c"


async def test_only_one_holds_a_lease_until_it_ends(database: Database, clock: SetClock) -> None:
    mine, yours = (Lease(database, "relay", who, clock) for who in ("me", "you"))
    assert await mine.held()
    assert not await yours.held()
    assert await mine.held()
    assert mine.fence == 1
    clock.move(timedelta(seconds=16))
    assert await yours.held()
    assert yours.fence == 2
    assert not await mine.held()
    await yours.give_back()
    assert await mine.held()


async def test_a_lease_is_renewed_in_time_and_not_at_every_step(
    database: Database, clock: SetClock
) -> None:
    mine, yours = (Lease(database, "relay", who, clock) for who in ("me", "you"))
    assert await mine.held()
    first = await database["leases"].find_one({"_id": "relay"})
    clock.move(timedelta(seconds=4))
    assert await mine.held()
    assert await database["leases"].find_one({"_id": "relay"}) == first
    clock.move(timedelta(seconds=8))
    assert await mine.held()
    clock.move(timedelta(seconds=10))
    assert not await yours.held()


async def test_a_clock_that_was_set_back_does_not_lengthen_a_lease(
    database: Database, clock: SetClock
) -> None:
    mine, yours = (Lease(database, "relay", who, clock) for who in ("me", "you"))
    assert await mine.held()
    clock.move(timedelta(hours=-1))
    assert await mine.held()
    clock.move(timedelta(seconds=16))
    assert await yours.held()


async def test_a_lease_that_a_wrong_clock_wrote_bars_nobody_when_the_clock_is_right_again(
    database: Database, clock: SetClock
) -> None:
    mine, yours = (Lease(database, "relay", who, clock) for who in ("me", "you"))
    clock.move(timedelta(hours=1))
    assert await mine.held()
    clock.move(timedelta(hours=-1))
    # Killed before it could renew; the next one must not wait for an hour.
    assert await yours.held()
    assert not await mine.held()


async def test_clocks_that_differ_by_seconds_do_not_end_a_lease(
    database: Database, clock: SetClock
) -> None:
    mine, yours = (Lease(database, "relay", who, clock) for who in ("me", "you"))
    clock.move(timedelta(seconds=50))
    assert await mine.held()
    clock.move(timedelta(seconds=-50))
    assert not await yours.held()


async def test_a_relay_that_stops_lets_the_next_one_begin_at_once(
    database: Database, units: Units, clock: SetClock
) -> None:
    listening = Listening()
    relay = Relay(units, listening, "a")
    relay.start()
    await tell(units, "oak", 1)
    async with asyncio.timeout(10):
        await listening.heard.wait()
    await relay.stop()
    assert await Lease(database, "relay", "b", clock).held()


async def test_who_waits_for_a_change_is_woken_once_it_is_stored_and_only_then(
    units: Units,
) -> None:
    stored, failed = asyncio.Event(), asyncio.Event()

    async def body(work: Work) -> None:
        work.wake(stored)
        assert not stored.is_set()

    async def fails(work: Work) -> None:
        work.wake(failed)
        raise Conflict("no")

    await units.run(body)
    with pytest.raises(Conflict, match="no"):
        await units.run(fails)
    assert stored.is_set()
    assert not failed.is_set()
