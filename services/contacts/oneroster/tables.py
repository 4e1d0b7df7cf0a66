"""One opened file of a package with its mode, and the rules that hold for every kind of row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Generic

from services.contacts.domain.people import shown
from services.contacts.domain.roster import Mode, Removal
from services.contacts.oneroster.cells import (
    DateTrouble,
    DayOrder,
    RowStatus,
    StatusOddity,
    day_order,
    is_id,
    read_date,
    read_status,
)
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import Cells, Spec
from services.contacts.oneroster.sheets import Sheet

_PEEK = 200


@dataclass
class OpenTable(Generic[Cells]):
    spec: Spec[Cells]
    sheet: Sheet
    mode: Mode
    order: DayOrder = DayOrder.UNKNOWN

    @property
    def file(self) -> str:
        return self.sheet.name

    def rows(self, findings: Findings) -> Iterator[tuple[int, Cells]]:
        return self.spec.rows(self.sheet, findings)

    def learn_day_order(self, *cells: str) -> DayOrder:
        """Read how this file writes its dates, if it does not write them YYYY-MM-DD."""
        places = [self.spec.cell_names.index(cell) for cell in cells]

        def texts(stop: int | None) -> Iterator[str]:
            for _, row in islice(self.rows(Findings(0)), stop):
                yield from (row[place] for place in places)

        if any(text and not text[:4].isdecimal() for text in texts(_PEEK)):
            self.order = day_order(texts(None))
        return self.order

    def taken(
        self, findings: Findings, *, compare: bool = True, repeats: bool = False
    ) -> Iterator[tuple[int, Cells]]:
        """The rows to take: with a usable id, the first of their id, not marked as deleted.

        `compare` tells the same row twice (harmless) from two rows with one id, at the price of
        memory; with `repeats` an id may come again (School Data Sync v1: one row per school).
        Formats whose rows have no id of their own are not checked for it.
        """
        with_ids = "id" in self.spec.columns
        seen: dict[str, int] = {}
        hashes: set[int] = set()
        for line, cells in self.rows(findings):
            if with_ids and not self._id_is_usable(line, cells[0], findings):
                continue
            if not self._is_to_take(line, cells[1], findings):
                continue
            if with_ids and not repeats:
                if compare and cells[0] in seen:
                    self._again(line, cells, seen[cells[0]], findings)
                    continue
                if not compare and hash(cells[0]) in hashes:
                    self._twice(line, cells[0], findings)
                    continue
                if compare:
                    seen[cells[0]] = hash(cells)
                else:
                    hashes.add(hash(cells[0]))
            yield line, cells

    def _again(self, line: int, cells: Cells, first: int, findings: Findings) -> None:
        if first == hash(cells):
            reason = "Lines that repeat an earlier line word for word were ignored."
            findings.note(self.file, line, "row-twice", reason)
        else:
            self._twice(line, cells[0], findings)

    def _twice(self, line: int, row_id: str, findings: Findings) -> None:
        reason = (
            f"The id {shown(row_id)} was used in an earlier line with other contents. The first "
            "line was kept; correct the one that is wrong."
        )
        findings.refuse(self.file, line, "id-twice", reason)

    def _id_is_usable(self, line: int, text: str, findings: Findings) -> bool:
        if is_id(text):
            return True
        reason = (
            "The line has no id, so it can't be told apart from others."
            if not text
            else "The id is longer than 255 characters or holds invisible characters."
        )
        findings.refuse(self.file, line, "no-id" if not text else "bad-id", reason)
        return False

    def _is_to_take(self, line: int, text: str, findings: Findings) -> bool:
        status, oddity = read_status(text, self.mode)
        if oddity is StatusOddity.ACTIVE_IN_BULK:
            reason = "Lines are marked “active”, which a complete file doesn't need; harmless."
            findings.note(self.file, line, "active-in-bulk", reason)
        elif oddity is StatusOddity.SPELLING:
            reason = f"The status {shown(text)} was understood, though its spelling is unusual."
            findings.note(self.file, line, "status-spelling", reason)
        if status is RowStatus.UNCERTAIN:
            self._uncertain(line, text, findings)
        elif status is RowStatus.REMOVE and self.mode is Mode.BULK:
            reason = f"Lines marked {shown(text)} were left out, as the file asks."
            findings.note(self.file, line, "marked-deleted", reason)
        return status is RowStatus.TAKE

    def _uncertain(self, line: int, text: str, findings: Findings) -> None:
        what = f"The status {shown(text)} is not known" if text else "The status is empty"
        reason = f"{what}, so it is not certain whether to add or to remove. Use active or "
        findings.refuse(self.file, line, "status-unknown", reason + "tobedeleted.")

    def removals(self) -> Iterator[Removal]:
        """The rows of a delta file that ask for an earlier record to be deleted."""
        if self.mode is not Mode.DELTA:
            return
        for line, cells in self.rows(Findings(0)):
            status, _ = read_status(cells[1], self.mode)
            if status is RowStatus.REMOVE and is_id(cells[0]):
                yield Removal(self.spec.table, cells[0], self.file, line)

    def day(self, line: int, text: str, what: str, findings: Findings) -> date | None:
        """The day in a cell, or None with a finding."""
        found, trouble = read_date(text, self.order)
        if trouble is None:
            return found
        if trouble is DateTrouble.OTHER_FORM:
            reason = "Dates are not written like 2026-08-31, but what they mean is certain."
            if self.order is not DayOrder.UNKNOWN:
                reason = f"Dates are not written like 2026-08-31; they were read {self.order}."
            findings.note(self.file, line, "date-form", reason)
        elif trouble is DateTrouble.AMBIGUOUS:
            reason = (
                f"The {what} {shown(text)} can mean two days (day or month first); it was left "
                "empty. Write it like 2026-08-31."
            )
            findings.repair(self.file, line, "date-ambiguous", reason)
        else:
            reason = f"The {what} {shown(text)} is not a usable date; it was left empty."
            findings.repair(self.file, line, "date-unreadable", reason)
        return found

    def span(
        self, line: int, begins: str, ends: str, findings: Findings
    ) -> tuple[date | None, date | None]:
        if not begins and not ends:
            return None, None
        first = self.day(line, begins, "first day", findings)
        last = self.day(line, ends, "last day", findings)
        if first and last and last < first:
            reason = f"The last day ({last}) is before the first ({first}); both were left empty."
            findings.repair(self.file, line, "dates-reversed", reason)
            return None, None
        return first, last
