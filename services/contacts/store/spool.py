"""A package sorted by person in a temporary file, so that memory stays flat however large."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Enrollment, Link, PersonRole, RoleRow
from services.contacts.domain.ties import ContactRow
from services.contacts.store.encoding import ROW_FIELDS, row_list

T = TypeVar("T")
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
CREATE TABLE enrollment (person TEXT, id TEXT, class TEXT, role TEXT, kind TEXT, begins TEXT,
                         ends TEXT, main INTEGER);
CREATE TABLE link (student TEXT, adult TEXT, relationship TEXT, allowed INTEGER);
CREATE TABLE line (student TEXT, guardian TEXT, number INTEGER, named INTEGER, cells TEXT);
CREATE TABLE role (person TEXT, role TEXT, kind TEXT, org TEXT, school TEXT, begins TEXT, ends TEXT,
                   main INTEGER, id TEXT);
CREATE TABLE seen (person TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX enrollment_person ON enrollment (person);
CREATE INDEX link_student ON link (student);
CREATE INDEX line_student ON line (student);
CREATE INDEX role_person ON role (person);
"""
_PART = 5000


class Spool:
    """Not for several threads at once; each call may come from another one."""

    def __init__(self, folder: Path) -> None:
        """The file lies in the folder, which the caller removes."""
        self._rows = sqlite3.connect(folder / "spool.sqlite", check_same_thread=False)
        self._rows.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    # --- filling ----------------------------------------------------------------------------------

    def take_enrollments(self, rows: Iterable[Enrollment]) -> int:
        """Keep enrollments; gives how many."""
        return self._insert("enrollment", 8, (_enrollment(row) for row in rows))

    def take_links(self, rows: Iterable[Link]) -> int:
        """Keep links between students and adults."""
        values = (
            (row.student_id, row.adult_id, row.relationship, row.may_be_written_to) for row in rows
        )
        return self._insert("link", 4, values)

    def take_lines(self, rows: Iterable[ContactRow]) -> int:
        """Keep lines of the contacts file."""
        return self._insert("line", 5, (_line(row) for row in rows))

    def take_roles(self, rows: Iterable[RoleRow]) -> int:
        """Keep roles that came as rows of their own."""
        return self._insert("role", 9, ((row.person_id, *_role(row.role)) for row in rows))

    def take_seen(self, people: Iterable[str]) -> None:
        """Note whose own rows were read."""
        self._rows.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((p,) for p in people))

    def sort(self) -> None:
        """After the last row is in and before the first is asked for."""
        self._rows.executescript(_INDEXES)

    def _insert(self, table: str, width: int, values: Iterable[Sequence[Any]]) -> int:
        places = ",".join("?" * width)
        rest, count = iter(values), 0
        while part := list(islice(rest, _PART)):
            self._rows.executemany(f"INSERT INTO {table} VALUES ({places})", part)  # noqa: S608 - our own words
            count += len(part)
        self._rows.commit()
        return count

    # --- asking -----------------------------------------------------------------------------------

    def enrollments(self, people: Sequence[str]) -> dict[str, tuple[Enrollment, ...]]:
        """The enrollments of some people."""
        return _grouped((row[0], _enrollment_of(row)) for row in self._of("enrollment", people))

    def links(self, students: Sequence[str]) -> dict[str, tuple[Link, ...]]:
        """The links of some students."""
        found = self._of("link", students, "student")
        return _grouped((row[0], Link(row[0], row[1], row[2], bool(row[3]))) for row in found)

    def lines(self, students: Sequence[str]) -> dict[str, tuple[ContactRow, ...]]:
        """What the contacts file says about some students."""
        return _grouped((row[0], _line_of(row)) for row in self._of("line", students, "student"))

    def roles(self, people: Sequence[str]) -> dict[str, tuple[PersonRole, ...]]:
        """The roles of some people that came as rows of their own."""
        return _grouped((row[0], _role_of(row)) for row in self._of("role", people))

    def named_only(self) -> Iterator[list[str]]:
        """The people about whom there are rows, but who have none of their own; 1,000 at a time."""
        everyone = (
            "SELECT person FROM enrollment UNION SELECT student FROM link"
            " UNION SELECT student FROM line UNION SELECT person FROM role"
        )
        query = f"SELECT person FROM ({everyone}) WHERE person NOT IN (SELECT person FROM seen)"  # noqa: S608 - our own words
        cursor = self._rows.execute(query)
        while part := cursor.fetchmany(1000):
            yield [row[0] for row in part]

    def lines_about_strangers(self) -> list[tuple[str, int]]:
        """Students whom only the contacts file knows, each with the first line that names them."""
        query = (
            "SELECT student, MIN(number) FROM line WHERE student NOT IN (SELECT person FROM seen)"
            " GROUP BY student ORDER BY 2"
        )
        return list(self._rows.execute(query))

    def nameless_strangers(self) -> list[tuple[str, int]]:
        """Adults whom only the contacts file knows, and whom it does not name."""
        query = (
            "SELECT guardian, MIN(number) FROM line WHERE guardian NOT IN (SELECT person FROM seen)"
            " GROUP BY guardian HAVING MAX(named) = 0 ORDER BY 2"
        )
        return list(self._rows.execute(query))

    def not_seen(self, people: Sequence[str]) -> list[str]:
        """Those of some people whose own rows were not read."""
        found = {row[0] for row in self._of("seen", people)}
        return [each for each in people if each not in found]

    def _of(self, table: str, ids: Sequence[str], key: str = "person") -> Iterator[Any]:
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            places = ",".join("?" * len(part))
            query = f"SELECT * FROM {table} WHERE {key} IN ({places})"  # noqa: S608 - our own words
            yield from self._rows.execute(query, part)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _enrollment(row: Enrollment) -> tuple[Any, ...]:
    days = (_text(row.begins), _text(row.ends))
    head = (row.person_id, row.sourced_id, row.class_id, row.role, row.kind.value)
    return (*head, *days, row.primary)


def _enrollment_of(row: Sequence[Any]) -> Enrollment:
    person, sourced, class_id, role, kind, begins, ends, main = row
    days = (_day(begins), _day(ends))
    return Enrollment(sourced, class_id, person, role, RoleKind(kind), *days, bool(main))


def _role(role: PersonRole) -> tuple[Any, ...]:
    days = (_text(role.begins), _text(role.ends))
    head = (role.role, role.kind.value, role.org_id, role.school_id)
    return (*head, *days, role.primary, role.sourced_id)


def _role_of(row: Sequence[Any]) -> PersonRole:
    _, role, kind, org, school, begins, ends, main, sourced = row
    days = (_day(begins), _day(ends))
    return PersonRole(role, RoleKind(kind), org, school, *days, bool(main), sourced)


def _line(row: ContactRow) -> tuple[Any, ...]:
    named = bool(row.given_name or row.family_name)
    cells = json.dumps(row_list(row), ensure_ascii=False)
    return row.student_id, row.guardian_id, row.line, named, cells


def _line_of(row: Sequence[Any]) -> ContactRow:
    return ContactRow(**dict(zip(ROW_FIELDS, json.loads(row[4]), strict=True)), line=row[2])
