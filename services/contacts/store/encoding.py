"""How rows of a roster are written as documents: in short names, as there are a million."""

from datetime import date
from typing import Any

from services.contacts.domain.kept import KeptPerson
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import (
    Enrollment,
    Link,
    OrgKind,
    Person,
    PersonRole,
    School,
    SchoolClass,
    Term,
)
from services.contacts.domain.ties import ContactRow
from shared.mongo import Document

ROW_FIELDS = (
    "guardian_id", "student_id", "relationship", "language", "interpreter", "gets_mail",
    "may_see_record", "household_id", "order", "email", "phone", "given_name", "family_name",
)  # fmt: skip


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def person_document(kept: KeptPerson) -> Document:
    """A person as kept."""
    person = kept.person
    return {
        "id": person.sourced_id,
        "k": sorted(kind.value for kind in person.kinds),
        "w": works_here(kept),
        "g": person.given_name,
        "f": person.family_name,
        "r": None if person.roles is None else [_role(role) for role in person.roles],
        "gr": person.grade,
        "m": person.email,
        "p": person.phone,
        "on": person.enabled,
        "a": list(person.agents),
        "u": person.username,
        "e": [_enrollment(each) for each in kept.enrollments],
        "l": [[link.adult_id, link.relationship, link.may_be_written_to] for link in kept.links],
        "c": [row_list(row) for row in kept.rows],
    }


def works_here(kept: KeptPerson) -> bool:
    """Whether a role or an enrollment says so: some teach whom users.csv calls students."""
    by_role = RoleKind.STAFF in kept.person.kinds
    return by_role or any(each.kind is RoleKind.STAFF for each in kept.enrollments)


def person_of(document: Document) -> KeptPerson:
    """The person of a document."""
    roles = document["r"]
    person = Person(
        sourced_id=document["id"],
        given_name=document["g"],
        family_name=document["f"],
        roles=None if roles is None else tuple(_role_of(each) for each in roles),
        grade=document["gr"],
        email=document["m"],
        phone=document["p"],
        enabled=document["on"],
        agents=tuple(document["a"]),
        username=document["u"],
    )
    me = person.sourced_id
    return KeptPerson(
        person,
        tuple(_enrollment_of(me, each) for each in document["e"]),
        links_of_document(document),
        rows_of_document(document),
    )


def links_of_document(document: Document) -> tuple[Link, ...]:
    """A student's links to adults."""
    me = document["id"]
    return tuple(Link(me, adult, word, allowed) for adult, word, allowed in document["l"])


def rows_of_document(document: Document) -> tuple[ContactRow, ...]:
    """What the contacts file says about a student."""
    return tuple(ContactRow(**dict(zip(ROW_FIELDS, each, strict=True))) for each in document["c"])


def row_list(row: ContactRow) -> list[Any]:
    """A line of the contacts file, without its number, which changes with every export."""
    return [getattr(row, name) for name in ROW_FIELDS]


def _role(role: PersonRole) -> list[Any]:
    days = (_text(role.begins), _text(role.ends))
    place = (role.org_id, role.school_id)
    return [role.role, role.kind.value, *place, *days, role.primary, role.sourced_id]


def _role_of(row: list[Any]) -> PersonRole:
    role, kind, org, school, begins, ends, primary, sourced = row
    return PersonRole(role, RoleKind(kind), org, school, _day(begins), _day(ends), primary, sourced)


def _enrollment(each: Enrollment) -> list[Any]:
    days = (_text(each.begins), _text(each.ends))
    return [each.sourced_id, each.class_id, each.role, each.kind.value, *days, each.primary]


def _enrollment_of(person_id: str, row: list[Any]) -> Enrollment:
    sourced, class_id, role, kind, begins, ends, primary = row
    days = (_day(begins), _day(ends))
    return Enrollment(sourced, class_id, person_id, role, RoleKind(kind), *days, primary)


def school_document(org: School) -> Document:
    """A school, department or district."""
    return {
        "id": org.sourced_id,
        "name": org.name,
        "kind": org.kind.value,
        "parent": org.parent_id,
        "identifier": org.identifier,
    }


def school_of_document(row: Document) -> School:
    """A school, department or district."""
    kind = OrgKind(row["kind"])
    return School(row["id"], row["name"], kind, row["parent"], row["identifier"])


def term_document(term: Term) -> Document:
    """A part of the school year."""
    return {
        "id": term.sourced_id,
        "title": term.title,
        "kind": term.kind,
        "begins": _text(term.begins),
        "ends": _text(term.ends),
        "year": term.school_year,
    }


def term_of_document(row: Document) -> Term:
    """A part of the school year."""
    days = (_day(row["begins"]), _day(row["ends"]))
    return Term(row["id"], row["title"], row["kind"], *days, row["year"])


def class_document(each: SchoolClass) -> Document:
    """A class."""
    return {
        "id": each.sourced_id,
        "title": each.title,
        "org": each.org_id,
        "school": each.school_id,
        "terms": list(each.term_ids),
        "periods": list(each.periods),
        "grades": list(each.grades),
        "homeroom": each.homeroom,
        "begins": _text(each.begins),
        "ends": _text(each.ends),
    }


def class_of_document(row: Document) -> SchoolClass:
    """A class."""
    return SchoolClass(
        sourced_id=row["id"],
        title=row["title"],
        org_id=row["org"],
        school_id=row["school"],
        term_ids=tuple(row["terms"]),
        periods=tuple(row["periods"]),
        grades=tuple(row["grades"]),
        homeroom=row["homeroom"],
        begins=_day(row["begins"]),
        ends=_day(row["ends"]),
    )
