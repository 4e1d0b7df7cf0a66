"""What another system is told of a notice that it asked for: of each person, and no more.

Not how many households a child has, not which of them got it, and not a family's own reasons.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.proof import CAME_BACK
from shared.asked_notices import Template
from shared.messages import Record

Fate = Literal["accepted", "waiting", "bounced", "not_sent", "not_known"]
"""`accepted`: the mail service took it (`NoticeAccepted`), `bounced`: it came back
(`NoticeBounced`), `not_sent` (`NoticeNotSent`), `not_known`: the roster has nobody of that id."""
_BEST: tuple[Fate, ...] = ("accepted", "waiting", "bounced", "not_sent")
_NO_WAY_TO_WRITE = frozenset({reasons.NO_ADDRESS, reasons.UNUSABLE_ADDRESS})


class Named(Record):
    """One person whom a request named, by the id of the roster."""

    sourced_id: str
    student_id: str | None = None
    household_ids: tuple[str, ...] = ()
    known: bool = True


class Request(Record):
    """A request as it is kept, so that whoever asked can ask what became of it."""

    request_id: str
    """The id that the other system gave it."""
    system: str
    receipt_id: str
    template: Template
    asked_at: datetime
    people: tuple[Named, ...]


class Told(Record):
    """What became of it for one person; `why` is `no_address` or empty."""

    sourced_id: str
    result: Fate
    why: str = ""


def told(person: Named, rows: Iterable[Delivery]) -> Told:
    """The best that happened in any household of the person."""
    if not person.known:
        return Told(sourced_id=person.sourced_id, result="not_known")
    own = [
        row
        for row in rows
        if row.household_id in person.household_ids
        and (person.student_id is None or person.student_id in row.student_ids)
    ]
    fates = {_fate(row) for row in own} or {"not_sent"}
    best = next(fate for fate in _BEST if fate in fates)
    no_way = all(row.reason in _NO_WAY_TO_WRITE for row in own)
    why = "no_address" if best == "not_sent" and no_way else ""
    return Told(sourced_id=person.sourced_id, result=best, why=why)


def _fate(row: Delivery) -> Fate:
    if row.state in {"accepted", "unknown", "merged"}:
        return "accepted"
    if row.state == "dead":
        return "bounced" if row.reason in CAME_BACK else "not_sent"
    return "not_sent" if row.state == "suppressed" else "waiting"
