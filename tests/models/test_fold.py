"""Fold: whatever order, repetition, grouping or end of a process, each message counts once."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.reports.actions import Desk, taking_in
from services.reports.actions.rebuilding import Rebuilder, ask_for_rebuild
from services.reports.store import KEPT, Generation
from services.reports.store.ledger import LEDGER, Ledger
from shared import messages as m
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import Conflict, DependencyDown
from shared.inbox import INBOX
from shared.outbox import OUTBOX, Units
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, run
from tests.reports.making import NOW, accepted, bounced, counted, seal, story

DECK: Sequence[Envelope] = [*story(seed=3, contacts=16), seal(accepted("late", "nobody-knows-yet")),
                            seal(bounced("late"), 2)]  # fmt: skip
WHICH = st.integers(0, 1)
PICKS = st.lists(st.integers(0, len(DECK) - 1), min_size=1, max_size=12)
GENERATION = re.compile(r"(counts|families|zones|waiting)_\d+")


class Process:
    """One process of reports, over the machine's database by a power of its own."""

    def __init__(self, machine: "FoldOnce") -> None:
        """It knows nothing yet."""
        self.power = Power()
        database = machine.shelf.reached_by(self.power)
        self.desk = Desk.over(Units(database, "reports", machine.clock, machine.mint))
        self.rebuilder = Rebuilder(self.desk, machine.mint)


class FoldOnce(Machine):
    """Two processes of reports at one queue, and somebody who asks for a rebuild."""

    KEPT = (OUTBOX, INBOX, *KEPT)
    CI = 12
    MANY = 1000

    async def begin(self) -> None:
        self.clock = SetClock(NOW)
        for name in await self.database._raw.list_collection_names():
            if GENERATION.fullmatch(name):
                await self.database[name].delete_many({})
        self.processes = [Process(self), Process(self)]
        self.taken: set[str] = set()
        """Of these somebody knows that they were taken in."""
        await self.processes[0].desk.begin()

    @rule(which=WHICH, picks=PICKS, fault=faults(12))
    def deliver(self, which: int, picks: list[int], fault: Fault | None) -> None:
        """A batch of any messages, new ones and old ones, in any order."""
        self.do(self._deliver(which, picks, fault))

    async def _deliver(self, which: int, picks: list[int], fault: Fault | None = None) -> None:
        batch = [DECK[place] for place in picks]
        if await self._act(which, taking_in.take_in(self.processes[which].desk, batch), fault):
            self.taken |= {each.key for each in batch}
        await self.look()

    @rule(which=WHICH, asks=st.booleans(), fault=faults(40))
    def rebuild(self, which: int, asks: bool, fault: Fault | None) -> None:
        """All figures anew from the ledger, or on with a rebuild that broke off."""
        self.do(self._rebuild(which, fault, asks=asks))

    async def _rebuild(self, which: int, fault: Fault | None = None, *, asks: bool = True) -> None:
        process = self.processes[which]
        if asks:
            await ask_for_rebuild(process.desk)
        await self._act(which, process.rebuilder.turn(), fault)
        # A dead process's lease runs out.
        await self.database["leases"].delete_many({})
        await self.look()

    async def _act(self, which: int, act: Any, fault: Fault | None) -> bool:
        process = self.processes[which]
        try:
            async with told(process.power):
                await run(process.power, act, fault)
        except PowerCut:
            self.processes[which] = Process(self)
            return False
        except (DependencyDown, Conflict):
            return False
        return True

    async def look(self) -> None:
        """The ledger has each message once, and the figures are those of a recount of it."""
        rows = await self.database[LEDGER.name].find().sort("place", 1).to_list(None)
        keys = {row["_id"] for row in rows}
        assert self.taken <= keys, "a message that was taken in is not in the ledger"
        kept = [each for each in DECK if each.key in keys]
        assert len(rows) == len(kept), "the ledger has something that was never said, or twice"
        desk = Process(self).desk
        head = await desk.ledger.head()
        assert head.place == len(rows), "the ledger's places do not count its messages"
        figures = desk.generation(head.generation)
        assert await figures.digest() == counted(kept).digest(), "the figures are not the recount"
        by_hand = _contacts_by_tone(kept)
        assert await self._stored_by_tone(figures) == by_hand, "contacts are not counted once each"

    async def _stored_by_tone(self, figures: Any) -> Counter[str]:
        tones: Counter[str] = Counter()
        async for row in figures.counts.find({"school": "", "class": ""}):
            for cell, number in row["n"].items():
                if cell.startswith("contact|"):
                    tones[cell.split("|")[1]] += number
        return +tones

    async def at_rest(self) -> None:
        everything = list(range(len(DECK)))
        await self._deliver(0, everything)
        await self._rebuild(1)
        job = await self.processes[1].desk.jobs.last()
        assert job is not None
        assert (job.state, job.equal) == ("done", True), "a rebuild gives other figures"


def _contacts_by_tone(envelopes: Sequence[Envelope]) -> Counter[str]:
    """Counted as a child would: the last word about each contact, if its school is known."""
    last: dict[str, tuple[str, m.ContactLogged | None]] = {}
    schools = set()
    for envelope in envelopes:
        said, version = envelope.open(), envelope.sequence or ""
        if isinstance(said, m.SchoolChanged):
            schools.add(said.school_id)
        elif isinstance(said, m.ContactLogged | m.ContactCorrected | m.ContactRetracted):
            now = said if isinstance(said, m.ContactLogged) else getattr(said, "now", None)
            if version > last.get(said.contact_id, ("", None))[0]:
                last[said.contact_id] = version, now
    return Counter(
        each.tone for _, each in last.values() if each is not None and each.school_id in schools
    )


def test_each_message_counts_once_in_any_order_and_a_rebuild_agrees(ground: Ground) -> None:
    ground.holds(FoldOnce)


def test_a_fold_that_forgets_what_it_has_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Ledger.known

    async def nothing(self: Ledger, facts: Any, session: Any) -> Any:
        keys, before = await known(self, facts, session)
        return keys, {about: [] for about in before}

    monkeypatch.setattr(Ledger, "known", nothing)
    ground.finds(FoldOnce, "not the recount|not counted once")


def test_figures_beside_the_ledgers_transaction_are_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Generation.write

    async def beside(self: Generation, changes: Any, session: Any) -> None:
        del session
        await write(self, changes, None)  # type: ignore[arg-type]

    monkeypatch.setattr(Generation, "write", beside)
    ground.finds(FoldOnce, "not the recount|not counted once")
