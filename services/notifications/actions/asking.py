"""Notices that other systems ask for: by template and roster ids, never with words or addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from services.notifications.actions.addressing import promise, recipients_of_event
from services.notifications.actions.room import MailRoom
from services.notifications.domain.asked import Named, Request, Told, told
from services.notifications.domain.notice import Notice, SystemNotice, notice_id
from services.notifications.domain.sight import Sight
from services.notifications.store.deliveries import Wanted
from shared.errors import NotFound, Passing, Permanent
from shared.external import NoticeAsked
from shared.identity import Viewer
from shared.messages import ExternalFactReceived, FamilyChanged, HouseholdChanged
from shared.outbox import Work

ROSTER_WAIT = timedelta(minutes=30)
"""So long an id may be on its way with a roster; the ladder has one try after it."""
OF_USE_FOR = timedelta(days=14)
MOST_LETTERS = 2000


@dataclass(frozen=True)
class _Roster:
    """The families and households of those who are named."""

    families: tuple[FamilyChanged, ...]
    households: tuple[HouseholdChanged, ...]

    def student(self, sourced_id: str) -> Named:
        """A pupil and the households that may hear of them."""
        for family in self.families:
            for each in family.students:
                if sourced_id in each.sourced_ids:
                    homes = [h for h in self.households if each.student_id in h.student_ids]
                    return _named(sourced_id, homes, each.student_id)
        return Named(sourced_id=sourced_id, known=False)

    def guardian(self, sourced_id: str) -> Named:
        """An adult and the household in which they read letters."""
        for family in self.families:
            for each in family.guardians:
                if sourced_id in each.sourced_ids:
                    homes = [h for h in self.households if each.guardian_id in h.guardian_ids]
                    return _named(sourced_id, homes, None)
        return Named(sourced_id=sourced_id, known=False)

    def school_of(self) -> dict[str, str]:
        """By pupil the school."""
        return {
            each.student_id: each.school_id for family in self.families for each in family.students
        }


async def take_ask(room: MailRoom, fact: ExternalFactReceived, work: Work) -> None:
    """Have the households told; `Passing` while the roster may still bring a person."""
    try:
        asked = NoticeAsked.model_validate(fact.data)
    except ValidationError as wrong:
        raise Permanent(f"the data do not fit {NoticeAsked.TYPE}") from wrong
    roster = await _roster(room, asked)
    students = [roster.student(each) for each in dict.fromkeys(asked.student_sourced_ids)]
    guardians = [roster.guardian(each) for each in dict.fromkeys(asked.guardian_sourced_ids)]
    people = (*students, *guardians)
    came = work.cause.time if work.cause else work.now
    if not all(each.known for each in people) and work.now - came < ROSTER_WAIT:
        raise Passing("the roster does not have everybody who is named (by sourcedId)")
    request = Request(
        request_id=fact.source_id,
        system=fact.system,
        receipt_id=fact.receipt_id,
        template=asked.template,
        asked_at=work.now,
        people=people,
    )
    await room.store.requests.add(request, work)
    chosen = {each.student_id for each in students if each.student_id}
    await _write(room, roster, asked, request, _homes(students, guardians), chosen, work)


def _homes(students: Iterable[Named], guardians: list[Named]) -> set[str]:
    """The households meant: with adults named only theirs, else all of the children's."""
    meant = guardians or students
    return {home for each in meant for home in each.household_ids}


async def _write(
    room: MailRoom,
    roster: _Roster,
    asked: NoticeAsked,
    request: Request,
    homes: set[str],
    chosen: set[str],
    work: Work,
) -> None:
    """One notice for each school of the children, so that each has its own school's name on it."""
    schools = roster.school_of()
    by_school: dict[str, dict[str, HouseholdChanged]] = {}
    for household in roster.households:
        if household.household_id in homes:
            about = chosen.intersection(household.student_ids) if chosen else household.student_ids
            for student_id in sorted(about):
                if school_id := schools.get(student_id):
                    by_school.setdefault(school_id, {})[household.household_id] = household
    for school_id, households in sorted(by_school.items()):
        named = {each for each in chosen if schools.get(each) == school_id}
        notice = _notice(asked, request, school_id, work)
        await room.store.notices.put(notice, work)
        recipients = recipients_of_event(named, households.values(), roster.families)
        await promise(room, notice, recipients, work)


def _notice(asked: NoticeAsked, request: Request, school_id: str, work: Work) -> Notice:
    return Notice(
        notice_id=notice_id("system_notice", request.receipt_id, school_id),
        kind="system_notice",
        about=request.receipt_id,
        occasion=school_id,
        version=1,
        school_id=school_id,
        content=SystemNotice(template=asked.template, values=asked.values, system=request.system),
        created_at=work.now,
        use_by=work.now + OF_USE_FOR,
        causes=(work.cause.id,) if work.cause else (),
    )


async def what_became_of(
    room: MailRoom, request_id: str, viewer: Viewer
) -> tuple[Request, list[Told]]:
    """A request of the viewer's own system. `NotFound` for others', and while one waits."""
    request = await room.store.requests.of_system(viewer.system or "", request_id)
    if request is None:
        raise NotFound(
            "Your system has no such request here. One whose ids the roster does not know waits "
            "for half an hour."
        )
    # The system may not see the letters themselves, only what became of those that it asked for.
    rows = await room.store.deliveries.newest(
        Wanted(about=request.receipt_id), seen_by=Sight(everything=True), limit=MOST_LETTERS
    )
    return request, [told(each, rows) for each in request.people]


async def _roster(room: MailRoom, asked: NoticeAsked) -> _Roster:
    people = room.store.people
    families = await people.families_named(asked.student_sourced_ids, asked.guardian_sourced_ids)
    households = await people.households_of({each.family_id for each in families})
    return _Roster(tuple(families), tuple(households))


def _named(sourced_id: str, homes: list[HouseholdChanged], student_id: str | None) -> Named:
    ids = tuple(sorted(each.household_id for each in homes))
    return Named(sourced_id=sourced_id, student_id=student_id, household_ids=ids)
