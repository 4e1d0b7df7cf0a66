"""What follows from a refusal by the mail service: for its letter, and for the address.

The words are read as those of mail that came back (`returns/codes.py`), with the same weight: an
address that can't work is shut, one that could not take it this time is counted against, and what
is said about us (policies, lists, our name) says nothing about the address at all.
"""

from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, Pace
from services.notifications.domain.post import Busy, Refusal
from services.notifications.domain.returned import (
    HOPELESS,
    NOT_THE_ADDRESS,
    SOFT_LETTERS,
    SOFT_REST,
    SOFT_WINDOW,
    Cause,
)
from services.notifications.returns.codes import cause_of, status_of
from services.notifications.store.returns import Done, ReturnedMail
from shared.outbox import Work

CAME_BY = "answer"
"""By the answer of the mail service to the letter itself, not by mail."""
_REASONS: dict[Cause, str] = {
    "full": reasons.MAILBOX_FULL,
    "blocked": reasons.OUR_NAME,
    "too_big": reasons.TOO_LARGE,
}


def why(refusal: Refusal) -> str:
    """The reason on a letter that was refused for good."""
    cause = _cause(refusal.said)
    if cause in _REASONS:
        return _REASONS[cause]
    # Said to the letter as a whole, it is about what we sent; of an address, only some is final.
    if not refusal.address or cause in HOPELESS:
        return reasons.REFUSED
    return reasons.REFUSED_FOR_NOW


def pace_of(busy: Busy) -> Pace:
    """When to ask again."""
    if busy.cut or busy.rests:
        return "cut"
    return "full" if _cause(busy.said, final=False) == "full" else "later"


async def heed_refusal(room: MailRoom, row: Delivery, refusal: Refusal, work: Work) -> None:
    """The recipient was refused: shut the address, count against it, or neither."""
    cause = _cause(refusal.said)
    if row.mailbox is None or cause in NOT_THE_ADDRESS:
        return
    if cause in HOPELESS:
        await room.store.choices.suppress(row.mailbox, reasons.REFUSED, work, detail=refusal.said)
        return
    counted = ReturnedMail(
        return_id=f"{CAME_BY}|{row.delivery_id}|{row.tries}",
        kind="bounce",
        done="counted",
        came_by=CAME_BY,
        at=work.now,
        delivery_id=row.delivery_id,
        status=status_of(refusal.said),
        said=refusal.said,
        counted_for=row.mailbox,
    )
    done = await count_against(room, row, refusal.said, work)
    await room.store.returns.keep(counted.model_copy(update={"done": done}), work)


async def count_against(room: MailRoom, row: Delivery, said: str, work: Work) -> Done:
    """One letter more that an address did not take; after some of them it rests."""
    mailbox, since = row.mailbox or "", work.now - SOFT_WINDOW
    letters = await room.store.returns.counted(mailbox, since, work) | {row.delivery_id}
    if len(letters) < SOFT_LETTERS:
        return "counted"
    await room.store.choices.suppress(
        mailbox, reasons.COMES_BACK_OFTEN, work, detail=said, until=work.now + SOFT_REST
    )
    return "rests"


def _cause(said: str, *, final: bool = True) -> Cause:
    return cause_of(said, status_of(said, final=final))
