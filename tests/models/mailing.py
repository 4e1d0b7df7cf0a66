"""What can happen to letters: everything that is said, sent, settled, decided, or goes wrong.

Two processes of notifications hear what contacts and events say, in any order and again; they send,
end, fall asleep and wake anywhere; the mail service does anything; people settle what is unclear.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.notifications.actions.resolving import Finding, resolve
from services.notifications.actions.spreading import spread
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings, starting_settings
from services.notifications.domain.sight import Sight
from services.notifications.store import KEPT
from shared import messages as m
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import Conflict, DependencyDown, Passing
from shared.inbox import INBOX
from shared.outbox import OUTBOX, Work
from tests.models.ground import Machine, faults, told
from tests.models.post import DOES, MailService, Process, all_rows, opened
from tests.models.power import Fault, Power, PowerCut, finish, run
from tests.models.sayings import ADDRESSES, FAMILY_OF, HOMES, Sayings, people
from tests.notifications.making import NOW

WHICH = st.integers(0, 1)
HOME = st.sampled_from(list(FAMILY_OF))
FAMILY = st.sampled_from(list(HOMES))
WORDS = st.sampled_from(["Great day!", "Well done.", None])
TONES = st.sampled_from(["good_news", "concern"])
PLACES = st.sampled_from(["Gym", "Library", "Cafeteria"])
PICK = st.integers(0, 12)
ANY_FAULT = ("cut", "away", "lost", "asleep", "asleep")


class Mailing(Machine):
    """Families, their letters, and all that can come between."""

    KEPT = (OUTBOX, INBOX, *KEPT)

    async def begin(self) -> None:
        self.clock = SetClock(NOW)
        self.service = MailService()
        self.sayings = Sayings()
        self.heard: set[str] = set()
        self.again: Counter[str] = Counter()
        self.arrived: set[str] = set()
        self.before: dict[str, Delivery] = {}
        self.in_hand: dict[int, set[str]] = {}
        """By flag: the letters that were in the mail service's hands when it was applied."""
        self.processes = [self.process(), self.process()]
        await self._know(*people(), m.FlagsAsOf(number=0, as_of=NOW))

    def process(self) -> Process:
        power = Power()
        database = self.shelf.reached_by(power)
        return opened(database, power, self.clock, self.mint, self.service, self.watch)

    async def _know(self, *messages: m.Message) -> None:
        room = self.processes[0].room

        async def body(work: Work) -> None:
            for message in messages:
                work.cause = Envelope.seal(message, id="m", source="/x", time=NOW, sequence=1)
                if isinstance(message, m.FlagsAsOf):
                    await room.directory.note_as_of(message, work)
                else:
                    await room.directory.apply(message, work)

        await room.units.run(body)

    # --- what is said, and heard ------------------------------------------------------------------

    @rule(name=FAMILY, words=WORDS, now=st.booleans())
    def log(self, name: str, words: str | None, now: bool) -> None:
        self.perhaps(self.sayings.log(name, words, self.clock.now()), now=now)

    @rule(pick=PICK, name=FAMILY, words=WORDS, tone=TONES, now=st.booleans())
    def correct(self, pick: int, name: str, words: str | None, tone: str, now: bool) -> None:
        self.perhaps(self.sayings.correct(pick, name, words, tone, self.clock.now()), now=now)

    @rule(pick=PICK, now=st.booleans())
    def take_back(self, pick: int, now: bool) -> None:
        self.perhaps(self.sayings.take_back(pick, self.clock.now()), now=now)

    @rule(place=PLACES, now=st.booleans())
    def plan(self, place: str, now: bool) -> None:
        self.perhaps(self.sayings.plan(place, self.clock.now()), now=now)

    @rule(now=st.booleans())
    def cancel(self, now: bool) -> None:
        self.perhaps(self.sayings.cancel(self.clock.now()), now=now)

    @rule(home=HOME, answer=st.sampled_from(["yes", "no"]), now=st.booleans())
    def answer(self, home: str, answer: str, now: bool) -> None:
        self.perhaps(self.sayings.answer(home, answer, self.clock.now()), now=now)

    @rule(now=st.booleans())
    def announce(self, now: bool) -> None:
        self.perhaps(self.sayings.announce(self.clock.now()), now=now)

    @rule(home=HOME, address=st.sampled_from(ADDRESSES), now=st.booleans())
    def move(self, home: str, address: str, now: bool) -> None:
        self.perhaps(self.sayings.move(home, address, self.clock.now()), now=now)

    @rule(home=HOME, how=st.integers(0, 2), now=st.booleans())
    def flag(self, home: str, how: int, now: bool) -> None:
        self.perhaps(self.sayings.flag(home, how, self.clock.now()), now=now)

    def perhaps(self, number: int | None, *, now: bool) -> None:
        """Heard at once, or whenever `hear` picks it."""
        if number is not None and now and self.awake(0):
            self.do(self._hear(0, number, None))

    @precondition(lambda self: self.sayings.said)
    @rule(which=WHICH, pick=PICK, fault=faults(12))
    def hear(self, which: int, pick: int, fault: Fault | None) -> None:
        """Late, again, out of order."""
        if self.awake(which):
            place = len(self.sayings.said) - 1 - pick % len(self.sayings.said)
            self.do(self._hear(which, place, fault))

    async def _hear(self, which: int, place: int, fault: Fault | None) -> None:
        envelope = self.sayings.said[place]
        with suppress(Passing):
            await self.act(which, self.processes[which].hear(envelope), fault)
        if await self.database[INBOX.name].find_one({"_id": f"notifications|{envelope.key}"}):
            message = envelope.open()
            if envelope.id not in self.heard and isinstance(message, m.FlagsChanged):
                in_hand = {"handing", "unknown", "accepted"}
                rows = await all_rows(self.database)
                self.in_hand[message.number] = {
                    each for each, row in rows.items() if row.state in in_hand
                }
            self.heard.add(envelope.id)
        await self.look()

    # --- sending ----------------------------------------------------------------------------------

    @rule(which=WHICH, fault=faults(40, ANY_FAULT))
    def send(self, which: int, fault: Fault | None) -> None:
        """One round of a sender."""
        if self.awake(which):
            self.do(self._send(which, fault))

    async def _send(self, which: int, fault: Fault | None = None) -> None:
        process = self.processes[which]
        process.line.slept = False
        await self.act(which, process.sender.tick(), fault)
        await self.look()

    @rule(which=WHICH, fault=faults(10))
    def spread(self, which: int, fault: Fault | None) -> None:
        """Deliveries of a notice to a whole school."""
        if self.awake(which):
            self.do(self._spread(which, fault))

    async def _spread(self, which: int, fault: Fault | None = None) -> None:
        await self.act(which, spread(self.processes[which].room), fault)
        await self.look()

    @rule(which=WHICH)
    def wake(self, which: int) -> None:
        if not self.awake(which):
            self.do(self._wake(which))

    async def _wake(self, which: int) -> None:
        process = self.processes[which]
        assert process.asleep is not None
        process.line.slept = True
        process.power.wake()
        task, process.asleep = process.asleep, None
        with suppress(DependencyDown, PowerCut):
            await finish(process.power, task)
        await self.look()

    @rule(which=WHICH)
    def kill(self, which: int) -> None:
        self.do(self._kill(which))

    async def _kill(self, which: int) -> None:
        process = self.processes[which]
        process.power.dead = True
        if process.asleep is not None:
            process.power.wake()
            with suppress(PowerCut):
                await finish(process.power, process.asleep, asyncio.all_tasks() - {process.asleep})
        self.processes[which] = self.process()

    @rule(address=st.sampled_from(ADDRESSES), does=st.sampled_from(DOES))
    def let_the_mail_service(self, address: str, does: Any) -> None:
        self.service.does[address] = does

    @rule(seconds=st.sampled_from([1, 61, 130, 310, 3700, 90_000, 650_000]), fresh=st.booleans())
    def wait(self, seconds: int, fresh: bool) -> None:
        self.clock.move(timedelta(seconds=seconds))
        if fresh:
            self.perhaps(self.sayings.as_of(self.clock.now()), now=True)

    @rule(pick=PICK, finding=st.sampled_from(["arrived", "lost", "again", "came_back"]))
    def settle(self, pick: int, finding: Finding) -> None:
        """A person finds out what became of a letter."""
        self.do(self._settle(pick, finding))

    async def _settle(self, pick: int, finding: Finding) -> None:
        rows = await all_rows(self.database)
        unclear = [each for each, row in rows.items() if row.state in {"unknown", "accepted"}]
        if not unclear:
            return
        chosen = sorted(unclear)[pick % len(unclear)]
        room = self.process().room
        with suppress(Conflict):
            await resolve(room, chosen, finding, seen_by=Sight(everything=True))
            carried = {part.delivery_id for part in rows[chosen].parts}
            self.again.update({each: 1 for each in {chosen, *carried} if finding == "again"})
            self.arrived |= {chosen, *carried} if finding == "arrived" else set()
            after = await all_rows(self.database)
            self.before |= {each: after[each] for each in {chosen, *carried}}
        await self.look()

    @rule(seconds=st.sampled_from([0, 600]), live=st.booleans(), budget=st.sampled_from([None, 1]))
    def decide(self, seconds: int, live: bool, budget: int | None) -> None:
        """The district's settings."""
        self.do(self._decide(take_back_seconds=seconds, all_schools_live=live,
                             routine_letters_a_week=budget))  # fmt: skip

    async def _decide(self, **settings: object) -> None:
        start = starting_settings("demo").model_dump()
        new = MailSettings.model_validate({**start, **settings})
        room = self.process().room

        async def body(work: Work) -> None:
            await room.store.choices.keep_settings(new, "test", work)
            await room.store.backlog.look_again(work.now, work)

        await room.units.run(body)

    # --- the ways of processes --------------------------------------------------------------------

    def awake(self, which: int) -> bool:
        return self.processes[which].asleep is None

    async def act(self, which: int, act: Any, fault: Fault | None) -> None:
        process = self.processes[which]
        try:
            async with told(process.power):
                done = await run(process.power, act, fault)
            if isinstance(done, asyncio.Task):
                process.asleep = done
        except PowerCut:
            self.processes[which] = self.process()
        except DependencyDown:
            pass

    async def watch(self, delivery_id: str, *, slept: bool) -> None:
        """The mail service hears the end of a letter."""

    async def look(self) -> None:
        """After each step: what must hold."""

    async def end(self) -> None:
        for which in (0, 1):
            await self._kill(which)
