"""The roster as it stands after all packages so far: what the next one is laid over."""

from dataclasses import dataclass, replace

from services.contacts.domain.kinship import Kin, best_adult_role, judge_pair
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Enrollment, Link, Person, PersonRole
from services.contacts.domain.ties import ContactRow


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """One person with everything the packages said. `links` and `rows` stand at the student."""

    person: Person
    enrollments: tuple[Enrollment, ...] = ()
    links: tuple[Link, ...] = ()
    rows: tuple[ContactRow, ...] = ()

    @property
    def kin(self) -> Kin:
        """As one side of a pair that is to be judged."""
        adult_role = best_adult_role(role.role for role in self.person.roles or ())
        return Kin(self.person.sourced_id, self.person.kinds, adult_role)


def laid_over(old: KeptPerson | None, new: Person) -> Person:
    """A delta row over the kept one: what the row does not say stays."""
    if old is None:
        return new if new.roles is not None else replace(new, roles=())
    if new.roles is None:
        return replace(new, roles=old.person.roles)
    return new


def with_roles(person: Person, added: tuple[PersonRole, ...], removed: frozenset[str]) -> Person:
    """Roles that came or went as rows of their own (OneRoster 1.2 delta)."""
    ids = {role.sourced_id for role in added if role.sourced_id} | removed
    kept = [role for role in person.roles or () if role.sourced_id not in ids]
    return replace(person, roles=(*kept, *added))


def links_of(student: KeptPerson, adults: dict[str, KeptPerson]) -> tuple[Link, ...]:
    """The student's links anew, from both sides' lists of related people."""
    me = student.person.sourced_id
    found: dict[str, Link] = {}
    for adult in adults.values():
        named = adult.person.sourced_id in student.person.agents or me in adult.person.agents
        judged = judge_pair(student.kin, adult.kin) if named else None
        if isinstance(judged, Link) and judged.student_id == me:
            found[judged.adult_id] = judged
    return tuple(found[each] for each in sorted(found))


def is_student(person: Person) -> bool:
    """Whether families are formed around this person."""
    return RoleKind.STUDENT in person.kinds
