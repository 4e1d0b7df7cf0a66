"""When a row took place: dates and times as spreadsheets and phone systems write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal

DateOrder = Literal["month_first", "day_first"]
"""How 3/4/2026 is meant; years that come first and months in letters need no such word."""
NOON = time(12)
"""Stands for "some time that day" where a row has no time."""

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(.*)")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})((?:[T ].*)?)")
_SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)")
_DAY_NAMED = re.compile(r"(\d{1,2})[ -]([a-z]{3,9})\.?[ ,-]+(\d{4}|\d{2})(?!\d)(.*)")
_MONTH_NAMED = re.compile(r"([a-z]{3,9})\.? (\d{1,2}),? (\d{4})(.*)")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ")
_TIME = re.compile(
    r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?)?"
    r" ?(?P<half>[ap])?(?:\.? ?m\.?)? ?(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?"
)
_FOUR_DIGITS = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Moment:
    """A day, and where they are written a time and its distance from UTC."""

    day: date
    clock: time | None = None
    zone: tzinfo | None = None

    def at(self, zone: tzinfo, now: datetime) -> datetime:
        """The moment in UTC, in the school's zone unless the row names its own.

        Without a time it is noon; today before noon it is now, because noon is still to come.
        """
        local = datetime.combine(self.day, self.clock or NOON, self.zone or zone)
        moment = local.astimezone(UTC)
        if self.clock is None and now < moment and now.astimezone(zone).date() == self.day:
            return now
        return moment

    @property
    def text(self) -> str:
        """The same for the same moment however it was written; without a zone as on the wall."""
        if self.clock is None:
            return self.day.isoformat()
        local = datetime.combine(self.day, self.clock, self.zone)
        return local.astimezone(UTC).isoformat() if self.zone else local.isoformat()


@dataclass(frozen=True)
class Orders:
    """Which ways of reading fit the dates of a column. Both: nothing in it decides."""

    month_first: bool
    day_first: bool

    @property
    def guess(self) -> DateOrder:
        """The way that fits; month first, as in the United States, where nothing decides."""
        return "day_first" if self.day_first and not self.month_first else "month_first"

    @property
    def certain(self) -> bool:
        """Whether only one way fits."""
        return self.month_first != self.day_first


def fitting(dates: Iterable[str]) -> Orders | None:
    """Which ways of reading fit these cells; None when no cell needs one."""
    month_first = day_first = True
    any_needs = False
    for text in dates:
        match = _SLASHED.fullmatch(_plain(text))
        if match is None:
            continue
        any_needs = True
        month_first &= read_moment(text, "", "month_first") is not None
        day_first &= read_moment(text, "", "day_first") is not None
    return Orders(month_first, day_first) if any_needs else None


@lru_cache(maxsize=8192)
def read_moment(date_text: str, time_text: str, order: DateOrder) -> Moment | None:
    """What a date cell, which may hold the time as well, and a time cell mean together.

    None when either can't be read. A time of its own column wins over one beside the date.
    """
    day, rest = _day(_plain(date_text), order)
    if day is None:
        return None
    beside = rest.strip().removeprefix("t").strip(" ,")
    written = _plain(time_text) or beside
    if not written:
        return Moment(day)
    found = _time(written) or _time_after_day(written, order)
    return Moment(day, *found) if found else None


def _plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u200e", "").split()).lower()


def _day(text: str, order: DateOrder) -> tuple[date | None, str]:
    text = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[3], match[4]), match[5]
    if match := _COMPACT.fullmatch(text):
        return _date(match[1], match[2], match[3]), match[4]
    if match := _SLASHED.fullmatch(text):
        month, day = (1, 3) if order == "month_first" else (3, 1)
        return _date(match[4], match[month], match[day]), match[5]
    if match := _DAY_NAMED.fullmatch(text):
        return _date(match[3], _month(match[2]), match[1]), match[4]
    if match := _MONTH_NAMED.fullmatch(text):
        return _date(match[3], _month(match[1]), match[2]), match[4]
    return None, ""


def _month(name: str) -> str:
    short = name[:3]
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"


def _date(year: str, month: str, day: str) -> date | None:
    whole = f"20{year}" if len(year) == 2 else year
    try:
        return date(int(whole), int(month), int(day))
    except ValueError:
        return None


def _time(text: str) -> tuple[time, tzinfo | None] | None:
    if match := _FOUR_DIGITS.fullmatch(text):
        return time(int(match[1]), int(match[2])), None
    match = _TIME.fullmatch(text)
    if match is None or (match["m"] is None and match["half"] is None):
        return None
    hour = int(match["h"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    try:
        return time(hour, int(match["m"] or 0), int(match["s"] or 0)), _zone(match["zone"])
    except ValueError:
        return None


def _time_after_day(text: str, order: DateOrder) -> tuple[time, tzinfo | None] | None:
    """A cell for the time that holds a date as well, as spreadsheets write them."""
    _, rest = _day(text, order)
    return _time(rest.strip().removeprefix("t").strip(" ,"))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in {"z", "utc", "gmt"}:
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
