"""The translations of the letters (gettext catalogs): their words, sentences and reviews."""

import gettext
import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.notifications.domain.languages import Review, Sentence, review_in

LOCALES = Path(__file__).parent.parent / "locales"
ORIGINAL = "en"
"""The language in which letters are thought up; it needs no catalog."""
_REFERENCE = "es"
"""The catalog in which the English sentences are looked up; all catalogs have the same."""
_DIGITS = 8


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """The words of a language."""
    if language == ORIGINAL:
        return gettext.NullTranslations()
    # Compiled here, so that what is kept and reviewed is also what is used.
    compiled = io.BytesIO()
    write_mo(compiled, _catalog(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def review_of(language: str) -> Review | None:
    """Who reviewed the translation, if anybody did."""
    return review_in(_catalog(language).header_comment)


def is_draft(language: str) -> bool:
    """Whether letters in it are a translation that nobody has reviewed."""
    return language != ORIGINAL and review_of(language) is None


@cache
def sentences_of(language: str) -> tuple[Sentence, ...]:
    """All sentences of the translation, in the order of the catalog."""
    catalog = _catalog(_REFERENCE if language == ORIGINAL else language)
    messages = [message for message in catalog if message.id]
    sentences = [_sentence(place, message) for place, message in enumerate(messages, start=1)]
    if language == ORIGINAL:
        return tuple(replace(each, words=each.english) for each in sentences)
    return tuple(sentences)


@cache
def plural_of(language: str) -> Callable[[int], int]:
    """Which form of a plural stands with a number, from 0."""
    if language == ORIGINAL:
        return lambda number: int(number != 1)
    return gettext.c2py(_catalog(language).plural_expr)


@cache
def edition_of(language: str) -> str:
    """The catalog's version with a mark of what it says, such as `Partners letters 1+0a1b2c3d`.

    The version alone would not do: whoever mends a sentence may forget to raise it.
    """
    catalog = _catalog(_REFERENCE if language == ORIGINAL else language)
    said = json.dumps([[each.english, each.words] for each in sentences_of(language)])
    mark = sha256(said.encode()).hexdigest()[:_DIGITS]
    return f"{catalog.project} {catalog.version}+{mark}"


def _sentence(place: int, message: Message) -> Sentence:
    return Sentence(
        place=place,
        english=_all(message.id),
        words=_all(message.string or ""),
        comment=" ".join(message.auto_comments),
    )


def _all(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@cache
def _catalog(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "letters.po").open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)
