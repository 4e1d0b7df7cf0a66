"""Paper: who carries it, where it is handed out, to which homes it may get, and its codes."""

from datetime import timedelta

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.backpack import (
    CODE_LIVES,
    MOST_IN_A_PDF,
    Room,
    Sheet,
    carrier,
    code_expires,
    in_part,
    other_homes,
    room_of,
    why_no_paper,
)
from services.notifications.domain.codes import ALPHABET, Codes, spaced
from services.notifications.domain.delivery import (
    Delivery,
    by_mail_after_all,
    for_backpack,
)
from services.notifications.domain.gates import Circumstances, Go, Hold, Stop, judge
from services.notifications.domain.settings import MailSettings
from shared.errors import Conflict
from shared.messages import HouseholdChanged, SchoolClass, StudentFacts
from tests.notifications.making import BEGINS, ENDS, NOW, Adult, delivery, family, household, school

LATER = NOW + timedelta(days=3)


def paper(**over: object) -> Delivery:
    return delivery(
        **{"channel": "paper", "mailbox": None, "state": "to_print", "student_ids": ("s",), **over}
    )


def pupil(student_id: str = "s", grade: str = "04", class_id: str = "school-1-4a") -> StudentFacts:
    (known, *_) = family(student_id, class_id=class_id)
    student: StudentFacts = known.students[0]  # type: ignore[attr-defined]
    return student.model_copy(update={"student_id": student_id, "grade": grade})


def home(name: str, language: str) -> HouseholdChanged:
    return household("x", Adult(name, name, language), (Adult(name, name, language),))


# --- who carries it, and where --------------------------------------------------------------------


def test_the_first_pupil_of_the_letter_who_is_at_its_school_carries_it() -> None:
    older, younger = pupil("a", "05"), pupil("b", "02")
    elsewhere = pupil("c", "01").model_copy(update={"school_id": "school-2"})
    row = paper(student_ids=("a", "b", "c"))
    assert carrier(row, [older, younger, elsewhere]) == younger
    assert carrier(row, [elsewhere, pupil("d", "KG")]) is None


def test_it_is_handed_out_in_the_homeroom_or_else_in_the_grade() -> None:
    def at(*classes: tuple[str, bool]) -> Room:
        made = tuple(
            SchoolClass(class_id=key, title=key.upper(), homeroom=is_home, begins=BEGINS, ends=ENDS)
            for key, is_home in classes
        )
        return room_of(pupil(class_id="4a"), school().model_copy(update={"classes": made}), ON)

    ON = NOW.date()  # noqa: N806
    assert at(("4a", True)) == Room("4A", "04", "4a")
    assert at(("4a", False)) == Room("", "04")
    assert at(("4b", True)).key == "grade-04"
    assert at(("4a", True)).key == "class-4a"
    assert room_of(pupil(class_id="4a"), None, ENDS + timedelta(days=1)) == Room("", "04")


def test_a_pile_is_sorted_by_the_pupils_name_and_parted() -> None:
    room = Room("4A", "04", "4a")
    names = [f"{n:03}" for n in range(MOST_IN_A_PDF + 2)]
    sheets = [
        Sheet(paper(), pupil().model_copy(update={"family_name": name}), room) for name in names
    ]
    assert sorted([*sheets[1:], sheets[0]], key=lambda each: each.place) == sheets
    assert len(in_part(sheets, 1)) == MOST_IN_A_PDF
    assert in_part(sheets, 2) == sheets[MOST_IN_A_PDF:]
    assert in_part(sheets, 3) == []


# --- to which homes -------------------------------------------------------------------------------


def test_a_child_with_two_homes_of_one_language_carries_it_and_of_two_does_not() -> None:
    mother, father, aunt = home("m", "es"), home("f", "es"), home("a", "ar")
    homes = {"s": [mother, father], "t": [mother, aunt]}
    assert other_homes(mother, ["s"], homes) == [father]
    assert other_homes(mother, ["u"], homes) == []
    assert why_no_paper(mother, [father]) == ""
    assert why_no_paper(mother, other_homes(mother, ["s", "t"], homes)) == reasons.TWO_HOMES


# --- codes ----------------------------------------------------------------------------------------


def test_a_code_is_found_as_it_was_typed_and_under_an_older_key() -> None:
    old, new = Codes(["old"]), Codes(["new", "old"], draw=lambda signs: signs[-1])
    code = new.mint()
    assert spaced(code) == "ZZZZ ZZZZ"
    assert new.digest(code) in new.digests(" zzzz-zzzz ")
    assert old.digest(code) in new.digests(code)
    assert old.digest(code) not in Codes(["new"]).digests(code)
    assert set(old.mint()) <= set(ALPHABET)


@pytest.mark.parametrize("typed", ["", "ZZZZ", "ZZZZZZZZZ", "ZZZZ ZZZ0", "ZZZZ ZZZI", "ŽZZZZZZZ"])
def test_what_can_be_no_code_is_looked_for_nowhere(typed: str) -> None:
    assert Codes(["key"]).digests(typed) == ()


def test_a_code_ends_with_the_use_of_its_letter_or_after_two_months() -> None:
    assert code_expires(paper(), NOW, None) == NOW + CODE_LIVES
    assert code_expires(paper(use_by=LATER), NOW, None) == LATER
    assert code_expires(paper(use_by=LATER), NOW, LATER + CODE_LIVES) == NOW + CODE_LIVES


# --- what a row may become ------------------------------------------------------------------------


def test_a_letter_becomes_paper_and_mail_again_but_not_after_it_was_handed_out() -> None:
    row = for_backpack(delivery(state="claimed", claim="c", lease_until=LATER), NOW)
    assert (row.channel, row.mailbox, row.state, row.claim) == ("paper", None, "to_print", None)
    assert row.key.endswith("|household:household-1|paper")
    back = by_mail_after_all(row, "new@family.example", NOW)
    assert (back.channel, back.mailbox, back.state) == ("mail", "new@family.example", "pending")
    handed = row.moved("printed", reasons.PRINTED, NOW).accepted(NOW)
    with pytest.raises(Conflict):
        by_mail_after_all(handed, "new@family.example", NOW)
    with pytest.raises(Conflict):
        row.accepted(NOW)


def test_new_words_make_what_is_printed_void() -> None:
    assert paper(state="printed").afresh == "to_print"
    assert delivery(state="claimed").afresh == "pending"
    assert delivery(state="held").afresh == "held"


def test_paper_passes_flags_stops_and_the_quiet_start_and_no_hours() -> None:
    live = MailSettings(all_schools_live=True, quiet_hours=None)
    night = NOW + timedelta(hours=12)
    assert judge(paper(), Circumstances(now=night, settings=live)) == Go()
    assert judge(paper(), Circumstances(now=NOW, settings=live, flagged=True)) == Stop(
        reasons.FLAGGED
    )
    stopped = frozenset({"good_news"})
    assert judge(paper(), Circumstances(now=NOW, settings=live, stopped=stopped)) == Stop(
        reasons.UNSUBSCRIBED
    )
    assert isinstance(judge(paper(), Circumstances(now=NOW, settings=MailSettings())), Hold)
    assert judge(paper(use_by=NOW), Circumstances(now=NOW, settings=live)) == Stop(reasons.EXPIRED)
