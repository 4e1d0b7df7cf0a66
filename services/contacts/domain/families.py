"""Families: the students who have exactly the same guardians. They are what is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.contacts.domain.lasting_ids import Mint, keep_ids
from services.contacts.domain.ties import Tie

MOST_STUDENTS_PER_GUARDIAN = 8
"""An adult of more students (a group home, an agency) forms no family: its students stand alone."""


@dataclass(frozen=True, slots=True)
class Family:
    """`guardian_ids` are all guardians of its students, also those who don't form families."""

    family_id: str
    student_ids: frozenset[str]
    guardian_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A family before it has an id."""

    student_ids: frozenset[str]
    guardian_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Split:
    """Students of one family are in several now. `into` are the ids of all of these.

    `family_id` itself is in `into` unless no part kept it.
    """

    family_id: str
    into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Families whose students are all in `family_id` now; the ids in `merged` live no longer."""

    family_id: str
    merged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyAssignment:
    """Families with their ids. `gone`: earlier ids that no family has now, and none will again."""

    families: tuple[Family, ...]
    new_ids: tuple[str, ...] = ()
    kept_ids: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    splits: tuple[Split, ...] = ()
    merges: tuple[Merge, ...] = ()


def form_families(student_ids: Iterable[str], ties: Iterable[Tie]) -> list[Group]:
    """Every student is in exactly one group. Only ties of guardians count, with or without flags:
    that an adult may not see a record does not make another family.
    """
    guardians: dict[str, set[str]] = {student: set() for student in student_ids}
    for tie in ties:
        if tie.is_guardian and tie.student_id in guardians:
            guardians[tie.student_id].add(tie.guardian_id)
    crowd = _adults_of_many(guardians)
    groups: dict[object, list[str]] = {}
    for student, adults in guardians.items():
        # Without a guardian who forms a family a student is a family alone.
        key = frozenset(adults - crowd) or student
        groups.setdefault(key, []).append(student)
    formed = [
        Group(frozenset(held), frozenset().union(*(guardians[s] for s in held)))
        for held in groups.values()
    ]
    return sorted(formed, key=lambda group: min(group.student_ids))


def _adults_of_many(guardians: Mapping[str, set[str]]) -> set[str]:
    counts = Counter(adult for adults in guardians.values() for adult in adults)
    return {adult for adult, number in counts.items() if number > MOST_STUDENTS_PER_GUARDIAN}


def assign_family_ids(
    previous: Mapping[str, frozenset[str]], now: Iterable[Group], mint: Mint
) -> FamilyAssignment:
    """Ids for the families of now. `previous`: the students of each family so far.

    Where a family came apart the part with most of its students keeps the id. `mint` gives new ids.
    """
    groups = {group.student_ids: group for group in now}
    ids = keep_ids(previous, groups, mint)
    families = tuple(
        Family(family_id, students, groups[students].guardian_ids)
        for students, family_id in ids.items()
    )
    living = {family.family_id for family in families}
    targets = _targets(previous, families)
    return FamilyAssignment(
        families=families,
        new_ids=tuple(sorted(living - previous.keys())),
        kept_ids=tuple(sorted(living & previous.keys())),
        gone=tuple(sorted(previous.keys() - living)),
        splits=tuple(
            Split(old, tuple(sorted(into)))
            for old, into in sorted(targets.items())
            if len(into) > 1
        ),
        merges=_merges(targets, living),
    )


def _targets(
    previous: Mapping[str, frozenset[str]], families: Iterable[Family]
) -> dict[str, set[str]]:
    """In which families the students of each earlier family are now."""
    now = {student: family.family_id for family in families for student in family.student_ids}
    return {
        old: {now[student] for student in students if student in now}
        for old, students in previous.items()
    }


def _merges(targets: Mapping[str, set[str]], living: set[str]) -> tuple[Merge, ...]:
    merged: dict[str, list[str]] = {}
    for old, into in targets.items():
        if old not in living and len(into) == 1:
            merged.setdefault(next(iter(into)), []).append(old)
    return tuple(Merge(into, tuple(sorted(olds))) for into, olds in sorted(merged.items()))
