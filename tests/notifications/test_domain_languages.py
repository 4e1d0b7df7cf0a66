"""When a translation is reviewed, and when a draft of one goes out."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.languages import (
    Judgement,
    Review,
    Sentence,
    Verdict,
    drafts_start_accepted,
    in_parts,
    review_in,
    standing,
    verdict,
)
from tests.notifications.making import NOW

REVIEW = Review("Ana Pérez", date(2026, 11, 30))


def _sentence(place: int = 1, words: str = "Querida familia:") -> Sentence:
    return Sentence(place, (f"Dear family {place},",), (words,))


def _judged(sentence: Sentence, *, accepted: bool = True, remark: str = "") -> Judgement:
    return Judgement(
        fingerprint=sentence.fingerprint, accepted=accepted, remark=remark, by="a-1", at=NOW
    )


# --- who reviewed it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "review"),
    [
        ("# Reviewed by: Ana Pérez, 2026-11-30", REVIEW),
        ("# Reviewed by: Ana Pérez, 2026-11-30.", REVIEW),
        ("Reviewed by: Ana Pérez, 2026-11-30", REVIEW),
        (
            "# Reviewed by: Ana Pérez, Riverton Schools, 2026-11-30",
            Review("Ana Pérez, Riverton Schools", date(2026, 11, 30)),
        ),
        ("# Reviewed by: nobody yet (draft by the developers).", None),
        ("# Reviewed by: Ana Pérez", None),
        ("# Reviewed by: Ana Pérez, 2026-13-40", None),
        ("# Reviewed by: Ana Pérez, last Tuesday", None),
        ("# Reviewed by: , 2026-11-30", None),
        ("# Reviewed by:\n# Ana, 2026-11-30", None),
        ("", None),
    ],
)
def test_a_review_is_a_name_and_a_day_and_anything_less_is_a_draft(
    line: str, review: Review | None
) -> None:
    assert review_in(f"# Letters to families in Spanish.\n{line}\n# Tone: kind.") == review


# --- what holds for a sentence -------------------------------------------------------------------


def test_a_judgement_counts_for_the_words_that_were_read_and_no_others() -> None:
    read, mended = _sentence(), _sentence(words="Estimada familia:")
    assert read.key == mended.key
    assert verdict(read, _judged(read), starts_accepted=False) == "accepted"
    assert verdict(mended, _judged(read), starts_accepted=False) == "open"
    assert verdict(mended, _judged(read, accepted=False), starts_accepted=False) == "open"


def test_a_rejected_sentence_is_off_where_all_start_accepted_too() -> None:
    sentence = _sentence()
    assert verdict(sentence, None, starts_accepted=True) == "accepted"
    assert verdict(sentence, _judged(sentence, accepted=False), starts_accepted=True) == "rejected"


def test_every_part_of_a_sentence_makes_its_fingerprint() -> None:
    sentences = [
        Sentence(1, ("a",), ("b", "c")),
        Sentence(1, ("a",), ("bc",)),
        Sentence(1, ("a", "b"), ("c",)),
        Sentence(1, ("a",), ("b", "d")),
    ]
    assert len({each.fingerprint for each in sentences}) == len(sentences)
    assert Sentence(1, ("a",), ("b",)).fingerprint == Sentence(9, ("a",), ("b",)).fingerprint


# --- what holds for a language -------------------------------------------------------------------


def test_only_real_families_wait_for_acceptance() -> None:
    assert not drafts_start_accepted("production")
    assert drafts_start_accepted("demo")
    assert drafts_start_accepted("test")


def test_a_reviewed_language_is_on_and_no_draft() -> None:
    now = standing("es", REVIEW, [_sentence()], {}, starts_accepted=False)
    assert (now.on, now.draft) == (True, False)


@given(st.lists(st.sampled_from([*get_args(Verdict), "changed"]), min_size=1, max_size=8))
def test_a_draft_is_on_exactly_when_every_sentence_is_accepted_as_it_reads(
    wanted: list[str],
) -> None:
    sentences = [_sentence(place) for place in range(len(wanted))]
    judgements = {}
    for sentence, want in zip(sentences, wanted, strict=True):
        if want == "changed":
            judgements[sentence.key] = _judged(_sentence(sentence.place, "Como antes:"))
        elif want != "open":
            judgements[sentence.key] = _judged(sentence, accepted=want == "accepted")
    now = standing("es", None, sentences, judgements, starts_accepted=False)
    assert now.draft
    assert now.on == all(want == "accepted" for want in wanted)
    assert now.accepted == wanted.count("accepted")
    assert now.rejected == wanted.count("rejected")


@given(st.data())
def test_one_sentence_that_changes_is_open_again_and_the_others_stay(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 8))
    changed = data.draw(st.integers(0, count - 1))
    sentences = [_sentence(place) for place in range(count)]
    judgements = {each.key: _judged(each) for each in sentences}
    sentences[changed] = _sentence(changed, "Otras palabras:")
    now = standing("es", None, sentences, judgements, starts_accepted=False)
    assert (now.on, now.accepted) == (False, count - 1)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("Dear family,", [("Dear family,", False)]),
        (
            "Dear %(names)s, call %(phone)s.",
            [("Dear ", False), ("names", True), (", call ", False), ("phone", True), (".", False)],
        ),
        ("%(count)s", [("count", True)]),
        ("", []),
    ],
)
def test_a_sentence_is_shown_with_its_placeholders_apart(words: str, parts: Any) -> None:
    assert in_parts(words) == parts
