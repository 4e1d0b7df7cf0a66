"""A roster package, opened and judged as a whole; its rows stream in as often as they are asked."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from services.contacts.domain.people import shown
from services.contacts.domain.roster import (
    Enrollment,
    Finding,
    Link,
    Mode,
    PackageRefused,
    Person,
    Removal,
    RoleRow,
    School,
    SchoolClass,
    Severity,
    Table,
    Term,
)
from services.contacts.oneroster.belonging import EnrollmentJudge, LinkJudge
from services.contacts.oneroster.cells import DayOrder
from services.contacts.oneroster.contacts_file import ContactsFile, read_contacts_sheet
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import Format
from services.contacts.oneroster.opening import Opened, open_package
from services.contacts.oneroster.persons import PersonJudge, judge_roles
from services.contacts.oneroster.places import Places, judge_classes, judge_orgs, judge_terms
from services.contacts.oneroster.sources import Limits
from services.contacts.oneroster.standing import Standing, learn_standing
from services.contacts.oneroster.tables import OpenTable


class Package:
    """Made by `read_package`. Streams may be asked in any order and again; each time they are read
    from the files anew, so memory holds ids and roles but no rows. While streaming, PackageRefused
    or PackageUnreadable may still be raised when a file turns out to be damaged further on.
    """

    def __init__(self, opened: Opened, limits: Limits, opening: Findings) -> None:
        self._opened = opened
        self._layout = opened.layout
        self._sections = {
            name: Findings(limits.kept_findings)
            for name in ("places", "people", "roles", "enrollments", "links", "contacts")
        }
        self._sections = {"opening": opening, **self._sections}
        self._limits = limits
        self._repeats = opened.format is Format.SDS_1
        self._learn_day_orders()
        self._places = self._judge_places()
        self._standing = self._learn_standing()
        self._check_standing()

    @property
    def path(self) -> Path:
        return self._opened.source.path

    @property
    def format(self) -> Format:
        return self._opened.format

    @property
    def modes(self) -> dict[Table, Mode]:
        """Per table: complete, partial, or not in the package."""
        return dict(self._opened.modes)

    @property
    def schools(self) -> tuple[School, ...]:
        return self._places.schools

    @property
    def orgs(self) -> dict[str, School]:
        """Schools, and the departments and districts around them, by sourced id."""
        return dict(self._places.orgs)

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(self._places.terms.values())

    @property
    def classes(self) -> tuple[SchoolClass, ...]:
        return tuple(self._places.classes.values())

    def people(self) -> Iterator[Person]:
        findings = self._restart("people")
        seen: set[str] = set()
        for table in self._people_tables():
            judge = PersonJudge(table, self._places, self._standing, findings, self._repeats)
            yield from judge.persons(seen)

    def roles(self) -> Iterator[RoleRow]:
        """Roles of people who are not in this package's people (OneRoster 1.2 delta)."""
        findings = self._restart("roles")
        table = self._opened.table(self._layout.roles)
        if table is not None:
            yield from judge_roles(table, self._places, self._standing, findings)

    def enrollments(self) -> Iterator[Enrollment]:
        findings = self._restart("enrollments")
        for spec in self._layout.enrollments:
            table = self._opened.table(spec)
            if table is not None:
                whole = self._roles_whole()
                yield from EnrollmentJudge(
                    table, self._places, self._standing, whole, findings
                ).enrollments()

    def links(self) -> Iterator[Link]:
        """Each student–adult pair once, whichever side names it."""
        judge = LinkJudge(self._standing, self._roles_whole(), self._restart("links"), set())
        relations = self._opened.table(self._layout.relations)
        if relations is not None:
            yield from judge.from_relations(relations)
        for table in self._people_tables():
            if "agents" in table.spec.columns:
                yield from judge.from_people(table, repeats=self._repeats)

    def removals(self) -> Iterator[Removal]:
        """Records which a delta package asks to delete."""
        return chain.from_iterable(table.removals() for table in self._opened.tables.values())

    def contacts_file(self) -> ContactsFile | None:
        """The contacts file inside the package, if there is one."""
        name = self._opened.contacts_name
        if name is None:
            return None
        findings = self._restart("contacts")
        return read_contacts_sheet(self._opened.source, name, self._limits, findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What there is to say so far: complete once every stream was read to its end."""
        return tuple(chain.from_iterable(self._sections.values()))

    def finding_counts(self) -> dict[tuple[str, Severity, str], int]:
        """How often, by (file, severity, code): exact even beyond the findings that are kept."""
        counts: dict[tuple[str, Severity, str], int] = {}
        for section in self._sections.values():
            for key, number in section.counts.items():
                counts[key] = counts.get(key, 0) + number
        return counts

    def _restart(self, section: str) -> Findings:
        self._sections[section].clear()
        return self._sections[section]

    def _people_tables(self) -> list[OpenTable[Any]]:
        tables = (self._opened.table(spec) for spec in self._layout.people)
        return [table for table in tables if table is not None]

    def _roles_whole(self) -> bool:
        return self._opened.modes[Table.ROLES] is Mode.BULK

    def _learn_day_orders(self) -> None:
        """A file whose own dates leave it open is read like the others of its package."""
        dated = []
        for table in self._opened.tables.values():
            cells = [c for c in table.spec.columns if c.endswith(("begins", "ends"))]
            if cells:
                table.learn_day_order(*cells)
                dated.append(table)
        known = {table.order for table in dated} - {DayOrder.UNKNOWN}
        if len(known) == 1:
            for table in dated:
                table.order = next(iter(known))

    def _judge_places(self) -> Places:
        findings, places = self._restart("places"), Places()
        orgs = self._opened.table(self._layout.orgs)
        terms = self._opened.table(self._layout.terms)
        classes = self._opened.table(self._layout.classes)
        if orgs is not None:
            judge_orgs(orgs, places, findings)
        if terms is not None:
            judge_terms(terms, places, findings)
        if classes is not None:
            judge_classes(classes, places, findings)
        return places

    def _learn_standing(self) -> Standing:
        return learn_standing(
            self._people_tables(),
            self._opened.table(self._layout.roles),
            self._opened.table(self._layout.relations),
            self._places,
            roles_apart=self._layout.roles is not None,
            repeats=self._repeats,
        )

    def _check_standing(self) -> None:
        """A complete list of people that can't mean what it says is refused whole."""
        standing = self._standing
        if self._opened.modes[Table.PEOPLE] is not Mode.BULK:
            return
        file = self._people_tables()[0].file
        if standing.refused > standing.listed:
            self._refuse(file, "mostly-unusable", _MOSTLY.format(file, standing.refused))
        if not standing.listed:
            self._refuse(file, "nobody", _NOBODY.format(file))
        if self._places.orgs_whole and not self._places.schools:
            self._refuse(self._layout.orgs.file, "no-schools", _NO_SCHOOL)
        if standing.homeless * 2 > standing.listed:
            lost = shown(standing.lost_org)
            self._refuse(
                file, "schools-differ", _DIFFER.format(standing.homeless, standing.listed, lost)
            )

    def _refuse(self, file: str, code: str, reason: str) -> None:
        finding = Finding(file, None, Severity.REFUSED, code, reason)
        for _ in self.people():  # so that the refusal comes with what is wrong in the lines
            pass
        raise PackageRefused([finding, *self.findings])


_NOBODY = (
    "{} lists nobody. As a complete file this would remove everyone, which is hardly meant. "
    "Export the people again."
)
_MOSTLY = (
    "More than half of the lines of {} can't be used ({}), so the package was not taken. "
    "See the reasons for the single lines."
)
_NO_SCHOOL = "There is no school among the organisations, so nobody would belong to one."
_DIFFER = (
    "{} of {} people belong to schools that are not in the package, such as {}. Probably the ids "
    "of the schools are written differently in the two files; importing would hide these people "
    "from their schools. Make the ids the same."
)


def read_package(path: Path | str, limits: Limits | None = None) -> Package:
    """Open a ZIP, a folder or one CSV as a roster and judge it as a whole.

    Raises PackageUnreadable when it can't be opened as a roster, and PackageRefused with the
    reasons when importing it would be wrong.
    """
    bounds = limits or Limits()
    opening = Findings(bounds.kept_findings)
    try:
        opened = open_package(Path(path), bounds, opening)
    except PackageRefused as error:
        raise PackageRefused([*error.findings, *opening]) from None
    return Package(opened, bounds, opening)
