"""Finding people by name, whatever accents, case, order or script they are typed in."""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from services.contacts.domain.scripts import FROM_ARABIC, FROM_LATIN, keys_of

MOST_WORDS = 6
CLOSE_ENOUGH = 0.74
"""How alike two words must be to count as a typing mistake; 1 is the same."""


def folded(text: str) -> str:
    """Lower case without accents and punctuation, words by single spaces. For comparing only."""
    split = unicodedata.normalize("NFKD", text.casefold())
    letters = (_plain(c) for c in split if not _is_mark(c))
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


_LETTERS = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    # Arabic as it is typed in a hurry: no hamza, no dots under the final ya, no ta marbuta.
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": "",
}  # fmt: skip


def _plain(c: str) -> str:
    c = _LETTERS.get(c, c)
    return c if not c or c.isalnum() or unicodedata.category(c[0]).startswith("M") else " "


def _is_mark(c: str) -> bool:
    # Accents, Hebrew points and Arabic vowel signs; in Hindi or Thai a mark is half the letter.
    return (
        "\u0300" <= c <= "\u036f"
        or "\u0591" <= c <= "\u05c7"
        or "\u064b" <= c <= "\u065f"
        or c in "'’ʼ`´"
    )


def tokens_of(names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The words by which people are found, from given and family names.

    Scripts without spaces are found by the whole name, in either order, as well.
    """
    found: dict[str, None] = {}
    for given, family in names:
        for word in (*folded(given).split(), *folded(family).split()):
            found[word] = None
            found.update(dict.fromkeys(keys_of(word)))
        if not (given + family).isascii() and _is_spaceless(given + family):
            found[folded(family).replace(" ", "") + folded(given).replace(" ", "")] = None
            found[folded(given).replace(" ", "") + folded(family).replace(" ", "")] = None
    return tuple(sorted(word for word in found if word))


def _is_spaceless(text: str) -> bool:
    return any("\u2e80" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)


def words_of(query: str) -> tuple[str, ...]:
    """The words of what somebody typed, folded, at most six."""
    return tuple(dict.fromkeys(folded(query[:200]).split()))[:MOST_WORDS]


def likeness(words: Iterable[str], tokens: Iterable[str]) -> float:
    """How well the worst of the words fits any token; under `CLOSE_ENOUGH` it is somebody else."""
    tokens = tuple(each for each in tokens if not each.startswith((FROM_ARABIC, FROM_LATIN)))
    return min((max((_alike(w, t) for t in tokens), default=0.0) for w in words), default=0.0)


def _alike(word: str, token: str) -> float:
    if token.startswith(word):
        return 1.0
    if len(word) < 3:
        return 0.0
    pair = SequenceMatcher(None, word, token[: len(word) + 2])
    # The quick answer is never too low, and spares most comparisons.
    return pair.ratio() if pair.quick_ratio() >= CLOSE_ENOUGH else 0.0
