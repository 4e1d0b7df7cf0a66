"""What holds between an adult and a student, from the roster and the contacts file together."""

import pytest

from services.contacts.domain.roster import Link
from services.contacts.domain.ties import ContactRow, Tie, tie_all

PARENT = Link("p", "g", "parent", True)
AUNT = Link("p", "g", "relative", False)


def tie(link: Link | None, *rows: ContactRow, joined: dict[str, str] | None = None) -> Tie:
    (found,) = tie_all([link] if link else [], rows, joined)
    return found


def row(guardian: str = "g", /, **cells: object) -> ContactRow:
    return ContactRow(guardian, "p", **cells)  # type: ignore[arg-type]


def test_parents_get_mail_and_see_the_record_unless_somebody_says_no() -> None:
    assert tie(PARENT) == Tie("p", "g", "parent", True, True, True)
    no_mail = tie(PARENT, row(gets_mail=False))
    assert (no_mail.gets_mail, no_mail.may_see_record, no_mail.barred) == (False, True, False)
    barred = tie(PARENT, row(may_see_record=False, gets_mail=True))
    assert (barred.gets_mail, barred.may_see_record, barred.barred) == (False, False, True)
    assert barred.is_guardian


@pytest.mark.parametrize(
    ("cells", "gets_mail", "may_see", "is_guardian"),
    [
        ({}, False, False, False),
        ({"language": "es"}, False, False, False),
        ({"gets_mail": True}, True, True, True),
        ({"gets_mail": True, "may_see_record": False}, False, False, True),
        ({"may_see_record": True}, False, True, True),
        ({"relationship": "mother"}, False, True, True),
        ({"relationship": "mother", "gets_mail": True}, True, True, True),
    ],
)
def test_a_relative_is_written_to_only_when_the_file_says_so(
    cells: dict[str, object], gets_mail: bool, may_see: bool, is_guardian: bool
) -> None:
    found = tie(AUNT, row(**cells))
    assert (found.gets_mail, found.may_see_record, found.is_guardian) == (
        gets_mail,
        may_see,
        is_guardian,
    )


def test_the_file_can_tie_an_adult_whom_the_roster_does_not_tie() -> None:
    mother = tie(None, row(relationship="mother"))
    assert (mother.gets_mail, mother.may_see_record, mother.relationship) == (True, True, "mother")
    friend = tie(None, row(relationship="friend"))
    assert (friend.gets_mail, friend.may_see_record, friend.is_guardian) == (False, False, False)


def test_no_wins_whichever_record_of_a_joined_adult_says_it() -> None:
    rows = [row("g", may_see_record=True), row("h", may_see_record=False)]
    for order in (rows, rows[::-1]):
        found = tie(PARENT, *order, joined={"h": "g"})
        assert (found.may_see_record, found.gets_mail, found.barred) == (False, False, True)


def test_the_files_word_for_a_relationship_comes_first() -> None:
    assert tie(PARENT, row(relationship="step mother")).relationship == "parent"
    assert tie(PARENT, row(relationship="grandmother")).relationship == "grandparent"
    assert tie(AUNT).relationship == "relative"
