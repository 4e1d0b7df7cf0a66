"""What a school shares with its families: who suggests, who reviews, who takes over."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.contacts.domain.resources import (
    LARGEST_FILE,
    Resource,
    ResourceDraft,
    file_of,
    may_edit,
    may_review,
    may_suggest,
)
from shared.errors import Conflict, Refused
from shared.identity import Viewer
from tests.contacts.conftest import staff_viewer

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TEACHER = staff_viewer("educator", "maple")
COORDINATOR = staff_viewer("coordinator", "maple")
DISTRICT = staff_viewer("district")


def draft(**facts: object) -> ResourceDraft:
    usual = {"title": "Read together", "topic": "reading", "words": "Ten minutes a day."}
    return ResourceDraft.model_validate(usual | facts)


def made(by: Viewer, school_id: str | None = "maple") -> Resource:
    return Resource.drafted("r1", school_id, draft(), None, by, NOW)


def test_a_teacher_suggests_and_a_coordinator_shows_at_once() -> None:
    assert (made(TEACHER).state, made(TEACHER).reviewer) == ("suggested", "")
    assert (made(COORDINATOR).state, made(COORDINATOR).reviewer) == ("shown", COORDINATOR.name)


def test_only_the_own_school_and_for_all_schools_the_district() -> None:
    assert may_suggest("maple", TEACHER)
    assert not may_suggest("oak", TEACHER)
    assert not may_suggest(None, COORDINATOR)
    assert may_suggest(None, DISTRICT)
    assert may_suggest("oak", DISTRICT)
    assert not may_suggest("maple", staff_viewer("helper", "maple"))
    assert not may_review("maple", TEACHER)
    assert may_review("maple", staff_viewer("principal", "maple"))


def test_the_author_edits_until_it_is_shown_and_reviewers_always() -> None:
    suggested = made(TEACHER)
    assert may_edit(suggested, TEACHER)
    shown = suggested.reviewed("shown", COORDINATOR, NOW)
    assert not may_edit(shown, TEACHER)
    assert may_edit(shown, COORDINATOR)
    assert not may_edit(suggested, staff_viewer("educator", "maple", "oak"))


def test_what_a_reviewer_corrects_stays_shown_and_what_others_correct_is_reviewed_again() -> None:
    shown = made(TEACHER).reviewed("shown", COORDINATOR, NOW)
    assert shown.edited(draft(title="Read aloud"), None, COORDINATOR, NOW).state == "shown"
    assert shown.edited(draft(title="Read aloud"), None, TEACHER, NOW).state == "suggested"


def test_showing_twice_is_said() -> None:
    with pytest.raises(Conflict):
        made(COORDINATOR).reviewed("shown", COORDINATOR, NOW)


def test_another_school_judges_anew_what_it_takes_over() -> None:
    shown = made(COORDINATOR)
    theirs = shown.copied("r2", "oak", staff_viewer("educator", "oak"), NOW)
    assert (theirs.school_id, theirs.state, theirs.title) == ("oak", "suggested", shown.title)
    assert shown.copied("r3", "oak", staff_viewer("principal", "oak"), NOW).state == "shown"


def test_something_has_to_be_in_it() -> None:
    with pytest.raises(Refused, match="Write some words"):
        Resource.drafted("r1", "maple", draft(words=" "), None, TEACHER, NOW)
    linked = draft(words="", link="https://library.example/stories")
    assert Resource.drafted("r1", "maple", linked, None, TEACHER, NOW).link


@pytest.mark.parametrize("link", ["javascript:alert(1)", "library", "file:///etc/passwd"])
def test_a_link_is_a_web_address(link: str) -> None:
    with pytest.raises(ValidationError):
        draft(link=link)


def test_a_file_is_what_its_first_bytes_say() -> None:
    file = file_of("Zahlen üben (1).exe", b"%PDF-1.7 rest")
    assert (file.name, file.kind) == ("Zahlen-ben-1.pdf", "application/pdf")
    assert file_of("../../etc/passwd", b"\x89PNG\r\n\x1a\n").name == "passwd.png"
    for wrong in (b"<html>", b"MZ", b""):
        with pytest.raises(Refused, match="PDF, PNG or JPEG"):
            file_of("a.pdf", wrong)
    with pytest.raises(Refused, match="5 MB"):
        file_of("a.pdf", b"%PDF-" + b"0" * LARGEST_FILE)
