"""The languages in which letters are written, and how each says days, lists and names."""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list

from services.notifications.letters import creole
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.creole import CREOLE
from services.notifications.letters.interpreters import INTERPRETER
from services.notifications.letters.reworded import AS_DELIVERED, OwnWords

WRITTEN_IN = ("en", "es", "ar", "zh", "vi", "pt", "ru", "fr", "ht", "so", "uk", "tl")
"""Letters are written in these; other families get English with a line in their language."""
_SAME = {"fil": "tl"}
"""Filipino is Tagalog with another code; rosters have both."""
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "prs", "ckb", "yi", "dv", "sd", "ug"})
_OPEN, _CLOSE = "\u2068", "\u2069"
_COMMA = {"ar": "، ", "zh": " "}


@dataclass(frozen=True)
class Tongue:
    """One language of letters. `_("Dear %(names)s,", names=…)` gives its words."""

    language: str
    catalog: gettext.NullTranslations
    reader: str
    """The language that the family asked for; may have no letters of its own."""

    def __call__(self, message: str, **values: object) -> str:
        """The sentence in this language, with its values."""
        return self.catalog.gettext(message) % {k: self.isolated(v) for k, v in values.items()}

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The sentence for this number; `%(count)s` stands for it."""
        return self.catalog.ngettext(one, many, count) % {"count": count}

    def plain(self, message: str, **values: object) -> str:
        """The same without marks of direction, for a subject line."""
        return self.catalog.gettext(message) % values

    def isolated(self, value: object) -> str:
        """A name or number that keeps its own direction inside a right-to-left sentence."""
        return apart(str(value), self.language)

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return right_to_left(self.language)

    @property
    def interpreter_line(self) -> str:
        """Where letters are not written in the reader's language: how to ask for help, in it."""
        if base_of(self.reader) == self.language:
            return ""
        return INTERPRETER.get(base_of(self.reader), "")

    def day(self, moment: datetime, zone: str) -> str:
        """Such as "Thursday, December 3, 2026"."""
        local = self._local(moment, zone)
        if self.language == CREOLE:
            return creole.full_date(local)
        return _spaced(format_date(local, "full", locale=self.language))

    def span(self, begins: datetime, ends: datetime, zone: str) -> str:
        """The day and the hours of an event, in the school's own time."""
        if self._local(begins, zone).date() == self._local(ends, zone).date():
            return f"{self.moment(begins, zone)} – {self._hour(ends, zone)}"
        return f"{self.moment(begins, zone)} – {self.moment(ends, zone)}"

    def moment(self, when: datetime, zone: str) -> str:
        """A day and an hour."""
        return f"{self.day(when, zone)}{_COMMA.get(self.language, ', ')}{self._hour(when, zone)}"

    def _hour(self, when: datetime, zone: str) -> str:
        return _spaced(format_time(self._local(when, zone), "short", locale=self.language))

    def _local(self, when: datetime, zone: str) -> datetime:
        return when.astimezone(ZoneInfo(zone))

    def several(self, names: Sequence[str]) -> str:
        """Names as a list in words, such as "Ana and Luis"."""
        apart = [self.isolated(name) for name in names]
        if self.language == CREOLE:
            return creole.listed(apart)
        return format_list(apart, locale=self.language)

    def name_of(self, language: str) -> str:
        """A language's own name in this one, such as "Spanish"."""
        if self.language == CREOLE and base_of(language) in creole.LANGUAGES:
            return creole.LANGUAGES[base_of(language)]
        try:
            return Locale.parse(language, sep="-").get_display_name(self.language) or language
        except (UnknownLocaleError, ValueError):
            return language


def tongue(reader: str, *, off: bool = False, own: OwnWords = AS_DELIVERED) -> Tongue:
    """The tongue in which a family that asked for `reader` (BCP 47) is written to.

    `off`: letters in that language do not go out, so that it is English. `own`: words of the
    school or the district that stand in the place of the catalog's.
    """
    base = base_of(reader)
    language = base if base in WRITTEN_IN and not off else ORIGINAL
    return Tongue(language, own.catalog(language), reader)


def right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return base_of(language) in _RIGHT_TO_LEFT


def apart(text: str, language: str) -> str:
    """A name or number that keeps its own direction among words of a language."""
    # A list of names comes with its marks already.
    return text if not right_to_left(language) or _OPEN in text else f"{_OPEN}{text}{_CLOSE}"


def base_of(language: str) -> str:
    """The language without script and country, by the code that its letters go by."""
    base = language.split("-", maxsplit=1)[0].lower()
    return _SAME.get(base, base)


def _spaced(shown: str) -> str:
    # Unicode's narrow space is a box in old mail programs.
    return shown.replace("\u202f", " ")
