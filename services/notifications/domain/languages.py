"""When a translation of the letters may go out: reviewed, or accepted sentence by sentence.

The rule, in one line: a reviewed translation is on; a draft is on when every sentence of it, as it
reads now, is accepted. One that is rejected, changed or not yet looked at keeps the whole language
off, and its families get English with a line on how to ask for an interpreter: no letter is ever
half in one language and half in another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["accepted", "rejected", "open"]
LONGEST_REMARK = 500
_REVIEWED = re.compile(
    r"^#? *Reviewed by: *(?P<by>\S.*), *(?P<on>\d{4}-\d{2}-\d{2})\.? *$", re.MULTILINE
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_DIGITS = 16


@dataclass(frozen=True)
class Review:
    """Who read a whole translation and found it right, and when."""

    by: str
    on: date


def review_in(header: str) -> Review | None:
    """The review that a catalog's header names, as `Reviewed by: Ana Pérez, 2026-11-30`.

    None where nobody is named or the day is none: in doubt a translation is a draft.
    """
    found = _REVIEWED.search(header)
    if found is None:
        return None
    try:
        return Review(by=found["by"].strip(), on=date.fromisoformat(found["on"]))
    except ValueError:
        return None


@dataclass(frozen=True)
class Sentence:
    """One sentence of the letters in English and in another language, with all its plurals."""

    place: int
    """Where it stands in the catalog, from 1."""
    english: tuple[str, ...]
    words: tuple[str, ...]
    comment: str = ""
    """What translators were told about it."""
    own: bool = False
    """Whether the district wrote these words itself."""

    @cached_property
    def key(self) -> str:
        """The same as long as the English is."""
        return _digest(self.english)

    @cached_property
    def fingerprint(self) -> str:
        """The same as long as neither the English nor the translation changes."""
        return _digest((*self.english, "", *self.words))


class Judgement(BaseModel):
    """What a person decided about a sentence as it read then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    accepted: bool
    remark: Annotated[str, Field(max_length=LONGEST_REMARK)] = ""
    by: str
    """The account that decided."""
    by_name: str = ""
    at: datetime


Judgements = Mapping[str, Judgement]
"""The last judgement of each sentence of a language, by the sentence's key."""


def verdict(sentence: Sentence, judgement: Judgement | None, *, starts_accepted: bool) -> Verdict:
    """What holds for a sentence. A judgement of other words than it has now counts for nothing.

    Words that the district wrote itself are accepted until somebody rejects them.
    """
    if judgement is None or judgement.fingerprint != sentence.fingerprint:
        return "accepted" if starts_accepted or sentence.own else "open"
    return "accepted" if judgement.accepted else "rejected"


@dataclass(frozen=True)
class Standing:
    """How far a translation has come."""

    language: str
    review: Review | None
    sentences: int
    accepted: int
    rejected: int

    @property
    def draft(self) -> bool:
        """Whether nobody has reviewed it: its letters have the English below."""
        return self.review is None

    @property
    def on(self) -> bool:
        """Whether families get letters in it."""
        return not self.draft or self.accepted == self.sentences


def standing(
    language: str,
    review: Review | None,
    sentences: Sequence[Sentence],
    judgements: Judgements,
    *,
    starts_accepted: bool,
) -> Standing:
    """How a translation stands, from what people decided about its sentences."""
    verdicts = [
        verdict(each, judgements.get(each.key), starts_accepted=starts_accepted)
        for each in sentences
    ]
    return Standing(
        language, review, len(sentences), verdicts.count("accepted"), verdicts.count("rejected")
    )


def drafts_start_accepted(environment: Literal["production", "demo", "test"]) -> bool:
    """Whether a sentence counts as accepted until somebody judges it: never for real families."""
    return environment != "production"


def in_parts(words: str) -> list[tuple[str, bool]]:
    """A sentence cut at its placeholders, each part with whether it is one (then its bare name)."""
    # The pattern has one group, so that every second piece is the name of a placeholder.
    pieces = _PLACEHOLDER.split(words)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def _digest(texts: tuple[str, ...]) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:_DIGITS]
