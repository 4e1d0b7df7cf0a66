"""Letters in backpacks: who carries them, in which room they are handed out, and to which homes.

Whatever a child carries may get to any of its homes. So where it has two, the letter names no
adult and has no code that opens what a household answered; and where these read different
languages there is none (ADR 31).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from shared.messages import HouseholdChanged, SchoolChanged, StudentFacts

MOST_IN_A_PDF = 60
"""Letters rendered at once: some seconds of one processor."""
CODE_LIVES = timedelta(days=60)
"""At most; a code also ends with the use of its letter."""
UNDO_DAYS = 14
"""So long a letter that was handed out is shown, and may be taken back to the pile."""

Homes = Mapping[str, Sequence[HouseholdChanged]]
"""By pupil: the active households that may hear about it."""


@dataclass(frozen=True, order=True)
class Room:
    """Where paper is handed out: a homeroom, or else all of a grade."""

    title: str
    """The homeroom's; "" for a grade."""
    grade: str
    class_id: str = ""

    @property
    def key(self) -> str:
        """For addresses of pages."""
        return f"class-{self.class_id}" if self.class_id else f"grade-{self.grade}"


@dataclass(frozen=True)
class Sheet:
    """One letter on paper, and who carries it."""

    delivery: Delivery
    pupil: StudentFacts
    room: Room

    @property
    def place(self) -> tuple[str, str, str]:
        """The order in a pile: by the pupil's name."""
        family, given = self.pupil.family_name.casefold(), self.pupil.given_name.casefold()
        return family, given, self.delivery.delivery_id


def carrier(delivery: Delivery, pupils: Iterable[StudentFacts]) -> StudentFacts | None:
    """The pupil who carries a letter home: one whom it is about and who is at that school.

    Of several the first by grade, then by name: the same one for every letter.
    """
    able = [
        each
        for each in pupils
        if each.student_id in delivery.student_ids and each.school_id == delivery.school_id
    ]
    return min(able, key=lambda each: (each.grade, each.given_name, each.student_id), default=None)


def room_of(pupil: StudentFacts, school: SchoolChanged | None, on: date) -> Room:
    """The pupil's homeroom on a day, as the roster has it; without one, the grade."""
    homerooms = {
        each.class_id: each for each in (school.classes if school else ()) if each.homeroom
    }
    for each in pupil.enrollments:
        held = homerooms.get(each.class_id)
        if held is not None and each.begins <= on <= each.ends:
            return Room(held.title, pupil.grade, held.class_id)
    return Room("", pupil.grade)


def other_homes(
    household: HouseholdChanged, student_ids: Iterable[str], homes: Homes
) -> list[HouseholdChanged]:
    """The other homes to which a letter about these pupils may get in a backpack."""
    found = {
        each.household_id: each
        for student_id in student_ids
        for each in homes.get(student_id, ())
        if each.household_id != household.household_id
    }
    return list(found.values())


def why_no_paper(household: HouseholdChanged, others: Iterable[HouseholdChanged]) -> str:
    """Why a letter must not go by backpack; "" when it may."""
    same = all(each.language == household.language for each in others)
    return "" if same else reasons.TWO_HOMES


def code_expires(delivery: Delivery, now: datetime, of_use_until: datetime | None) -> datetime:
    """Until when the code of a letter opens something."""
    longest = now + CODE_LIVES
    ends = of_use_until or delivery.use_by
    return min(longest, ends) if ends else longest


def in_part(sheets: Sequence[Sheet], part: int) -> list[Sheet]:
    """One PDF's worth of a pile; parts count from 1."""
    begin = (part - 1) * MOST_IN_A_PDF
    return list(sheets[begin : begin + MOST_IN_A_PDF])
