"""Names are placeholders while words are with a machine, or the translation is not used."""

import pytest

from services.notifications.domain.translation import Ask, mask, names_in_signature, typed_in
from tests.notifications.making import NOTE, READING

NAMES = ("Maya", "Maya Gómez", "Hope", "李", "Ms. Rivera", "Maple Elementary")


def test_names_links_addresses_and_numbers_are_placeholders_and_come_back() -> None:
    words = (
        "Maya Gómez read to Maya's group; Hope and Hopeful. 小李很好 "
        "See https://maple.example/a?b=1 or ask m.r@maple.example, +1 (555) 010-0123."
    )
    masked = mask(words, [*NAMES, "小李"])
    assert masked is not None
    assert masked.text == (
        "ZQ1 read to ZQ2's group; ZQ3 and Hopeful. ZQ4很好 See ZQ5 or ask ZQ6, ZQ7."
    )
    assert masked.filled(f"  Traducido: {masked.text} ") == f"Traducido: {words}"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "sin nombre",
        "ZQ1 y ZQ1",
        "ZQ1 y ZQ2",
        "ZQ 1",
        "ZQ1 zq1",
        "ZQ1, Z Q1",
        "AZQ1",
        "ZQ1 " * 200,
    ],
)
def test_a_translation_that_lost_doubled_or_damaged_a_placeholder_is_not_used(said: str) -> None:
    masked = mask("Maya did well.", NAMES)
    assert masked is not None
    assert masked.filled("ZQ1 lo hizo bien.") == "Maya lo hizo bien."
    assert masked.filled(said) is None


@pytest.mark.parametrize("said", ["zQ1 cantó.", "zq1 cantó.", "Zq1 cantó."])
def test_a_placeholder_whose_letters_a_server_made_small_or_large_is_the_same_one(
    said: str,
) -> None:
    masked = mask("today Maya sang.", NAMES)
    assert masked is not None
    assert masked.filled(said) == "Maya cantó."


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("مايا Maya", "مايا Zq1"),
        ("Maya 很好", "Zq1 很好"),
        ("GO Maya", "GO Zq1"),
        ("Go Maya", "Go ZQ1"),
    ],
)
def test_placeholders_never_make_a_text_one_of_capitals_alone(words: str, text: str) -> None:
    masked = mask(words, NAMES)
    assert masked is not None
    assert masked.text == text
    assert masked.filled(masked.text) == words


def test_words_that_look_as_if_they_had_placeholders_are_left_alone() -> None:
    assert mask("Room ZQ1", NAMES) is None


def test_the_same_words_about_others_are_the_same_to_the_machine() -> None:
    def key(words: str, target: str = "es") -> str:
        masked = mask(words, ["Maya", "Omar"])
        assert masked is not None
        return Ask(masked, "en", target).key

    assert key("Maya sang.") == key("Omar sang.") != key("Omar sang.", "ar")


def test_starters_are_never_given_to_the_machine_and_a_signature_names_its_parts() -> None:
    assert typed_in(NOTE.model_copy(update={"typed": False}), "good_news") == ()
    both = typed_in(NOTE.model_copy(update={"resource": READING}), "good_news")
    assert [words for words, _ in both] == [NOTE.words, "Read together"]
    assert names_in_signature("Ms. Rivera, Maple Elementary")[1:] == (
        "Ms. Rivera",
        "Maple Elementary",
        "Rivera",
    )
