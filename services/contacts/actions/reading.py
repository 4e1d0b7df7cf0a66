"""Reading an import into the staging collection: nothing that anybody sees is changed by it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from services.contacts.actions.remarks import by_severity, modes_of, remarks_on_strangers
from services.contacts.actions.unpacking import (
    PackageRefused,
    PackageUnreadable,
    Unpacked,
    unpack,
)
from services.contacts.domain.importing import Import, Remark, needs_confirming
from services.contacts.domain.kept import KeptPerson, laid_over, links_of, with_roles
from services.contacts.domain.roster import Mode, Person, Table
from services.contacts.oneroster import Limits
from services.contacts.store import Store
from shared.clock import Clock

BATCH = 1000
CONTACTS_FILE = "contacts"


@dataclass
class Reading:
    """One import while it is read. Starting again after a crash begins from the stored files."""

    store: Store
    clock: Clock
    job: Import
    limits: Limits = field(default_factory=Limits)
    counts: Counter[str] = field(default_factory=Counter)
    gone: dict[Table, set[str]] = field(default_factory=dict)

    async def run(self) -> Import:
        """Read, judge, and say what comes next: judged, waiting to be confirmed, or refused."""
        imports, import_id = self.store.imports, self.job.import_id
        await imports.change(import_id, ["received", "reading"], state="reading", done=0, total=0)
        await self.store.roster.clear(import_id)
        await imports.clear_remarks(import_id)
        with TemporaryDirectory(prefix="roster-") as folder:
            try:
                return await self._read(Path(folder))
            except PackageRefused as refused:
                found = [Remark.of(each) for each in refused.findings]
                return await self._refuse(found, tuple(r.reason for r in found[:1]))
            except PackageUnreadable as unreadable:
                return await self._refuse([], (unreadable.reason,))

    async def _read(self, folder: Path) -> Import:
        roster, contacts = await self._unload(folder)
        unpacked = await asyncio.to_thread(unpack, folder, roster, contacts, self.limits)
        try:
            self.counts.update(unpacked.counts)
            await self._stage_places(unpacked)
            await self._stage_removals(unpacked)
            await self._stage_people(unpacked)
            await self._stage_others(unpacked)
            if unpacked.mode(Table.LINKS) is Mode.DELTA:
                await self._link_again(unpacked)
            remarks = [Remark.of(each) for each in unpacked.findings]
            remarks += (
                remarks_on_strangers(unpacked) if unpacked.mode(Table.PEOPLE) is Mode.BULK else []
            )
        finally:
            unpacked.spool.close()
        return await self._judge(unpacked, remarks)

    async def _unload(self, folder: Path) -> tuple[Path | None, Path | None]:
        """Put the stored files into a folder; several roster files make a folder of their own."""
        inside = folder / "roster"
        inside.mkdir()
        paths: list[Path] = []
        contacts: Path | None = None
        for key, name in self.job.files.items():
            path = folder / f"contacts-{name}" if key == CONTACTS_FILE else inside / name
            with path.open("wb") as out:
                async for piece in self.store.imports.pieces(self.job.import_id, key):
                    out.write(piece)
            if key == CONTACTS_FILE:
                contacts = path
            else:
                paths.append(path)
        alone = len(paths) == 1
        return (paths[0] if alone else inside if paths else None), contacts

    # --- laying ready -----------------------------------------------------------------------------

    async def _stage_places(self, unpacked: Unpacked) -> None:
        package = unpacked.package
        if package is not None:
            roster, import_id = self.store.roster, self.job.import_id
            await roster.stage_orgs(import_id, package.orgs.values())
            await roster.stage_terms(import_id, package.terms)
            await roster.stage_classes(import_id, package.classes)

    async def _stage_removals(self, unpacked: Unpacked) -> None:
        for removal in unpacked.removals:
            self.gone.setdefault(removal.table, set()).add(removal.sourced_id)
        sorts = {Table.SCHOOLS: "org", Table.TERMS: "term", Table.CLASSES: "class"}
        for table, sort in sorts.items():
            if ids := self.gone.get(table):
                await self.store.roster.stage_gone(self.job.import_id, sort, ids)  # type: ignore[arg-type]

    async def _stage_people(self, unpacked: Unpacked) -> None:
        people = unpacked.people()
        while part := await asyncio.to_thread(lambda: list(islice(people, BATCH))):
            await self._stage_part(unpacked, part)
            self.counts["people"] += len(part)
            for kind in (kind for person in part for kind in person.kinds):
                self.counts[kind.value] += 1
            await self._say_progress()

    async def _stage_part(self, unpacked: Unpacked, people: Sequence[Person]) -> None:
        ids = [person.sourced_id for person in people]
        old = await self.store.roster.people(ids) if self._needs_old(unpacked) else {}
        merged = await asyncio.to_thread(self._merged, unpacked, people, old)
        await self.store.roster.stage_people(self.job.import_id, merged)
        await asyncio.to_thread(unpacked.spool.take_seen, ids)

    def _needs_old(self, unpacked: Unpacked) -> bool:
        tables = (Table.PEOPLE, Table.ROLES, Table.ENROLLMENTS, Table.LINKS)
        whole = all(unpacked.mode(table) is Mode.BULK for table in tables)
        return not whole or unpacked.contacts is None

    def _merged(
        self, unpacked: Unpacked, people: Sequence[Person], old: dict[str, KeptPerson]
    ) -> list[KeptPerson]:
        ids, spool = [person.sourced_id for person in people], unpacked.spool
        enrollments, links = spool.enrollments(ids), spool.links(ids)
        roles, lines = spool.roles(ids), spool.lines(ids)
        no_roles = frozenset(self.gone.get(Table.ROLES, ()))
        made = []
        for person in people:
            me = person.sourced_id
            before = old.get(me)
            whole = laid_over(before, person)
            if roles.get(me) or no_roles:
                whole = with_roles(whole, roles.get(me, ()), no_roles)
            now = KeptPerson(whole, enrollments.get(me, ()), links.get(me, ()), lines.get(me, ()))
            made.append(self._with_kept(unpacked, now, before))
        return made

    def _with_kept(
        self, unpacked: Unpacked, now: KeptPerson, before: KeptPerson | None
    ) -> KeptPerson:
        """Keep what the files of this package don't speak of."""
        enrollments = now.enrollments
        if unpacked.mode(Table.ENROLLMENTS) is not Mode.BULK:
            ended = self.gone.get(Table.ENROLLMENTS, set())
            ended = ended | {each.sourced_id for each in now.enrollments}
            kept = before.enrollments if before else ()
            enrollments = (*(e for e in kept if e.sourced_id not in ended), *now.enrollments)
        stays = unpacked.mode(Table.LINKS) is not Mode.BULK
        links = (before.links if before else ()) if stays else now.links
        rows = now.rows if unpacked.contacts is not None else (before.rows if before else ())
        return KeptPerson(now.person, enrollments, links, rows)

    async def _stage_others(self, unpacked: Unpacked) -> None:
        """People who are in the roster but not in this package, where it says something of them."""
        if unpacked.mode(Table.PEOPLE) is Mode.BULK:
            return
        if self._touches_all(unpacked):
            async for kept in self.store.roster.batches(size=BATCH):
                await self._stage_kept(unpacked, [each.person.sourced_id for each in kept])
        else:
            for ids in unpacked.spool.named_only():
                await self._stage_kept(unpacked, ids)
            ended = list(self.gone.get(Table.ENROLLMENTS, ())), list(self.gone.get(Table.ROLES, ()))
            await self._stage_kept(unpacked, await self.store.roster.holding(*ended))
        gone = self.gone.get(Table.PEOPLE, set())
        await self.store.roster.stage_gone(self.job.import_id, "person", gone)

    def _touches_all(self, unpacked: Unpacked) -> bool:
        tables = (Table.ENROLLMENTS, Table.LINKS)
        return unpacked.contacts is not None or any(
            unpacked.mode(table) is Mode.BULK for table in tables
        )

    async def _stage_kept(self, unpacked: Unpacked, ids: Sequence[str]) -> None:
        unseen = await asyncio.to_thread(unpacked.spool.not_seen, ids)
        for part in _parts(unseen):
            kept = await self.store.roster.people(part)
            await self._stage_part(unpacked, [each.person for each in kept.values()])
            await self._say_progress()

    async def _link_again(self, unpacked: Unpacked) -> None:
        """A changed list of related people, or role, may change links on either side."""
        people = unpacked.people()
        while part := await asyncio.to_thread(lambda: list(islice(people, BATCH))):
            ids = {person.sourced_id for person in part}
            old = await self.store.roster.people(sorted(ids))
            named = {agent for person in part for agent in person.agents}
            named |= {agent for each in old.values() for agent in each.person.agents}
            naming = await self.store.roster.named_by(sorted(ids))
            await self._relink(sorted(ids | named | naming.keys()))

    async def _relink(self, ids: Sequence[str]) -> None:
        roster, import_id = self.store.roster, self.job.import_id
        for part in _parts(ids):
            students = await self._as_staged(part)
            students = {i: each for i, each in students.items() if each.person.is_student}
            named = {agent for each in students.values() for agent in each.person.agents}
            adults = await self._as_staged(sorted(named))
            adults |= await roster.named_by(sorted(students))
            adults |= await roster.staged_named_by(import_id, sorted(students))
            adults |= await self._as_staged(sorted(adults))
            changed = [
                KeptPerson(s.person, s.enrollments, links_of(s, adults), s.rows)
                for s in students.values()
            ]
            await roster.restage_people(import_id, changed)

    async def _as_staged(self, ids: Sequence[str]) -> dict[str, KeptPerson]:
        kept = await self.store.roster.people(ids)
        return kept | await self.store.roster.staged_people(self.job.import_id, ids)

    async def _say_progress(self) -> None:
        people = self.counts["people"]
        await self.store.imports.progress(self.job.import_id, people, 0, self.clock.now())

    # --- judging ----------------------------------------------------------------------------------

    async def _judge(self, unpacked: Unpacked, remarks: list[Remark]) -> Import:
        import_id = self.job.import_id
        await self.store.imports.remark(import_id, remarks)
        whole = unpacked.mode(Table.PEOPLE) is Mode.BULK
        removed = await self.store.roster.removed_by(import_id, whole=whole)
        said: dict[str, object] = {
            "format": unpacked.package.format.value if unpacked.package else "contacts file",
            "modes": modes_of(unpacked),
            "counts": dict(self.counts),
            "read_upon": await self.store.imports.last_to_change(),
            "found": dict(by_severity(remarks)),
            "removed": {
                "people": removed.people,
                "people_removed": removed.people_removed,
                "students": removed.students,
                "students_removed": removed.students_removed,
            },
        }
        if needs_confirming(removed.share) and not self.job.confirmed:
            reason = (
                f"This would remove {removed.people_removed} of {removed.people} people "
                f"({removed.students_removed} of {removed.students} students), more than 20 %. "
                "If that is right, confirm it; otherwise export the roster again."
            )
            said |= {"state": "waiting", "reasons": (reason,)}
        else:
            said |= {"state": "judged"}
        return await self.store.imports.change(import_id, ["reading"], **said)

    async def _refuse(self, remarks: list[Remark], reasons: tuple[str, ...]) -> Import:
        import_id = self.job.import_id
        await self.store.roster.clear(import_id)
        await self.store.imports.clear_remarks(import_id)
        await self.store.imports.remark(import_id, remarks)
        found = dict(by_severity(remarks))
        now = self.clock.now()
        return await self.store.imports.change(
            import_id, ["reading"], state="refused", reasons=reasons, found=found, ended_at=now
        )


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
