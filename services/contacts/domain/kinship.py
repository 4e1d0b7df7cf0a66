"""Who is whose parent: rosters name pairs of people without saying how, or in which direction."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.contacts.domain.people import RoleKind, kind_of_role, plain_role
from services.contacts.domain.roster import Link


def may_be_written_to(role: str) -> bool:
    """Whether a role alone is enough to write to someone about a child: parents and guardians."""
    return kind_of_role(role) is RoleKind.GUARDIAN


class NoLink(StrEnum):
    """Why two people named as related are not a student and an adult of the family."""

    SELF = "self"
    BOTH_STUDENTS = "both-students"
    BOTH_ADULTS = "both-adults"
    STAFF = "staff"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kin:
    """One side of a pair: who, which kinds of roles, and the adult role that describes them best.

    `kinds` is None when the person is not in what we can see.
    """

    person_id: str
    kinds: frozenset[RoleKind] | None
    adult_role: str = ""


_FAMILY = frozenset({RoleKind.GUARDIAN, RoleKind.OTHER_ADULT})


def judge_pair(named_by: Kin, other: Kin, *, unknown_allowed: bool = False) -> Link | NoLink:
    """What to make of "this person is related to that one", which has no type and no direction.

    With `unknown_allowed` (delta) a pair with a person we can't see becomes an unsettled link.
    """
    if named_by.person_id == other.person_id:
        return NoLink.SELF
    one, two = named_by.kinds, other.kinds
    if one is None or two is None:
        return _half_known(named_by, other) if unknown_allowed else NoLink.UNKNOWN
    # A young parent is both: the row that names somebody is then the student's.
    if RoleKind.STUDENT in one and (two & _FAMILY or not two):
        return _link(named_by, other)
    if RoleKind.STUDENT in two and (one & _FAMILY or not one):
        return _link(other, named_by)
    if RoleKind.STUDENT in one and RoleKind.STUDENT in two:
        return NoLink.BOTH_STUDENTS
    if RoleKind.STUDENT in one or RoleKind.STUDENT in two:
        return NoLink.STAFF
    return NoLink.BOTH_ADULTS


def _half_known(named_by: Kin, other: Kin) -> Link | NoLink:
    known, unseen = (named_by, other) if named_by.kinds is not None else (other, named_by)
    if known.kinds is None:
        return NoLink.UNKNOWN
    if RoleKind.STUDENT in known.kinds:
        return _link(known, unseen, settled=False)
    return _link(unseen, known, settled=False) if known.kinds & _FAMILY else NoLink.UNKNOWN


def _link(student: Kin, adult: Kin, *, settled: bool = True) -> Link:
    relationship = plain_role(adult.adult_role) or "unknown"
    allowed = may_be_written_to(relationship)
    return Link(student.person_id, adult.person_id, relationship, allowed, settled)


def best_adult_role(roles: Iterable[str]) -> str:
    """Of several roles the one that says most about a family tie: guardians before relatives."""
    family = [role for role in roles if kind_of_role(role) in _FAMILY]
    return min(family, key=lambda role: (not may_be_written_to(role), role), default="")
