"""What a letter passes before it leaves, in the order of the design; the first objection counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings, QuietHours, SchoolDays, may_leave

BUDGET_WINDOW = timedelta(days=7)
LOOK_AGAIN = timedelta(seconds=30)
AFTER_SCHOOL = QuietHours(begins=time(18), ends=time(7))
"""When staff is not written to, on the school's clock."""


@dataclass(frozen=True)
class Go:
    """It may leave now."""


@dataclass(frozen=True)
class Wait:
    """Not yet: look again at that moment."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Hold:
    """Not before the district says so; looked at once more when it expires."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Stop:
    """Never."""

    reason: str


Verdict = Go | Wait | Hold | Stop


@dataclass(frozen=True)
class Circumstances:
    """Everything that a verdict depends on, looked up beforehand."""

    now: datetime
    settings: MailSettings
    school: SchoolDays = field(default_factory=SchoolDays)
    reader_active: bool = True
    """Whether the household, or the member of the staff, still is at the school."""
    flagged: bool = False
    flags_fresh: bool = True
    stopped: frozenset[str] = frozenset()
    """The categories that somebody at this mailbox stopped."""
    digested: frozenset[str] = frozenset()
    """The categories that this mailbox wants gathered into one letter, not each at once."""
    suppressed: bool = False
    routine_letters: tuple[datetime, ...] = ()
    """When routine letters to this mailbox were handed over, within the last week."""
    allow_listed: bool = False


def judge(delivery: Delivery, c: Circumstances) -> Verdict:
    """Whether a letter that is due may leave, in these circumstances."""
    gates = _PAPER_GATES if delivery.on_paper else _GATES
    for gate in _STAFF_GATES if delivery.to_staff else gates:
        verdict = gate(delivery, c)
        if verdict is not None:
            return verdict
    return Go()


def _use(delivery: Delivery, c: Circumstances) -> Verdict | None:
    if delivery.use_by is not None and c.now >= delivery.use_by:
        return Stop(reasons.EXPIRED)
    return None


def _address(delivery: Delivery, c: Circumstances) -> Verdict | None:
    return _reader(delivery, c) or (None if delivery.mailbox else Stop(reasons.NO_ADDRESS))


def _reader(delivery: Delivery, c: Circumstances) -> Verdict | None:
    if c.reader_active:
        return None
    return Stop(reasons.PERSON_GONE if delivery.to_staff else reasons.HOUSEHOLD_GONE)


def _flags(_delivery: Delivery, c: Circumstances) -> Verdict | None:
    if c.flagged:
        return Stop(reasons.FLAGGED)
    return None if c.flags_fresh else Wait(c.now + LOOK_AGAIN, reasons.FLAGS_NOT_FRESH)


def _preference(delivery: Delivery, c: Circumstances) -> Verdict | None:
    manners = delivery.manners
    if manners.category in c.stopped and not manners.asked_for:
        return Stop(reasons.UNSUBSCRIBED)
    return None


def _suppression(_delivery: Delivery, c: Circumstances) -> Verdict | None:
    return Stop(reasons.SUPPRESSED_ADDRESS) if c.suppressed else None


def _quiet_start(delivery: Delivery, c: Circumstances) -> Verdict | None:
    if c.settings.live(delivery.school_id) or c.allow_listed:
        return None
    expires = delivery.created_at + timedelta(days=c.settings.held_days)
    if delivery.use_by is not None:
        expires = min(expires, delivery.use_by)
    if c.now >= expires:
        return Stop(reasons.HELD_TOO_LONG)
    return Hold(expires, reasons.QUIET_START_STAFF if delivery.to_staff else reasons.QUIET_START)


def _quiet_hours(delivery: Delivery, c: Circumstances) -> Verdict | None:
    return _in_hours(delivery, c, c.settings)


def _school_hours(delivery: Delivery, c: Circumstances) -> Verdict | None:
    # Whatever families are spared: staff is written to while there is school.
    hours = {"quiet_hours": AFTER_SCHOOL, "school_days_only": True}
    return _in_hours(delivery, c, c.settings.model_copy(update=hours))


def _in_hours(delivery: Delivery, c: Circumstances, settings: MailSettings) -> Verdict | None:
    until, because = may_leave(settings, c.school, c.now)
    if because == "now" or _past_use(delivery, until):
        return None
    reason = reasons.QUIET_HOURS if because == "quiet_hours" else reasons.SCHOOL_DAY
    return Wait(until, reason)


def _budget(delivery: Delivery, c: Circumstances) -> Verdict | None:
    limit = c.settings.routine_letters_a_week
    if limit is None or not delivery.manners.routine:
        return None
    recent = sorted(each for each in c.routine_letters if each > c.now - BUDGET_WINDOW)
    if len(recent) < limit:
        return None
    room = recent[len(recent) - limit] + BUDGET_WINDOW
    return None if _past_use(delivery, room) else Wait(room, reasons.BUDGET)


def _past_use(delivery: Delivery, until: datetime) -> bool:
    # Better at an odd hour than after the event.
    return delivery.use_by is not None and until >= delivery.use_by


_GATES: tuple[Callable[[Delivery, Circumstances], Verdict | None], ...] = (
    _use,
    _address,
    _flags,
    _preference,
    _suppression,
    _quiet_start,
    _quiet_hours,
    _budget,
)

# A person prints and hands out, so that hours and the budget are theirs to think of.
_PAPER_GATES: tuple[Callable[[Delivery, Circumstances], Verdict | None], ...] = (
    _use,
    _reader,
    _flags,
    _preference,
    _quiet_start,
)

# What is left of them for staff: flags, families' quiet hours and the budget are about families.
_STAFF_GATES: tuple[Callable[[Delivery, Circumstances], Verdict | None], ...] = (
    _use,
    _address,
    _preference,
    _suppression,
    _quiet_start,
    _school_hours,
)
