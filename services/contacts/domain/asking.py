"""What a family asks for on its page becomes a follow-up: who does it, and by which day."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from services.contacts.domain.asked import SAYS, Asked
from services.contacts.domain.follow_ups import Assignee, FollowUp, colleague
from shared.messages import (
    ERASED_WORDS,
    Ask,
    EducatorChanged,
    FamilyAsked,
    HouseholdItemChanged,
    StudentFacts,
)
from shared.schooldays import is_school_day
from shared.sight import attends, classes_in_sight

ANSWERED_WITHIN = 2
"""School days after the day on which the family asked."""
OF_EDUCATOR: frozenset[Ask] = frozenset({"call", "meet", "know"})
"""What the child's own educator does; the rest is the work of the school's coordinators."""


def due_after(day: date, no_school_days: Collection[date]) -> date:
    """The day by which the school answers what it was asked on a day."""
    for _ in range(ANSWERED_WITHIN):
        day += timedelta(days=1)
        while not is_school_day(day, no_school_days):
            day += timedelta(days=1)
    return day


def answerer(
    what: Ask,
    student: StudentFacts | None,
    educators: Iterable[EducatorChanged],
    homerooms: Collection[str],
    on: date,
) -> Assignee:
    """Who does it: the educator of the child's homeroom, or the only one that the child has.

    Nobody by name, which is the coordinators of the school, where there are several and no homeroom
    tells which of them, where there is none, and for what is the coordinators' work.
    `homerooms`: the ids of classes that are one.
    """
    if what not in OF_EDUCATOR or student is None:
        return Assignee()
    own = {
        each.educator_id: (each, classes)
        for each in educators
        if each.active and attends(student, classes := classes_in_sight(each, on), on)
    }
    at_home = [
        each
        for each, classes in own.values()
        if attends(student, [held for held in classes if held in homerooms], on)
    ]
    found = at_home or [each for each, _ in own.values()]
    if not at_home and len(found) != 1:
        return Assignee()
    return colleague(min(found, key=lambda each: (each.family_name, each.educator_id)))


def follow_up_of(
    asked: FamilyAsked, family_id: str, assignee: Assignee, due_on: date, names: Iterable[str]
) -> FollowUp:
    """The follow-up that it becomes; `names` are those of the household's adults."""
    return FollowUp(
        follow_up_id=asked.asked_id,
        family_id=family_id,
        school_id=asked.school_id,
        what=SAYS[asked.what],
        due_on=due_on,
        assignee=assignee,
        made_by=f"household|{asked.household_id}",
        author=", ".join(names),
        made_at=asked.asked_at,
        changed_at=asked.asked_at,
        asked=Asked(
            household_id=asked.household_id,
            student_id=asked.student_id,
            what=asked.what,
            best_time=asked.best_time,
            words=asked.words,
            language=asked.language,
            at=asked.asked_at,
        ),
    )


def told_back(follow_up: FollowUp) -> HouseholdItemChanged | None:
    """What the household's own page shows of it; None where no household asked."""
    asked = follow_up.asked
    if asked is None:
        return None
    return HouseholdItemChanged(
        item_id=follow_up.follow_up_id,
        kind="ask",
        household_ids=(asked.household_id,),
        state=follow_up.state,
        who=follow_up.assignee.name,
        due_on=follow_up.due_on,
        gone=follow_up.what == ERASED_WORDS,
    )


def without_words(follow_up: FollowUp) -> FollowUp:
    """The same for a record that another household may be given: not who asked, nor the words."""
    if follow_up.asked is None:
        return follow_up
    return follow_up.model_copy(update={"asked": None, "author": ""})
