"""Families are reminded of a school event: who comes, and who has not answered.

A reminder is a delivery that is not due yet. It is promised with the invitation or the answer, and
what changes about either re-dates it or lets it fall away. No letter about the same event comes
shortly before it, so that nobody is told the same twice.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from services.notifications.actions.addressing import (
    Recipient,
    promise,
    put_back,
    recipients_of_event,
    stop,
)
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.domain import reasons
from services.notifications.domain.delivery import STOPPABLE, WRITTEN
from services.notifications.domain.household_page import KnownAnswer
from services.notifications.domain.kinds import KindName
from services.notifications.domain.notice import EventWords, KnownEvent, Notice, notice_id
from services.notifications.domain.reminders import (
    ASKING,
    COMING,
    once_stale,
    reminds_at,
    until,
)
from shared.messages import Answer, EventFacts, EventRSVPd
from shared.outbox import Work


async def ask_again(room: MailRoom, known: KnownEvent, work: Work) -> None:
    """Promise to remind, once, who will not have answered shortly before the answer is due."""
    facts = known.facts
    asking = notice_id(ASKING, facts.event_id, "")
    due = await _moment(room, ASKING, facts, work)
    if due is None or await room.store.notices.get(asking, work):
        return
    notice = _notice(ASKING, "", facts, due, work)
    # Right after the invitation was written it has not reached those whom it is for.
    invites = await room.store.notices.get(notice_id("invitation", facts.event_id, ""), work)
    to = "all" if invites is None or invites.spread_after is not None else "told"
    await room.store.notices.put(
        notice.model_copy(update={"audience": to, "spread_after": ""}), work
    )


async def unanswered(
    room: MailRoom, notice: Notice, recipients: Sequence[Recipient], work: Work
) -> Sequence[Recipient]:
    """Of those who are to be reminded to answer, who has not; all of them for another letter."""
    if notice.kind != ASKING:
        return recipients
    answered = {
        each.household_id for each in await room.store.household.answers_to(notice.about, work)
    }
    return [
        each
        for each in recipients
        # Paper would come too late, and nobody needs to find another way for a reminder.
        if each.household.mailbox and each.household.household_id not in answered
    ]


async def heed_answer(room: MailRoom, answered: EventRSVPd, work: Work) -> None:
    """Nobody is asked again who has answered; who comes is reminded; who does not come is not."""
    known = await room.store.events.get(answered.event_id, work)
    (answer,) = await room.store.household.answers_to(
        answered.event_id, work, answered.household_id
    )
    version = work.cause.version if work.cause else 0
    if known is None or known.cancelled or answer.version != version:
        return
    await _meet_spreading(room, answer.event_id, work)
    mine = {"about": answer.event_id, "household_id": answer.household_id}
    waiting = await room.store.deliveries.find(
        {**mine, "kind": {"$in": [ASKING, COMING]}}, STOPPABLE, work
    )
    wanted = notice_id(COMING, answer.event_id, answer.answer)
    over = [row for row in waiting if row.notice_id != wanted]
    why = reasons.ANSWERED_NO if answer.answer == "no" else reasons.NEWER_LETTER
    await stop(room, [row for row in over if row.kind == ASKING], reasons.ANSWERED, work)
    await stop(room, [row for row in over if row.kind == COMING], why, work)
    due = await _moment(room, COMING, known.facts, work)
    if due is not None:
        await _promise(room, known.facts, [answer], due, work)


async def redate(
    room: MailRoom, before: EventFacts, known: KnownEvent, work: Work, *, told: bool
) -> None:
    """Reminders speak of the event as it is now, and come when it is time for it.

    `told`: families get a letter about the change. What would come right after it falls away.
    """
    for kind in (ASKING, COMING):
        moved = until(kind, before) != until(kind, known.facts)
        due = await _moment(room, kind, known.facts, work, fresh=told)
        await _carry_on(room, kind, known.facts, due, work, as_planned=not moved and not told)
        if kind == COMING and moved and due is not None:
            answers = await room.store.household.answers_to(known.facts.event_id, work)
            await _promise(room, known.facts, answers, due, work)
    await ask_again(room, known, work)


async def _carry_on(
    room: MailRoom,
    kind: KindName,
    facts: EventFacts,
    due: datetime | None,
    work: Work,
    *,
    as_planned: bool,
) -> None:
    """What waits is due then or, where there is no time left for it, falls away."""
    for notice in await room.store.notices.about(facts.event_id, work):
        if notice.kind != kind or not isinstance(notice.content, EventWords):
            continue
        newer: dict[str, object] = {
            "content": notice.content.model_copy(update={"facts": facts}),
            "due_at": due or notice.due_at,
            "use_by": until(kind, facts),
        }
        falls_away = due is None and not as_planned
        if falls_away:
            newer["spread_after"] = None
        newer_notice = notice.model_copy(update=newer)
        await room.store.notices.put(newer_notice, work)
        waiting = await room.store.deliveries.find({"notice_id": notice.notice_id}, STOPPABLE, work)
        if falls_away:
            await stop(room, waiting, reasons.NEWER_LETTER, work)
        else:
            await put_back(
                room,
                waiting,
                work,
                use_by=newer_notice.use_by,
                **({} if as_planned or due is None else _anew(due)),
            )


def _anew(due: datetime) -> dict[str, object]:
    return {"due_at": due, "not_before": due, "reason": reasons.REMINDER}


async def _promise(
    room: MailRoom, facts: EventFacts, answers: Sequence[KnownAnswer], due: datetime, work: Work
) -> None:
    """Remind those who come, except who is or was reminded of the event at this very time."""
    theirs = {"kind": COMING, "about": facts.event_id}
    homes = {"household_id": {"$in": sorted(each.household_id for each in answers)}}
    rows = await room.store.deliveries.find({**theirs, **homes}, STOPPABLE | WRITTEN, work)
    had = {
        row.household_id for row in rows if row.state in STOPPABLE or row.use_by == facts.starts_at
    }
    kinds: tuple[Answer, ...] = ("yes", "maybe")
    for answer in kinds:
        chosen = [each for each in answers if each.answer == answer]
        recipients = await _coming(
            room, [each for each in chosen if each.household_id not in had], facts
        )
        if recipients:
            notice = _notice(COMING, answer, facts, due, work)
            await room.store.notices.put(notice, work)
            await promise(room, notice, recipients, work)


async def _coming(
    room: MailRoom, answers: Sequence[KnownAnswer], facts: EventFacts
) -> list[Recipient]:
    versions = {each.household_id: each.version for each in answers}
    households = await room.store.people.households(versions)
    homes = [each for each in households.values() if each.active and each.mailbox]
    families = await room.store.people.families({one for each in homes for one in each.family_ids})
    students = {one for each in homes for one in each.student_ids}
    return [
        # Promised anew after each other answer and each other time, and else only once.
        replace(each, occasion=f"{home}|{versions[home]}|{facts.revision}")
        for each in recipients_of_event(students, homes, families.values())
        for home in (each.household.household_id,)
    ]


async def _moment(
    room: MailRoom, kind: KindName, facts: EventFacts, work: Work, *, fresh: bool = True
) -> datetime | None:
    """When it is time for a reminder; `fresh`: a letter about the event is being written now."""
    own = await room.store.choices.hours([facts.school_id])
    settings = (await room.settings()).of_school(own.get(facts.school_id))
    school = school_days(await room.directory.school(facts.school_id))
    written = work.now + timedelta(seconds=settings.take_back_seconds)
    earliest = once_stale(settings, school, written) if fresh else work.now
    return reminds_at(until(kind, facts), settings, school, earliest)


async def _meet_spreading(room: MailRoom, event_id: str, work: Work) -> None:
    # While reminders are being written, this makes the two transactions meet: one of them sees
    # what the other did.
    asking = await room.store.notices.get(notice_id(ASKING, event_id, ""), work)
    if asking is not None and asking.spread_after is not None and work.cause:
        causes = (*asking.causes, work.cause.id)
        await room.store.notices.put(asking.model_copy(update={"causes": causes}), work)


def _notice(
    kind: KindName, answer: Answer | Literal[""], facts: EventFacts, due: datetime, work: Work
) -> Notice:
    return Notice(
        notice_id=notice_id(kind, facts.event_id, answer),
        kind=kind,
        about=facts.event_id,
        occasion=answer,
        version=work.cause.version if work.cause else 0,
        school_id=facts.school_id,
        content=EventWords(facts=facts, answer=answer or None),
        created_at=work.now,
        due_at=due,
        use_by=until(kind, facts),
        causes=(work.cause.id,) if work.cause else (),
    )
