"""Days and hours of an event as readers of a language write them, on the school's clock."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from services.events.domain import SchoolEvent
from shared.i18n import locale_of

_COMMA = {"ar": "، ", "zh": " "}


@dataclass(frozen=True)
class When:
    """Words for the moments of events in one language."""

    language: str

    def day(self, moment: datetime, zone: str) -> str:
        """The day with its weekday, such as "Thursday, December 3, 2026"."""
        day = moment.astimezone(ZoneInfo(zone)).date()
        return format_date(day, "full", locale=locale_of(self.language))

    def hour(self, moment: datetime, zone: str) -> str:
        """The hour, such as "6:00 PM"."""
        local = moment.astimezone(ZoneInfo(zone))
        return format_time(local, "short", tzinfo=local.tzinfo, locale=locale_of(self.language))

    def begins(self, event: SchoolEvent) -> str:
        """Day and hour at which it starts."""
        zone = event.time_zone
        return self._at(event.starts_at, zone)

    def span(self, event: SchoolEvent) -> str:
        """From when to when; the last day too, if it is another one."""
        zone = event.time_zone
        first, last = self.day(event.starts_at, zone), self.day(event.ends_at, zone)
        ends = self.hour(event.ends_at, zone) if first == last else self._at(event.ends_at, zone)
        return f"{self.begins(event)} – {ends}"

    def _at(self, moment: datetime, zone: str) -> str:
        comma = _COMMA.get(self.language.split("-")[0], ", ")
        return f"{self.day(moment, zone)}{comma}{self.hour(moment, zone)}"
