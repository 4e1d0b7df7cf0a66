"""Working out what an import changes: each school, educator, family and household that differs."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.contacts.actions.remarks import remarks_on_people
from services.contacts.domain.facts import (
    Places,
    Settled,
    digest_of,
    educator_facts,
    family_facts,
    household_facts,
    school_facts,
)
from services.contacts.domain.families import Family
from services.contacts.domain.households import Household
from services.contacts.domain.importing import Import, Planned
from services.contacts.domain.joining import Adult, JoinRules
from services.contacts.domain.roster import Link
from services.contacts.domain.settling import Settlement, complete_adults, settle, voices
from services.contacts.domain.ties import ContactRow, Tie
from services.contacts.store import Store
from services.contacts.store.previous import own_of_household
from shared.clock import Clock, Mint
from shared.messages import Message

BATCH = 500


@dataclass
class _Gathered:
    """The whole roster, as far as forming families needs it: ids, ties and names."""

    students: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    rows: list[ContactRow] = field(default_factory=list)
    adults: list[Adult] = field(default_factory=list)


@dataclass
class Planning:
    """One import while its changes are worked out. Starting again begins from the kept roster."""

    store: Store
    clock: Clock
    mint: Mint
    job: Import
    changes: Counter[str] = field(default_factory=Counter)
    _next: int = 0
    _waiting: list[Planned] = field(default_factory=list)

    async def run(self) -> Import:
        """Lay every change ready, in the order in which it will be made."""
        roster, import_id = self.store.roster, self.job.import_id
        # What is corrected from now on waits for the next one (`put_in_place`).
        await self.store.imports.change(import_id, ["planning"], seen_at=self.clock.now())
        await self.store.imports.clear_plan(import_id)
        places = Places.of(await roster.orgs(), await roster.terms(), await roster.classes())
        await self._plan_schools(places)
        await self._plan_educators(places)
        settlement, settled, previous = await self._settle()
        await self._plan_partings(settlement)
        await self._plan_families(settlement, settled, places)
        await self._close("family", settlement.families.gone)
        await self._close("household", settlement.gone_households)
        await self._flush()
        found = await self._remember(settlement, settled, previous)
        return await self.store.imports.change(
            import_id,
            ["planning"],
            state="applying",
            changes=dict(self.changes),
            found=found,
            applied=0,
            done=0,
            total=self._next,
            changed_from=self.clock.now(),
        )

    # --- forming families -------------------------------------------------------------------------

    async def _settle(self) -> tuple[Settlement, Settled, dict[str, str]]:
        gathered = await self._gather()
        previous, guardians = await self.store.previous.settled()
        decided = await self.store.previous.decisions()
        rules = JoinRules(same=decided["same"], different=decided["different"], previous=guardians)
        settlement = await asyncio.to_thread(
            settle,
            gathered.students,
            gathered.adults,
            gathered.links,
            gathered.rows,
            previous,
            rules,
            self.mint,
            await self.store.corrections.newest(),
        )
        settled = await asyncio.to_thread(_settled, settlement, gathered)
        return settlement, settled, guardians

    async def _gather(self) -> _Gathered:
        gathered = _Gathered()
        async for part in self.store.roster.students():
            for student, links, rows in part:
                gathered.students.append(student)
                gathered.links += links
                gathered.rows += rows
        wanted = {link.adult_id for link in gathered.links}
        wanted |= {row.guardian_id for row in gathered.rows}
        gathered.adults = await self.store.roster.adults(wanted)
        return gathered

    # --- laying changes ready ---------------------------------------------------------------------

    async def _plan_schools(self, places: Places) -> None:
        now = {each.school_id: each for each in school_facts(places)}
        before = await self.store.previous.open_keys("school")
        await self._plan_changed("school", [(each, {}) for each in now.values()])
        await self._close("school", sorted(before - now.keys()))

    async def _plan_educators(self, places: Places) -> None:
        before = await self.store.previous.open_keys("educator")
        async for part in self.store.roster.staff():
            found = [educator_facts(kept, places) for kept in part]
            staff = [(each, dict[str, Any]()) for each in found if each is not None]
            await self._plan_changed("educator", staff)
            before -= {facts.subject for facts, _ in staff}
        await self._close("educator", sorted(before))

    async def _plan_partings(self, settlement: Settlement) -> None:
        for split in settlement.families.splits:
            self._add("split", split.family_id, {"into": list(split.into)})
        for merge in settlement.families.merges:
            self._add("merge", merge.family_id, {"merged": list(merge.merged)})
        await self._flush()

    async def _plan_families(
        self, settlement: Settlement, settled: Settled, places: Places
    ) -> None:
        """Families in turn, each household right after the first of its families."""
        homes = _by_first_family(settlement.households)
        families = sorted(settlement.families.families, key=lambda family: family.family_id)
        total = len(families)
        for start in range(0, total, BATCH):
            part = families[start : start + BATCH]
            students = await self.store.roster.people(sorted(_students_of(part)))
            written = [
                (family_facts(family, students, settled, places), _own_of_family(family, settled))
                for family in part
            ]
            await self._plan_changed("family", written)
            households = [home for family in part for home in homes.get(family.family_id, ())]
            told = [(household_facts(home, settled), own_of_household(home)) for home in households]
            await self._plan_changed("household", told)
            await self.store.imports.progress(
                self.job.import_id, min(start + BATCH, total), total, self.clock.now()
            )

    async def _plan_changed(
        self, kind: str, written: Sequence[tuple[Message, dict[str, Any]]]
    ) -> None:
        known = await self.store.previous.digests(kind, [facts.subject for facts, _ in written])
        for message, own in written:
            facts = message.model_dump(mode="json")
            # A flag ends links too, and is no change of the roster.
            digest = digest_of({**facts, "link_version": 0}, own)
            if known.get(message.subject) != digest:
                self._add(kind, message.subject, facts, own, digest)
        await self._flush(at_least=BATCH)

    async def _close(self, kind: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._add(f"no {kind}", key, {})
        await self._flush(at_least=BATCH)

    def _add(
        self,
        kind: str,
        key: str,
        facts: dict[str, Any],
        own: dict[str, Any] | None = None,
        digest: str = "",
    ) -> None:
        self.changes[kind] += 1
        self._waiting.append(Planned(kind=kind, key=key, facts=facts, own=own or {}, digest=digest))

    async def _flush(self, at_least: int = 0) -> None:
        if len(self._waiting) < at_least:
            return
        await self.store.imports.plan(self.job.import_id, self._next, self._waiting)
        self._next += len(self._waiting)
        self._waiting = []

    async def _remember(
        self, settlement: Settlement, settled: Settled, previous: dict[str, str]
    ) -> dict[str, int]:
        await self.store.previous.keep_matches(
            [
                {
                    "_id": f"{near.one}|{near.other}",
                    "one": near.one,
                    "one_name": " ".join(settled.name(near.one)),
                    "other": near.other,
                    "other_name": " ".join(settled.name(near.other)),
                    "why": near.why.value,
                }
                for near in settlement.joined.near
            ]
        )
        remarks = remarks_on_people(settlement, previous)
        await self.store.imports.clear_remarks(self.job.import_id, file="")
        await self.store.imports.remark(self.job.import_id, remarks)
        return dict(await self.store.imports.count_remarks(self.job.import_id))


def _settled(settlement: Settlement, gathered: _Gathered) -> Settled:
    ties: dict[str, list[Tie]] = {}
    for tie in settlement.ties:
        ties.setdefault(tie.student_id, []).append(tie)
    adults = complete_adults(gathered.adults, gathered.rows)
    return Settled(
        adults={each.sourced_id: each for each in adults},
        records=settlement.joined.records,
        ties={student: tuple(held) for student, held in ties.items()},
        roster_voices=voices(gathered.rows, settlement.joined.guardian_of),
        household_of=settlement.household_of(),
        held=settlement.held,
    )


def _own_of_family(family: Family, settled: Settled) -> dict[str, Any]:
    """What is never told: phones and addresses, and the adults who are kept but not written to."""
    ties = {t.guardian_id: t for s in family.student_ids for t in settled.ties.get(s, ())}
    others = sorted(ties.keys() - family.guardian_ids)
    return {
        "reach": [settled.reach(each) for each in sorted(family.guardian_ids)],
        "others": [
            {
                **settled.reach(each),
                "name": " ".join(part for part in settled.name(each) if part),
                "relationship": ties[each].relationship,
            }
            for each in others
        ],
    }


def _by_first_family(households: Iterable[Household]) -> dict[str, list[Household]]:
    found: dict[str, list[Household]] = {}
    for household in households:
        if household.family_ids:
            found.setdefault(min(household.family_ids), []).append(household)
    return found


def _students_of(families: Iterable[Family]) -> set[str]:
    return {student for family in families for student in family.student_ids}
