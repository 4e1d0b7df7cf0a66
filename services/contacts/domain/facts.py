"""From a settled roster to what the others are told: schools, educators, families, households."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, cast

from pydantic import EmailStr, TypeAdapter, ValidationError

from services.contacts.domain.corrections import NO, YES, Holding, What
from services.contacts.domain.families import Family
from services.contacts.domain.households import Household
from services.contacts.domain.ids import plain_id
from services.contacts.domain.joining import Adult
from services.contacts.domain.kept import KeptPerson
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import (
    Enrollment,
    OrgKind,
    School,
    SchoolClass,
    Term,
    class_dates,
    school_of,
)
from services.contacts.domain.settling import Voice, corrected_voices
from services.contacts.domain.ties import Tie
from shared import messages as m

OPEN_BEGINS = date(2000, 1, 1)
OPEN_ENDS = date(2099, 12, 31)
"""A class whose dates nobody gave counts as running."""
_EMAIL = TypeAdapter(EmailStr)
_RELATIONSHIPS = frozenset(
    {"mother", "father", "parent", "guardian", "grandparent", "foster", "relative", "other"}
)


@dataclass
class Places:
    """Schools, terms and classes by sourced id, with their dates worked out."""

    orgs: dict[str, School] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    classes: dict[str, m.SchoolClass] = field(default_factory=dict)
    """As messages name them, by the roster's id."""
    school_of_class: dict[str, str] = field(default_factory=dict)
    terms_of_school: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, orgs: Iterable[School], terms: Iterable[Term], classes: Iterable[SchoolClass]
    ) -> "Places":
        """Join what several packages said."""
        places = cls({each.sourced_id: each for each in orgs}, {t.sourced_id: t for t in terms})
        for each in classes:
            school_id = each.school_id or places.school(each.org_id)
            if school_id is None:
                continue
            begins, ends = each.begins, each.ends
            if begins is None or ends is None:
                begins, ends = class_dates(each.term_ids, places.terms)
            places.classes[each.sourced_id] = m.SchoolClass(
                class_id=plain_id(each.sourced_id),
                title=each.title,
                grades=each.grades,
                homeroom=each.homeroom,
                begins=begins or OPEN_BEGINS,
                ends=ends or OPEN_ENDS,
            )
            places.school_of_class[each.sourced_id] = school_id
            places.terms_of_school.setdefault(school_id, set()).update(each.term_ids)
        return places

    def school(self, org_id: str) -> str | None:
        """The school, by sourced id, to which an organisation belongs."""
        return school_of(org_id, self.orgs)

    def assignment(self, enrollment: Enrollment) -> m.Assignment | None:
        """From when until when somebody is in a class; None for a class that is not there."""
        held = self.classes.get(enrollment.class_id)
        if held is None:
            return None
        return _assignment(
            held.class_id, enrollment.begins or held.begins, enrollment.ends or held.ends
        )


@lru_cache(maxsize=50_000)
def _assignment(class_id: str, begins: date, ends: date) -> m.Assignment:
    return m.Assignment(class_id=class_id, begins=begins, ends=ends)


def school_facts(places: Places) -> list[m.SchoolChanged]:
    """Every school with its classes and terms; time zone and calendar are added later."""
    by_school: dict[str, list[m.SchoolClass]] = {}
    for sourced_id, school_id in places.school_of_class.items():
        by_school.setdefault(school_id, []).append(places.classes[sourced_id])
    return [
        m.SchoolChanged(
            school_id=plain_id(org.sourced_id),
            name=org.name,
            terms=_terms(places, org.sourced_id),
            classes=tuple(sorted(by_school.get(org.sourced_id, ()), key=lambda c: c.class_id)),
        )
        for org in places.orgs.values()
        if org.kind is OrgKind.SCHOOL
    ]


def _terms(places: Places, school_id: str) -> tuple[m.Term, ...]:
    found = [
        places.terms[each]
        for each in places.terms_of_school.get(school_id, ())
        if each in places.terms
    ]
    return tuple(
        m.Term(term_id=plain_id(t.sourced_id), title=t.title, begins=t.begins, ends=t.ends)
        for t in sorted(found, key=lambda t: (t.begins or OPEN_BEGINS, t.sourced_id))
        if t.begins and t.ends
    )


def educator_facts(kept: KeptPerson, places: Places) -> m.EducatorChanged | None:
    """A member of the staff, None for whoever is none."""
    teaches = [each for each in kept.enrollments if each.kind is RoleKind.STAFF]
    roles = [role for role in kept.person.roles or () if role.kind is RoleKind.STAFF]
    if not teaches and not roles:
        return None
    schools = {places.school(role.org_id) or role.school_id for role in roles}
    schools |= {places.school_of_class.get(each.class_id) for each in teaches}
    person = kept.person
    return m.EducatorChanged(
        educator_id=plain_id(person.sourced_id),
        sourced_ids=(person.sourced_id,),
        given_name=person.given_name,
        family_name=person.family_name,
        email=mailable(person.email),
        school_ids=tuple(sorted(plain_id(each) for each in schools if each)),
        assignments=_assignments(teaches, places),
    )


def _assignments(enrollments: Sequence[Enrollment], places: Places) -> tuple[m.Assignment, ...]:
    found = {places.assignment(each) for each in enrollments}
    held = [each for each in found if each is not None]
    return tuple(sorted(held, key=lambda each: (each.class_id, each.begins, each.ends)))


@dataclass(frozen=True)
class Settled:
    """What a settlement says, in the form in which families and households are written from it."""

    adults: Mapping[str, Adult]
    """By record."""
    records: Mapping[str, tuple[str, ...]]
    """The records of each guardian."""
    ties: Mapping[str, tuple[Tie, ...]]
    """By student."""
    roster_voices: Mapping[str, Voice]
    household_of: Mapping[str, str]
    held: Holding = field(default_factory=dict)
    """What staff corrected, by guardian."""

    @cached_property
    def voices(self) -> Mapping[str, Voice]:
        """In which language each adult is written to and spoken with."""
        return corrected_voices(self.roster_voices, self.held)

    def name(self, guardian: str) -> tuple[str, str]:
        """Given and family name, from the record whose id is used."""
        adult = self.adults.get(guardian)
        return (adult.given_name, adult.family_name) if adult else ("", "")

    def sourced_ids(self, guardian: str) -> tuple[str, ...]:
        """All ids of an adult, the one that is used first."""
        others = (each for each in self.records.get(guardian, ()) if each != guardian)
        return (guardian, *sorted(others))

    def reach(self, guardian: str) -> dict[str, Any]:
        """Phone and address of an adult: corrected, else from the first record that has one.

        `roster` is the roster's own word about each field that staff corrected.
        """
        held = [self.adults[each] for each in self.sourced_ids(guardian) if each in self.adults]
        voice = self.roster_voices.get(guardian, Voice())
        roster: dict[What, str] = {
            "phone": next((each.phone for each in held if each.phone), ""),
            "email": next((each.email for each in held if each.email), ""),
            "language": voice.language or "en",
            "interpreter": YES if voice.interpreter else NO,
        }
        corrected = self.held.get(guardian, {})
        own = {what: roster[what] for what in sorted(roster) if what in corrected}
        return {
            "guardian_id": plain_id(guardian),
            "phone": corrected.get("phone", roster["phone"]),
            "email": corrected.get("email", roster["email"]),
            **({"roster": own} if own else {}),
        }


def student_facts(kept: KeptPerson, places: Places) -> m.StudentFacts:
    """A pupil as other services know them."""
    person = kept.person
    learns = [each for each in kept.enrollments if each.kind is RoleKind.STUDENT]
    roles = [role for role in person.roles or () if role.kind is RoleKind.STUDENT]
    schools = [
        places.school(r.org_id) or r.school_id for r in sorted(roles, key=lambda r: not r.primary)
    ]
    schools += [places.school_of_class.get(each.class_id) for each in learns]
    school_id = next((each for each in schools if each), "")
    return m.StudentFacts(
        student_id=plain_id(person.sourced_id),
        sourced_ids=(person.sourced_id,),
        given_name=person.given_name,
        family_name=person.family_name,
        school_id=plain_id(school_id) if school_id else "",
        grade=person.grade or "",
        enrollments=_assignments(learns, places),
    )


def family_facts(
    family: Family, students: Mapping[str, KeptPerson], settled: Settled, places: Places
) -> m.FamilyChanged:
    """A family in full."""
    held = sorted(each for each in family.student_ids if each in students)
    guardians = [_guardian(each, held, settled) for each in sorted(family.guardian_ids)]
    ordered = sorted(guardians, key=lambda pair: (pair[0], pair[1].guardian_id))
    return m.FamilyChanged(
        family_id=family.family_id,
        students=tuple(student_facts(students[each], places) for each in held),
        guardians=tuple(guardian for _, guardian in ordered),
    )


def _guardian(
    guardian: str, students: Sequence[str], settled: Settled
) -> tuple[int, m.GuardianFacts]:
    ties = [t for s in students for t in settled.ties.get(s, ()) if t.guardian_id == guardian]
    given, family = settled.name(guardian)
    voice = settled.voices.get(guardian, Voice())
    words = [tie.relationship for tie in ties if tie.relationship in _RELATIONSHIPS]
    facts = m.GuardianFacts(
        guardian_id=plain_id(guardian),
        sourced_ids=settled.sourced_ids(guardian),
        given_name=given,
        family_name=family,
        relationship=cast("m.Relationship", words[0] if words else "guardian"),
        language=voice.language or "en",
        interpreter=voice.interpreter,
        household_id=settled.household_of.get(guardian),
        gets_mail=any(tie.gets_mail for tie in ties),
        may_see=tuple(plain_id(tie.student_id) for tie in ties if tie.may_see_record),
    )
    return min((tie.order for tie in ties), default=99), facts


def household_facts(household: Household, settled: Settled) -> m.HouseholdChanged:
    """A household as the roster makes it; flags of the register are laid over it later."""
    adults = [member.guardian_id for member in household.members]
    spoken = household.writes_to.guardian_id if household.writes_to else adults[0]
    mailbox = mailable(household.mailbox)
    about = household.mail_about if mailbox else household.student_ids
    names = (" ".join(part for part in settled.name(each) if part) for each in adults)
    return m.HouseholdChanged(
        household_id=household.household_id,
        guardian_ids=tuple(plain_id(each) for each in adults),
        family_ids=tuple(sorted(household.family_ids)),
        student_ids=tuple(sorted(plain_id(each) for each in about)),
        greeting=tuple(name for name in names if name),
        mailbox=mailbox,
        language=_voice(spoken, adults, settled).language or "en",
        interpreter=any(settled.voices.get(each, Voice()).interpreter for each in adults),
        link_version=household.link_version,
    )


def _voice(spoken: str, adults: Sequence[str], settled: Settled) -> Voice:
    voices = [settled.voices.get(each, Voice()) for each in (spoken, *adults)]
    return next((voice for voice in voices if voice.language), voices[0])


@lru_cache(maxsize=1024)
def mailable(address: str | None) -> str | None:
    """The address when mail programs take it; None when they do not (RFC 5321 and 6531)."""
    try:
        return str(_EMAIL.validate_python(address)) if address else None
    except ValidationError:
        return None


def digest_of(*parts: Any) -> str:
    """What stays the same while nothing in the parts changes."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:32]
