"""Which files and columns each roster format has, mapped onto one set of cells for all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from services.contacts.domain.roster import Table
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.sheets import Sheet


class Format(StrEnum):
    ONEROSTER_1_1 = "OneRoster 1.1"
    ONEROSTER_1_2 = "OneRoster 1.2"
    SDS_1 = "School Data Sync v1"
    SDS_2 = "School Data Sync v2"
    SDS_2_1 = "School Data Sync v2.1"


# A cell that its format doesn't have is an empty string. Passwords, birth dates, demographics,
# pronouns and preferred names (which a family may not know) have no place here: never read.


class OrgCells(NamedTuple):
    id: str
    status: str
    name: str
    type: str
    identifier: str
    parent: str


class TermCells(NamedTuple):
    id: str
    status: str
    title: str
    type: str
    begins: str
    ends: str
    year: str


class ClassCells(NamedTuple):
    id: str
    status: str
    title: str
    grades: str
    type: str
    school: str
    terms: str
    periods: str
    # School Data Sync v1 writes the term into each section.
    term_title: str
    term_begins: str
    term_ends: str


class PersonCells(NamedTuple):
    id: str
    status: str
    enabled: str
    orgs: str
    role: str
    username: str
    given: str
    family: str
    email: str
    sms: str
    phone: str
    agents: str
    grades: str


class RoleCells(NamedTuple):
    id: str
    status: str
    person: str
    rank: str
    role: str
    begins: str
    ends: str
    org: str
    grade: str


class EnrollmentCells(NamedTuple):
    id: str
    status: str
    class_id: str
    person: str
    role: str
    primary: str
    begins: str
    ends: str


class RelationCells(NamedTuple):
    student: str
    adult: str
    role: str


Cells = TypeVar("Cells", bound=tuple[str, ...])


@dataclass(frozen=True)
class Spec(Generic[Cells]):
    """One file of one format. `columns`: cell name to accepted headers, in lower case."""

    file: str
    table: Table
    make: Callable[[tuple[str, ...]], Cells]
    cell_names: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    fixed: dict[str, str] = field(default_factory=dict)
    """Cells that the file's name says, such as the role in Student.csv."""
    lower: tuple[str, ...] = ()
    """Cells that are mail addresses used as ids: their case never matters."""

    def missing(self, sheet: Sheet) -> list[str]:
        """The required columns which the sheet lacks, as the format writes them."""
        return [
            self.columns[cell][0]
            for cell in self.required
            if not any(name.lower() in sheet.columns for name in self.columns[cell])
        ]

    def rows(self, sheet: Sheet, findings: Findings) -> Iterator[tuple[int, Cells]]:
        """Line number and cells; only the named columns are ever looked at."""
        # The sheet pads each row with one empty cell for columns that are not there.
        places = [self._place(sheet, cell) for cell in self.cell_names]
        pick = itemgetter(*places)
        fixed = [(self.cell_names.index(cell), value) for cell, value in self.fixed.items()]
        lower = [self.cell_names.index(cell) for cell in self.lower]
        for line, row in sheet.rows(findings):
            cells = [cell.strip() for cell in pick(row)]
            for position in lower:
                cells[position] = cells[position].lower()
            for position, value in fixed:
                cells[position] = value
            yield line, self.make(tuple(cells))

    def _place(self, sheet: Sheet, cell: str) -> int:
        for name in self.columns.get(cell, ()):
            if name.lower() in sheet.columns:
                return sheet.columns[name.lower()]
        return sheet.width


@dataclass(frozen=True)
class Layout:
    """All files of one format that we read."""

    orgs: Spec[OrgCells]
    terms: Spec[TermCells] | None
    classes: Spec[ClassCells]
    people: tuple[Spec[PersonCells], ...]
    roles: Spec[RoleCells] | None
    enrollments: tuple[Spec[EnrollmentCells], ...]
    relations: Spec[RelationCells] | None

    @property
    def specs(self) -> list[Spec[Any]]:
        every: list[Spec[Any] | None] = [self.orgs, self.terms, self.classes, *self.people]
        every += [self.roles, *self.enrollments, self.relations]
        return [spec for spec in every if spec is not None]
