"""A person answered a letter by mail: it is kept, passed on to who wrote the letter, and told of.

Only a mark in the address that it came to proves which letter is answered. Nothing is ever sent to
the address that it came from: what is said back goes to the mailbox that we knew before, at most
once a day, so that neither strangers nor machines get anything out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.notifications.actions.addressing import Recipient, keep_promises, mailbox_of, promise
from services.notifications.actions.flagging import is_barred
from services.notifications.actions.room import MailRoom, tell_replied
from services.notifications.domain import reasons
from services.notifications.domain.arranged import PolicyWords, SeatWords, SurveyWords
from services.notifications.domain.delivery import Delivery, replied
from services.notifications.domain.notice import (
    EventWords,
    FamilyReply,
    Notice,
    ReplyAnswer,
    notice_id,
    writer_of,
)
from services.notifications.domain.replies import (
    MOST_A_DAY,
    OF_USE_FOR,
    STAFF_READS,
    Caution,
    Reply,
    asks_to_stop,
    readers,
)
from services.notifications.domain.returned import OwnWords, Returned
from services.notifications.domain.sight import Stop
from services.notifications.letters.tongue import base_of
from services.notifications.returns.delivery import first_address
from services.notifications.store.returns import Done
from shared.messages import EducatorChanged, HouseholdChanged
from shared.outbox import Work


@dataclass(frozen=True)
class _Answered:
    """The letter that was answered, and who it was from and to."""

    row: Delivery
    notice: Notice
    sender: EducatorChanged | None
    household: HouseholdChanged | None
    caution: Caution


async def take_reply(room: MailRoom, mail: Returned, delivery_id: str, work: Work) -> Done:
    """Do what follows from an answer to this letter, which its address proves."""
    row = await room.store.deliveries.get(delivery_id, work)
    if row is None or row.to_staff or row.mailbox is None or mail.words is None:
        return "no_letter"
    notice = await _notice(room, row, work)
    since = work.now - timedelta(days=1)
    if (
        notice is None
        or await room.store.replies.count_since(delivery_id, since, work) >= MOST_A_DAY
    ):
        return "noted"
    answered = await _answered(room, row, notice, work)
    if asks_to_stop(mail.words.text):
        await _stop(room, answered, work)
        return "category_stopped"
    await _pass_on(room, mail, answered, work)
    if mail.words.files:
        await _say(room, answered, "no_files", str(work.now.date()), work)
    return "passed_on"


async def _notice(room: MailRoom, row: Delivery, work: Work) -> Notice | None:
    """What was answered; of a letter about an answer, that which was answered first; of one that
    carries others, the first of those.
    """
    first = row.parts[0] if row.parts else row
    notice = await room.store.notices.get(first.notice_id, work)
    if notice and isinstance(notice.content, ReplyAnswer):
        return await room.store.notices.get(notice.content.answers, work)
    return notice


async def _answered(room: MailRoom, row: Delivery, notice: Notice, work: Work) -> _Answered:
    people = room.store.people
    household = (await people.households([row.household_id])).get(row.household_id)
    writer = None if row.parts else _writer(notice)
    sender = (await people.educators([writer])).get(writer) if writer else None
    caution: Caution = ""
    if household is None or not household.active:
        caution = "changed"
    if household is not None:
        flags = await room.store.flags.of_guardians(household.guardian_ids, work)
        caution = "flagged" if is_barred(flags, row, household) else caution
    return _Answered(row, notice, sender, household, caution)


def _writer(notice: Notice) -> str | None:
    """The person behind a letter; None where the school as a whole wrote it."""
    match notice.content:
        case EventWords(facts=facts) | SeatWords(event=facts):
            return facts.organizer_id
        case PolicyWords(now=now) | SurveyWords(now=now):
            return now.organizer_id
    return writer_of(notice.content)


async def _pass_on(room: MailRoom, mail: Returned, answered: _Answered, work: Work) -> None:
    row = answered.row
    language = answered.household.language if answered.household else row.language
    chosen = await room.store.replies.readers(row.school_id, work)
    leads = await room.store.people.educators(chosen)
    to = readers(
        answered.sender, [leads[each] for each in chosen if each in leads], base_of(language),
        answered.caution,
    )  # fmt: skip
    reply = _reply(room, mail, answered, language, to, work)
    await room.store.replies.keep(reply, work)
    await room.store.deliveries.put([replied(row, work.now)], work)
    if to:
        await _write_to_staff(room, reply, answered, to, work)
    if answered.caution != "flagged":
        tell_replied(reply, answered.sender.educator_id if answered.sender else None, work)


def _reply(
    room: MailRoom,
    mail: Returned,
    answered: _Answered,
    language: str,
    to: Sequence[EducatorChanged],
    work: Work,
) -> Reply:
    row, words = answered.row, mail.words or OwnWords()
    came_from = first_address([mail.sender]) or ""
    return Reply(
        reply_id=room.units.mint(),
        delivery_id=row.delivery_id,
        kind=row.kind if row.parts else answered.notice.kind,
        about=row.about if row.parts else answered.notice.about,
        school_id=row.school_id,
        household_id=row.household_id,
        family_ids=row.family_ids,
        student_ids=row.student_ids,
        language=language,
        words=_without_addresses(room, words.text, row, came_from),
        whole=_without_addresses(room, words.whole, row, came_from),
        shortened=words.shortened,
        files=words.files,
        from_elsewhere=came_from != row.mailbox,
        caution=answered.caution,
        educator_ids=tuple(each.educator_id for each in to),
        at=work.now,
    )


def _without_addresses(room: MailRoom, text: str, row: Delivery, came_from: str) -> str:
    """Nobody reads the family's address in it, nor ours, by which others could answer for it."""
    text = room.place.returns.without_marks(text) if room.place.returns else text
    for address in {row.mailbox or "", came_from} - {""}:
        low = text.lower()
        while len(low) == len(text) and (place := low.find(address)) >= 0:
            text = f"{text[:place]}…{text[place + len(address) :]}"
            low = text.lower()
    return text


# --- letters that follow --------------------------------------------------------------------------


async def _write_to_staff(
    room: MailRoom, reply: Reply, answered: _Answered, to: Sequence[EducatorChanged], work: Work
) -> None:
    notice = Notice(
        notice_id=notice_id("family_reply", reply.reply_id, ""),
        kind="family_reply",
        about=reply.reply_id,
        occasion="",
        version=1,
        school_id=reply.school_id,
        content=await _for_staff(room, reply, answered),
        created_at=work.now,
        use_by=work.now + OF_USE_FOR,
    )
    await room.store.notices.put(notice, work)
    await keep_promises(room, [_to_staff(room, notice, each, work) for each in to], work)


async def _for_staff(room: MailRoom, reply: Reply, answered: _Answered) -> FamilyReply:
    families = await room.store.people.families(reply.family_ids)
    pupils = [each for family in families.values() for each in family.students]
    return FamilyReply(
        reply_id=reply.reply_id,
        household_id=reply.household_id,
        family_ids=reply.family_ids,
        words=reply.words,
        language=reply.language,
        whole=not reply.shortened,
        files=reply.files,
        names=answered.household.greeting if answered.household else (),
        children=tuple(each.given_name for each in pupils if each.student_id in reply.student_ids),
        from_elsewhere=reply.from_elsewhere,
        caution=reply.caution,
    )


def _to_staff(room: MailRoom, notice: Notice, educator: EducatorChanged, work: Work) -> Delivery:
    return Delivery(
        delivery_id=room.units.mint(),
        notice_id=notice.notice_id,
        kind=notice.kind,
        about=notice.about,
        occasion=notice.occasion,
        mailbox=mailbox_of(educator),
        household_id="",
        educator_id=educator.educator_id,
        family_ids=(),
        school_id=notice.school_id,
        language=STAFF_READS,
        reason=reasons.READY,
        not_before=work.now,
        due_at=work.now,
        use_by=notice.use_by,
        created_at=work.now,
        changed_at=work.now,
    )


async def _stop(room: MailRoom, answered: _Answered, work: Work) -> None:
    """The word stops what the link at the foot of the letter stops, and we say so once."""
    mailbox = answered.row.mailbox or ""
    known = await room.store.choices.stopped([mailbox])
    new = [each for each in answered.row.categories if each not in known.get(mailbox, frozenset())]
    for category in new:
        stop = Stop(mailbox=mailbox, category=category, how="reply")
        await room.store.choices.stop(stop, work)
    if new:
        await _say(room, answered, "stopped", f"{' '.join(new)} {work.now.date()}", work)


async def _say(room: MailRoom, answered: _Answered, says: str, occasion: str, work: Work) -> None:
    """Tell the household something about its answer; the same thing once a day."""
    household = answered.household
    if household is None or not household.active:
        return
    occasion = f"{says} {occasion}"
    notice = Notice(
        notice_id=notice_id("reply_answer", household.household_id, occasion),
        kind="reply_answer",
        about=household.household_id,
        occasion=occasion,
        version=1,
        school_id=answered.row.school_id,
        content=ReplyAnswer.model_validate(
            {
                "says": says,
                "answers": answered.notice.notice_id,
                "delivery_id": answered.row.delivery_id,
            }
        ),
        created_at=work.now,
        use_by=work.now + OF_USE_FOR,
    )
    if await room.store.notices.get(notice.notice_id, work):
        return
    await room.store.notices.put(notice, work)
    who = Recipient(household, answered.row.student_ids, answered.row.family_ids)
    await promise(room, notice, [who], work)
