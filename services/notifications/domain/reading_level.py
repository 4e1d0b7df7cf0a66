"""How hard English is to read: the Flesch-Kincaid grade, as a hint and never a verdict."""

import re
from collections.abc import Iterable

AIM = 6
"""Letters are written for readers of the sixth grade."""
_END = re.compile(r"(?<=[.!?:])\s+")
_WORD = re.compile(r"[A-Za-z']+")
_SOUND = re.compile(r"[aeiouy]+")


def grade_of(texts: Iterable[str]) -> float:
    """The school grade in which one reads these texts; 0 for none and for what is easier."""
    sentences = [part for text in texts for part in _END.split(text) if part.strip()]
    words = [word for part in sentences for word in _WORD.findall(part)]
    if not words:
        return 0.0
    syllables = sum(map(_syllables, words))
    return max(0.0, 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59)


def _syllables(word: str) -> int:
    groups = _SOUND.findall(word.lower())
    silent = word.lower().endswith("e") and len(groups) > 1
    return max(1, len(groups) - silent)
