"""The letters in which own wording is tried: each sentence stands in one of them."""

import re

from services.notifications.domain.kinds import KINDS
from services.notifications.letters.catalogs import sentences_of
from services.notifications.letters.reworded import OwnWords
from services.notifications.letters.samples import samples
from tests.notifications.making import NOW, SCHOOL

OF_STAFF = {"family_reply"}
"""To the staff, in English, about one family's own words."""


def test_each_sentence_of_the_letters_can_be_read_in_a_sample() -> None:
    written = samples("es", SCHOOL, "America/New_York", OwnWords(), NOW)
    said = "\n".join(f"{each.letter.subject}\n{each.text}" for each in written)
    missing = [
        sentence.english
        for sentence in sentences_of("es")
        if not any(re.search(_anyhow(words), said) for words in sentence.words)
    ]
    assert not missing


def test_there_is_a_sample_of_each_kind_of_letter() -> None:
    written = samples("en", SCHOOL, "America/New_York", OwnWords(), NOW)
    assert {each.kind for each in written} == KINDS.keys() - OF_STAFF


def _anyhow(words: str) -> str:
    """A pattern of the sentence with whatever stands in its places."""
    return ".*?".join(re.escape(part) for part in re.split(r"%\(\w+\)s", words))
