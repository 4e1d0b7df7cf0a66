"""What became of letters and invitations, kept for the family's page."""

from services.contacts.domain.views import Letter, MailReply, Reply
from services.contacts.store import Store
from shared.messages import (
    EventRSVPd,
    GuardianReplied,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
)
from shared.outbox import Work


async def note_accepted(store: Store, notice: NoticeAccepted, work: Work) -> None:
    """A letter was handed over; with good news in it the families count as told."""
    letter = Letter(
        delivery_id=notice.delivery_id,
        kind=notice.kind,
        about=notice.about,
        household_id=notice.household_id,
        family_ids=notice.family_ids,
        state="handed_over",
        channel=notice.channel,
        needs_a_person=False,
        reason="",
        good_news=notice.good_news,
        language=notice.language,
        at=notice.accepted_at,
    )
    if await store.mail.keep_letter(letter, _version(work), work) and notice.good_news:
        await store.mail.heard_by_mail(letter, work)


async def note_bounced(store: Store, notice: NoticeBounced, work: Work) -> None:
    """A letter came back, or paper was not handed out: the families were not told by it."""
    letter = Letter(
        delivery_id=notice.delivery_id,
        household_id=notice.household_id,
        family_ids=notice.family_ids,
        state="not_sent" if notice.channel == "paper" else "came_back",
        channel=notice.channel,
        reason=notice.reason,
        at=notice.bounced_at,
    )
    if await store.mail.keep_letter(letter, _version(work), work):
        for family_id in notice.family_ids:
            await store.contacts.hear_again(family_id, work)


async def note_not_sent(store: Store, notice: NoticeNotSent, work: Work) -> None:
    """A letter will not leave, and why."""
    letter = Letter(
        delivery_id=notice.delivery_id,
        kind=notice.kind,
        about=notice.about,
        household_id=notice.household_id,
        family_ids=notice.family_ids,
        state="not_sent",
        reason=notice.reason,
        needs_a_person=notice.needs_a_person,
        at=work.cause.time if work.cause else work.now,
    )
    await store.mail.keep_letter(letter, _version(work), work)


async def note_reply(store: Store, rsvp: EventRSVPd, work: Work) -> None:
    """A household answered an invitation."""
    reply = Reply(
        rsvp_id=rsvp.rsvp_id,
        event_id=rsvp.event_id,
        household_id=rsvp.household_id,
        family_ids=rsvp.family_ids,
        answer=rsvp.answer,
        party_size=rsvp.party_size,
        at=rsvp.answered_at,
    )
    await store.mail.keep_reply(reply, _version(work), work)


async def note_mail_reply(store: Store, said: GuardianReplied, work: Work) -> None:
    """Somebody answered a letter by mail: the families were in touch with school."""
    reply = MailReply(
        reply_id=said.reply_id,
        delivery_id=said.delivery_id,
        kind=said.kind,
        about=said.about,
        household_id=said.household_id,
        family_ids=said.family_ids,
        educator_id=said.educator_id,
        at=said.replied_at,
    )
    await store.mail.keep_mail_reply(reply, _version(work), work)


def _version(work: Work) -> int:
    return work.cause.version if work.cause else 0
