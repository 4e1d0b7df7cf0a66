"""Own words in the place of a sentence of the letters: for one school, or for the whole district.

The rule, in one line: a school's words go before the district's, and those before the catalog's.
Each change is a version, counted for each scope and language. To undo is one more version that
takes former words again, so that a letter can always be shown as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.notifications.domain.languages import Sentence
from shared.i18n import N_
from shared.messages import Record

DISTRICT = ""
"""The scope of the whole district; any other is the id of a school."""
LONGEST = 500
_SHORTEST_LIMIT = 80
"""Even a word such as "When" may become so many characters."""
_KEPT = re.compile(r"%\((\w+)\)s")
_SHOWN = re.compile(r"\{(\w+)\}")
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, and needed to write some languages."""
_LINK = re.compile(r"://|\bwww\.|\bmailto:|[^\W_]\.[^\W\d_]{2,}|\S@\S", re.IGNORECASE)

Layer = Mapping[tuple[str, ...], tuple[str, ...]]
"""By a sentence in English, with its plural, the words that stand in its place."""


class Edition(Record):
    """Which words of a scope in a language held: all changes up to this version."""

    school_id: str
    language: str
    version: Annotated[int, Field(ge=1)]


class Worded(Record):
    """The wording in which a letter was written."""

    catalog: str
    """The sentences that came with Partners: their version, and a mark of what they say."""
    editions: tuple[Edition, ...] = ()
    """The own words that held; none: every sentence was as it came with Partners."""

    def of_school(self, school_id: str) -> "Worded":
        """What of it concerns letters of one school."""
        own = tuple(each for each in self.editions if each.school_id in {DISTRICT, school_id})
        return self.model_copy(update={"editions": own})

    @property
    def in_short(self) -> str:
        """As a table says it, such as `Partners letters 1+0a1b2c3d; district es 3`."""
        own = (f"{e.school_id or 'district'} {e.language} {e.version}" for e in self.editions)
        return "; ".join((self.catalog, *own))


@dataclass(frozen=True)
class Held:
    """Own words as they are known: the newest, and what these and some older ones say."""

    newest: Sequence[Edition] = ()
    layers: Mapping[Edition, Layer] = field(default_factory=dict)

    @property
    def of_district(self) -> dict[str, Layer]:
        """What holds in the whole district, by language."""
        own = (each for each in self.newest if each.school_id == DISTRICT)
        return {each.language: self.layers[each] for each in own}


class Rewording(Record):
    """One version: what a person put in the place of a sentence, or took back."""

    school_id: str
    language: str
    version: Annotated[int, Field(ge=1)]
    key: str
    """Of the sentence; the same as long as the English is."""
    english: tuple[str, ...]
    words: tuple[str, ...]
    """As letters fill them in. None: those of the district or the catalog again."""
    again: int | None = None
    """The version whose words it took again; 0: what held before there were any."""
    by: str
    by_name: str = ""
    at: datetime

    @property
    def edition(self) -> Edition:
        """All words of its scope and language up to it."""
        return Edition(school_id=self.school_id, language=self.language, version=self.version)


def layer_of(changes: Iterable[Rewording]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What holds after these changes, the oldest first."""
    holds: dict[tuple[str, ...], tuple[str, ...]] = {}
    for each in changes:
        holds.pop(each.english, None)
        if each.words:
            holds[each.english] = each.words
    return holds


def last_of(changes: Iterable[Rewording]) -> dict[str, Rewording]:
    """The newest change of each sentence, by key; the oldest change first."""
    return {each.key: each for each in changes}


# --- as people write it ---------------------------------------------------------------------------


def shown(words: str) -> str:
    """As people read and write it: `Dear %(names)s,` is `Dear {names},`."""
    return _KEPT.sub(r"{\1}", words).replace("%%", "%")


def kept(words: str) -> str:
    """As letters fill it in."""
    tidy = unicodedata.normalize("NFC", words).strip()
    return _SHOWN.sub(r"%(\1)s", tidy.replace("%", "%%"))


def longest(sentence: Sentence) -> int:
    """How many characters its words may have: buttons and subject lines have to stay short."""
    length = max(map(len, (*sentence.english, *sentence.words)))
    return min(LONGEST, max(_SHORTEST_LIMIT, 2 * length))


@dataclass(frozen=True)
class Fault:
    """What is wrong with words, as a sentence with values."""

    sentence: str
    values: Mapping[str, str | int]

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


def faults_in(sentence: Sentence, words: Sequence[str]) -> dict[int, Fault]:
    """What is wrong with words as people write them, by plural form; {} when nothing is.

    `sentence` with the catalog's words: they say how many forms there are, and which form of a
    plural may go without its number.
    """
    forms = len(sentence.words)
    padded = [*words[:forms], *[""] * (forms - len(words))]
    found = {
        form: fault
        for form, each in enumerate(padded)
        if (fault := _fault(sentence, sentence.words[form], each)) is not None
    }
    if len(words) > forms:
        found.setdefault(0, Fault(N_("This sentence has %(forms)s forms."), {"forms": forms}))
    return found


def _fault(sentence: Sentence, original: str, words: str) -> Fault | None:
    limit = longest(sentence)
    if not words.strip():
        return Fault(N_("Please write words here. Each form needs its own."), {})
    if len(words) > limit:
        return Fault(N_("Please write at most %(limit)s characters."), {"limit": limit})
    return _no_plain_text(words) or _misfilled(sentence, original, words)


def _no_plain_text(words: str) -> Fault | None:
    if "\n" in words or "\r" in words:
        return Fault(N_("Please write it all on one line."), {})
    if any(_is_invisible(each) for each in words):
        return Fault(N_("There is a character in it that nobody can see. Please type it anew."), {})
    if "<" in words or ">" in words:
        return Fault(N_("Please write plain words, without < and >."), {})
    if link := _LINK.search(_SHOWN.sub(" ", words)):
        found = {"found": link.group()}
        return Fault(
            N_("Links and addresses can't stand here (“%(found)s”). Is a space missing?"), found
        )
    return None


def _is_invisible(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} and character not in _JOINERS


def _misfilled(sentence: Sentence, original: str, words: str) -> Fault | None:
    """What is filled in stands in it exactly once, as in the original, and nothing else does."""
    found = _SHOWN.findall(words)
    may = {name for each in sentence.english for name in _KEPT.findall(each)}
    must = set(_KEPT.findall(original))
    if unknown := sorted(set(found) - may):
        return Fault(N_("Nothing is filled in for {%(name)s} here."), {"name": unknown[0]})
    if lost := sorted(must - set(found)):
        return Fault(
            N_("{%(name)s} is missing: a letter fills it in. Please put it back."),
            {"name": lost[0]},
        )
    if twice := [name for name in found if found.count(name) > 1]:
        return Fault(N_("{%(name)s} can stand here only once."), {"name": twice[0]})
    if "{" in _SHOWN.sub("", words) or "}" in _SHOWN.sub("", words):
        return Fault(N_("Braces { } stand only around what is filled in."), {})
    return None
