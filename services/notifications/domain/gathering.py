"""Letters that come together in one: who may be put into one letter, and what becomes of each.

A letter that carries others is a vehicle: it is handed over once. What it carries is `merged` only
while it is in the hands of the mail service or was taken; what was not taken goes on by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from services.notifications.domain import reasons
from services.notifications.domain.delivery import WAITING, Delivery, Part
from services.notifications.domain.sight import barred
from shared.messages import FlagsChanged, HouseholdChanged

CAME_BACK = frozenset({reasons.CAME_BACK, reasons.CAME_BACK_THIS_TIME})
"""Why a letter that was taken did not arrive."""


def is_ripe(row: Delivery, now: datetime) -> bool:
    """Whether its moment to come together with others has come."""
    return row.gather_at is not None and row.gather_at <= now


def parted(
    rows: Sequence[Delivery],
    behind: Collection[HouseholdChanged],
    flags: Iterable[FlagsChanged],
) -> list[list[Delivery]]:
    """Letters to one mailbox as they may stand in one: all of them, or each household's apart.

    Together only what everybody who reads the address may see, in a language that all of them
    asked for, and while no flag stands on any of them.
    """
    homes: dict[str, list[Delivery]] = {}
    for row in rows:
        homes.setdefault(row.household_id, []).append(row)
    if len(homes) > 1 and _all_may_see(rows, behind, list(flags)):
        return [list(rows)]
    return list(homes.values())


def _all_may_see(
    rows: Sequence[Delivery], behind: Collection[HouseholdChanged], flags: list[FlagsChanged]
) -> bool:
    pupils = {student for row in rows for student in row.student_ids}
    return (
        {row.household_id for row in rows} <= {home.household_id for home in behind}
        and len({home.language for home in behind}) == 1
        and all(pupils <= set(home.student_ids) for home in behind)
        and not any(barred(flags, home.guardian_ids, home.student_ids) for home in behind)
    )


def carrying(parts: Sequence[Delivery], delivery_id: str, now: datetime) -> Delivery:
    """The letter that carries these, in their order; not kept until it is handed over."""
    first = parts[0]
    return Delivery(
        delivery_id=delivery_id,
        notice_id=f"digest|{delivery_id}",
        kind="digest",
        about=first.household_id,
        occasion=delivery_id,
        mailbox=first.mailbox,
        household_id=first.household_id,
        family_ids=tuple(dict.fromkeys(each for part in parts for each in part.family_ids)),
        school_id=first.school_id,
        language=first.language,
        state="claimed",
        reason=reasons.CARRIES,
        not_before=now,
        due_at=now,
        parts=tuple(map(_part, parts)),
        claim=first.claim,
        lease_until=first.lease_until,
        created_at=now,
        changed_at=now,
    )


def _part(row: Delivery) -> Part:
    return Part.model_validate(row.model_dump(include=set(Part.model_fields)))


def followed(part: Delivery, digest: Delivery, now: datetime) -> Delivery:
    """What becomes of a letter when the one that carries it was taken, is unclear, or failed."""
    match digest.state:
        case "accepted":
            return _noted(part, reasons.TOGETHER_ACCEPTED, now, handed_at=digest.handed_at)
        case "unknown":
            return _noted(part, reasons.TOGETHER_UNCLEAR, now)
    if digest.reason == reasons.MAIL_SERVICE_BUSY:
        return _alone(part.again(now, digest.detail))
    if digest.reason == reasons.SAID_AGAIN:
        return _alone(part.moved("pending", digest.reason, now, due_at=now))
    if digest.reason == reasons.MAIL_SERVICE_DOWN:
        back = _alone(part.moved("pending", digest.reason, now, due_at=now))
        return back.model_copy(update={"tries": max(0, part.tries - 1)})
    return part.moved("dead", digest.reason, now, detail=digest.detail)


def _alone(part: Delivery) -> Delivery:
    return part.model_copy(update={"digest_id": None}) if part.state in WAITING else part


def _noted(part: Delivery, reason: str, now: datetime, **more: object) -> Delivery:
    noted = {"reason": reason, "changed_at": now, "version": part.version + 1, **more}
    return part.model_copy(update=noted)
