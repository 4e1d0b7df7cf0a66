"""The replica of who is who and its flags: the newest word counts, and fresh is only what is whole.

Two replicas of a service take in what contacts tells, in any order, again and again, at once and
with crashes.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.notifications.domain.sight import barred
from shared import messages as m
from shared.bus.handlers import Handlers
from shared.clock import SetClock
from shared.directory import FLAGS, KEPT, Directory
from shared.directory_handlers import keep_directory, keep_flags
from shared.envelope import Envelope
from shared.errors import DependencyDown
from shared.inbox import INBOX, Inbox
from shared.messages import Message
from shared.mongo import Document
from shared.outbox import OUTBOX, Units, Work
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, run

FRESH_FOR = timedelta(minutes=5)
ADULTS, PUPILS = ("ana", "omar"), ("mia", "leo")
VERSIONS = st.integers(1, 4)
PICKS = st.integers(0, 30)
PEOPLE = ("school", "educator", "family", "household")


def of(kind: str, version: int) -> Message:
    """The full state of one thing; its version stands in its name."""
    name = f"version {version}"
    if kind == "school":
        return m.SchoolChanged(school_id="s", name=name)
    if kind == "educator":
        return m.EducatorChanged(educator_id="e", given_name=name, family_name="x")
    if kind == "family":
        adult = m.GuardianFacts(guardian_id="g", given_name=name, family_name="x")
        return m.FamilyChanged(family_id="f", students=(), guardians=(adult,))
    return m.HouseholdChanged(
        household_id="h", guardian_ids=(), family_ids=(), student_ids=(), greeting=(name,)
    )


@dataclass
class Replica:
    """One process of the service."""

    power: Power
    inbox: Inbox
    directory: Directory
    handlers: Handlers

    async def hear(self, envelope: Envelope) -> bool:
        """Handle one message, as the consumer does."""
        handler, message = self.handlers.by_type[envelope.type], envelope.open()

        async def effect(work: Work) -> None:
            await handler(message, work)

        return await self.inbox.once(envelope, effect)


class DirectoryAndFlags(Machine):
    """Contacts tells; two replicas of one service hear."""

    KEPT = (OUTBOX, INBOX, *KEPT)
    MANY = 1500
    DIRECTORY: ClassVar[type[Directory]] = Directory

    async def begin(self) -> None:
        self.clock = SetClock(datetime(2026, 11, 24, 15, tzinfo=UTC))
        self.register: list[m.FlagsChanged] = []
        self.saids: list[m.FlagsAsOf] = []
        self.heard_flags: set[int] = set()
        self.heard_as_of: list[m.FlagsAsOf] = []
        self.heard: dict[str, int] = {}
        self.replicas = [self.replica(), self.replica()]

    def replica(self) -> Replica:
        power = Power()
        database = self.shelf.reached_by(power)
        handlers, directory = Handlers("events"), self.DIRECTORY(database)
        keep_directory(handlers, directory)
        keep_flags(handlers, directory)
        inbox = Inbox(Units(database, "events", self.clock, self.mint))
        return Replica(power, inbox, directory, handlers)

    # --- contacts ---------------------------------------------------------------------------------

    @rule(adult=st.sampled_from(ADULTS), pupil=st.sampled_from(PUPILS), how=st.integers(0, 3))
    def set_flag(self, adult: str, pupil: str, how: int) -> None:
        """One entry more in the register; it is told whenever it is told."""
        flag = m.FlagsChanged(
            number=len(self.register) + 1,
            guardian_id=adult,
            student_id=pupil,
            do_not_contact=bool(how & 1),
            custody=bool(how & 2),
        )
        self.register.append(flag)

    @rule()
    def say_as_of(self) -> None:
        number = len(self.register)
        self.saids.append(m.FlagsAsOf(number=number, as_of=self.clock.now()))

    @rule(seconds=st.sampled_from([1, 60, 240, 301]))
    def wait(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    # --- what is heard ----------------------------------------------------------------------------

    def told(self, message: Message, version: int, again: int) -> Envelope:
        """As it comes: the same one each time, or resent under a new id."""
        said = (
            f"{version}"
            if not isinstance(message, m.FlagsAsOf)
            else f"{message.as_of}-{message.number}"
        )
        return Envelope.seal(
            message,
            id=f"{message.TYPE}-{said}-{again}",
            source="/partners/contacts",
            time=self.clock.now(),
            sequence=version,
        )

    @rule(which=st.integers(0, 1), kind=st.sampled_from(PEOPLE), version=VERSIONS,
          again=st.integers(0, 1), fault=faults(9))  # fmt: skip
    def hear_of_people(
        self, which: int, kind: str, version: int, again: int, fault: Fault | None
    ) -> None:
        self.do(self._hear(which, [self.told(of(kind, version), version, again)], fault))

    @precondition(lambda self: self.register)
    @rule(which=st.integers(0, 1), pick=PICKS, again=st.integers(0, 1), fault=faults(9))
    def hear_flag(self, which: int, pick: int, again: int, fault: Fault | None) -> None:
        flag = self.register[pick % len(self.register)]
        self.do(self._hear(which, [self.told(flag, flag.number, again)], fault))

    @precondition(lambda self: self.saids)
    @rule(which=st.integers(0, 1), pick=PICKS, fault=faults(6))
    def hear_as_of(self, which: int, pick: int, fault: Fault | None) -> None:
        said = self.saids[-1 - pick % len(self.saids)]
        self.do(self._hear(which, [self.told(said, max(1, said.number), 0)], fault))

    @precondition(lambda self: self.register)
    @rule(picks=st.lists(PICKS, min_size=2, max_size=4), versions=st.lists(VERSIONS, max_size=2))
    def hear_at_once(self, picks: list[int], versions: list[int]) -> None:
        """Flags and states of one thing, at both replicas at the same moment."""
        flags = [self.register[pick % len(self.register)] for pick in picks]
        envelopes = [self.told(flag, flag.number, place % 2) for place, flag in enumerate(flags)]
        envelopes += [self.told(of("household", each), each, 0) for each in versions]
        self.do(self._hear(0, envelopes, None))

    async def _hear(self, which: int, envelopes: list[Envelope], fault: Fault | None) -> None:
        replica = self.replicas[which]
        at = [self.replicas[(which + place) % 2] for place in range(len(envelopes))]
        act = asyncio.gather(*(each.hear(said) for each, said in zip(at, envelopes, strict=True)))
        done = False
        try:
            async with told(replica.power):
                await run(replica.power, act, fault)
            done = True
        except PowerCut:
            self.replicas[which] = self.replica()
        except DependencyDown:
            pass
        for said in envelopes:
            kept = await self.database[INBOX.name].find_one({"_id": f"events|{said.key}"})
            assert kept or not done, "what was handled is not remembered"
            if kept:
                self.note(said.open(), said.version)
        await self.look()

    def note(self, message: Message, version: int) -> None:
        """What the replica has to know from now on."""
        if isinstance(message, m.FlagsChanged):
            self.heard_flags.add(message.number)
        elif isinstance(message, m.FlagsAsOf):
            self.heard_as_of.append(message)
        else:
            kind = message.TYPE
            self.heard[kind] = max(version, self.heard.get(kind, 0))

    # --- what must hold ---------------------------------------------------------------------------

    async def look(self) -> None:
        for replica in self.replicas:
            await self.check_people(replica.directory)
            await self.check_flags(replica.directory)
            fresh = await replica.directory.flags_fresh(self.clock.now())
            assert fresh == self.is_fresh(), "fresh is not what is whole and new"
        await self.check_applied()

    async def check_people(self, directory: Directory) -> None:
        school, household = await directory.school("s"), await directory.household("h")
        educator, family = await directory.educator("e"), await directory.family("f")
        names = {
            m.SchoolChanged.TYPE: school and school.name,
            m.EducatorChanged.TYPE: educator and educator.given_name,
            m.FamilyChanged.TYPE: family and family.guardians[0].given_name,
            m.HouseholdChanged.TYPE: household and household.greeting[0],
        }
        for kind, name in names.items():
            newest = self.heard.get(kind)
            assert name == (f"version {newest}" if newest else None), f"{kind} is not the newest"

    def is_fresh(self) -> bool:
        if not self.heard_as_of:
            return False
        number = max(each.number for each in self.heard_as_of)
        newest = max(each.as_of for each in self.heard_as_of)
        whole = set(range(1, number + 1)) <= self.heard_flags
        return whole and self.clock.now() - newest <= FRESH_FOR

    async def check_flags(self, directory: Directory) -> None:
        known = [self.register[number - 1] for number in sorted(self.heard_flags)]
        for adult in ADULTS:
            for pupil in PUPILS:
                last = [f for f in known if (f.guardian_id, f.student_id) == (adult, pupil)][-1:]
                bars = any(flag.do_not_contact or flag.custody for flag in last)
                assert await directory.barred([adult], [pupil]) == bars, "not the last word counts"
                assert barred(last, [adult], [pupil]) == bars

    async def check_applied(self) -> None:
        """The last that contacts is told is how far the flags go without a gap."""
        whole = 0
        while whole + 1 in self.heard_flags:
            whole += 1
        rows = self.database[OUTBOX.name].find({"envelope.type": m.FlagsApplied.TYPE})
        said = [row["envelope"]["data"]["number"] async for row in rows]
        assert max(said, default=0) == whole, "contacts is told of less, or more, than is applied"

    async def at_rest(self) -> None:
        self.saids.append(m.FlagsAsOf(number=len(self.register), as_of=self.clock.now()))
        for flag in self.register:
            await self._hear(0, [self.told(flag, flag.number, 2)], None)
        said = self.saids[-1]
        await self._hear(0, [self.told(said, max(1, said.number), 0)], None)
        assert self.is_fresh()
        assert await self.database[FLAGS].count_documents({}) == len(self.register)


def test_the_newest_word_counts_and_fresh_is_only_what_is_whole(ground: Ground) -> None:
    ground.holds(DirectoryAndFlags)


class CountingOnly(Directory):
    """Counts the flags that it has, whichever they are."""

    async def flags_fresh(self, now: datetime, work: Work | None = None) -> bool:
        del work
        register: Document | None = await self.database["dir_register"].find_one({"_id": "flags"})
        if register is None or now - register["as_of"] > FRESH_FOR:
            return False
        return await self.database[FLAGS].count_documents({}) >= int(register["number"])


class FlagsThatAreCounted(DirectoryAndFlags):
    DIRECTORY = CountingOnly


class TakingTheLast(Directory):
    """Takes the last word that came for the newest."""

    async def apply(self, message: Message, work: Work) -> bool:
        rows = self.database[f"dir_{type(message).__name__.removesuffix('Changed').lower()}s"]
        return await super().apply(message, work) or bool(
            await rows.update_one(
                {"_id": message.subject},
                {"$set": message.model_dump(mode="json")},
                session=work.session,
            )
        )


class DirectoryOfTheLast(DirectoryAndFlags):
    DIRECTORY = TakingTheLast


def test_flags_that_are_only_counted_are_found(ground: Ground) -> None:
    ground.finds(FlagsThatAreCounted, "fresh is not")


def test_a_replica_that_ignores_versions_is_found(ground: Ground) -> None:
    ground.finds(DirectoryOfTheLast, "is not the newest")
