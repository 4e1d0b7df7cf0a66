"""The languages in which letters are written, and the words of each (gettext catalogs)."""

import gettext
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.notifications.letters.interpreters import INTERPRETER

LOCALES = Path(__file__).parent.parent / "locales"
WRITTEN_IN = ("en", "es", "ar", "zh")
"""Letters are written in these; other families get English with a line in their language."""
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
        text = str(value)
        # A list of names comes with its marks already.
        return text if not self.right_to_left or _OPEN in text else f"{_OPEN}{text}{_CLOSE}"

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return right_to_left(self.language)

    @property
    def interpreter_line(self) -> str:
        """Where letters are not written in the reader's language: how to ask for help, in it."""
        if _base(self.reader) == self.language:
            return ""
        return INTERPRETER.get(_base(self.reader), "")

    def day(self, moment: datetime, zone: str) -> str:
        """Such as "Thursday, December 3, 2026"."""
        return format_date(moment.astimezone(ZoneInfo(zone)), "full", locale=self.language)

    def span(self, begins: datetime, ends: datetime, zone: str) -> str:
        """The day and the hours of an event, in the school's own time."""
        if self._local(begins, zone).date() == self._local(ends, zone).date():
            return f"{self.moment(begins, zone)} – {self._hour(ends, zone)}"
        return f"{self.moment(begins, zone)} – {self.moment(ends, zone)}"

    def moment(self, when: datetime, zone: str) -> str:
        """A day and an hour."""
        return f"{self.day(when, zone)}{_COMMA.get(self.language, ', ')}{self._hour(when, zone)}"

    def _hour(self, when: datetime, zone: str) -> str:
        shown = format_time(self._local(when, zone), "short", locale=self.language)
        # Unicode's narrow space is a box in old mail programs.
        return shown.replace("\u202f", " ")

    def _local(self, when: datetime, zone: str) -> datetime:
        return when.astimezone(ZoneInfo(zone))

    def several(self, names: Sequence[str]) -> str:
        """Names as a list in words, such as "Ana and Luis"."""
        return format_list([self.isolated(name) for name in names], locale=self.language)

    def name_of(self, language: str) -> str:
        """A language's own name in this one, such as "Spanish"."""
        try:
            return Locale.parse(language, sep="-").get_display_name(self.language) or language
        except (UnknownLocaleError, ValueError):
            return language


def tongue(reader: str) -> Tongue:
    """The tongue in which a family that asked for `reader` (BCP 47) is written to."""
    base = _base(reader)
    language = base if base in WRITTEN_IN else "en"
    return Tongue(language, _catalog(language), reader)


def right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return _base(language) in _RIGHT_TO_LEFT


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    # Compiled here, so that what is kept and reviewed is also what is used.
    with (LOCALES / language / "LC_MESSAGES" / "letters.po").open("rb") as text:
        catalog = read_po(text, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
