"""What families ask for on their own page: a follow-up, and a line back to that page."""

from collections.abc import Collection

from services.contacts.actions.logging_contacts import NOWHERE, zone_of
from services.contacts.domain.asking import answerer, due_after, follow_up_of, told_back
from services.contacts.domain.follow_ups import FollowUp
from services.contacts.store import Store
from shared.messages import FamilyAsked, FamilyChanged, StudentFacts
from shared.outbox import Work

SHOWN_OF_CHILD = 5
"""The newest of what a family wants its child's educators to know."""


async def take_ask(store: Store, asked: FamilyAsked, work: Work) -> None:
    """A follow-up due in two school days, with the child's educator or the coordinators."""
    if await store.follow_ups.known(asked.asked_id, work):
        return
    school = await store.directory.school(asked.school_id)
    zone = zone_of(school.time_zone) if school else NOWHERE
    day = asked.asked_at.astimezone(zone).date()
    family = await store.directory.family_of_student(asked.student_id)
    household = await store.directory.household(asked.household_id)
    follow_up = follow_up_of(
        asked,
        # A child that left in the meantime: its old family is then one that nobody teaches.
        family.family_id if family else asked.family_ids[0],
        answerer(
            asked.what,
            _child(family, asked.student_id),
            await store.directory.educators_in_brief(asked.school_id),
            await store.roster.homerooms(),
            day,
        ),
        due_after(day, school.no_school_days if school else ()),
        household.greeting if household else (),
    )
    await store.follow_ups.add(follow_up, work)
    tell_back(follow_up, work)


def tell_back(follow_up: FollowUp, work: Work) -> None:
    """Let the page of the household that asked show how it stands."""
    if said := told_back(follow_up):
        work.emit(said, sequence=follow_up.version)


async def wants_known(store: Store, student_ids: Collection[str]) -> dict[str, list[FollowUp]]:
    """What families want the educators of some pupils to know, the newest first, by pupil.

    Callers name pupils of whom the viewer may read it (`domain.strengths.shares`).
    """
    found = await store.follow_ups.wants_known(student_ids)
    return {
        student_id: [each for each in found if each.asked and each.asked.student_id == student_id][
            :SHOWN_OF_CHILD
        ]
        for student_id in student_ids
    }


def _child(family: FamilyChanged | None, student_id: str) -> StudentFacts | None:
    students = family.students if family else ()
    return next((each for each in students if each.student_id == student_id), None)
