"""Inbox: a message has its effect once, however often, at once and interrupted it arrives."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import DependencyDown, Passing
from shared.inbox import INBOX, Inbox
from shared.messages import SchoolChanged
from shared.mongo import Kept
from shared.outbox import OUTBOX, Units, Work
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, run

MESSAGES = st.integers(0, 4)
EFFECTS, TOTALS = "effects", "totals"


class Replica:
    """One process that handles messages; all share one counter, so that they get in each
    other's way."""

    def __init__(self, machine: "InboxOnce") -> None:
        """Over the machine's database, with power of its own."""
        self.power = Power()
        self.units = Units(
            machine.shelf.reached_by(self.power), "reports", machine.clock, machine.mint
        )
        self.inbox = machine.INBOX_OF(self.units)

    async def handle(self, number: int, *, fails: bool) -> bool:
        """Deliver one message."""
        message = SchoolChanged(school_id=f"school-{number}", name="x")
        envelope = Envelope.seal(
            message,
            id=f"message-{number}",
            source="/partners/tests",
            time=self.units.clock.now(),
            sequence=1,
        )

        async def effect(work: Work) -> None:
            row = {"_id": work.mint(), "message": number}
            database, session = self.units.database, work.session
            await database[EFFECTS].insert_one(row, session=session)
            await database[TOTALS].update_one(
                {"_id": "all"}, {"$inc": {"number": 1}}, upsert=True, session=session
            )
            work.emit(message, sequence=1)
            if fails:
                raise Passing("not yet")

        done: bool = await self.inbox.once(envelope, effect)
        return done


class InboxOnce(Machine):
    """Two replicas of a service at one queue."""

    KEPT = (INBOX, OUTBOX, Kept(EFFECTS), Kept(TOTALS))
    MANY = 1600
    INBOX_OF: Any = Inbox

    async def begin(self) -> None:
        self.clock = SetClock(datetime(2026, 11, 24, tzinfo=UTC))
        self.replicas = [Replica(self), Replica(self)]
        self.done: set[int] = set()
        """Of these somebody knows that they were handled."""

    @rule(
        which=st.integers(0, 1),
        number=MESSAGES,
        fails=st.booleans(),
        fault=faults(7),
    )
    def deliver(self, which: int, number: int, fails: bool, fault: Fault | None) -> None:
        """Once, again, with the process ending anywhere, or its handler failing."""
        self.do(self._deliver(which, number, fault, fails=fails))

    async def _deliver(
        self, which: int, number: int, fault: Fault | None = None, *, fails: bool = False
    ) -> None:
        replica = self.replicas[which]
        try:
            async with told(replica.power):
                new = await run(replica.power, replica.handle(number, fails=fails), fault)
            assert not (new and number in self.done), "two deliveries were both the first"
            self.done.add(number)
        except PowerCut:
            self.replicas[which] = Replica(self)
        except (DependencyDown, Passing):
            pass
        await self.look()

    @rule(numbers=st.lists(MESSAGES, min_size=2, max_size=6))
    def deliver_at_once(self, numbers: list[int]) -> None:
        """To both replicas at the same moment, the same message more than once."""
        self.do(self._deliver_at_once(numbers))

    async def _deliver_at_once(self, numbers: list[int]) -> None:
        at_once = [
            self.replicas[place % 2].handle(number, fails=False)
            for place, number in enumerate(numbers)
        ]
        new = await asyncio.gather(*at_once)
        first = Counter(number for number, each in zip(numbers, new, strict=True) if each)
        assert set(first.values()) <= {1}, "two deliveries were both the first"
        self.done |= set(numbers)
        await self.look()

    async def look(self) -> None:
        """What is kept is whole, and once."""
        rows = await self.database[EFFECTS].find().to_list(None)
        effects = Counter(row["message"] for row in rows)
        assert set(effects.values()) <= {1}, "a message had its effect twice"
        assert self.done <= set(effects), "a handled message had no effect"
        total = await self.database[TOTALS].find_one({}) or {"number": 0}
        told_of = await self.database[OUTBOX.name].count_documents({})
        known = await self.database[INBOX.name].count_documents({})
        assert len(rows) == total["number"] == told_of == known, "half of an effect was kept"

    async def at_rest(self) -> None:
        for number in range(5):
            await self._deliver(0, number)
        assert len(self.done) == 5


def test_a_message_has_its_effect_once(ground: Ground) -> None:
    ground.holds(InboxOnce)


class Forgetful(Inbox):
    """Remembers what was handled after the transaction, not in it."""

    async def once(self, envelope: Envelope, effect: Any) -> bool:
        inbox = self.units.database[INBOX.name]
        row = {"_id": f"{self.units.service}|{envelope.key}"}
        if await inbox.find_one(row):
            return False
        await self.units.run(effect, cause=envelope)
        await inbox.update_one(row, {"$set": {"at": self.units.clock.now()}}, upsert=True)
        return True


class InboxForgets(InboxOnce):
    INBOX_OF = Forgetful


class Hasty(Inbox):
    """Remembers before the effect, in a transaction of its own."""

    async def once(self, envelope: Envelope, effect: Any) -> bool:
        async def nothing(work: Work) -> None: ...

        new = await super().once(envelope, nothing)
        if new:
            await self.units.run(effect, cause=envelope)
        return new


class InboxIsHasty(InboxOnce):
    INBOX_OF = Hasty


def test_an_inbox_beside_the_transaction_is_found(ground: Ground) -> None:
    ground.finds(InboxForgets, "twice|half|both the first")


def test_an_inbox_before_the_transaction_is_found(ground: Ground) -> None:
    ground.finds(InboxIsHasty, "half|no effect")
