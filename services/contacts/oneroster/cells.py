"""What single cells mean: dates in their several forms, flags, lists, the status of a row."""

import csv
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache

from services.contacts.domain.roster import Mode

MAX_ID = 255
"""Characters of an id, as OneRoster has it."""


class DayOrder(StrEnum):
    """How dates with slashes are meant in a file: 8/27/2018 or 27/8/2018."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"
    UNKNOWN = "unknown"


class DateTrouble(StrEnum):
    OTHER_FORM = "other-form"  # certain, but not written YYYY-MM-DD
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"


_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-]?(\d{1,2})[/.-]?(\d{1,2})(?:[ T].*)?")
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})[ -])?(?P<month>[A-Za-z]{3,9})\.?[ -](?:(?P<d2>\d{1,2}),? )?(?P<y>\d{4})"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}


def day_order(samples: Iterable[str]) -> DayOrder:
    """What the unmistakable dates of a file say about the others; contradictions say nothing."""
    month_first = day_first = False
    for text in samples:
        match = _SLASHED.fullmatch(text)
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        day_first |= 12 < first <= 31 and second <= 12
        month_first |= 12 < second <= 31 and first <= 12
    if day_first == month_first:
        return DayOrder.UNKNOWN
    return DayOrder.DAY_FIRST if day_first else DayOrder.MONTH_FIRST


@lru_cache(maxsize=4096)
def read_date(text: str, order: DayOrder) -> tuple[date | None, DateTrouble | None]:
    """The day a cell means. Times are cut off; the day is the one that is written."""
    if not text:
        return None, None
    if len(text) == 10 and text[4] == "-" == text[7]:
        return _day(text[:4], text[5:7], text[8:], None)
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _day(match[1], match[2], match[3], DateTrouble.OTHER_FORM)
    match = _SLASHED.fullmatch(text)
    if match:
        return _slashed(match[1], match[2], match[3], order)
    match = _NAMED.fullmatch(text)
    day = (match["d1"] or match["d2"]) if match else None
    if match and day and match["month"][:3].lower() in _MONTHS:
        month = str(_MONTHS[match["month"][:3].lower()])
        return _day(match["y"], month, day, DateTrouble.OTHER_FORM)
    return None, DateTrouble.UNREADABLE


def _slashed(
    first: str, second: str, year: str, order: DayOrder
) -> tuple[date | None, DateTrouble | None]:
    if int(first) > 12 or (order is DayOrder.DAY_FIRST and int(second) <= 12):
        return _day(year, second, first, DateTrouble.OTHER_FORM)
    if int(second) > 12 or order is DayOrder.MONTH_FIRST or first == second:
        return _day(year, first, second, DateTrouble.OTHER_FORM)
    return None, DateTrouble.AMBIGUOUS


def _day(
    year: str, month: str, day: str, trouble: DateTrouble | None
) -> tuple[date | None, DateTrouble | None]:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None, DateTrouble.UNREADABLE
    # 1900 and 9999 are how systems write "no date"; as a school day they can't be meant.
    return (found, trouble) if 1950 <= found.year <= 2150 else (None, DateTrouble.UNREADABLE)


def read_flag(text: str) -> bool | None:
    """True or false in the ways people write it; None when empty or unreadable."""
    word = text.lower()
    if word in ("true", "yes", "y", "1", "t", "sí", "si", "x"):
        return True
    return False if word in ("false", "no", "n", "0", "f") else None


_SEPARATORS = str.maketrans(";\r\n", ",,,")


def read_list(text: str) -> tuple[str, ...]:
    """The values of a list cell, each once, in their order."""
    if not text:
        return ()
    plain = text.translate(_SEPARATORS)
    if "," not in plain:
        return (text.strip('"').strip(),) if text.strip('" ') else ()
    # A list inside a list: OneRoster doubles the quotation marks of a value with a comma.
    parts = next(csv.reader([plain], skipinitialspace=True), [])
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def is_id(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and text.isprintable()


class RowStatus(StrEnum):
    TAKE = "take"
    REMOVE = "remove"  # delta: delete an earlier record; bulk: leave the row out
    UNCERTAIN = "uncertain"


class StatusOddity(StrEnum):
    ACTIVE_IN_BULK = "active-in-bulk"
    SPELLING = "status-spelling"


@lru_cache(maxsize=256)
def read_status(text: str, mode: Mode) -> tuple[RowStatus, StatusOddity | None]:
    """OneRoster: blank in bulk, `active` or `tobedeleted` in delta. Never guesses "active"."""
    word = text.lower().replace(" ", "").replace("_", "")
    if not word:
        return (RowStatus.TAKE if mode is Mode.BULK else RowStatus.UNCERTAIN), None
    if word == "active":
        if mode is Mode.BULK:
            return RowStatus.TAKE, StatusOddity.ACTIVE_IN_BULK
        return RowStatus.TAKE, None if text == "active" else StatusOddity.SPELLING
    if word in ("tobedeleted", "inactive", "deleted"):
        return (RowStatus.REMOVE, None if text == "tobedeleted" else StatusOddity.SPELLING)
    return RowStatus.UNCERTAIN, None
