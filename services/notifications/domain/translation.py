"""Words that a machine may translate, with what must not change kept out of its hands.

Names, links, mail addresses and telephone numbers stand as placeholders while the words are with
the machine. So it learns no names, and does not translate "Hope" or "Art". Where a placeholder is
lost, doubled or damaged, the translation is not used: a wrong name in a letter is worse than none.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from services.notifications.domain.arranged import (
    LunchWords,
    PolicyWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
)
from services.notifications.domain.notice import (
    Announcement,
    Content,
    EducatorsNote,
    EventWords,
    FamilyReply,
)

_MARK = "ZQ"
"""Capital letters and a number: what translators of language models copy most often."""
_MIXED = _MARK.capitalize()
"""Where no other small letter stands: LibreTranslate answers a text in capitals in capitals, and
Arabic or Chinese around capital placeholders is such a text to it."""
_PLACEHOLDER = re.compile(rf"(?<![A-Za-z0-9]){_MARK}(\d{{1,3}})(?![A-Za-z0-9])", re.IGNORECASE)
"""In any case: LibreTranslate begins with a small letter what began with one."""
_DAMAGED = re.compile(rf"{_MARK}|{_MARK[0]} ?{_MARK[1]} ?\d", re.IGNORECASE)
_AS_IT_IS = (
    r"https?://\S+",
    r"www\.\S+",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"\+?\d[\d\s().-]{5,}\d",
)
_MOST_GROWTH, _ROOM = 4, 200
"""A translation may be so many times longer, and some characters: more is a machine that raves."""


@dataclass(frozen=True)
class Masked:
    """A text whose names are placeholders, and what each stands for."""

    text: str
    kept: tuple[str, ...]

    def filled(self, translated: str) -> str | None:
        """The translation with its names; None where it can't be used."""
        said = translated.strip()
        if not said or len(said) > len(self.text) * _MOST_GROWTH + _ROOM:
            return None
        if Counter(_PLACEHOLDER.findall(said)) != Counter(_PLACEHOLDER.findall(self.text)):
            return None
        if _DAMAGED.search(_PLACEHOLDER.sub("", said)):
            return None
        return _PLACEHOLDER.sub(lambda found: self.kept[int(found[1]) - 1], said)


def mask(words: str, names: Iterable[str]) -> Masked | None:
    """The words with their names as placeholders; None where they look as if they had some."""
    if _DAMAGED.search(words):
        return None
    ordered = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=_longest)
    pattern = re.compile("|".join((*_AS_IT_IS, *map(_whole, ordered))))
    kept: dict[str, int] = {}

    def placeholder(found: re.Match[str]) -> str:
        return f"{_MARK}{kept.setdefault(found[0], len(kept) + 1)}"

    text = pattern.sub(placeholder, words.replace("\r\n", "\n"))
    if text.isupper():
        text = text.replace(_MARK, _MIXED)
    return Masked(text, tuple(kept)) if len(kept) < 1000 else None


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name


def _whole(name: str) -> str:
    """A name as a whole word, where its script parts words."""
    begins = r"(?<!\w)" if name[0].lower() != name[0].upper() else ""
    ends = r"(?!\w)" if name[-1].lower() != name[-1].upper() else ""
    return f"{begins}{re.escape(name)}{ends}"


@dataclass(frozen=True)
class Ask:
    """One text to be translated from one language into another (codes as letters have them)."""

    masked: Masked
    source: str
    target: str
    family_id: str = ""
    """The family about which it is; "" for words to many."""

    @property
    def key(self) -> str:
        """The same for the same words between the same languages, whoever is named in them."""
        parts = (self.source, self.target, self.masked.text)
        return sha256("\0".join(parts).encode()).hexdigest()


def typed_in(content: Content, kind: str) -> tuple[tuple[str, str], ...]:
    """The words that a person typed and that stand in the letter, each with its language.

    Titles of events and of news are left as they are: by them a family asks at the school. Starters
    are none of these: people translated them.
    """
    match content:
        case EducatorsNote():
            note = ((content.words, content.words_language),) if content.typed else ()
            along = content.resource
            return (*note, *(((along.title, along.language),) if along else ()))
        case EventWords(facts=facts):
            words = content.reason if kind == "cancelled" else facts.description
            return ((words, facts.language),) if words.strip() else ()
        case Announcement():
            return ((content.words, content.words_language),)
        case FamilyReply():
            return ((content.words, content.language),) if content.words.strip() else ()
        case LunchWords(now=now) | VisitWords(now=now) | ShiftWords(now=now):
            words = now.reason if now.state == "called_off" else ""
            if isinstance(content, ShiftWords) and not words:
                words = content.now.description
            return ((words, now.language),) if words.strip() else ()
    return ()


def signed_by(content: Content) -> str:
    """Whose name stands under it; "" for nobody's."""
    match content:
        case EducatorsNote(signed=signed) | Announcement(signed=signed):
            return signed
        case EventWords(facts=facts) | SeatWords(event=facts):
            return facts.organizer
        case LunchWords() | VisitWords() | ShiftWords() | PolicyWords() | SurveyWords():
            return content.now.organizer
    return ""


def names_in_signature(signed: str) -> tuple[str, ...]:
    """Such as "Ms. Rivera, Maple Elementary": the whole, its parts and the bare family name."""
    parts = [part.strip() for part in signed.split(",") if part.strip()]
    last = parts[0].split()[-1] if parts and len(parts[0].split()) > 1 else ""
    return tuple(each for each in (signed, *parts, last) if each)
