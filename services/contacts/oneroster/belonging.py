"""Judges who belongs where: enrollments, and which adult belongs to which student."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.contacts.domain.kinship import (
    Kin,
    NoLink,
    best_adult_role,
    judge_pair,
    may_be_written_to,
)
from services.contacts.domain.people import RoleKind, kind_of_role, plain_role, shown
from services.contacts.domain.roster import Enrollment, Link
from services.contacts.oneroster.cells import read_flag, read_list
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import EnrollmentCells, PersonCells, RelationCells
from services.contacts.oneroster.places import Places
from services.contacts.oneroster.standing import Roles, Standing
from services.contacts.oneroster.tables import OpenTable

_FAMILY = frozenset({RoleKind.GUARDIAN, RoleKind.OTHER_ADULT})


@lru_cache(maxsize=4096)
def _kinds(roles: Roles) -> frozenset[RoleKind]:
    return frozenset(role.kind for role in roles)


@lru_cache(maxsize=4096)
def _adult_role(roles: Roles) -> str:
    return best_adult_role(role.role for role in roles)


@dataclass
class EnrollmentJudge:
    """`roles_whole`: whether a role that a person is not said to have is surely not theirs."""

    table: OpenTable[EnrollmentCells]
    places: Places
    standing: Standing
    roles_whole: bool
    findings: Findings

    def enrollments(self) -> Iterator[Enrollment]:
        for line, cells in self.table.taken(self.findings, compare=False):
            found = self.judge(line, cells)
            if found is not None:
                yield found

    def judge(self, line: int, cells: EnrollmentCells) -> Enrollment | None:
        kind = kind_of_role(cells.role)
        problem = self._unknown(cells) or self._mismatch(cells, kind)
        if problem is not None:
            self.findings.refuse(self.table.file, line, *problem)
            return None
        begins, ends = self.table.span(line, cells.begins, cells.ends, self.findings)
        role = plain_role(cells.role)
        return Enrollment(
            sourced_id=cells.id or f"{cells.class_id}:{cells.person}:{role}",
            class_id=cells.class_id,
            person_id=cells.person,
            role=role,
            kind=kind,
            begins=begins,
            ends=ends,
            primary=bool(read_flag(cells.primary)),
        )

    def _unknown(self, cells: EnrollmentCells) -> tuple[str, str] | None:
        if not cells.class_id or not cells.person:
            return "incomplete", "The line does not say which class or which person."
        if self.places.classes_whole and cells.class_id not in self.places.classes:
            return "unknown-class", (
                f"The class {shown(cells.class_id)} is not among the classes of the package, "
                "or was left out."
            )
        if self.standing.whole and not self.standing.is_known(cells.person):
            return "unknown-person", (
                f"The person {shown(cells.person)} is not among the people of the package, "
                "or was left out."
            )
        return None

    def _mismatch(self, cells: EnrollmentCells, kind: RoleKind) -> tuple[str, str] | None:
        """A class list must not turn a pupil into staff, who would see other people's families."""
        if kind not in (RoleKind.STUDENT, RoleKind.STAFF):
            return ("role", f"{shown(cells.role)} is not a role that someone can have in a class.")
        roles = self.standing.of(cells.person)
        if roles is None or not self.roles_whole or kind in _kinds(roles):
            return None
        if kind is RoleKind.STAFF:
            return "not-staff", (
                f"{shown(cells.person)} is {shown(cells.role)} of this class but not listed as "
                "staff among the people, so the line gives no access. If the person works here, "
                "correct the role there."
            )
        return "not-student", (
            f"{shown(cells.person)} is a student of this class but not listed as a student among "
            "the people. Correct the one that is wrong."
        )


@dataclass
class LinkJudge:
    """Collects pairs from both sides, each once; keeps a student with an adult of the family."""

    standing: Standing
    roles_whole: bool
    findings: Findings
    seen: set[tuple[str, str]]

    def from_people(self, table: OpenTable[PersonCells], *, repeats: bool) -> Iterator[Link]:
        """Rows that are refused as people make no links: `PersonJudge` says why."""
        quiet = Findings(0)
        for line, cells in table.taken(quiet, compare=False, repeats=repeats):
            if not cells.agents:
                continue
            for other_id in read_list(cells.agents):
                link = self._pair(line, cells.id, other_id, table)
                if link is not None:
                    yield link

    def _pair(
        self, line: int, person_id: str, other_id: str, table: OpenTable[PersonCells]
    ) -> Link | None:
        unknown_allowed = not self.standing.whole
        verdict = judge_pair(
            self._kin(person_id), self._kin(other_id), unknown_allowed=unknown_allowed
        )
        if isinstance(verdict, Link):
            return self._first(verdict)
        self._explain(line, verdict, other_id, table.file)
        return None

    def _first(self, link: Link) -> Link | None:
        pair = (link.student_id, link.adult_id)
        if pair in self.seen:
            return None
        self.seen.add(pair)
        return link

    def _kin(self, person_id: str) -> Kin:
        roles = self.standing.of(person_id)
        if roles is None:
            return Kin(person_id, None)
        kinds = _kinds(roles)
        # In a delta package the roles at hand may be a part: then only what they say counts.
        certain = self.roles_whole or kinds & _FAMILY or RoleKind.STUDENT in kinds
        return Kin(person_id, kinds if certain else None, _adult_role(roles))

    def _explain(self, line: int, verdict: NoLink, other_id: str, file: str) -> None:
        code = f"link-{verdict}"
        if verdict is NoLink.BOTH_STUDENTS:
            reason = "Students who are named as related to each other were not linked."
            self.findings.note(file, line, code, reason)
        elif verdict is NoLink.BOTH_ADULTS:
            reason = "Adults who are named as related to each other were not linked."
            self.findings.note(file, line, code, reason)
        else:
            self.findings.repair(file, line, code, _REASONS[verdict].format(shown(other_id)))

    def from_relations(self, table: OpenTable[RelationCells]) -> Iterator[Link]:
        for line, cells in table.rows(self.findings):
            problem = self._relation_problem(cells)
            if problem:
                self.findings.refuse(table.file, line, *problem)
                continue
            role = plain_role(cells.role) or "unknown"
            link = self._first(Link(cells.student, cells.adult, role, may_be_written_to(role)))
            if link is not None:
                yield link

    def _relation_problem(self, cells: RelationCells) -> tuple[str, str] | None:
        student = self.standing.of(cells.student)
        if student is None or RoleKind.STUDENT not in _kinds(student):
            return "unknown-person", (
                f"The student {shown(cells.student)} is not among the students of the package."
            )
        if not self.standing.is_known(cells.adult):
            return "unknown-person", (
                f"The adult {shown(cells.adult)} is not among the people of the package."
            )
        if cells.student == cells.adult or plain_role(cells.role) == "child":
            return "link-both-students", "The line does not tie a student to an adult."
        return None


_REASONS = {
    NoLink.SELF: "The person is named as related to themselves ({}); ignored.",
    NoLink.STAFF: (
        "{} is named as related to a student but listed only as staff, so they were not linked. "
        "If it is a parent, give them the role parent as well, or add them in the contacts file."
    ),
    NoLink.UNKNOWN: (
        "{} is named as related but is not among the people of the package; no link was made."
    ),
}
