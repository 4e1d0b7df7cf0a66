"""Words in the reader's language: gettext catalogs, read from their .po files when first needed."""

import gettext
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates
from babel.lists import format_list
from babel.messages import mofile, pofile

NAMES = {"en": "English", "es": "Español", "ar": "العربية", "zh": "中文"}
"""The languages of the pages, each named by itself."""

DEFAULT = "en"
_STYLES = frozenset({"short", "medium", "long", "full"})
PAGES = Path(__file__).parent / "locales"


def N_(text: str) -> str:
    """Marks words for translation where the reader is not known yet; `_` translates them later."""
    return text


GRADES = {
    "IT": N_("Infants and toddlers"),
    "PR": N_("Preschool"),
    "PK": N_("Pre-kindergarten"),
    "TK": N_("Transitional kindergarten"),
    "KG": N_("Kindergarten"),
    "UG": N_("Ungraded"),
}
"""Grades that are not a number, by their CEDS code."""


class Catalogs:
    """All translations in one folder `<language>/LC_MESSAGES/<domain>.po`."""

    def __init__(self, folder: Path = PAGES, domain: str = "partners") -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._domain = domain
        self._read: dict[str, gettext.NullTranslations] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """English, which needs no catalog, and each language that has one."""
        found = {path.parent.parent.name for path in self._folder.glob(f"*/*/{self._domain}.po")}
        return tuple(sorted(found | {DEFAULT}, key=lambda code: (code != DEFAULT, code)))

    def of(self, language: str) -> gettext.NullTranslations:
        """The catalog of a language; English words where there is none."""
        if language not in self._read:
            self._read[language] = self._load(language)
        return self._read[language]

    def _load(self, language: str) -> gettext.NullTranslations:
        path = self._folder / language / "LC_MESSAGES" / f"{self._domain}.po"
        if language not in self.languages or not path.exists():
            return gettext.NullTranslations()
        compiled = BytesIO()
        with path.open("rb") as source:
            mofile.write_mo(compiled, pofile.read_po(source, locale=language))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)


class Words:
    """One catalog, with the values filled in that a sentence leaves open."""

    def __init__(self, catalog: gettext.NullTranslations) -> None:
        """`catalog` as `Catalogs.of` gives it."""
        self._catalog = catalog

    def gettext(self, text: str, **values: object) -> str:
        """Translated; `%(name)s` is filled in from `values`."""
        translated = self._catalog.gettext(text)
        return translated % values if values else translated

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """By number: `%(num)s` is the number, the others are filled in from `values`."""
        translated = self._catalog.ngettext(one, many, count)
        if values or "%(num)" in translated:
            return translated % {"num": count, **values}
        return translated


def grade_name(code: str, translate: Callable[..., str]) -> str:
    """A grade by its CEDS code (the one that OneRoster uses), such as Grade 3."""
    if code in GRADES:
        return translate(GRADES[code])
    return translate(N_("Grade %(grade)s"), grade=code.lstrip("0") or code)


def choose(wanted: Sequence[str], available: Sequence[str]) -> str:
    """The first wanted language that we have, by its own name or its base (`es-MX` is `es`)."""
    for each in wanted:
        code = each.strip().lower().replace("_", "-")
        for candidate in (code, code.split("-")[0]):
            if candidate in available:
                return candidate
    return DEFAULT


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110), best first, without broken parts."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        code, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if code.strip() and quality > 0:
            weighed.append((-quality, place, code.strip()))
    return [code for _, _, code in sorted(weighed)]


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale:
    """Babel's locale for a language code; English when Babel does not know it."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Which way its script runs."""
    return "rtl" if locale_of(language).text_direction == "rtl" else "ltr"


def format_date(value: date, language: str, style: str = "medium") -> str:
    """A day as readers of the language write it.

    `style`: short, medium, long, full, or a CLDR skeleton such as `MMMEd` (weekday, day, month); a
    fixed pattern would be wrong in most languages. The nearest that the language has is taken.
    """
    locale = locale_of(language)
    if style in _STYLES:
        return dates.format_date(value, format=style, locale=locale)
    return _by_skeleton(style, value, locale)


def format_time(value: time, language: str) -> str:
    """A time of day as readers of the language write it, such as 2:00 PM or 14:00."""
    return dates.format_time(value, format="short", locale=locale_of(language))


def weekday_names(language: str) -> list[str]:
    """The days of the week in a language; Monday comes first, whatever its calendars do."""
    names = dates.get_day_names("wide", locale=locale_of(language))
    return [names[number] for number in range(7)]


def format_names(names: Iterable[str], language: str) -> str:
    """Names in a row as that language joins them: `Ana, Luis, and Kim`, `Ana y Luis`."""
    several = list(names)
    if len(several) < 2:
        return "".join(several)  # as most are, and Babel looks up how to join each time
    return format_list(several, locale=locale_of(language))


def format_datetime(
    value: datetime, language: str, zone: str | tzinfo = "UTC", style: str = "medium"
) -> str:
    """A moment in a time zone. `style` as in `format_date`, with the time as `j` and `m`.

    `j` is the hour as the language counts it, to 12 or to 24: `yMMMEdjm`, `MMMdjm`, `jm`.
    """
    local = value.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    locale = locale_of(language)
    if style in _STYLES:
        return dates.format_datetime(local, format=style, tzinfo=local.tzinfo, locale=locale)
    day = "".join(letter for letter in style if letter not in "jmhHs")
    time = "".join(letter for letter in style if letter in "jmhHs")
    hour = "h" if "h" in locale.time_formats["short"].pattern else "H"
    parts = [
        _by_skeleton(skeleton, local, locale)
        for skeleton in (time.replace("j", hour), day)
        if skeleton
    ]
    both = locale.datetime_formats["medium"] if day and time else "{0}"
    return str(both).format(*parts)


def _by_skeleton(skeleton: str, value: date | datetime, locale: Locale) -> str:
    known = _nearest(skeleton, locale)
    if known is None:
        return dates.format_date(value, format="full", locale=locale)
    return dates.format_skeleton(known, value, locale=locale)


@lru_cache(maxsize=1024)
def _nearest(skeleton: str, locale: Locale) -> str | None:
    # Compares with some forty of them, which took half of the time in which a timeline is drawn.
    return dates.match_skeleton(skeleton, locale.datetime_skeletons)
