"""Answers to invitations: a household's newest one counts, once, and the seats are their sum.

Two replicas of the events service; families answer by link, the school writes answers down, and
another system sends them late, again and out of order. A place has no end yet (no capacity), so
what must hold of seats is that they are counted right.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.events.actions import Desk, answer_by_link, write_down_answer
from services.events.actions import answering as answering_module
from services.events.actions.planning import cancel_event, plan_event, publish_event
from services.events.domain import Rsvp
from services.events.domain.counting import counts_of
from services.events.handlers import handlers
from services.events.store import KEPT
from shared.clock import SetClock
from shared.directory import Directory
from shared.envelope import Envelope
from shared.errors import Conflict, DependencyDown, Permanent
from shared.external import InvitationAnswered
from shared.inbox import INBOX, Inbox
from shared.links import Link
from shared.messages import Answer, EventRSVPd, ExternalFactReceived, FlagsAsOf
from shared.outbox import OUTBOX, Units, Work
from tests.events import making
from tests.events.conftest import OFFICE, know
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, run

HOMES = ("okafor", "garcia", "li")
HOME = st.sampled_from(HOMES)
SAID: Any = st.sampled_from(["yes", "no", "maybe"])
PARTY = st.integers(1, 3)
WHICH = st.integers(0, 1)


@dataclass(frozen=True)
class Given:
    """One answer of a household."""

    answer: Answer
    people: int
    at: datetime

    @property
    def seats(self) -> int:
        return self.people if self.answer == "yes" else 0


@dataclass
class Replica:
    """One process of the events service."""

    power: Power
    desk: Desk
    inbox: Inbox


class Rsvps(Machine):
    """One evening, three households, two replicas."""

    KEPT = (OUTBOX, INBOX, *KEPT)
    MANY = 1500

    async def begin(self) -> None:
        self.clock = SetClock(making.NOW)
        self.replicas = [self.replica(), self.replica()]
        desk = Desk.over(self.units(self.database), Directory(self.database))
        people = [each for home in HOMES for each in making.family(home)]
        await know(desk, making.school(), *people, FlagsAsOf(number=0, as_of=making.NOW))
        event = await plan_event(desk, making.draft(), OFFICE)
        self.event = await publish_event(desk, event.event_id, OFFICE)
        self.newest: dict[str, Given] = {}
        self.late: list[tuple[str, Given]] = []
        self.cancelled = False

    def units(self, database: Any) -> Units:
        return Units(database, "events", self.clock, self.mint)

    def replica(self) -> Replica:
        power = Power()
        units = self.units(self.shelf.reached_by(power))
        return Replica(power, Desk.over(units, Directory(units.database)), Inbox(units))

    # --- the ways in which a family answers -------------------------------------------------------

    def by_link(self, which: int, home: str, given: Given) -> Any:
        link = Link(f"household-{home}", self.event.event_id, 1, making.later(days=30))
        return answer_by_link(self.replicas[which].desk, link, given.answer, given.people)

    def by_phone(self, which: int, home: str, given: Given) -> Any:
        return write_down_answer(
            self.replicas[which].desk,
            self.event.event_id,
            f"household-{home}",
            given.answer,
            given.people,
            OFFICE,
        )

    async def from_outside(self, which: int, number: int) -> None:
        home, given = self.late[number]
        said = InvitationAnswered(
            event_id=self.event.event_id,
            guardian_email=f"{home}@home.example",
            answer=given.answer,
            party_size=given.people,
            answered_at=given.at,
        )
        fact = ExternalFactReceived(
            receipt_id=f"r{number}",
            system="forms",
            fact=InvitationAnswered.TYPE,
            source_id=f"s{number}",
            occurred_at=given.at,
            data=said.model_dump(mode="json"),
        )
        envelope = Envelope.seal(fact, id=f"fact-{number}", source="/x", time=given.at, sequence=1)
        replica = self.replicas[which]
        handler = handlers(replica.desk).by_type[fact.TYPE]

        async def effect(work: Work) -> None:
            await handler(fact, work)

        await replica.inbox.once(envelope, effect)

    def given(self, answer: Answer, people: int) -> Given:
        return Given(answer, 0 if answer == "no" else people, self.clock.now())

    # --- rules ------------------------------------------------------------------------------------

    @rule(which=WHICH, way=st.sampled_from(["link", "phone"]), home=HOME, answer=SAID,
          people=PARTY, fault=faults(16))  # fmt: skip
    def answer(
        self, which: int, way: str, home: str, answer: Answer, people: int, fault: Fault | None
    ) -> None:
        self.do(self._answer(which, way, home, self.given(answer, people), fault))

    async def _answer(
        self, which: int, way: str, home: str, given: Given, fault: Fault | None
    ) -> None:
        act = (self.by_link if way == "link" else self.by_phone)(which, home, given)
        done = await self.act(which, act, fault)
        if self.cancelled:
            assert not done, "an answer to a cancelled event was taken"
        elif done or await self.kept(home) == given:
            self.newest[home] = given
        await self.look()

    @rule(home=HOME, answer=SAID, people=PARTY, ago=st.sampled_from([0, 1, 5, 30]))
    def answer_elsewhere(self, home: str, answer: Answer, people: int, ago: int) -> None:
        """In another system; we hear of it later."""
        given = self.given(answer, people)
        at = self.clock.now() - timedelta(minutes=ago)
        self.late.append((home, Given(given.answer, given.people, at)))

    @precondition(lambda self: self.late)
    @rule(which=WHICH, pick=st.integers(0, 20), fault=faults(14))
    def hear_of_it(self, which: int, pick: int, fault: Fault | None) -> None:
        """For the first time or again."""
        self.do(self._hear_of_it(which, pick % len(self.late), fault))

    async def _hear_of_it(self, which: int, number: int, fault: Fault | None) -> None:
        await self.act(which, self.from_outside(which, number), fault)
        kept = await self.database[INBOX.name].find_one({"_id": f"events|/x|fact-{number}"})
        home, given = self.late[number]
        before = self.newest.get(home)
        if kept and not self.cancelled and (before is None or given.at > before.at):
            self.newest[home] = given
        await self.look()

    @precondition(lambda self: not self.cancelled)
    @rule(several=st.lists(st.tuples(HOME, SAID, PARTY), min_size=2, max_size=6))
    def answer_at_once(self, several: list[tuple[str, Answer, int]]) -> None:
        """By link, at both replicas; one household more than once."""
        self.do(
            self._answer_at_once(
                [(home, self.given(said, people)) for home, said, people in several]
            )
        )

    async def _answer_at_once(self, several: list[tuple[str, Given]]) -> None:
        acts = [self.by_link(place % 2, *each) for place, each in enumerate(several)]
        await asyncio.gather(*acts)
        for home in {home for home, _ in several}:
            kept = await self.kept(home)
            assert kept in [given for each, given in several if each == home], "nobody said so"
            assert kept is not None
            self.newest[home] = kept
        await self.look()

    @rule(which=WHICH, fault=faults(8))
    def cancel(self, which: int, fault: Fault | None) -> None:
        if not self.cancelled and self.late:
            self.do(self._cancel(which, fault))

    async def _cancel(self, which: int, fault: Fault | None) -> None:
        act = cancel_event(self.replicas[which].desk, self.event.event_id, "Snow.", OFFICE)
        await self.act(which, act, fault)
        found = await self.replicas[0].desk.events.one(self.event.event_id)
        self.cancelled = found is not None and found.state == "cancelled"

    @rule(minutes=st.sampled_from([1, 4]))
    def wait(self, minutes: int) -> None:
        self.clock.move(timedelta(minutes=minutes))
        self.do(self._stay_fresh())

    async def _stay_fresh(self) -> None:
        desk = Desk.over(self.units(self.database), Directory(self.database))
        await know(desk, FlagsAsOf(number=0, as_of=self.clock.now()))

    async def act(self, which: int, act: Any, fault: Fault | None) -> bool:
        """Whether somebody was told that it is done."""
        replica = self.replicas[which]
        try:
            async with told(replica.power):
                await run(replica.power, act, fault)
        except PowerCut:
            self.replicas[which] = self.replica()
            return False
        except (DependencyDown, Conflict, Permanent):
            return False
        return True

    # --- what must hold ---------------------------------------------------------------------------

    async def kept(self, home: str) -> Given | None:
        row = await self.replicas[0].desk.rsvps.one(self.event.event_id, f"household-{home}")
        return Given(row.answer, row.party_size, row.answered_at) if row else None

    async def look(self) -> None:
        for home in HOMES:
            assert await self.kept(home) == self.newest.get(home), "not the newest answer counts"
        tallies = await self.replicas[1].desk.rsvps.tallies([self.event.event_id])
        counts = counts_of(tallies[self.event.event_id])
        assert counts.expected == sum(given.seats for given in self.newest.values())
        assert counts.answered == len(self.newest)
        await self.check_told()

    async def check_told(self) -> None:
        """Each change of an answer was told, in versions without a gap, and nothing else."""
        rows = self.database[OUTBOX.name].find({"envelope.type": EventRSVPd.TYPE})
        told_of: dict[str, dict[int, EventRSVPd]] = {}
        async for row in rows.sort("sequence", 1):
            envelope = Envelope.model_validate(row["envelope"])
            said = envelope.open()
            assert isinstance(said, EventRSVPd)
            assert envelope.version not in told_of.setdefault(said.household_id, {})
            told_of[said.household_id][envelope.version] = said
        for home in HOMES:
            versions = told_of.get(f"household-{home}", {})
            assert sorted(versions) == list(range(1, len(versions) + 1)), "a version is missing"
            last = versions.get(len(versions))
            given = self.newest.get(home)
            now = (given.answer, given.people) if given else None
            assert (last and (last.answer, last.party_size)) == now, "what was told is not so"


def test_the_newest_answer_counts_and_seats_are_their_sum(ground: Ground) -> None:
    ground.holds(Rsvps)


async def _as_before(_: Desk, rsvp: Rsvp, __: datetime, ___: Work) -> Rsvp:
    return rsvp


def test_a_second_press_that_leaves_no_trace_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering_module, "_said_again", _as_before)
    ground.finds(Rsvps, "not the newest answer counts|nobody said so")


def test_a_late_answer_that_replaces_a_newer_one_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering_module, "is_newer", lambda *_: True)
    ground.finds(Rsvps, "not the newest answer counts")
