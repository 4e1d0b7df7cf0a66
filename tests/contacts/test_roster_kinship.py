"""Which of two related people is the student, and which places and dates follow from others."""

from datetime import date

import pytest

from services.contacts.domain.kinship import Kin, NoLink, best_adult_role, judge_pair
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Link, OrgKind, School, Term, class_dates, school_of

S, G, T = RoleKind.STUDENT, RoleKind.GUARDIAN, RoleKind.STAFF


def kin(person_id: str, *kinds: RoleKind, role: str = "") -> Kin:
    return Kin(person_id, frozenset(kinds), role)


def test_the_student_is_found_whichever_side_names_the_other() -> None:
    student, parent = kin("p", S), kin("g", G, role="parent")
    assert (
        judge_pair(student, parent) == judge_pair(parent, student) == Link("p", "g", "parent", True)
    )


def test_a_teacher_who_is_a_parent_too_is_a_parent() -> None:
    assert judge_pair(kin("p", S), kin("e", T, G, role="guardian")) == Link(
        "p", "e", "guardian", True
    )


def test_a_young_parent_is_the_child_of_those_whom_her_row_names() -> None:
    young, mother, baby = kin("y", S, G, role="parent"), kin("m", G, role="parent"), kin("b", S)
    assert judge_pair(young, mother) == Link("y", "m", "parent", True)
    assert judge_pair(mother, young) == Link("y", "m", "parent", True)
    assert judge_pair(baby, young) == judge_pair(young, baby) == Link("b", "y", "parent", True)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (kin("a", S), kin("a", S), NoLink.SELF),
        (kin("a", S), kin("b", S), NoLink.BOTH_STUDENTS),
        (kin("a", G), kin("b", G), NoLink.BOTH_ADULTS),
        (kin("a", S), kin("b", T), NoLink.STAFF),
        (kin("a", T), kin("b", S), NoLink.STAFF),
        (kin("a", S), Kin("b", None), NoLink.UNKNOWN),
    ],
)
def test_pairs_that_are_no_link(one: Kin, other: Kin, why: NoLink) -> None:
    assert judge_pair(one, other) is why


def test_an_adult_without_any_role_is_linked_but_not_written_to() -> None:
    assert judge_pair(kin("p", S), kin("x")) == Link("p", "x", "unknown", False)


def test_in_a_delta_package_the_known_side_decides_and_the_link_is_not_settled() -> None:
    unseen = Kin("z", None)
    assert judge_pair(kin("p", S), unseen, unknown_allowed=True) == Link(
        "p", "z", "unknown", False, False
    )
    assert judge_pair(unseen, kin("g", G, role="parent"), unknown_allowed=True) == Link(
        "z", "g", "parent", True, False
    )
    assert judge_pair(kin("e", T), unseen, unknown_allowed=True) is NoLink.UNKNOWN
    assert judge_pair(unseen, Kin("y", None), unknown_allowed=True) is NoLink.UNKNOWN


def test_the_role_that_says_most_is_chosen() -> None:
    assert best_adult_role(["teacher", "relative", "parent"]) == "parent"
    assert best_adult_role(["teacher"]) == ""


def test_the_school_of_a_department_is_above_it() -> None:
    orgs = {
        "d": School("d", "District", OrgKind.DISTRICT),
        "s": School("s", "School", OrgKind.SCHOOL, "d"),
        "x": School("x", "History", OrgKind.DEPARTMENT, "s"),
        "y": School("y", "Lost", OrgKind.DEPARTMENT, "d"),
    }
    assert [school_of(i, orgs) for i in ("x", "s", "d", "y", "none")] == [
        "s",
        "s",
        None,
        None,
        None,
    ]


def test_a_class_has_dates_only_when_all_its_known_terms_have() -> None:
    fall = Term("f", "Fall", "term", date(2026, 8, 24), date(2026, 12, 18))
    spring = Term("s", "Spring", "term", date(2027, 1, 4), date(2027, 6, 11))
    blank = Term("b", "Blank", "term", None, date(2027, 6, 11))
    terms = {"f": fall, "s": spring, "b": blank}
    assert class_dates(["s", "f"], terms) == (date(2026, 8, 24), date(2027, 6, 11))
    assert class_dates(["f", "b"], terms) == class_dates([], terms) == (None, None)
