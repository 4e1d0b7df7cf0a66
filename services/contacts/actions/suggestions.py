"""What other systems saw pupils achieve: heard once, shown to those who know the pupil."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import ValidationError

from services.contacts.actions.logging_contacts import today
from services.contacts.actions.strengths import pupils_known
from services.contacts.domain.contact import CLOCKS_DIFFER
from services.contacts.domain.suggestions import Suggested, Suggestion, stands
from services.contacts.store import Store
from shared.clock import id_from
from shared.errors import NotFound, Passing, Permanent
from shared.external import StudentAchieved
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import ExternalFactReceived, FamilyChanged
from shared.outbox import Units, Work

Pupil = tuple[str, str]
"""Family and given name of a pupil of whom the viewer may know."""


async def take_in_achievement(store: Store, fact: ExternalFactReceived, work: Work) -> None:
    """Keep another system's `StudentAchieved` as a suggestion, once for each name that it has.

    `Passing` while the roster does not know the pupil; `Permanent` when the data do not fit.
    """
    try:
        told = StudentAchieved.model_validate(fact.data)
    except ValidationError as wrong:
        raise Permanent("the data do not fit org.partners.student.achieved.v1") from wrong
    if told.achieved_at > work.now + CLOCKS_DIFFER:
        raise Permanent("achieved_at lies in the future; check the clock of the sender")
    family = await store.families.of_student(told.student_sourced_id)
    if family is None:
        raise Passing("the roster has no student of this id (student_sourced_id)")
    student = next(s for s in family.students if told.student_sourced_id in s.sourced_ids)
    suggestion = Suggestion(
        suggestion_id=id_from("achieved", fact.system, fact.source_id),
        student_id=student.student_id,
        family_id=family.family_id,
        what=" ".join(told.what.split()),
        system=fact.system,
        achieved_at=min(told.achieved_at, work.now),
        heard_at=work.now,
    )
    await store.suggestions.keep(suggestion, work)


async def suggestions_of(
    store: Store, family: FamilyChanged, viewer: Viewer, now: datetime, on: date
) -> list[Suggested]:
    """What still is to be told of a family's pupils whom the viewer knows, the newest first."""
    pupils = await _pupils(store, [family], viewer, on)
    found = await store.suggestions.recent("student_id", list(pupils), now, seen_by=viewer)
    return await _standing(store, found, pupils, now)


async def suggested_by_family(
    store: Store, family_ids: Sequence[str], viewer: Viewer, now: datetime, on: date
) -> dict[str, Suggested]:
    """The newest suggestion of each of some families in sight, where there is one."""
    found = await store.suggestions.recent("family_id", family_ids, now, seen_by=viewer)
    if not found:
        return {}
    ids = list({each.family_id for each in found})
    families = await store.families.seen_among(ids, seen_by=viewer, on=on)
    pupils = await _pupils(store, families, viewer, on)
    newest: dict[str, Suggested] = {}
    for each in await _standing(store, found, pupils, now):
        newest.setdefault(each.suggestion.family_id, each)
    return newest


async def not_now(
    store: Store, units: Units, family_id: str, suggestion_id: str, viewer: Viewer
) -> None:
    """Show it to this person no more; `NotFound` when it is not theirs to see."""
    now = units.clock.now()
    on = await today(store, viewer, now)
    family = await store.families.one(family_id, seen_by=viewer, on=on)
    shown = await suggestions_of(store, family, viewer, now, on)
    if suggestion_id not in {each.suggestion.suggestion_id for each in shown}:
        raise NotFound(N_("This suggestion is not there any more."))
    await store.suggestions.put_aside(suggestion_id, by=viewer)


async def _pupils(
    store: Store, families: Sequence[FamilyChanged], viewer: Viewer, on: date
) -> dict[str, Pupil]:
    return {
        each.student_id: (family.family_id, each.given_name)
        for family, each in await pupils_known(store, families, viewer, on)
    }


async def _standing(
    store: Store, found: Sequence[Suggestion], pupils: Mapping[str, Pupil], now: datetime
) -> list[Suggested]:
    known = [each for each in found if each.student_id in pupils]
    if not known:
        return []
    students = list({each.student_id for each in known})
    families = list({pupils[each][0] for each in students})
    told = await store.suggestions.told_of(students, families, now)
    return [
        Suggested(suggestion=each, student=pupils[each.student_id][1])
        for each in known
        if stands(each, told.get(each.student_id), now)
    ]
