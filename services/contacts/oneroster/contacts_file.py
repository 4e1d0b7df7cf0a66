"""The contacts file: what OneRoster can't say about a family, as a CSV beside the roster.

One line per adult and student. The header may be written in any case, with spaces, underscores or
hyphens; the order of columns is free; commas, semicolons or tabs. Columns:

==================  ========  ===================================================================
guardian_id         required  the adult's id in the roster, or a new id for one it lacks
student_id          required  the student's id in the roster
relationship        optional  mother, father, parent, guardian, grandparent, foster, relative …
language            optional  the language to write in: a BCP 47 tag (es, zh-Hant) or its name
interpreter         optional  yes/no: needs an interpreter when spoken with
gets_mail           optional  yes/no: gets mail about this student
may_see_record      optional  yes/no: may see this student's record (no, for instance, by court
                              order). No also means no mail about the student
household_id        optional  adults with the same household are written to as one
order               optional  1 is asked first
email, phone,       optional  only used for an adult whom the roster lacks, or whose cell is
given_name,                   empty there
family_name
==================  ========  ===================================================================

An empty cell says nothing: what the roster says holds. A yes/no cell that can't be read counts as
"no" until it is mended, because it may stand for a restriction; for the same reason a file with a
line whose cells can't be told apart is refused whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.contacts.domain.people import addresses_in, clean_text, language_tag, shown
from services.contacts.domain.roster import Finding, PackageRefused, PackageUnreadable
from services.contacts.domain.ties import ContactRow
from services.contacts.oneroster.cells import is_id, read_flag
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.sheets import Sheet, open_sheet
from services.contacts.oneroster.sources import Limits, Source, open_source, refused

# Each column with the other names people give it; compared without case, spaces and marks.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "guardian_id": ("guardian", "guardiansourcedid", "parentid", "parent", "contactid", "adultid"),
    "student_id": ("student", "studentsourcedid", "pupilid", "pupil", "childid"),
    "relationship": ("relation", "relationshiptostudent"),
    "language": ("homelanguage", "preferredlanguage", "contactlanguage", "languagecode"),
    "interpreter": ("needsinterpreter", "interpreterneeded"),
    "gets_mail": ("mail", "receivesmail", "mailings", "getsemail"),
    "may_see_record": ("mayseerecords", "seesrecord", "recordaccess", "mayseethechildsrecord"),
    "household_id": ("household",),
    "order": ("contactorder", "priority", "sequence"),
    "email": ("emailaddress", "mailaddress"),
    "phone": ("telephone", "phonenumber", "mobile", "cell"),
    "given_name": ("firstname", "givenname"),
    "family_name": ("lastname", "familyname", "surname"),
}
_NAMES = {
    _name: column
    for column, others in _COLUMNS.items()
    for _name in (column.replace("_", ""), *others)
}


def _plain(header: str) -> str:
    return "".join(c for c in header.lower() if c.isalnum())


def is_contacts_header(headers: Iterable[str]) -> bool:
    """Whether a CSV's header is that of a contacts file: both ids and at least one thing to say."""
    found = {_NAMES[plain] for header in headers if (plain := _plain(header)) in _NAMES}
    return {"guardian_id", "student_id"} <= found and len(found) > 2


@dataclass
class ContactsFile:
    """An opened contacts file. `rows()` may be asked again; `findings` are complete after it."""

    sheet: Sheet
    places: dict[str, int]
    _findings: Findings

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    def rows(
        self, student_ids: frozenset[str] | None = None, guardian_ids: frozenset[str] | None = None
    ) -> Iterator[ContactRow]:
        """Judged lines. With the known ids given, a line about an unknown student is refused, and
        so is one about an unknown adult without a name.
        """
        self._findings.clear()
        seen: dict[tuple[str, str], ContactRow] = {}
        for line, cells in self.sheet.rows(self._findings):
            row = self._row(line, cells)
            if row is None or not self._is_known(row, student_ids, guardian_ids):
                continue
            earlier = seen.setdefault((row.guardian_id, row.student_id), row)
            if earlier is not row:
                self._say_again(line, earlier, row)
            yield row

    def _row(self, line: int, cells: list[str]) -> ContactRow | None:
        def cell(column: str) -> str:
            place = self.places.get(column)
            return cells[place].strip() if place is not None else ""

        guardian, student = cell("guardian_id"), cell("student_id")
        if not is_id(guardian) or not is_id(student):
            reason = "The line needs the id of the adult and the id of the student."
            self._findings.refuse(self.sheet.name, line, "no-id", reason)
            return None
        return ContactRow(
            guardian_id=guardian,
            student_id=student,
            relationship=clean_text(cell("relationship"))[:40].lower() or None,
            language=self._language(line, cell("language")),
            interpreter=self._flag(line, "interpreter", cell("interpreter"), unclear=True),
            gets_mail=self._flag(line, "gets_mail", cell("gets_mail"), unclear=False),
            may_see_record=self._flag(
                line, "may_see_record", cell("may_see_record"), unclear=False
            ),
            household_id=clean_text(cell("household_id")) or None,
            order=self._order(line, cell("order")),
            email=self._email(line, cell("email")),
            phone=clean_text(cell("phone")) or None,
            given_name=clean_text(cell("given_name")) or None,
            family_name=clean_text(cell("family_name")) or None,
            line=line,
        )

    def _flag(self, line: int, column: str, text: str, *, unclear: bool) -> bool | None:
        if not text:
            return None
        flag = read_flag(text)
        if flag is not None:
            return flag
        taken = "yes" if unclear else "no"
        reason = (
            f"{column}: {shown(text)} is neither yes nor no; to be safe it counts as “{taken}”."
        )
        self._findings.repair(self.sheet.name, line, "flag-unclear", reason)
        return unclear

    def _language(self, line: int, text: str) -> str | None:
        if not text:
            return None
        tag = language_tag(text)
        if tag is None:
            reason = (
                f"The language {shown(text)} is not known; left empty. Write its code, such as es "
                "or zh-Hant."
            )
            self._findings.repair(self.sheet.name, line, "language", reason)
        return tag

    def _order(self, line: int, text: str) -> int | None:
        if not text:
            return None
        if text.isascii() and text.isdecimal() and 0 < int(text[:4]) < 100:
            return int(text[:4])
        reason = f"The order {shown(text)} is not a number from 1 to 99; left empty."
        self._findings.repair(self.sheet.name, line, "order", reason)
        return None

    def _email(self, line: int, text: str) -> str | None:
        found = addresses_in(text)
        if text and not found:
            reason = "The mail address can't be one; it was left empty."
            self._findings.repair(self.sheet.name, line, "bad-address", reason)
        if len(found) > 1:
            reason = f"The cell holds {len(found)} mail addresses; only the first was kept."
            self._findings.repair(self.sheet.name, line, "several-addresses", reason)
        return found[0] if found else None

    def _is_known(
        self,
        row: ContactRow,
        student_ids: frozenset[str] | None,
        guardian_ids: frozenset[str] | None,
    ) -> bool:
        if student_ids is not None and row.student_id not in student_ids:
            reason = f"The student {shown(row.student_id)} is not in the roster."
            self._findings.refuse(self.sheet.name, row.line, "unknown-student", reason)
            return False
        named = row.given_name or row.family_name
        if guardian_ids is not None and row.guardian_id not in guardian_ids and not named:
            reason = (
                f"The adult {shown(row.guardian_id)} is not in the roster and has no name here. "
                "Correct the id, or fill in given_name and family_name."
            )
            self._findings.refuse(self.sheet.name, row.line, "unknown-adult", reason)
            return False
        return True

    def _say_again(self, line: int, earlier: ContactRow, row: ContactRow) -> None:
        differs = (earlier.gets_mail, earlier.may_see_record) != (row.gets_mail, row.may_see_record)
        if differs:
            reason = (
                f"Line {earlier.line} says something else about the same adult and student. Where "
                "they differ, “no” holds."
            )
            self._findings.repair(self.sheet.name, line, "pair-contradiction", reason)
        else:
            reason = "Lines name an adult and a student who were named before."
            self._findings.note(self.sheet.name, line, "pair-twice", reason)


def read_contacts_file(path: Path | str, limits: Limits | None = None) -> ContactsFile:
    """Open a contacts file that stands alone. Raises PackageUnreadable or PackageRefused."""
    bounds, place = limits or Limits(), Path(path)
    if place.is_dir():
        raise PackageUnreadable(f"{place.name} is a folder; name the contacts file itself.")
    source = open_source(place, bounds)
    if len(source.files) != 1:
        raise PackageUnreadable(f"{place.name} must hold exactly one CSV file.")
    name = next(iter(source.files.values())).name
    return read_contacts_sheet(source, name, bounds, Findings(bounds.kept_findings))


def read_contacts_sheet(
    source: Source, name: str, limits: Limits, findings: Findings
) -> ContactsFile:
    sheet = open_sheet(source, name, limits, findings)
    places: dict[str, int] = {}
    for position, header in enumerate(sheet.header):
        column = _NAMES.get(_plain(header))
        if column in places:
            raise _refuse_column(sheet, f"The column {column} is there twice; delete one.")
        if column is not None:
            places[column] = position
    missing = [column for column in ("guardian_id", "student_id") if column not in places]
    if missing:
        raise _refuse_column(
            sheet, f"The contacts file lacks the column {' and '.join(missing)} in its first line."
        )
    _refuse_ragged(sheet)
    return ContactsFile(sheet, places, findings)


def _refuse_column(sheet: Sheet, reason: str) -> PackageRefused:
    return refused("contacts-header", reason, sheet.name, sheet.first_line or None)


def _refuse_ragged(sheet: Sheet) -> None:
    """A line that is left out could be the one with a court order in it."""
    found = Findings(5)
    for _ in sheet.rows(found):
        pass
    ragged = [finding for finding in found if finding.code == "long-line"]
    if ragged:
        raise PackageRefused(ragged)
