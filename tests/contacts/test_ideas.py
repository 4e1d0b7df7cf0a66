"""Sentences and ideas that educators share: who may do what, and which words may be names."""

from datetime import UTC, datetime, timedelta

import pytest

from services.contacts.domain.ideas import (
    Idea,
    IdeaDraft,
    may_edit,
    may_lead,
    may_share,
    perhaps_names,
)
from shared.errors import Conflict, Refused
from shared.starters import begun
from tests.contacts.conftest import staff_viewer

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TEACHER = staff_viewer("educator", "maple")
COLLEAGUE = TEACHER.model_copy(update={"account_id": "colleague", "name": "Mr. Chen"})
COORDINATOR = staff_viewer("coordinator", "maple")
ELSEWHERE = staff_viewer("educator", "oak")


def draft(**facts: object) -> IdeaDraft:
    usual = {"kind": "starter", "title": "A glad morning", "topic": "health",
             "words": " Your child began the day with a smile. "}  # fmt: skip
    return IdeaDraft.model_validate({**usual, **facts})


def shared(**facts: object) -> Idea:
    return Idea.shared("i1", "maple", draft(**facts), TEACHER, NOW)


def test_it_is_seen_as_it_was_written_and_is_not_offered() -> None:
    idea = shared()
    assert idea.words == "Your child began the day with a smile."
    assert not idea.offered


def test_a_sentence_is_short_and_an_idea_may_be_longer() -> None:
    with pytest.raises(Refused, match="300 letters"):
        shared(words="x" * 301)
    assert len(shared(kind="idea", words="x" * 301).words) == 301


def test_what_a_teacher_changes_has_to_be_offered_anew() -> None:
    offered = shared().offered_as(True, NOW)
    assert offered.edited(draft(), COORDINATOR, LATER).offered
    assert not offered.edited(draft(), TEACHER, LATER).offered
    with pytest.raises(Conflict):
        offered.offered_as(True, LATER)


def test_a_copy_keeps_where_it_was_first_and_goes_its_own_way() -> None:
    reported = shared().offered_as(True, NOW).reported("Too long.", COLLEAGUE, NOW)
    copy = reported.copied("i2", "oak", "Maple Elementary", ELSEWHERE, LATER)
    again = copy.copied("i3", "elm", "Oak Middle", COORDINATOR, LATER)
    assert (copy.school_id, copy.offered, copy.reports) == ("oak", False, ())
    assert (again.origin_id, again.from_school) == ("i1", "Maple Elementary")
    assert copy.version == 1


def test_a_colleague_reports_with_a_reason_and_says_it_once() -> None:
    once = shared().reported("Names a child.", COLLEAGUE, NOW)
    twice = once.reported("Names a child!", COLLEAGUE, LATER)
    assert [each.reason for each in twice.reports] == ["Names a child!"]
    assert twice.left(LATER).reports == ()
    with pytest.raises(Refused, match="few words"):
        shared().reported("  ", COLLEAGUE, NOW)


def test_who_may_share_edit_and_offer() -> None:
    idea = shared()
    assert may_share("maple", TEACHER)
    assert not may_share("maple", ELSEWHERE)
    assert not may_share("maple", staff_viewer("office", "maple"))
    assert may_edit(idea, TEACHER)
    assert may_edit(idea, COORDINATOR)
    assert not may_edit(idea, COLLEAGUE)
    assert not may_lead(idea, TEACHER)
    assert not may_lead(idea, staff_viewer("principal", "oak"))


def test_who_left_the_school_edits_nothing_there() -> None:
    moved = TEACHER.model_copy(update={"school_ids": frozenset({"oak"})})
    assert not may_edit(shared(), moved)


def test_words_with_a_capital_may_be_names_and_in_scripts_without_all_words() -> None:
    assert perhaps_names("Good day, Lucía!", "we read") == {"good": "Good", "lucia": "Lucía"}
    assert "عمر" in perhaps_names("أحسن عمر")


@pytest.mark.parametrize(
    ("beginning", "words", "together"),
    [("", "", ""), ("So kind.", "", "So kind."), ("", " Mine. ", "Mine."), ("A", "B", "A\n\nB")],
)
def test_own_words_stand_under_the_chosen_sentence(
    beginning: str, words: str, together: str
) -> None:
    assert begun(beginning, words) == together
