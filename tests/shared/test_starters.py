"""Sentences to begin good news with: each can be said, in any language."""

import re

import pytest

from shared.starters import AT_HOME, LISTS, PATTERNS, in_english, is_praise, praise, praises

PLACEHOLDER = re.compile(r"%\(\w+\)s")


def english(sentence: str, **values: object) -> str:
    return sentence % values if values else sentence


def test_there_is_one_sentence_for_each_way_to_say_it_and_each_thing_to_praise() -> None:
    ids = [praise_id for _, praise_id in praises()]
    assert len(ids) == len(set(ids)) == sum(len(LISTS[of]) for of, _ in PATTERNS.values())
    assert all(is_praise(each) for each in ids)


@pytest.mark.parametrize("praise_id", [each for _, each in praises()])
def test_each_sentence_names_the_children_and_what_they_did(praise_id: str) -> None:
    said = praise(praise_id, "Ana and Luis", english)
    about = praise_id.partition(":")[2]
    [what] = [held[about] for held in LISTS.values() if about in held]
    assert "Ana and Luis" in said
    assert said.endswith(f": {what}.")


def test_what_is_praised_is_never_inflected() -> None:
    """It stands after a colon, so that each language may put its own word there."""
    for _, sentence in PATTERNS.values():
        assert ": %(about)s." in sentence


def test_a_sentence_for_home_has_nothing_to_be_filled_in() -> None:
    assert not [each for each in AT_HOME.values() if PLACEHOLDER.search(each)]


@pytest.mark.parametrize("wrong", ["", "work", "work:kind", "habit:math", "work:", ":math", "a:b"])
def test_what_is_on_no_list_is_no_praise(wrong: str) -> None:
    assert not is_praise(wrong)


def test_whoever_knows_no_lists_reads_english() -> None:
    assert in_english("work:math", "proud") == (
        "Great work by your child! Subject: math. "
        "Tell your child today that you heard this from us."
    )
    assert in_english("", "proud").startswith("Tell your child")
    assert in_english("", "") == ""
