"""What an educator writes to one family: written, re-worded or taken back before it leaves."""

from datetime import timedelta

from services.notifications.actions.addressing import promise, put_back, recipients_of_note, stop
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import STOPPABLE, WRITTEN, Delivery
from services.notifications.domain.notice import (
    EducatorsNote,
    Notice,
    kind_of_note,
    note_of,
    notice_id,
)
from shared.errors import Passing
from shared.messages import ContactCorrected, ContactLogged, ContactRetracted
from shared.outbox import Work

OF_USE_FOR = timedelta(days=14)
"""A note that is older has lost its day."""


async def write_note(room: MailRoom, contact: ContactLogged, work: Work) -> None:
    """Write to the family only because the educator filled in "also write to the family"."""
    note = note_of(contact)
    known = await room.store.notices.get(_id(contact.contact_id), work)
    if note is None or (known is not None and known.version >= _version(work)):
        return
    notice = _notice(contact, note, work, occasion="")
    await room.store.notices.put(notice, work)
    await _write_to_family(room, notice, note, work, not_again=frozenset())


async def correct_note(room: MailRoom, corrected: ContactCorrected, work: Work) -> None:
    """Re-word what has not left; write to a household that only now is the right one."""
    contact, note = corrected.now, note_of(corrected.now)
    known = await room.store.notices.get(_id(corrected.contact_id), work)
    if known is not None and known.version >= _version(work):
        return
    rows = await _rows(room, corrected.contact_id, work)
    if note is None:
        await room.store.notices.put(_withdrawn(contact, known, work), work)
        await stop(room, rows, reasons.CORRECTED, work)
        return
    notice = _notice(contact, note, work, occasion=str(_version(work)))
    await room.store.notices.put(notice, work)
    right = [row for row in rows if _still_right(row, note)]
    await stop(room, [row for row in rows if row not in right], reasons.CORRECTED, work)
    await _reword(room, [row for row in right if row.state in STOPPABLE], notice, work)
    written = frozenset(row.household_id for row in rows if row.state in WRITTEN)
    waiting = frozenset(row.household_id for row in right if row.state in STOPPABLE)
    await _write_to_family(room, notice, note, work, not_again=written | waiting)


async def take_back_note(room: MailRoom, retracted: ContactRetracted, work: Work) -> None:
    """Stop what has not left; a letter that did leave stays told."""
    known = await room.store.notices.get(_id(retracted.contact_id), work)
    if known is not None and known.version >= _version(work):
        return
    gone = (
        known.model_copy(update={"withdrawn": True, "version": _version(work)})
        if known
        else (_nothing(retracted, work))
    )
    await room.store.notices.put(gone, work)
    await stop(room, await _rows(room, retracted.contact_id, work), reasons.TAKEN_BACK, work)


async def _write_to_family(
    room: MailRoom, notice: Notice, note: EducatorsNote, work: Work, *, not_again: frozenset[str]
) -> None:
    family = await room.directory.family(note.family_id)
    if family is None:
        raise Passing(f"family {note.family_id} is not known here yet")
    households = await room.directory.households_of(note.family_id)
    missing = {adult.household_id for adult in family.guardians if adult.household_id}
    missing -= {household.household_id for household in households}
    if missing and await _not_known(room, missing):
        raise Passing(f"a household of family {note.family_id} is not known here yet")
    recipients = recipients_of_note(note, family, households)
    await promise(
        room,
        notice,
        [each for each in recipients if each.household.household_id not in not_again],
        work,
    )


async def _not_known(room: MailRoom, household_ids: set[str]) -> bool:
    return len(await room.store.people.households(household_ids)) < len(household_ids)


async def _reword(room: MailRoom, rows: list[Delivery], notice: Notice, work: Work) -> None:
    good_news = notice.kind == "good_news"
    await put_back(room, rows, work, kind=notice.kind, good_news=good_news)


async def _rows(room: MailRoom, contact_id: str, work: Work) -> list[Delivery]:
    query = {"notice_id": _id(contact_id)}
    return await room.store.deliveries.find(query, STOPPABLE | WRITTEN, work)


def _still_right(row: Delivery, note: EducatorsNote) -> bool:
    return row.family_ids == (note.family_id,) and row.student_ids == note.student_ids


def _notice(contact: ContactLogged, note: EducatorsNote, work: Work, *, occasion: str) -> Notice:
    return Notice(
        notice_id=_id(contact.contact_id),
        kind=kind_of_note(note.tone),
        about=contact.contact_id,
        occasion=occasion,
        version=_version(work),
        school_id=contact.school_id,
        content=note,
        created_at=work.now,
        use_by=work.now + OF_USE_FOR,
        causes=(work.cause.id,) if work.cause else (),
    )


def _withdrawn(contact: ContactLogged, known: Notice | None, work: Work) -> Notice:
    note = EducatorsNote(
        words="",
        words_language="en",
        signed="",
        tone=contact.tone,
        family_id=contact.family_id,
        student_ids=contact.student_ids,
    )
    notice = known or _notice(contact, note, work, occasion="")
    return notice.model_copy(update={"withdrawn": True, "version": _version(work)})


def _nothing(retracted: ContactRetracted, work: Work) -> Notice:
    # Kept although nothing was written: the older message may still be on its way.
    note = EducatorsNote(
        words="", words_language="en", signed="", tone="hello", family_id="", student_ids=()
    )
    return Notice(
        notice_id=_id(retracted.contact_id),
        kind="note",
        about=retracted.contact_id,
        occasion="",
        version=_version(work),
        school_id="",
        content=note,
        created_at=work.now,
        withdrawn=True,
    )


def _id(contact_id: str) -> str:
    return notice_id("contact", contact_id, "")


def _version(work: Work) -> int:
    return work.cause.version if work.cause else 0
