"""One school, two classes, a few households and an evening to invite them to, for all tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.events.domain import EventDraft, SchoolEvent
from services.events.domain.draft import hours_of
from shared.messages import (
    Assignment,
    EducatorChanged,
    FamilyChanged,
    GuardianFacts,
    HouseholdChanged,
    SchoolChanged,
    SchoolClass,
    StudentFacts,
)

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ZONE = "America/New_York"
MAPLE, CEDAR = "school-maple", "school-cedar"
ROOM_4, ROOM_5 = "class-room-4", "class-room-5"
BEGINS, ENDS = date(2026, 9, 1), date(2027, 6, 20)


def draft(**other: Any) -> EventDraft:
    """An evening in ten days at Maple, answers wanted two days before."""
    values: dict[str, Any] = {
        "school_id": MAPLE,
        "title": "Family Math Night",
        "description": "Games for everyone.\nSupper at six.",
        "place": "Cafeteria",
        "starts": datetime(2026, 12, 3, 18, 0),
        "ends": datetime(2026, 12, 3, 19, 30),
        "reply_by": date(2026, 12, 1),
        "organizer": "Ms. Rivera",
    }
    return EventDraft(**(values | other))


def planned(now: datetime = NOW, **other: Any) -> SchoolEvent:
    """That evening as a draft."""
    wanted = draft(**other)
    return SchoolEvent.planned(
        wanted,
        hours_of(wanted, ZONE, now),
        event_id="event-1",
        by="account-1",
        organizer_id="educator-rivera",
        now=now,
    )


def open_event(**other: Any) -> SchoolEvent:
    """That evening, published."""
    return planned(**other).published(NOW)


def school(school_id: str = MAPLE, name: str = "Maple Elementary") -> SchoolChanged:
    """A school with a phone and two classes."""
    return SchoolChanged(
        school_id=school_id,
        name=name,
        time_zone=ZONE,
        phone="+1 555 0100",
        classes=(
            SchoolClass(class_id=ROOM_4, title="Room 4", begins=BEGINS, ends=ENDS),
            SchoolClass(class_id=ROOM_5, title="Room 5", begins=BEGINS, ends=ENDS),
        ),
    )


def educator(educator_id: str, *class_ids: str) -> EducatorChanged:
    """A teacher of some classes at Maple."""
    return EducatorChanged(
        educator_id=educator_id,
        given_name="Ana",
        family_name="Rivera",
        school_ids=(MAPLE,),
        assignments=tuple(Assignment(class_id=c, begins=BEGINS, ends=ENDS) for c in class_ids),
    )


def family(
    key: str, class_id: str = ROOM_4, school_id: str = MAPLE, language: str = "en"
) -> tuple[FamilyChanged, HouseholdChanged]:
    """One pupil, one guardian, one household."""
    pupil, adult, home = f"student-{key}", f"guardian-{key}", f"household-{key}"
    student = StudentFacts(
        student_id=pupil,
        sourced_ids=(f"sis-{pupil}",),
        given_name="Mia",
        family_name=key.title(),
        school_id=school_id,
        enrollments=(Assignment(class_id=class_id, begins=BEGINS, ends=ENDS),),
    )
    guardian = GuardianFacts(
        guardian_id=adult,
        sourced_ids=(f"sis-{adult}",),
        given_name="Sam",
        family_name=key.title(),
        language=language,
        household_id=home,
        may_see=(pupil,),
    )
    household = HouseholdChanged(
        household_id=home,
        guardian_ids=(adult,),
        family_ids=(f"family-{key}",),
        student_ids=(pupil,),
        greeting=(f"Sam {key.title()}",),
        mailbox=f"{key}@home.example",
        language=language,
    )
    whole = FamilyChanged(family_id=f"family-{key}", students=(student,), guardians=(guardian,))
    return whole, household


def later(**step: float) -> datetime:
    """A moment some time after `NOW`."""
    return NOW + timedelta(**step)
