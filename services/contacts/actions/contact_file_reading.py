"""Reading a contact file: its columns for whoever matches them, then what each row becomes."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from services.contacts.actions.contact_files import UPLOADED
from services.contacts.actions.logging_contacts import zone_of
from services.contacts.domain.contact_files.columns import profile
from services.contacts.domain.contact_files.file import (
    ContactFile,
    RowReport,
    RowState,
    needs_a_look,
)
from services.contacts.domain.contact_files.judging import Adult, Known, contact_of
from services.contacts.domain.contact_files.mapping import ContactMapping
from services.contacts.domain.contact_files.rows import Fault, FileRow, RowReader, digits_of
from services.contacts.domain.people import normal_address, shown
from services.contacts.domain.roster import PackageRefused, PackageUnreadable
from services.contacts.oneroster.contact_files import ContactSheet, Line, open_contact_sheet
from services.contacts.store import Store
from services.contacts.store.contact_files import JudgedRow
from shared.clock import Clock, id_from
from shared.messages import SchoolChanged

BATCH = 500
LOOK = (
    "More than half of the rows are refused. Perhaps the file was exported in another way. "
    "Nothing is stored until somebody looks at it and imports it."
)
_Adults = dict[str, set[Adult]]
GONE = "The file was kept for three days, and they are over. Send it again."


@dataclass
class Reading:
    """One file while it is read. After a crash it begins again from the stored file."""

    store: Store
    clock: Clock
    job: ContactFile
    counts: Counter[RowState] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    schools: dict[str, SchoolChanged] = field(default_factory=dict)

    async def run(self) -> ContactFile:
        """Look through the file, or judge its rows when its matching is known."""
        with TemporaryDirectory(prefix="contacts-") as folder:
            try:
                return await self._read(Path(folder) / "contacts.csv")
            except PackageRefused as refused:
                return await self._refuse(" ".join(each.reason for each in refused.findings))
            except PackageUnreadable as unreadable:
                return await self._refuse(unreadable.reason)

    async def _read(self, path: Path) -> ContactFile:
        held = False
        with path.open("wb") as out:
            async for piece in self.store.imports.pieces(self.job.file_id, UPLOADED):
                out.write(piece)
                held = True
        if not held:
            return await self._refuse(GONE)
        sheet = await asyncio.to_thread(open_contact_sheet, path, self.job.name)
        mapping = self.job.mapping
        if mapping is None or self.job.state == "looking":
            return await self._look_through(sheet)
        if missing := mapping.missing_in(sheet.header):
            names = ", ".join(map(shown, missing))
            held_names = ", ".join(map(shown, sheet.header[:20]))
            return await self._refuse(
                f"The file lacks what the matching “{mapping.name}” reads: {names}. Its columns "
                f"are {held_names}. Export it as before, or match it anew on the page."
            )
        return await self._judge(sheet, mapping)

    async def _look_through(self, sheet: ContactSheet) -> ContactFile:
        def columns() -> object:
            rows = (line.cells for line in sheet.lines() if not line.fault)
            return profile(sheet.header, rows)

        found = await asyncio.to_thread(columns)
        said = {"header": sheet.header, "notes": sheet.notes, "profile": found}
        return await self._change(state="matching", **said)

    async def _refuse(self, reason: str) -> ContactFile:
        return await self._change(state="refused", reasons=(reason,), ended_at=self.clock.now())

    async def _change(self, **changes: object) -> ContactFile:
        return await self.store.contact_files.change(self.job.file_id, [self.job.state], **changes)

    # --- judging ----------------------------------------------------------------------------------

    async def _judge(self, sheet: ContactSheet, mapping: ContactMapping) -> ContactFile:
        files, file_id = self.store.contact_files, self.job.file_id
        self.job = await self._change(state="reading", done=0, total=0)
        read_upon = await self.store.imports.last_to_change()
        await files.clear_rows(file_id)
        self.schools = {each.school_id: each for each in await self.store.directory.schools()}
        reader = RowReader(mapping, sheet.header)
        ways = await self._ways(mapping)
        lines = sheet.lines()
        while batch := await asyncio.to_thread(lambda: list(islice(lines, BATCH))):
            await self._judge_batch(batch, reader, ways)
            done = sum(self.counts.values())
            await files.progress(file_id, done, 0, self.clock.now())
        return await self._judged(sheet, read_upon)

    async def _judged(self, sheet: ContactSheet, read_upon: str) -> ContactFile:
        look = self.job.by_itself and needs_a_look(self.counts)
        goes_on = self.job.confirmed or (self.job.by_itself and not look)
        new = self.counts["new"]
        return await self._change(
            state="applying" if goes_on else "preview",
            reasons=(LOOK,) if look and not goes_on else (),
            counts=dict(self.counts),
            refusals=dict(self.refusals),
            header=sheet.header,
            notes=sheet.notes,
            read_upon=read_upon,
            done=0,
            total=new if goes_on else 0,
        )

    async def _judge_batch(
        self, batch: Sequence[Line], reader: RowReader, ways: tuple[_Adults, _Adults]
    ) -> None:
        read = [(line, self._read_line(line, reader)) for line in batch]
        rows = [row for _, row in read if isinstance(row, FileRow)]
        known = await self._known(rows, ways)
        came_in = await self.store.contact_files.came_in([row.key for row in rows])
        judged = await asyncio.to_thread(lambda: list(self._judged_rows(read, known, came_in)))
        await self.store.contact_files.keep_rows(self.job.file_id, judged, self.clock.now())

    def _read_line(self, line: Line, reader: RowReader) -> FileRow | list[Fault]:
        if line.fault:
            return [Fault("long-line", line.fault)]
        return reader.read(line.number, line.cells)

    def _judged_rows(
        self,
        read: Sequence[tuple[Line, FileRow | list[Fault]]],
        known: Known,
        came_in: set[str],
    ) -> Iterator[JudgedRow]:
        for line, row in read:
            number = sum(self.counts.values())
            judged = self._judged_row(number, line, row, known, came_in)
            self.counts[judged.report.state] += 1
            if judged.report.state == "refused":
                self.refusals[judged.report.code] += 1
            yield judged

    def _judged_row(
        self,
        number: int,
        line: Line,
        row: FileRow | list[Fault],
        known: Known,
        came_in: set[str],
    ) -> JudgedRow:
        if not isinstance(row, FileRow):
            return _refused(number, line, row)
        if row.again or row.key in came_in:
            where = f"line {row.again} of this file" if row.again else "an earlier file"
            reason = f"It came in before, with {where}."
            return JudgedRow(_report(number, line, "known", "known", reason), row.key)
        mapping = self.job.mapping
        system = mapping.name if mapping else ""
        contact_id = id_from("contact-of-row", row.key, self.job.file_id)
        place = (system, self.job.school_id)
        contact = contact_of(row, known, place, contact_id, self.clock.now())
        if isinstance(contact, Fault):
            return _refused(number, line, [contact])
        report = RowReport(number=number, line=line.number, state="new", contact_id=contact_id)
        return JudgedRow(report, row.key, contact)

    # --- who is meant -----------------------------------------------------------------------------

    async def _ways(self, mapping: ContactMapping) -> tuple[_Adults, _Adults]:
        """All phones and addresses, when the file names adults by them: once for a file."""
        phones: defaultdict[str, set[Adult]] = defaultdict(set)
        emails: defaultdict[str, set[Adult]] = defaultdict(set)
        if {"guardian_phone", "guardian_email"} & mapping.columns.keys():
            async for way in self.store.named.ways():
                adult = (way.family_id, way.guardian_id)
                if digits := digits_of(way.phone):
                    phones[digits].add(adult)
                if address := normal_address(way.email):
                    emails[address].add(adult)
        return phones, emails

    async def _known(self, rows: Sequence[FileRow], ways: tuple[_Adults, _Adults]) -> Known:
        phones, emails = ways
        named = self.store.named
        by_phone = {row.phone: frozenset(phones.get(row.phone, ())) for row in rows if row.phone}
        by_email = {row.email: frozenset(emails.get(row.email, ())) for row in rows if row.email}
        adults = frozenset[Adult]().union(*by_phone.values(), *by_email.values())
        return Known(
            of_student=await named.families_of_students({row.student for row in rows} - {""}),
            by_phone=by_phone,
            by_email=by_email,
            families=await named.families({family_id for family_id, _ in adults}),
            educators=await named.educators({row.educator for row in rows} - {""}),
            schools=self.schools,
            zones={each: zone_of(school.time_zone) for each, school in self.schools.items()},
        )


def _report(number: int, line: Line, state: RowState, code: str, reason: str) -> RowReport:
    return RowReport(number=number, line=line.number, state=state, code=code, reason=reason)


def _refused(number: int, line: Line, faults: Sequence[Fault]) -> JudgedRow:
    reason = " ".join(each.reason for each in faults)
    report = _report(number, line, "refused", faults[0].code, reason)
    cells = tuple(cell.strip() for cell in line.cells)
    return JudgedRow(report.model_copy(update={"cells": cells}))
