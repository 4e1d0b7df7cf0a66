"""When families are reminded of a school event, and of an answer that is wanted by a day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.kinds import KindName
from services.notifications.domain.settings import (
    MailSettings,
    QuietHours,
    SchoolDays,
    may_leave,
)
from shared.messages import EventFacts

COMING: KindName = "event_reminder"
"""To who said yes or maybe, before the event."""
ASKING: KindName = "answer_reminder"
"""To who has not answered, before the answer is due; once for each event."""
FRESH = timedelta(hours=44)
"""For so long after a letter about an event nobody is reminded of it: two mornings later one may
be, also where spring skips an hour between them."""
MORNING = QuietHours().ends
"""When families are reminded where the district is open then; else when it opens."""
_DAYS_BACK = 21
"""What lies before a longer time without school is too early to be a reminder."""


def until(kind: KindName, facts: EventFacts) -> datetime | None:
    """Until when a reminder is of use; None where there is nothing to be reminded of."""
    if kind == COMING:
        return facts.starts_at
    return min(facts.reply_by, facts.starts_at) if facts.reply_by else None


def reminds_at(
    limit: datetime | None, settings: MailSettings, school: SchoolDays, earliest: datetime
) -> datetime | None:
    """In the morning of the last day before that of `limit` on which mail of the school leaves.

    None where that is before `earliest`, or where three weeks have no such day.
    """
    if limit is None:
        return None
    zone = ZoneInfo(school.time_zone)
    quiet, last = settings.quiet_hours, limit.astimezone(zone).date()
    opens = quiet.ends if quiet and quiet.cover(MORNING) else MORNING
    for back in range(1, _DAYS_BACK + 1):
        day = last - timedelta(days=back)
        # By way of UTC: a time that spring skips is another one on the school's clock.
        moment = datetime.combine(day, opens, zone).astimezone(UTC)
        if is_open(settings, school, moment):
            return moment if moment >= earliest else None
    return None


def is_open(settings: MailSettings, school: SchoolDays, moment: datetime) -> bool:
    """Whether mail of the school leaves at a moment."""
    local = moment.astimezone(ZoneInfo(school.time_zone))
    if settings.school_days_only and not school.is_school_day(local.date()):
        return False
    return settings.quiet_hours is None or not settings.quiet_hours.cover(local.time())


def once_stale(settings: MailSettings, school: SchoolDays, written: datetime) -> datetime:
    """From when on a family may be reminded of what a letter written at that moment says."""
    return may_leave(settings, school, written)[0] + FRESH
