"""A pile becomes a PDF: judged as mail is, written with a code each, rendered, and only then kept.

Nothing is written before the PDF is there, so that whatever fails in between leaves every letter
where it was. Flags are read again in the transaction that says "printed".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.notifications.actions.composing import answer_url, compose
from services.notifications.actions.flagging import is_barred
from services.notifications.actions.piles import pile_of
from services.notifications.actions.room import MailRoom, school_days, tell_not_sent
from services.notifications.actions.surroundings import Surroundings, look_around
from services.notifications.actions.wording import own_words
from services.notifications.domain import reasons
from services.notifications.domain.backpack import (
    Homes,
    Sheet,
    code_expires,
    in_part,
    other_homes,
    why_no_paper,
)
from services.notifications.domain.delivery import ON_PAPER, Delivery
from services.notifications.domain.gates import Go, Hold, Stop, Together, Wait, judge
from services.notifications.domain.notice import EventWords, Notice
from services.notifications.letters.paper import Opens, PaperLetter, as_paper
from services.notifications.letters.press import Press
from services.notifications.store.paper import PaperCode
from shared.errors import Conflict, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import HouseholdChanged
from shared.outbox import Work

CODE_PATH = "/notifications/code"
_TRIES = 3


@dataclass(frozen=True)
class Wanted:
    """One PDF: what waits to be printed, or a part of what is printed already, once more."""

    school_id: str
    key: str
    again: bool = False
    part: int = 1


@dataclass(frozen=True)
class Drafted:
    """A letter that may be printed."""

    delivery: Delivery
    household: HouseholdChanged
    letter: PaperLetter
    language: str
    code: PaperCode | None


async def make_pdf(
    room: MailRoom, press: Press, wanted: Wanted, room_name: str, viewer: Viewer
) -> tuple[bytes, int]:
    """The PDF and how many letters are in it; `room_name` stands on each.

    `NotFound` where nothing is left to print, `Conflict` while it may not be printed, `NoPdf`.
    """
    for _ in range(_TRIES):
        pile = await pile_of(room, wanted.school_id, wanted.key, viewer)
        ready = [each for each in pile.to_print if each.delivery.not_before <= room.now]
        sheets = in_part(pile.printed if wanted.again else ready, wanted.part)
        drafted = await _draft(room, sheets, room_name)
        if not drafted:
            raise NotFound(N_("No letter can be printed here now."))
        html = as_paper([each.letter for each in drafted], room_name)
        pdf = await press.pdf(html)
        if await _keep_printed(room, drafted, viewer):
            return pdf, len(drafted)
    raise Conflict(N_("Something changed while the PDF was made. Please try again."))


async def _draft(room: MailRoom, sheets: Sequence[Sheet], room_name: str) -> list[Drafted]:
    """Write the letters that may go; those that may not are stopped with their reason."""
    rows = [each.delivery for each in sheets]
    around = await _around(room, rows)
    homes = await room.store.people.homes({each for row in rows for each in row.student_ids})
    stopped: dict[str, str] = {}
    drafted = []
    for sheet in sheets:
        row = sheet.delivery
        why_not = _why_not(row, around, homes)
        if why_not:
            stopped[row.delivery_id] = why_not
        else:
            drafted.append(_written(room, sheet, around, homes, room_name))
    await _stop(room, stopped)
    return drafted


async def _around(room: MailRoom, rows: Sequence[Delivery]) -> Surroundings:
    around = await look_around(room, rows)
    mailboxes = {(each.mailbox or "").lower() for each in around.households.values()} - {""}
    return replace(around, wishes=await room.store.choices.wishes(mailboxes, room.now))


def _why_not(row: Delivery, around: Surroundings, homes: Homes) -> str:
    match judge(row, around.of(row)):
        case Stop(reason):
            return reason
        case Hold(_, reason) | Wait(_, reason):
            # Holds for the school or for all letters, so that none is printed now.
            raise Conflict(reason)
        case Go() | Together():
            household = around.households[row.household_id]
            return why_no_paper(household, other_homes(household, row.student_ids, homes))


def _written(
    room: MailRoom, sheet: Sheet, around: Surroundings, homes: Homes, room_name: str
) -> Drafted:
    row = sheet.delivery
    household = around.households[row.household_id]
    notice = around.notices.get(row.notice_id)
    if notice is None:
        raise NotFound(f"delivery {row.delivery_id} speaks of something that is not kept")
    alone = not other_homes(household, row.student_ids, homes)
    # What is printed once more is printed in the words of today.
    anew = row.model_copy(update={"state": row.afresh})
    letter = compose(room, anew, around, names=alone)
    url = answer_url(room, notice, household)
    opens, code = _code(room, row, household, notice, around, answers=bool(url))
    return Drafted(
        delivery=row,
        household=household,
        letter=PaperLetter(
            pupil=f"{sheet.pupil.given_name} {sheet.pupil.family_name}".strip(),
            room=room_name,
            letter=letter,
            opens=opens if alone else None,
            wants_answer=bool(url),
            own=own_words(anew, around),
        ),
        language=letter.language,
        code=code if alone else None,
    )


def _code(
    room: MailRoom,
    row: Delivery,
    household: HouseholdChanged,
    notice: Notice,
    around: Surroundings,
    *,
    answers: bool,
) -> tuple[Opens, PaperCode]:
    code = room.codes.mint()
    facts = notice.content.facts if isinstance(notice.content, EventWords) else None
    until = code_expires(row, room.now, facts.ends_at if facts else None)
    page = f"{room.place.public_url}{CODE_PATH}"
    opens = Opens(
        code=code,
        page=page.partition("://")[2] or page,
        address=f"{page}/{code}",
        answers=answers,
        until=until,
        zone=school_days(around.schools.get(row.school_id)).time_zone,
    )
    kept = PaperCode(
        digest=room.codes.digest(code),
        delivery_id=row.delivery_id,
        household_id=row.household_id,
        link_version=household.link_version,
        expires_at=until,
    )
    return opens, kept


async def _stop(room: MailRoom, why: Mapping[str, str]) -> None:
    if not why:
        return

    async def body(work: Work) -> None:
        query = {"_id": {"$in": sorted(why)}}
        held = await room.store.deliveries.find(query, ON_PAPER, work)
        after = [row.moved("suppressed", why[row.delivery_id], work.now) for row in held]
        await room.store.deliveries.put(after, work)
        for row in after:
            tell_not_sent(row, work)

    await room.units.run(body)


async def _keep_printed(room: MailRoom, drafted: Sequence[Drafted], by: Viewer) -> bool:
    """Say that they are printed; False, and nothing is kept, where one changed or is barred now."""
    by_id = {each.delivery.delivery_id: each for each in drafted}

    async def body(work: Work) -> bool:
        query = {"_id": {"$in": sorted(by_id)}}
        now = await room.store.deliveries.find(query, ON_PAPER, work)
        same = {row.delivery_id: row.version for row in now} == {
            each: drafted.delivery.version for each, drafted in by_id.items()
        }
        if not same or not await room.store.flags.fresh(work.now, work):
            return False
        adults = {adult for each in drafted for adult in each.household.guardian_ids}
        flags = await room.store.flags.of_guardians(adults, work)
        if any(is_barred(flags, each.delivery, each.household) for each in drafted):
            return False
        printed = [
            row.moved("printed", reasons.PRINTED, work.now, detail=by.name).model_copy(
                update={
                    "language": by_id[row.delivery_id].language,
                    "worded": by_id[row.delivery_id].letter.letter.worded,
                }
            )
            for row in now
        ]
        await room.store.deliveries.put(printed, work)
        await room.store.paper.keep_codes([e.code for e in drafted if e.code is not None], work)
        return True

    return await room.units.run(body)
