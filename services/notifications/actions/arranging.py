"""What is arranged with one household: told as it stands, re-worded or stopped before it leaves."""

from dataclasses import dataclass

from services.notifications.actions.addressing import (
    promise,
    put_back,
    recipients_of_event,
    stop,
)
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.arranged import (
    ArrangedWords,
    Fact,
    SeatWords,
    kind_of_words,
    of_use_until,
    reads_alike,
    wants_letter,
    words_of,
)
from services.notifications.domain.delivery import STOPPABLE, WRITTEN, Delivery
from services.notifications.domain.notice import KnownEvent, Notice, notice_id
from shared.errors import Passing
from shared.messages import HouseholdChanged, WaitlistChanged
from shared.outbox import Work


@dataclass(frozen=True)
class _File:
    """To whom something is told, what was said of it, what waits, and what the household knows."""

    household: HouseholdChanged
    newest: Notice | None
    waiting: list[Delivery]
    told: ArrangedWords | None


async def tell_arranged(room: MailRoom, fact: Fact, work: Work) -> None:
    """Write to the household how it stands now; an older fact that comes late changes nothing.

    What waits with an older fact is stopped, or re-worded where families would read the same.
    """
    file = await _opened(room, fact, work)
    if file is None:
        return
    event = await _event(room, fact, work) if isinstance(fact, WaitlistChanged) else None
    words = words_of(fact, file.told, event.facts if event else None)
    if file.newest is not None and _knows(file.newest, fact):
        await _reword(room, file, words, work)
        return
    writes = wants_letter(fact, told=file.told is not None) and not (event and event.cancelled)
    await stop(room, file.waiting, reasons.NEWER_LETTER if writes else reasons.OVER, work)
    notice = _notice(fact, words, work).model_copy(update={"withdrawn": not writes})
    await room.store.notices.put(notice, work)
    if writes:
        await _promise(room, notice, file.household, work)


async def follow_event(room: MailRoom, event_id: str, work: Work) -> None:
    """What waits about places on an event's waitlist reads as the event is now, or is stopped."""
    known = await room.store.events.get(event_id, work)
    for notice in await room.store.notices.seats(event_id, work):
        waiting = await _rows(room, {"notice_id": notice.notice_id}, work)
        waiting = [row for row in waiting if row.state in STOPPABLE]
        if known is None or not waiting or not isinstance(notice.content, SeatWords):
            continue
        if known.cancelled:
            await room.store.notices.put(notice.model_copy(update={"withdrawn": True}), work)
            await stop(room, waiting, reasons.EVENT_CANCELLED, work)
            continue
        words = notice.content.model_copy(update={"event": known.facts})
        use_by = of_use_until(words)
        newer = {"content": words, "use_by": use_by}
        await room.store.notices.put(notice.model_copy(update=newer), work)
        await put_back(room, waiting, work, use_by=use_by)


async def _opened(room: MailRoom, fact: Fact, work: Work) -> _File | None:
    """None: something as new is known already."""
    earlier = await room.store.notices.about(fact.subject, work)
    if any(each.version >= _version(work) for each in earlier):
        return None
    household = (await room.store.people.households([fact.household_id])).get(fact.household_id)
    if household is None:
        raise Passing(f"household {fact.household_id} is not known here yet")
    rows = await _rows(room, {"about": fact.subject}, work)
    has = {
        row.notice_id
        for row in rows
        if row.state in WRITTEN and row.household_id == fact.household_id
    }
    told = [each for each in _by_age(earlier) if each.notice_id in has]
    content = told[-1].content if told else None
    return _File(
        household=household,
        newest=_by_age(earlier)[-1] if earlier else None,
        waiting=[row for row in rows if row.state in STOPPABLE],
        told=content if isinstance(content, ArrangedWords) else None,
    )


async def _event(room: MailRoom, fact: WaitlistChanged, work: Work) -> KnownEvent:
    known = await room.store.events.get(fact.event_id, work)
    if known is None:
        raise Passing(f"event {fact.event_id} is not known here yet")
    return known


def _knows(newest: Notice, fact: Fact) -> bool:
    content = newest.content
    return isinstance(content, ArrangedWords) and reads_alike(content.now, fact)


async def _reword(room: MailRoom, file: _File, words: ArrangedWords, work: Work) -> None:
    assert file.newest is not None
    content = words
    if not isinstance(words, SeatWords):
        # Against what it was compared with when it was written, which may have left by now.
        before = getattr(file.newest.content, "before", None)
        content = words.model_copy(update={"before": before})
    use_by = of_use_until(content)
    newer = {"content": content, "version": _version(work), "use_by": use_by}
    await room.store.notices.put(file.newest.model_copy(update=newer), work)
    same = [row for row in file.waiting if row.notice_id == file.newest.notice_id]
    await put_back(room, same, work, use_by=use_by)


async def _promise(room: MailRoom, notice: Notice, household: HouseholdChanged, work: Work) -> None:
    families = await room.store.people.families(household.family_ids)
    pupils = {
        student.student_id
        for family in families.values()
        for student in family.students
        if student.school_id == notice.school_id
    }
    recipients = recipients_of_event(pupils, [household], families.values())
    await promise(room, notice, recipients, work)


def _notice(fact: Fact, words: ArrangedWords, work: Work) -> Notice:
    kind, occasion = kind_of_words(words), str(_version(work))
    return Notice(
        notice_id=notice_id(kind, fact.subject, occasion),
        kind=kind,
        about=fact.subject,
        occasion=occasion,
        version=_version(work),
        school_id=fact.school_id,
        content=words,
        created_at=work.now,
        use_by=of_use_until(words),
        causes=(work.cause.id,) if work.cause else (),
    )


async def _rows(room: MailRoom, query: dict[str, str], work: Work) -> list[Delivery]:
    return await room.store.deliveries.find(query, STOPPABLE | WRITTEN, work)


def _by_age(notices: list[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda each: each.version)


def _version(work: Work) -> int:
    return work.cause.version if work.cause else 0
