"""What a district decides about mail, and when a letter may leave because of it."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.schooldays import is_school_day, week_of

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_DAYS_AHEAD = 120
_WEEKS_AHEAD = _DAYS_AHEAD // 7


class QuietHours(BaseModel):
    """From one time of the day to another, in each school's own time zone; may pass midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: time = time(20, 0)
    ends: time = time(7, 0)

    @model_validator(mode="after")
    def _some_of_the_day_is_open(self) -> "QuietHours":
        if self.begins == self.ends:
            raise ValueError(
                "quiet hours that begin when they end would never stop, or never start"
            )
        return self

    def cover(self, moment: time) -> bool:
        """Whether a local time is quiet."""
        if self.begins < self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


class SchoolHours(BaseModel):
    """When mail of one school may leave, where that is not as the district has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quiet_hours: QuietHours | None
    school_days_only: bool


class MailSettings(BaseModel):
    """The district's mail settings. Unknown fields are refused, so that typing errors show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    take_back_seconds: Annotated[int, Field(ge=0, le=86_400)] = 600
    quiet_hours: QuietHours | None = QuietHours()
    school_days_only: bool = True
    routine_letters_a_week: Annotated[int, Field(ge=1, le=50)] | None = 3
    """The attention budget of one mailbox; None is no limit."""
    digest_day: Weekday = "friday"
    """On which day families who want it so get letters together; see `next_digest`."""
    digest_at: time = time(15, 0)
    """From which time of that day on, on the school's clock."""
    held_days: Annotated[int, Field(ge=1, le=30)] = 3
    """Letters held by the quiet start expire after so many days."""
    paper: Literal["off", "without_mail", "always"] = "without_mail"
    """Who gets letters on paper: nobody, households that mail does not reach, or all."""
    all_schools_live: bool = False
    live_school_ids: tuple[str, ...] = ()
    phone: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z+(). /-]*$")] = ""
    """The number that letters name where a school has none of its own."""

    def live(self, school_id: str) -> bool:
        """Whether mail to families of this school leaves the house."""
        return self.all_schools_live or school_id in self.live_school_ids

    def of_school(self, own: SchoolHours | None) -> "MailSettings":
        """What holds for one school: its own hours, where it has any."""
        return self if own is None else self.model_copy(update=dict(own))


def starting_settings(environment: Literal["production", "demo", "test"]) -> MailSettings:
    """What holds until the district decides: production starts quietly, the demo is live."""
    if environment == "production":
        return MailSettings()
    return MailSettings(
        take_back_seconds=0, quiet_hours=None, school_days_only=False, all_schools_live=True
    )


class SchoolDays(BaseModel):
    """When a school lives: its time zone and the days without school."""

    model_config = ConfigDict(frozen=True)

    time_zone: str = "America/New_York"
    no_school_days: frozenset[date] = frozenset()

    def is_school_day(self, day: date) -> bool:
        """Monday to Friday, except the days that the calendar names."""
        return is_school_day(day, self.no_school_days)


def may_leave(
    settings: MailSettings, school: SchoolDays, now: datetime
) -> tuple[datetime, Literal["now", "quiet_hours", "school_day"]]:
    """The first moment from `now` on at which mail may leave, and what it waits for until then.

    Where the calendar leaves no day open for four months it is `now`: such a calendar is a mistake.
    """
    zone = ZoneInfo(school.time_zone)
    local = now.astimezone(zone)
    quiet = settings.quiet_hours
    today_open = not settings.school_days_only or school.is_school_day(local.date())
    if today_open and not (quiet and quiet.cover(local.time())):
        return now, "now"
    opens = quiet.ends if quiet else time(0, 0)
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        moment = datetime.combine(day, opens, zone)
        if settings.school_days_only and not school.is_school_day(day):
            continue
        if moment > now:
            return moment.astimezone(now.tzinfo), "quiet_hours" if today_open else "school_day"
    return now, "now"


def next_digest(settings: MailSettings, school: SchoolDays, now: datetime) -> datetime:
    """The first open moment after `now` at which letters come together.

    On the district's day at its time; where that day has no school, on the last school day of that
    week before it, else on the first after it; in a week without school, not at all. Where the
    calendar leaves no such week it is a week from now: such a calendar is a mistake.
    """
    zone = ZoneInfo(school.time_zone)
    monday = week_of(now.astimezone(zone).date())
    for weeks in range(_WEEKS_AHEAD):
        day = _digest_day(settings, school, monday + timedelta(weeks=weeks))
        if day is None:
            continue
        moment = datetime.combine(day, settings.digest_at, zone).astimezone(now.tzinfo)
        opens, _ = may_leave(settings, school, moment)
        if opens > now:
            return opens
    return may_leave(settings, school, now + timedelta(weeks=1))[0]


def _digest_day(settings: MailSettings, school: SchoolDays, monday: date) -> date | None:
    chosen = WEEKDAYS.index(settings.digest_day)
    if not settings.school_days_only:
        return monday + timedelta(days=chosen)
    before, after = range(chosen, -1, -1), range(chosen + 1, len(WEEKDAYS))
    days = (monday + timedelta(days=number) for number in (*before, *after))
    return next((day for day in days if school.is_school_day(day)), None)
