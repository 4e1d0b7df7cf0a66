"""What a letter passes before it leaves, in the order of the design; the first objection counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import (
    MailSettings,
    QuietHours,
    SchoolDays,
    may_leave,
    next_digest,
)

BUDGET_WINDOW = timedelta(days=7)
LOOK_AGAIN = timedelta(seconds=30)
AFTER_SCHOOL = QuietHours(begins=time(18), ends=time(7))
"""When staff is not written to, on the school's clock."""


@dataclass(frozen=True)
class Go:
    """It may leave now."""


@dataclass(frozen=True)
class Wait:
    """Not yet: look again at that moment. `gathers`: from then on it comes with others."""

    until: datetime
    reason: str
    gathers: bool = False


@dataclass(frozen=True)
class Together:
    """It may leave now, in one letter with what waits for the same mailbox."""


@dataclass(frozen=True)
class Hold:
    """Not before the district says so; looked at once more when it expires."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Stop:
    """Never."""

    reason: str


Verdict = Go | Together | Wait | Hold | Stop


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
    paused_until: datetime | None = None
    """Until when this mailbox wants no letters but those that it asked for."""
    answer_by: datetime | None = None
    """Until when it wants an answer: then it is never gathered with others."""
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
        return Stop(reasons.PAUSED_TOO_LONG if _pauses(delivery, c) else reasons.EXPIRED)
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
    if manners.category in c.stopped and not (manners.asked_for or manners.must):
        return Stop(reasons.UNSUBSCRIBED)
    return None


def _pause(delivery: Delivery, c: Circumstances) -> Verdict | None:
    if c.paused_until is None or not _pauses(delivery, c):
        return None
    # Not stopped before its use is over: the family may end the pause any day.
    until = min(c.paused_until, delivery.use_by or c.paused_until)
    return Wait(until, reasons.PAUSED)


def _pauses(delivery: Delivery, c: Circumstances) -> bool:
    manners = delivery.manners
    spared = delivery.to_staff or manners.asked_for or manners.must
    return c.paused_until is not None and c.now < c.paused_until and not spared


def _suppression(_delivery: Delivery, c: Circumstances) -> Verdict | None:
    return Stop(reasons.SUPPRESSED_ADDRESS) if c.suppressed else None


def _quiet_start(delivery: Delivery, c: Circumstances) -> Verdict | None:
    if c.settings.live(delivery.school_id) or c.allow_listed:
        return None
    expires = delivery.not_before + timedelta(days=c.settings.held_days)
    if delivery.use_by is not None:
        expires = min(expires, delivery.use_by)
    if c.now >= expires:
        return Stop(reasons.HELD_TOO_LONG)
    return Hold(expires, reasons.QUIET_START_STAFF if delivery.to_staff else reasons.QUIET_START)


def _quiet_hours(delivery: Delivery, c: Circumstances) -> Verdict | None:
    return None if delivery.manners.must else _in_hours(delivery, c, c.settings)


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


def _attention(delivery: Delivery, c: Circumstances) -> Verdict | None:
    """Beyond the budget it waits for room; where the family wants it so, for the day of the week.

    Whatever waits for one mailbox then comes in one letter, which has to find room like any other.
    """
    manners, room = delivery.manners, _room(c)
    if manners.must:
        return None
    gathers = manners.gathers and c.answer_by is None
    ripe = gathers and delivery.gather_at is not None and delivery.gather_at <= c.now
    if gathers and not ripe and manners.category in c.digested:
        day = next_digest(c.settings, c.school, c.now)
        wait = Wait(max(day, room), reasons.WANTS_GATHERED, gathers=True)
    elif (manners.routine or ripe) and room > c.now:
        wait = Wait(room, reasons.BUDGET, gathers)
    else:
        return Together() if ripe else None
    return None if _past_use(delivery, wait.until) else wait


def _room(c: Circumstances) -> datetime:
    """From when on the mailbox may have a routine letter more: the first open moment."""
    limit = c.settings.routine_letters_a_week
    recent = sorted(each for each in c.routine_letters if each > c.now - BUDGET_WINDOW)
    if limit is None or len(recent) < limit:
        return c.now
    return may_leave(c.settings, c.school, recent[len(recent) - limit] + BUDGET_WINDOW)[0]


def _past_use(delivery: Delivery, until: datetime) -> bool:
    # Better at an odd hour than after the event.
    return delivery.use_by is not None and until >= delivery.use_by


_GATES: tuple[Callable[[Delivery, Circumstances], Verdict | None], ...] = (
    _use,
    _address,
    _flags,
    _preference,
    _suppression,
    _pause,
    _quiet_start,
    _quiet_hours,
    _attention,
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
