"""Judges the rows of people: names, addresses, roles. Passwords and demographics never get here."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.contacts.domain.people import (
    RoleKind,
    addresses_in,
    clean_text,
    is_known_role,
    normal_grade,
    shown,
)
from services.contacts.domain.roster import Person, RoleRow
from services.contacts.oneroster.cells import is_id, read_flag, read_list
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import PersonCells, RoleCells
from services.contacts.oneroster.places import Places
from services.contacts.oneroster.standing import Roles, Standing, role_rows
from services.contacts.oneroster.tables import OpenTable


@dataclass
class PersonJudge:
    """`repeats`: the format gives a person one row per school (School Data Sync v1)."""

    table: OpenTable[PersonCells]
    places: Places
    standing: Standing
    findings: Findings
    repeats: bool = False

    def persons(self, seen: set[str]) -> Iterator[Person]:
        for line, cells in self.table.taken(self.findings, repeats=self.repeats):
            if self.repeats and cells.id in seen:
                self.note(line, "one-row-per-school", "People with a row per school were joined.")
                continue
            if self.repeats:
                seen.add(cells.id)
            person = self.judge(line, cells)
            if person is not None:
                yield person

    def judge(self, line: int, cells: PersonCells) -> Person | None:
        names = self._names(line, cells)
        if names is None:
            return None
        roles = self.standing.of(cells.id)
        self._check_roles(line, cells, roles)
        written_to = roles is None or any(r.kind is not RoleKind.STUDENT for r in roles)
        grade = self.standing.grades.get(cells.id) or next(iter(read_list(cells.grades)), "")
        return Person(
            sourced_id=cells.id,
            given_name=names[0],
            family_name=names[1],
            roles=roles,
            grade=normal_grade(grade) or None,
            # Nobody writes to pupils from here, so their address and phone are not kept.
            email=self._email(line, cells) if written_to else None,
            phone=(clean_text(cells.phone or cells.sms) or None) if written_to else None,
            enabled=self._enabled(line, cells),
            agents=self._agents(line, cells),
            username=clean_text(cells.username) or None,
        )

    def _names(self, line: int, cells: PersonCells) -> tuple[str, str] | None:
        if cells.given or cells.family:
            return clean_text(cells.given), clean_text(cells.family)
        if cells.username:
            self.note(line, "only-username", "People without a name are shown by user name.")
            return "", clean_text(cells.username)
        reason = "The person has neither a name nor a user name."
        self.findings.refuse(self.table.file, line, "no-name", reason)
        return None

    def _check_roles(self, line: int, cells: PersonCells, roles: Roles | None) -> None:
        if roles is None:
            return
        if not roles:
            reason = "People without a role are kept, but get no access and no letters."
            self.note(line, "no-role", reason)
        elif any(not is_known_role(role.role) for role in roles):
            unknown = next(role.role for role in roles if not is_known_role(role.role))
            reason = (
                f"The role {shown(unknown)} is not known. The person was kept, but gets no access, "
                "and no letters until the contacts file says so."
            )
            self.findings.repair(self.table.file, line, "unknown-role", reason)
        if cells.orgs and self.places.orgs_whole:
            self._check_orgs(line, cells)

    def _check_orgs(self, line: int, cells: PersonCells) -> None:
        lost = [org for org in read_list(cells.orgs) if org not in self.places.orgs]
        if lost:
            reason = (
                f"The school {shown(lost[0])} of this person is not among the schools of the "
                "package. The person was kept without it, so that school can't see them."
            )
            self.findings.repair(self.table.file, line, "unknown-org", reason)

    def _email(self, line: int, cells: PersonCells) -> str | None:
        if not cells.email:
            return None
        found = addresses_in(cells.email)
        if not found:
            reason = "The mail address can't be one; it was left empty."
            self.findings.repair(self.table.file, line, "bad-address", reason)
            return None
        if len(found) > 1:
            reason = f"The cell holds {len(found)} mail addresses; only the first was kept."
            self.findings.repair(self.table.file, line, "several-addresses", reason)
        return found[0]

    def _enabled(self, line: int, cells: PersonCells) -> bool:
        if not cells.enabled:
            return True
        flag = read_flag(cells.enabled)
        if flag is None:
            reason = (
                f"{shown(cells.enabled)} is neither true nor false; the account counts as disabled."
            )
            self.findings.repair(self.table.file, line, "enabled-unclear", reason)
        return bool(flag)

    def _agents(self, line: int, cells: PersonCells) -> tuple[str, ...]:
        agents = read_list(cells.agents)
        if all(is_id(agent) for agent in agents):
            return agents
        reason = "An id among the related people can't be read; it was left out."
        self.findings.repair(self.table.file, line, "bad-related-id", reason)
        return tuple(agent for agent in agents if is_id(agent))

    def note(self, line: int, code: str, reason: str) -> None:
        self.findings.note(self.table.file, line, code, reason)


def judge_roles(
    table: OpenTable[RoleCells], places: Places, standing: Standing, findings: Findings
) -> Iterator[RoleRow]:
    """Roles of people whose own row was sent earlier; says what is wrong in roles.csv."""
    for line, cells, role in role_rows(table, places, findings):
        if standing.is_known(cells.person):
            continue
        if standing.whole:
            reason = f"The person {shown(cells.person)} of this role is not in users.csv."
            findings.refuse(table.file, line, "unknown-person", reason)
            continue
        yield RoleRow(cells.person, role)
