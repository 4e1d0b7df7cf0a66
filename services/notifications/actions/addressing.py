"""From a notice to its deliveries: a promise for each household, or why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.actions.room import MailRoom, tell_not_sent
from services.notifications.actions.ways import ways_on_paper
from services.notifications.domain import reasons
from services.notifications.domain.delivery import STOPPABLE, Delivery
from services.notifications.domain.kinds import kind_of
from services.notifications.domain.notice import EducatorsNote, Notice, writer_of
from services.notifications.domain.settings import MailSettings
from services.notifications.domain.sight import barred
from services.notifications.letters.tongue import tongue
from shared.messages import EducatorChanged, FamilyChanged, FlagsChanged, HouseholdChanged
from shared.outbox import Work


@dataclass(frozen=True)
class Recipient:
    """A household and what the letter to it is about."""

    household: HouseholdChanged
    student_ids: tuple[str, ...]
    family_ids: tuple[str, ...]
    why_not: str = ""
    occasion: str | None = None
    """What the promise to this household is for, where that is not as the notice has it."""


def recipients_of_note(
    note: EducatorsNote, family: FamilyChanged, households: Iterable[HouseholdChanged]
) -> list[Recipient]:
    """The family's households; one whose readers may not all hear of the child gets nothing."""
    getting = getting_mail([family])
    return [
        Recipient(
            household,
            note.student_ids,
            (note.family_id,),
            reasons.NOT_ALL_MAY_HEAR
            if not set(note.student_ids) <= set(household.student_ids)
            else _nobody(household, getting),
        )
        for household in households
    ]


def recipients_of_event(
    students: Iterable[str],
    households: Iterable[HouseholdChanged],
    families: Iterable[FamilyChanged],
) -> list[Recipient]:
    """Each household once, for all of its invited pupils."""
    invited, getting = set(students), getting_mail(families)
    return [
        Recipient(
            household,
            tuple(each for each in household.student_ids if each in invited),
            household.family_ids,
            _nobody(household, getting),
        )
        for household in households
    ]


def getting_mail(families: Iterable[FamilyChanged]) -> frozenset[str]:
    """The ids of the adults who are set to get mail."""
    return frozenset(
        adult.guardian_id for family in families for adult in family.guardians if adult.gets_mail
    )


def _nobody(household: HouseholdChanged, getting: frozenset[str]) -> str:
    return "" if getting.intersection(household.guardian_ids) else reasons.NOBODY_GETS_MAIL


def mailbox_of(reader: HouseholdChanged | EducatorChanged) -> str | None:
    """The address, written so that it compares."""
    address = reader.email if isinstance(reader, EducatorChanged) else reader.mailbox
    return address.lower() if address else None


async def promise(
    room: MailRoom, notice: Notice, recipients: Sequence[Recipient], work: Work
) -> list[Delivery]:
    """Write the deliveries of a notice; gives the new ones. What can never go says so at once."""
    settings = await room.settings()
    adults = {adult for each in recipients for adult in each.household.guardian_ids}
    flags = await room.store.flags.of_guardians(adults, work)
    wait = settings.take_back_seconds if kind_of(notice.kind).taken_back else 0
    causes = (work.cause.id,) if work.cause else ()
    ways = await ways_of(room, notice, recipients, settings)
    rows = [
        draft(
            notice,
            each,
            work.now,
            flags=flags,
            ways=ways,
            delivery_id=room.units.mint(),
            wait=wait,
            causes=causes,
        )
        for each in recipients
    ]
    return await keep_promises(room, rows, work)


async def ways_of(
    room: MailRoom, notice: Notice, recipients: Iterable[Recipient], settings: MailSettings
) -> dict[str, str]:
    """By household that is to get paper: why it may not, "" when it may."""
    lost = [
        (each.household, each.student_ids)
        for each in recipients
        if not each.why_not and (settings.paper == "always" or not each.household.mailbox)
    ]
    return await ways_on_paper(room, kind_of(notice.kind), lost, settings)


async def keep_promises(room: MailRoom, rows: Sequence[Delivery], work: Work) -> list[Delivery]:
    """Write deliveries and ring for those that are due; gives the new ones."""
    new = await room.store.deliveries.add(rows, work)
    for row in new:
        if row.state == "suppressed":
            tell_not_sent(row, work)
        elif row.due_at <= work.now and not row.on_paper:
            work.wake(room.due)
    return new


def draft(
    notice: Notice,
    recipient: Recipient,
    now: datetime,
    *,
    flags: Sequence[FlagsChanged],
    ways: Mapping[str, str],
    delivery_id: str,
    wait: int,
    causes: tuple[str, ...] = (),
) -> Delivery:
    """One delivery as it begins. `ways`: what `ways_of` says."""
    household, due = recipient.household, notice.due_at or now + timedelta(seconds=wait)
    why_not = _why_not(recipient, flags)
    way = ways.get(household.household_id)
    paper = way == "" and why_not in {"", reasons.NO_ADDRESS}
    if why_not == reasons.NO_ADDRESS and way is not None:
        why_not = way
    ready = reasons.TO_PRINT if paper else reasons.TAKE_BACK if wait else reasons.READY
    ready = reasons.REMINDER if notice.due_at else ready
    return Delivery(
        delivery_id=delivery_id,
        notice_id=notice.notice_id,
        kind=notice.kind,
        about=notice.about,
        occasion=notice.occasion if recipient.occasion is None else recipient.occasion,
        channel="paper" if paper else "mail",
        mailbox=None if paper else mailbox_of(household),
        household_id=household.household_id,
        family_ids=recipient.family_ids,
        student_ids=recipient.student_ids,
        school_id=notice.school_id,
        sender_id=writer_of(notice.content),
        language=tongue(household.language).language,
        good_news=notice.kind == "good_news",
        state="suppressed" if why_not else "to_print" if paper else "pending",
        reason=why_not or ready,
        not_before=due,
        due_at=due,
        use_by=notice.use_by,
        causes=causes,
        created_at=now,
        changed_at=now,
    )


def _why_not(recipient: Recipient, flags: Sequence[FlagsChanged]) -> str:
    household = recipient.household
    if barred(flags, household.guardian_ids, {*recipient.student_ids, *household.student_ids}):
        return reasons.FLAGGED
    if recipient.why_not:
        return recipient.why_not
    return "" if household.mailbox else reasons.NO_ADDRESS


async def put_back(room: MailRoom, rows: Iterable[Delivery], work: Work, **changes: object) -> None:
    """Let what waits be written anew: what is prepared with the old words is void."""
    fresh = {"claim": None, "lease_until": None, "changed_at": work.now, **changes}
    await room.store.deliveries.put(
        [
            row.model_copy(update={"state": row.afresh, "version": row.version + 1, **fresh})
            for row in rows
        ],
        work,
    )


async def stop(room: MailRoom, rows: Iterable[Delivery], reason: str, work: Work) -> list[Delivery]:
    """Stop what has not been handed over; others are left as they are."""
    stopped = [row.moved("suppressed", reason, work.now) for row in rows if row.state in STOPPABLE]
    await room.store.deliveries.put(stopped, work)
    for row in stopped:
        tell_not_sent(row, work)
    return stopped
