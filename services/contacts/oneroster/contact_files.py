"""Opens a CSV of contacts, such as a call log: the same tolerant reading as of rosters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.contacts.domain.contact_files.file import MOST_ROWS
from services.contacts.domain.contact_files.mapping import LONGEST_COLUMN
from services.contacts.domain.people import shown
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.sheets import Sheet, open_sheet
from services.contacts.oneroster.sources import FileEntry, Limits, Source, refused

LARGEST = 50_000_000
"""Bytes of one file; 100,000 rows with long notes have less."""
MOST_COLUMNS = 100
_LIMITS = Limits(file_bytes=LARGEST, line_bytes=256 * 1024, kept_findings=1000)


@dataclass(frozen=True)
class Line:
    """One row of the file; `fault` when its cells can't be told apart."""

    number: int
    cells: Sequence[str]
    fault: str = ""


class _Said(Findings):
    """Hands on each refused line, so that none is passed over."""

    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[Line] = []

    def refuse(self, file: str, line: int | None, code: str, reason: str) -> None:
        super().refuse(file, line, code, reason)
        self.lines.append(Line(line or 0, (), reason))

    def taken(self) -> list[Line]:
        """What was refused since the last time."""
        lines, self.lines = self.lines, []
        return lines


@dataclass
class ContactSheet:
    """An opened file: its columns, and its rows as often as asked."""

    sheet: Sheet
    notes: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.sheet.header)

    def lines(self) -> Iterator[Line]:
        """Every row in its order. Lines without anything in them are no rows.

        Raises PackageRefused at a quotation mark that is never closed, and beyond `MOST_ROWS`.
        """
        said, count = _Said(), 0
        for number, cells in self.sheet.rows(said):
            for each in self._counted(said.taken(), count):
                count += 1
                yield each
            if any(cell.strip() for cell in cells):
                [line] = self._counted([Line(number, cells[: self.sheet.width])], count)
                count += 1
                yield line
        yield from self._counted(said.taken(), count)

    def _counted(self, lines: list[Line], count: int) -> list[Line]:
        if count + len(lines) > MOST_ROWS:
            reason = (
                f"The file has more than {MOST_ROWS:,} rows. Cut it into several files, such as "
                "one for each school year."
            )
            raise refused("too-many-rows", reason, self.sheet.name)
        return lines


def open_contact_sheet(path: Path, name: str) -> ContactSheet:
    """Look through the file once and read its header. Raises PackageRefused with the reason."""
    source = Source(path, [FileEntry(name, str(path), path.stat().st_size)])
    if path.stat().st_size == 0:
        raise refused("empty-file", "The file is empty. Export it again.", name)
    found = Findings(100)
    sheet = open_sheet(source, name, _LIMITS, found)
    if problem := _header_problem(sheet):
        raise refused("header", problem, name, sheet.first_line or None)
    contacts = ContactSheet(sheet, tuple(each.reason for each in found))
    if next(contacts.lines(), None) is None:
        reason = "The file has the names of its columns and no row below them. Export it again."
        raise refused("no-rows", reason, name)
    return contacts


def _header_problem(sheet: Sheet) -> str:
    if sheet.blank:
        return "The file is empty; not even the names of its columns are there. Export it again."
    if sheet.twice:
        return (
            f"Two columns are called {shown(min(sheet.twice))}, and which one is meant is not "
            "certain. Give one of them another name."
        )
    if nameless := [place for place, name in enumerate(sheet.header, 1) if not name]:
        return f"Column {nameless[0]} has no name in the first line. Give it one, or delete it."
    if any(len(name) > LONGEST_COLUMN for name in sheet.header):
        return "The first line must hold the names of the columns; it holds long text."
    if any(_is_data(name) for name in sheet.header):
        return (
            "The first line must hold the names of the columns, such as Student ID and Date; it "
            "seems to hold a contact already. Put a line with names above it."
        )
    if len(sheet.header) > MOST_COLUMNS:
        return f"The file has more than {MOST_COLUMNS} columns. Export only what is needed."
    if len(sheet.header) < 2:
        return (
            "The file has only one column. Cells must be separated by commas, semicolons or tabs."
        )
    return ""


def _is_data(cell: str) -> bool:
    """Whether a cell is rather a number, a date or an address than a name of a column."""
    return "@" in cell or (any(c.isdecimal() for c in cell) and not any(c.isalpha() for c in cell))
