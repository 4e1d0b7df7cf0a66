"""Families: who is counted together, and which id they keep."""

import itertools
from collections.abc import Callable

from services.contacts.domain.families import (
    Group,
    Merge,
    Split,
    assign_family_ids,
    form_families,
)
from services.contacts.domain.ties import Tie


def ties(**guardians: str) -> list[Tie]:
    """`p1="a b"`: student p1 has the guardians a and b."""
    return [
        Tie(student, guardian, "parent", True, True, True)
        for student, held in guardians.items()
        for guardian in held.split()
    ]


def families(**guardians: str) -> set[frozenset[str]]:
    return {group.student_ids for group in form_families(guardians, ties(**guardians))}


def sets(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


def minting(prefix: str = "new") -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


def test_students_with_exactly_the_same_guardians_are_a_family() -> None:
    assert families(p1="a b", p2="b a", p3="a", p4="c") == sets("p1 p2", "p3", "p4")


def test_students_without_guardians_are_families_alone() -> None:
    assert families(p1="", p2="", p3="a") == sets("p1", "p2", "p3")


def test_separated_parents_are_one_family() -> None:
    barred = Tie("p1", "b", "father", True, False, False, barred=True)
    groups = form_families(["p1", "p2"], [*ties(p1="a", p2="a b"), barred])
    assert [group.student_ids for group in groups] == [frozenset({"p1", "p2"})]
    assert groups[0].guardian_ids == {"a", "b"}


def test_a_relative_does_not_tear_brothers_apart() -> None:
    aunt = Tie("p1", "x", "relative", False, False, False)
    groups = form_families(["p1", "p2"], [*ties(p1="a", p2="a"), aunt])
    assert len(groups) == 1


def test_an_adult_of_more_than_eight_students_forms_no_family() -> None:
    eight = {f"p{i}": "home" for i in range(8)}
    assert len(families(**eight)) == 1
    nine = {f"p{i}": "home" for i in range(9)}
    assert len(families(**nine)) == 9
    group = form_families(nine, ties(**nine))[0]
    assert group.guardian_ids == {"home"}


def test_brothers_in_a_group_home_are_a_family_by_their_mother() -> None:
    home = {f"p{i}": "home" for i in range(9)} | {"p0": "home a", "p1": "a home"}
    assert sorted(map(len, families(**home))) == [1] * 7 + [2]


def group(students: str, guardians: str = "") -> Group:
    return Group(frozenset(students.split()), frozenset(guardians.split()))


def previous(**held: str) -> dict[str, frozenset[str]]:
    return {family: frozenset(students.split()) for family, students in held.items()}


def test_nothing_changes_when_nothing_changed() -> None:
    now = [group("p1 p2"), group("p3")]
    assigned = assign_family_ids(previous(f1="p1 p2", f2="p3"), now, minting())
    assert {f.family_id: f.student_ids for f in assigned.families} == previous(f1="p1 p2", f2="p3")
    assert (assigned.new_ids, assigned.gone, assigned.splits, assigned.merges) == ((), (), (), ())


def test_the_part_with_most_students_keeps_the_id() -> None:
    assigned = assign_family_ids(previous(f1="p1 p2 p3"), [group("p1"), group("p2 p3")], minting())
    ids = {f.student_ids: f.family_id for f in assigned.families}
    assert ids[frozenset({"p2", "p3"})] == "f1"
    assert assigned.splits == (Split("f1", ("f1", "new1")),)


def test_of_equal_parts_the_one_with_the_first_student_keeps_the_id() -> None:
    for now in ([group("p1"), group("p2")], [group("p2"), group("p1")]):
        assigned = assign_family_ids(previous(f1="p1 p2"), now, minting())
        assert {f.family_id: min(f.student_ids) for f in assigned.families} == {
            "f1": "p1",
            "new1": "p2",
        }


def test_a_merged_family_keeps_the_id_of_its_larger_part() -> None:
    assigned = assign_family_ids(previous(f1="p1", f2="p2 p3"), [group("p1 p2 p3")], minting())
    assert [f.family_id for f in assigned.families] == ["f2"]
    assert assigned.merges == (Merge("f2", ("f1",)),)
    assert assigned.gone == ("f1",)


def test_a_student_who_moves_to_another_family_is_a_split_but_no_merge() -> None:
    now = [group("p1"), group("p2 p3")]
    assigned = assign_family_ids(previous(f1="p1 p2", f2="p3"), now, minting())
    assert assigned.splits == (Split("f1", ("f1", "f2")),)
    assert assigned.merges == ()


def test_a_family_whose_students_left_is_gone_and_a_new_brother_is_welcome() -> None:
    assigned = assign_family_ids(previous(f1="p1", f2="p2"), [group("p2 p3")], minting())
    assert [f.family_id for f in assigned.families] == ["f2"]
    assert (assigned.gone, assigned.splits, assigned.merges) == (("f1",), (), ())
