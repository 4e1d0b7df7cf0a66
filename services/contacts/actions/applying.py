"""Making the changes of an import in chunks: each a transaction with its messages, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.contacts.actions.caseloads import caseload_rows
from services.contacts.domain.flags import FlagEntry, pupils_under_flags
from services.contacts.domain.importing import CHUNK, Import
from services.contacts.store import Store
from services.contacts.store.directory import kept_row
from shared.messages import (
    EducatorChanged,
    FamilyChanged,
    FamilyMerged,
    FamilySplit,
    HouseholdChanged,
    Message,
    SchoolChanged,
)
from shared.mongo import Document
from shared.outbox import Units, Work

MESSAGE_OF: dict[str, type[Message]] = {
    "school": SchoolChanged,
    "educator": EducatorChanged,
    "family": FamilyChanged,
    "household": HouseholdChanged,
}
_CLOSED: dict[str, dict[str, Any]] = {
    "school": {},
    "educator": {"assignments": [], "caseload": []},
    "household": {"student_ids": []},
}
"""What a closed aggregate no longer says, so that nobody sees anything by it."""


@dataclass
class Applying:
    """One import while its changes are made; each chunk is noted in its own transaction."""

    store: Store
    units: Units

    async def chunk(self, job: Import) -> Import:
        """Make the next changes; done when there are none left."""
        rows = await self.store.imports.planned(job.import_id, job.applied, CHUNK)
        if not rows:
            return await self._finish(job)
        upto = job.applied + len(rows)

        async def body(work: Work) -> None:
            await self.store.imports.applied(job, upto, work)
            for kind in MESSAGE_OF:
                await self._change(kind, [row for row in rows if row["kind"] == kind], work)
                closed = [row["key"] for row in rows if row["kind"] == f"no {kind}"]
                await self._close(kind, closed, work)
            await self._part(rows, work)

        await self.units.run(body)
        return job.model_copy(update={"applied": upto, "done": upto})

    async def _change(self, kind: str, rows: Sequence[Document], work: Work) -> None:
        if not rows:
            return
        known = await self.store.writing.known(kind, [row["key"] for row in rows], work)
        flags = await self._flags(rows, work) if kind == "household" else []
        given = await self._caseloads(rows, work) if kind == "educator" else {}
        kept = []
        for row in rows:
            version = int(known.get(row["key"], {}).get("version", 0)) + 1
            facts, own = dict(row["facts"]), dict(row["own"])
            if kind == "school":
                facts |= await self.store.writing.school_settings(row["key"], work)
            if kind == "educator":
                facts["caseload"] = given.get(row["key"], [])
            if kind == "household":
                facts, own = _under_flags(facts, own, known.get(row["key"]), flags)
            kept.append(kept_row(kind, facts, own, version, row["digest"], row["key"]))
            work.emit(MESSAGE_OF[kind].model_validate(facts), sequence=version)
        await self.store.writing.put(kind, kept, work)

    async def _flags(self, rows: Sequence[Document], work: Work) -> list[FlagEntry]:
        adults = {each for row in rows for each in row["facts"]["guardian_ids"]}
        return await self.store.flags.in_force(sorted(adults), work)

    async def _caseloads(self, rows: Sequence[Document], work: Work) -> dict[str, list[Document]]:
        return await caseload_rows(self.store, [row["key"] for row in rows], work)

    async def _close(self, kind: str, keys: Sequence[str], work: Work) -> None:
        known = await self.store.writing.known(kind, keys, work) if keys else {}
        kept = []
        for row in known.values():
            closed = {**row, **_CLOSED.get(kind, {}), "active": False, "digest": ""}
            closed["version"] = int(row["version"]) + 1
            if kind == "family":
                closed["students"] = [{**each, "enrollments": []} for each in row["students"]]
                closed["own"] = {**row["own"], "left_at": work.now}
            if kind == "household":
                closed["link_version"] = int(row["link_version"]) + 1
            kept.append(closed)
            work.emit(MESSAGE_OF[kind].model_validate(closed), sequence=closed["version"])
        await self.store.writing.put(kind, kept, work)

    async def _part(self, rows: Sequence[Document], work: Work) -> None:
        """Tell which families came apart or together."""
        parted = [row for row in rows if row["kind"] in {"split", "merge"}]
        keys = [row["key"] for row in parted]
        known = await self.store.writing.known("family", keys, work) if keys else {}
        for row in parted:
            version = int(known.get(row["key"], {}).get("version", 0)) + 1
            told: Message = (
                FamilySplit(family_id=row["key"], into=row["facts"]["into"], when=work.now)
                if row["kind"] == "split"
                else FamilyMerged(
                    family_id=row["key"], merged=row["facts"]["merged"], when=work.now
                )
            )
            work.emit(told, sequence=version)
            if row["kind"] == "split":
                await self.store.contacts.hand_on([row["key"]], row["facts"]["into"], work)
            else:
                await self.store.contacts.hand_on(row["facts"]["merged"], [row["key"]], work)
                await self.store.follow_ups.hand_on(row["facts"]["merged"], row["key"], work)
                await self.store.suggestions.hand_on(row["facts"]["merged"], row["key"], work)

    async def _finish(self, job: Import) -> Import:
        now = self.units.clock.now()
        return await self.store.imports.change(
            job.import_id, ["applying"], state="done", done=job.total, ended_at=now
        )


def _under_flags(
    facts: dict[str, Any], own: dict[str, Any], known: Document | None, flags: list[FlagEntry]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The roster's word with the register laid over it: no import lifts a flag."""
    own["hears_about"] = facts["student_ids"]
    allowed = pupils_under_flags(facts["guardian_ids"], facts["student_ids"], flags)
    version = int(facts["link_version"])
    if known:
        version = max(version, int(known["link_version"]))
    return {**facts, "student_ids": list(allowed), "link_version": version}, own
