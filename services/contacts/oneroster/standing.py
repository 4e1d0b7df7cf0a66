"""Who is what, known before any row is judged: each person's roles, from whichever file says it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.contacts.domain.people import RoleKind, kind_of_role, plain_role, shown
from services.contacts.domain.roster import Mode, PersonRole, school_of
from services.contacts.oneroster.cells import is_id, read_list
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import PersonCells, RelationCells, RoleCells
from services.contacts.oneroster.places import Places
from services.contacts.oneroster.tables import OpenTable

Roles = tuple[PersonRole, ...]


@dataclass
class Standing:
    """Roles by person id; None: this package does not say. Equal roles are one object, to be small.

    `listed` counts the usable people rows, `homeless` those of them whose schools are all unknown.
    """

    roles: dict[str, Roles | None] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    listed: int = 0
    homeless: int = 0
    lost_org: str = ""
    refused: int = 0

    def of(self, person_id: str) -> Roles | None:
        return self.roles.get(person_id)

    def is_known(self, person_id: str) -> bool:
        return person_id in self.roles


class RoleMaker:
    """Makes each distinct role, and each distinct set of roles, only once."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._one: dict[PersonRole, PersonRole] = {}
        self._sets: dict[tuple[str, str], Roles] = {}

    def of_cells(self, role: str, orgs: str) -> Roles:
        """The roles of a users.csv row: one role at each of its schools."""
        known = self._sets.get((role, orgs))
        if known is None:
            org_ids = read_list(orgs) or ("",)
            known = tuple(self.at(role, org_id) for org_id in org_ids) if role else ()
            self._sets[(role, orgs)] = known
        return known

    def at(self, role: str, org_id: str) -> PersonRole:
        school_id = school_of(org_id, self._places.orgs)
        return self.once(PersonRole(plain_role(role), kind_of_role(role), org_id, school_id))

    def once(self, role: PersonRole) -> PersonRole:
        return self._one.setdefault(role, role)


def role_rows(
    table: OpenTable[RoleCells], places: Places, findings: Findings
) -> Iterator[tuple[int, RoleCells, PersonRole]]:
    """The judged rows of roles.csv."""
    maker = RoleMaker(places)
    for line, cells in table.taken(findings, compare=False):
        if not is_id(cells.person) or not cells.role:
            reason = "The line does not say whose role it is, or which role."
            findings.refuse(table.file, line, "role-incomplete", reason)
            continue
        begins, ends = table.span(line, cells.begins, cells.ends, findings)
        role = PersonRole(
            role=plain_role(cells.role),
            kind=kind_of_role(cells.role),
            org_id=cells.org,
            school_id=school_of(cells.org, places.orgs),
            begins=begins,
            ends=ends,
            primary=cells.rank.lower() in ("primary", "true"),
            sourced_id=cells.id if table.mode is Mode.DELTA else None,
        )
        if places.orgs_whole and cells.org not in places.orgs:
            reason = f"The place {shown(cells.org)} of this role is not in orgs.csv."
            findings.repair(table.file, line, "unknown-org", reason)
        yield line, cells, maker.once(role)


def learn_standing(
    people: list[OpenTable[PersonCells]],
    roles: OpenTable[RoleCells] | None,
    relations: OpenTable[RelationCells] | None,
    places: Places,
    *,
    roles_apart: bool,
    repeats: bool,
) -> Standing:
    """One quick pass over roles, relationships and people; what is wrong in them is said later.

    `roles_apart`: the format keeps roles in a file of their own. Then a person of whom that file
    says nothing has no role if it is complete, and an unknown one if it is not. `repeats`: a person
    may have a row per school.
    """
    standing = Standing(whole=bool(people) and all(t.mode is Mode.BULK for t in people))
    by_person = _roles_by_person(roles, places, standing)
    _add_related(relations, by_person, places)
    incomplete = roles_apart and (roles is None or roles.mode is not Mode.BULK)
    unsaid: Roles | None = None if incomplete else ()
    maker = RoleMaker(places)
    pool: dict[Roles, Roles] = {}
    for table in people:
        quiet = Findings(0)
        for _, cells in table.taken(quiet, compare=False, repeats=repeats):
            if not (cells.given or cells.family or cells.username):
                standing.refused += 1  # said when the people are judged
                continue
            standing.listed += 1
            said = _together(
                standing.of(cells.id),
                by_person.get(cells.id),
                maker.of_cells(cells.role, cells.orgs),
            )
            standing.roles[cells.id] = pool.setdefault(said, said) if said else unsaid
            _count_home(said, places, standing)
        standing.refused += quiet.refused(table.file)
    return standing


def _together(*parts: Roles | None) -> Roles:
    held = [part for part in parts if part]
    if len(held) == 1:
        return held[0]
    return tuple(dict.fromkeys(role for part in held for role in part))


def _roles_by_person(
    table: OpenTable[RoleCells] | None, places: Places, standing: Standing
) -> dict[str, Roles]:
    found: dict[str, Roles] = {}
    if table is None:
        return found
    for _, cells, role in role_rows(table, places, Findings(0)):
        found[cells.person] = (*found.get(cells.person, ()), role)
        if cells.grade and role.kind is RoleKind.STUDENT:
            standing.grades[cells.person] = cells.grade
    return found


def _add_related(
    table: OpenTable[RelationCells] | None, by_person: dict[str, Roles], places: Places
) -> None:
    """A guardian in relationships.csv often has no other role anywhere."""
    if table is None:
        return
    maker = RoleMaker(places)
    for _, cells in table.rows(Findings(0)):
        role = maker.at(cells.role or "unknown", "")
        if role.kind in (RoleKind.GUARDIAN, RoleKind.OTHER_ADULT):
            held = by_person.get(cells.adult, ())
            by_person[cells.adult] = held if role in held else (*held, role)


def _count_home(roles: Roles, places: Places, standing: Standing) -> None:
    named = [role.org_id for role in roles if role.org_id]
    if named and places.orgs_whole and not any(org in places.orgs for org in named):
        standing.homeless += 1
        standing.lost_org = standing.lost_org or named[0]
