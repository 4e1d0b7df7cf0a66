"""Policies to read and surveys: one letter to each household of the schools, until they close."""

from datetime import datetime, timedelta

from services.notifications.actions.addressing import put_back, stop
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.arranged import (
    PolicyWords,
    Publication,
    PublishedWords,
    SurveyWords,
    kind_of_words,
)
from services.notifications.domain.delivery import STOPPABLE
from services.notifications.domain.notice import Notice, notice_id
from shared.errors import Passing
from shared.messages import PolicyChanged
from shared.outbox import Work

POLICY_IS_OF_USE_FOR = timedelta(days=60)
"""It has to be distributed, also to who gets it on paper after a holiday."""


async def tell_published(room: MailRoom, fact: Publication, work: Work) -> None:
    """Write to all who are meant, once for each edition; what waits reads as it is now, or stops.

    Deliveries are written in chunks afterwards. An older fact that comes late changes nothing.
    """
    earlier = await room.store.notices.about(fact.subject, work)
    if any(each.version >= _version(work) for each in earlier):
        return
    await _known(room, fact)
    wanted = [_notice(fact, school_id, work) for school_id in dict.fromkeys(fact.school_ids)]
    if fact.state == "closed":
        # Kept although nothing is written: the older message may still be on its way.
        gone = {"withdrawn": True, "spread_after": None}
        wanted = [each.model_copy(update=gone) for each in wanted]
    known = {each.notice_id: each for each in earlier}
    for notice in wanted:
        await _keep(room, notice, known.pop(notice.notice_id, None), work)
    for old in known.values():
        await _end(
            room, old, reasons.OVER if fact.state == "closed" else reasons.NEWER_LETTER, work
        )


async def _known(room: MailRoom, fact: Publication) -> None:
    # Of a school that is not known here no household would be found, and none be written to.
    missing = {*fact.school_ids} - {*await room.store.people.schools(fact.school_ids)}
    if missing:
        raise Passing(f"school {min(missing)} is not known here yet")


async def _keep(room: MailRoom, notice: Notice, before: Notice | None, work: Work) -> None:
    if notice.withdrawn:
        await _end(room, notice, reasons.OVER, work)
        return
    if before is not None and not before.withdrawn:
        # Where its deliveries are still being written, that goes on.
        notice = notice.model_copy(update={"spread_after": before.spread_after})
        query = {"notice_id": notice.notice_id}
        waiting = await room.store.deliveries.find(query, STOPPABLE, work)
        await put_back(room, waiting, work, use_by=notice.use_by)
    await room.store.notices.put(notice, work)


async def _end(room: MailRoom, notice: Notice, reason: str, work: Work) -> None:
    gone = {"withdrawn": True, "spread_after": None}
    await room.store.notices.put(notice.model_copy(update=gone), work)
    query = {"notice_id": notice.notice_id}
    waiting = await room.store.deliveries.find(query, STOPPABLE, work)
    await stop(room, waiting, reason, work)


def _notice(fact: Publication, school_id: str, work: Work) -> Notice:
    """One for each school, so that each household reads its own school's name. The occasion is the
    same for all: a household with children at two of them gets one letter (`Delivery.key`).
    """
    words: PublishedWords
    words = PolicyWords(now=fact) if isinstance(fact, PolicyChanged) else SurveyWords(now=fact)
    kind, occasion = kind_of_words(words), _occasion(fact)
    return Notice(
        notice_id=notice_id(kind, fact.subject, f"{occasion}|{school_id}"),
        kind=kind,
        about=fact.subject,
        occasion=occasion,
        version=_version(work),
        school_id=school_id,
        content=words,
        created_at=work.now,
        use_by=_use_by(fact, work),
        audience="all",
        spread_after="",
        causes=(work.cause.id,) if work.cause else (),
    )


def _occasion(fact: Publication) -> str:
    return str(fact.edition) if isinstance(fact, PolicyChanged) else ""


def _use_by(fact: Publication, work: Work) -> datetime:
    return work.now + POLICY_IS_OF_USE_FOR if isinstance(fact, PolicyChanged) else fact.answer_by


def _version(work: Work) -> int:
    return work.cause.version if work.cause else 0
