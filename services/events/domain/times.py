"""A school's wall clock and the one true time, through the nights when clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.events.domain.faults import Fault, Wrong
from shared.i18n import N_

SKIPPED = N_(
    "On %(day)s the clocks go forward and %(time)s does not exist. Please choose a time from "
    "%(next)s on."
)


def moment_of(wall: datetime, zone: str, *, field: str) -> datetime:
    """The moment in UTC at which the school's clock shows `wall`; an aware time is taken as it is.

    A time that happens twice (clocks go back) is the first of the two. `Wrong` names `field` when
    the clocks skip that time.
    """
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    local = wall.replace(tzinfo=zone_of(zone), fold=0)
    moment = local.astimezone(UTC)
    shown = moment.astimezone(zone_of(zone))
    if shown.replace(tzinfo=None) != wall:
        raise Wrong([_skipped(wall, zone, field)])
    return moment


def second_moment_of(wall: datetime, zone: str) -> datetime:
    """The later of the two moments at which the clock shows `wall`; mostly there is only one."""
    return wall.replace(tzinfo=zone_of(zone), fold=1).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The last second of a day at the school, in UTC; the day may have 23 or 25 hours."""
    last = datetime.combine(day, time(23, 59, 59), zone_of(zone)).replace(fold=1)
    return last.astimezone(UTC)


def wall_clock(moment: datetime, zone: str) -> datetime:
    """What the school's clock shows at a moment, without a zone, as a form field wants it."""
    return moment.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def day_of(moment: datetime, zone: str) -> date:
    """The day at the school at a moment."""
    return moment.astimezone(zone_of(zone)).date()


def zone_of(zone: str) -> ZoneInfo:
    """The rules of a time zone such as "America/New_York"."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        fault = Fault(
            field="school_id",
            says=N_("The school's time zone %(zone)s is not known."),
            values={"zone": zone},
        )
        raise Wrong([fault]) from unknown


def _skipped(wall: datetime, zone: str, field: str) -> Fault:
    # Read with the new offset, a skipped time lands before the jump: from there it is not far.
    minute = wall.replace(second=0, microsecond=0, tzinfo=zone_of(zone), fold=1).astimezone(UTC)
    before = minute.astimezone(zone_of(zone)).utcoffset()
    while minute.astimezone(zone_of(zone)).utcoffset() == before:
        minute += timedelta(minutes=1)
    first = minute.astimezone(zone_of(zone))
    values = {"day": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}", "next": f"{first:%H:%M}"}
    return Fault(field=field, says=SKIPPED, values=values)
