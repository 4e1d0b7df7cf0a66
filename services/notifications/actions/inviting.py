"""School events: invited, told of a change or a cancellation, and thanked for an answer."""

from collections.abc import Mapping
from datetime import datetime

from services.notifications.actions.addressing import (
    promise,
    put_back,
    recipients_of_event,
    stop,
)
from services.notifications.actions.event_reminders import ask_again, redate
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import STOPPABLE, Delivery
from services.notifications.domain.notice import (
    AnswerWords,
    EventWords,
    KnownEvent,
    Notice,
    differs_for_families,
    notice_id,
)
from shared.errors import Passing
from shared.messages import (
    EventCancelled,
    EventChanged,
    EventFacts,
    EventPublished,
    EventRSVPd,
)
from shared.outbox import Work


async def invite(room: MailRoom, published: EventPublished, work: Work) -> None:
    """One invitation for each household of the school or classes; written in chunks afterwards."""
    known = await room.store.events.get(published.event_id, work)
    newest = _newest(known, published.facts, work).model_copy(update={"published": True})
    await room.store.events.put(newest, work)
    invitation = notice_id("invitation", published.event_id, "")
    if newest.cancelled or await room.store.notices.get(invitation, work):
        return
    notice = _event_notice("invitation", "", newest.facts, work, EventWords(facts=newest.facts))
    await room.store.notices.put(notice.model_copy(update={"audience": "all"}), work)
    await ask_again(room, newest, work)


async def tell_change(room: MailRoom, changed: EventChanged, work: Work) -> None:
    """Waiting letters read as it is now; whoever may have an older one is told what changed."""
    known = await room.store.events.get(changed.event_id, work)
    if known is not None and known.version >= _version(work):
        return
    newest = _newest(known, changed.facts, work)
    await room.store.events.put(newest, work)
    if known is None or not known.published or known.cancelled:
        return
    before = await _supersede(room, known.facts, changed.facts, work)
    told = differs_for_families(before, changed.facts)
    await redate(room, known.facts, newest, work, told=told)
    if told:
        words = EventWords(facts=changed.facts, before=before)
        occasion = str(changed.facts.revision)
        notice = _event_notice("event_changed", occasion, changed.facts, work, words)
        await room.store.notices.put(notice, work)


async def tell_cancellation(room: MailRoom, cancelled: EventCancelled, work: Work) -> None:
    """Stop what has not left; whoever may have a letter about it is told."""
    known = await room.store.events.get(cancelled.event_id, work)
    if known is not None and known.cancelled:
        return
    newest = _newest(known, cancelled.facts, work)
    gone = newest.model_copy(update={"cancelled": True, "reason": cancelled.reason})
    await room.store.events.put(gone, work)
    if known is None or not known.published:
        return
    for notice in await room.store.notices.about(cancelled.event_id, work):
        await room.store.notices.put(notice.model_copy(update={"spread_after": None}), work)
    waiting = await _waiting(room, {"about": cancelled.event_id}, work)
    thanks, _ = await _waiting_thanks(room, cancelled.event_id, work)
    await stop(room, [*waiting, *thanks], reasons.EVENT_CANCELLED, work)
    words = EventWords(facts=cancelled.facts, reason=cancelled.reason)
    notice = _event_notice("cancelled", "", cancelled.facts, work, words)
    await room.store.notices.put(notice, work)


async def confirm_rsvp(room: MailRoom, answered: EventRSVPd, work: Work) -> None:
    """Thank the household for its answer; a later answer takes the place of an earlier thanks."""
    known = await room.store.events.get(answered.event_id, work)
    if known is None:
        raise Passing(f"event {answered.event_id} is not known here yet")
    households = await room.store.people.households([answered.household_id])
    household = households.get(answered.household_id)
    if household is None:
        raise Passing(f"household {answered.household_id} is not known here yet")
    earlier = await room.store.notices.about(answered.rsvp_id, work)
    if known.cancelled or any(each.version >= _version(work) for each in earlier):
        return
    waiting = await _waiting(room, {"about": answered.rsvp_id}, work)
    await stop(room, waiting, reasons.NEWER_LETTER, work)
    families = await room.store.people.families(household.family_ids)
    words = AnswerWords(
        facts=known.facts, answer=answered.answer, party_size=max(1, answered.party_size)
    )
    notice = _answer_notice(answered, words, work)
    await room.store.notices.put(notice, work)
    recipients = recipients_of_event(household.student_ids, [household], families.values())
    await promise(room, notice, recipients, work)


async def _supersede(room: MailRoom, before: EventFacts, now: EventFacts, work: Work) -> EventFacts:
    """Let waiting letters read as it is now; gives the facts that families were last told."""
    for notice in await room.store.notices.about(now.event_id, work):
        if not isinstance(notice.content, EventWords):
            continue
        waiting = await _waiting(room, {"notice_id": notice.notice_id}, work)
        if notice.kind == "invitation":
            words = notice.content.model_copy(update={"facts": now})
            newer = {"content": words, "use_by": _use_by("invitation", now)}
            await room.store.notices.put(notice.model_copy(update=newer), work)
            await put_back(room, waiting, work, use_by=_use_by("invitation", now))
        elif notice.kind == "event_changed":
            if waiting or notice.spread_after is not None:
                before = notice.content.before or before
            await room.store.notices.put(notice.model_copy(update={"spread_after": None}), work)
            await stop(room, waiting, reasons.NEWER_LETTER, work)
    thanks, notices = await _waiting_thanks(room, now.event_id, work)
    for notice in notices:
        thanked = notice.content.model_copy(update={"facts": now})
        newer = {"content": thanked, "use_by": now.ends_at}
        await room.store.notices.put(notice.model_copy(update=newer), work)
    await put_back(room, thanks, work, use_by=now.ends_at)
    return before


async def _waiting_thanks(
    room: MailRoom, event_id: str, work: Work
) -> tuple[list[Delivery], list[Notice]]:
    notices = {each.notice_id: each for each in await room.store.notices.thanks(event_id, work)}
    rows = await _waiting(room, {"notice_id": {"$in": list(notices)}}, work)
    return rows, [notices[each] for each in sorted({row.notice_id for row in rows})]


async def _waiting(room: MailRoom, query: Mapping[str, object], work: Work) -> list[Delivery]:
    return await room.store.deliveries.find(query, STOPPABLE, work)


def _newest(known: KnownEvent | None, facts: EventFacts, work: Work) -> KnownEvent:
    if known is None:
        return KnownEvent(version=_version(work), facts=facts)
    if known.version >= _version(work):
        return known
    return known.model_copy(update={"version": _version(work), "facts": facts})


def _event_notice(
    kind: str, occasion: str, facts: EventFacts, work: Work, words: EventWords
) -> Notice:
    return Notice.model_validate(
        {
            "notice_id": notice_id(kind, facts.event_id, occasion),
            "kind": kind,
            "about": facts.event_id,
            "occasion": occasion,
            "version": _version(work),
            "school_id": facts.school_id,
            "content": words,
            "created_at": work.now,
            "use_by": _use_by(kind, facts),
            "audience": "told",
            "spread_after": "",
            "causes": (work.cause.id,) if work.cause else (),
        }
    )


def _answer_notice(answered: EventRSVPd, words: AnswerWords, work: Work) -> Notice:
    occasion = str(_version(work))
    return Notice(
        notice_id=notice_id("rsvp_confirmation", answered.rsvp_id, occasion),
        kind="rsvp_confirmation",
        about=answered.rsvp_id,
        occasion=occasion,
        version=_version(work),
        school_id=answered.school_id,
        content=words,
        created_at=work.now,
        use_by=words.facts.ends_at,
        causes=(work.cause.id,) if work.cause else (),
    )


def _use_by(kind: str, facts: EventFacts) -> datetime:
    """An invitation is of use until the answer is due; news of an event until the event is over."""
    return (facts.reply_by or facts.starts_at) if kind == "invitation" else facts.ends_at


def _version(work: Work) -> int:
    return work.cause.version if work.cause else 0
