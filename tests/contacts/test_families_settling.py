"""What holds for any district, whatever its records look like (property tests)."""

import itertools
import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contacts.domain.families import MOST_STUDENTS_PER_GUARDIAN
from services.contacts.domain.joining import Adult, JoinRules
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Link, Person, PersonRole
from services.contacts.domain.settling import (
    Previous,
    Settlement,
    Voice,
    adults_among,
    complete_adults,
    settle,
    voices,
)
from services.contacts.domain.ties import ContactRow

STUDENTS = [f"p{i}" for i in range(14)]
ADULTS = [f"g{i}" for i in range(9)]
MAILBOXES = ["a@m.org", "b@m.org", "c@m.org", "none@none.com", None]
FLAGS = st.sampled_from([True, False, None, None])

adult_lists = st.lists(
    st.builds(
        Adult,
        st.sampled_from(ADULTS),
        st.sampled_from(["Ana", "Luis", "Kim"]),
        st.sampled_from(["Paz", "Lee"]),
        st.sampled_from(MAILBOXES),
    ),
    unique_by=lambda adult: adult.sourced_id,
    max_size=len(ADULTS),
)
link_lists = st.lists(
    st.builds(
        lambda student, adult, role: Link(student, adult, role, role == "parent"),
        st.sampled_from(STUDENTS),
        st.sampled_from(ADULTS),
        st.sampled_from(["parent", "parent", "parent", "relative"]),
    ),
    max_size=40,
)
row_lists = st.lists(
    st.builds(
        ContactRow,
        guardian_id=st.sampled_from(ADULTS),
        student_id=st.sampled_from(STUDENTS),
        gets_mail=FLAGS,
        may_see_record=FLAGS,
        household_id=st.sampled_from(["h1", "h2", None]),
    ),
    max_size=12,
)
districts = st.tuples(st.frozensets(st.sampled_from(STUDENTS)), adult_lists, link_lists, row_lists)
District = tuple[frozenset[str], list[Adult], list[Link], list[ContactRow]]


def minting() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"id{next(numbers)}"


def settled(
    district: District, previous: Previous | None = None, mint: Callable[[], str] | None = None,
    known: dict[str, str] | None = None,
) -> Settlement:  # fmt: skip
    rules = JoinRules(previous=known or {})
    return settle(*district, previous or Previous(), rules, mint or minting())


def after(settlement: Settlement) -> Previous:
    families = {f.family_id: f.student_ids for f in settlement.families.families}
    return Previous(families, settlement.households)


@given(districts)
def test_every_student_is_in_exactly_one_family(district: District) -> None:
    counted = [s for f in settled(district).families.families for s in f.student_ids]
    assert sorted(counted) == sorted(district[0])


@given(districts)
def test_students_of_one_family_have_the_same_guardians(district: District) -> None:
    result = settled(district)
    guardians: dict[str, set[str]] = {student: set() for student in district[0]}
    for tie in result.ties:
        if tie.is_guardian:
            guardians[tie.student_id].add(tie.guardian_id)
    held = [adult for adults in guardians.values() for adult in adults]
    many = {adult for adult in held if held.count(adult) > MOST_STUDENTS_PER_GUARDIAN}
    for family in result.families.families:
        sets = {frozenset(guardians[s] - many) for s in family.student_ids}
        assert len(sets) == 1
        assert len(family.student_ids) == 1 or sets != {frozenset()}


@given(districts)
def test_nobody_in_a_household_may_see_what_another_may_not(district: District) -> None:
    result = settled(district)
    visible: dict[str, set[str]] = {}
    for tie in result.ties:
        if tie.may_see_record and tie.is_guardian:
            visible.setdefault(tie.guardian_id, set()).add(tie.student_id)
    seen: list[str] = []
    for household in result.households:
        assert household.student_ids
        for guardian in household.guardian_ids:
            assert visible[guardian] == household.student_ids
        seen.extend(household.guardian_ids)
    assert sorted(seen) == sorted(visible)


@given(districts)
def test_no_address_of_a_barred_adult_gets_mail_about_the_student(district: District) -> None:
    result = settled(district)
    barred = {
        (address.casefold(), tie.student_id)
        for tie in result.ties
        if tie.barred
        for address in result.joined.addresses[tie.guardian_id]
    }
    mails = {(t.guardian_id, t.student_id) for t in result.ties if t.gets_mail}
    for household in result.households:
        for member in household.members:
            for student in member.mail_about:
                assert (member.guardian_id, student) in mails
                assert ((member.address or "").casefold(), student) not in barred
        assert household.mail_about <= household.student_ids
        assert household.mailbox != "none@none.com"


@given(districts)
def test_an_explicit_no_is_never_overruled(district: District) -> None:
    result = settled(district)
    ties = {(tie.student_id, tie.guardian_id): tie for tie in result.ties}
    for row in district[3]:
        guardian = result.joined.guardian_of.get(row.guardian_id)
        tie = ties.get((row.student_id, guardian or ""))
        if tie is not None and False in (row.may_see_record, row.gets_mail):
            assert not tie.gets_mail
        if tie is not None and row.may_see_record is False:
            assert not tie.may_see_record


@given(districts, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(district: District, chance: random.Random) -> None:
    students, adults, links, rows = district
    shuffled = (
        students,
        chance.sample(adults, len(adults)),
        chance.sample(links, len(links)),
        chance.sample(rows, len(rows)),
    )
    one, other = settled(district), settled(shuffled)
    assert one == other


@given(districts)
def test_importing_the_same_again_changes_nothing(district: District) -> None:
    mint = minting()
    first = settled(district, mint=mint)
    again = settled(district, after(first), mint, first.joined.guardian_of)
    assert again.families.families == first.families.families
    assert again.households == first.households
    assert again.joined == first.joined
    nothing = (again.families.new_ids, again.families.gone, again.families.splits,
               again.families.merges, again.new_households, again.gone_households,
               again.changed_links)  # fmt: skip
    assert set(nothing) == {()}


@given(st.lists(districts, min_size=2, max_size=4))
@settings(max_examples=60)
def test_ids_are_never_used_again_and_links_never_grow_younger(years: list[District]) -> None:
    mint, previous, known = minting(), Previous(), dict[str, str]()
    gone: set[str] = set()
    versions: dict[str, int] = {}
    for district in years:
        result = settled(district, previous, mint, known)
        families = [family.family_id for family in result.families.families]
        households = [household.household_id for household in result.households]
        living = families + households
        assert len(living) == len(set(living))
        assert not set(living) & gone
        for household in result.households:
            assert household.link_version >= versions.get(household.household_id, 1)
            versions[household.household_id] = household.link_version
        gone |= set(result.families.gone) | set(result.gone_households)
        previous, known = after(result), result.joined.guardian_of


@given(districts, districts)
def test_every_student_who_stayed_is_accounted_for(one: District, two: District) -> None:
    """A family is kept, or its split or merge says where its students are."""
    mint = minting()
    first = settled(one, mint=mint)
    second = settled(two, after(first), mint, first.joined.guardian_of)
    now = {s: f.family_id for f in second.families.families for s in f.student_ids}
    splits = {split.family_id: set(split.into) for split in second.families.splits}
    merged = {old: m.family_id for m in second.families.merges for old in m.merged}
    for family in first.families.families:
        into = {now[s] for s in family.student_ids if s in now}
        if len(into) > 1:
            assert splits[family.family_id] == into
        elif into and into != {family.family_id}:
            assert {merged[family.family_id]} == into
    assert set(merged) <= set(second.families.gone)


@given(districts, districts)
def test_links_end_whenever_a_member_or_what_they_may_see_is_taken_away(
    one: District, two: District
) -> None:
    mint = minting()
    first = settled(one, mint=mint)
    second = settled(two, after(first), mint, first.joined.guardian_of)
    before = {household.household_id: household for household in first.households}
    for household in second.households:
        old = before.get(household.household_id)
        if old is not None and household.link_version == old.link_version:
            assert household.guardian_ids == old.guardian_ids
            assert household.student_ids >= old.student_ids
            assert household.household_id not in second.changed_links


def test_an_adult_whom_only_the_contacts_file_names_is_made_from_it() -> None:
    row = ContactRow("new", "p1", "mother", email="rosa@m.org", given_name="Rosa", line=2)
    result = settle(["p1"], [], [], [row], Previous(), JoinRules(), minting())
    assert result.households[0].mailbox == "rosa@m.org"
    assert result.household_of() == {"new": result.households[0].household_id}


def test_the_contacts_file_fills_gaps_but_never_overwrites() -> None:
    adults = [Adult("g", "Ana", "Paz", None, "555"), Adult("h", "Luis", "Paz", "l@m.org")]
    rows = [ContactRow("g", "p1", email="ana@m.org", phone="999", line=2),
            ContactRow("h", "p1", email="other@m.org", line=3),
            ContactRow("x", "p1", email="nameless@m.org", line=4)]  # fmt: skip
    assert complete_adults(adults, rows) == [
        Adult("g", "Ana", "Paz", "ana@m.org", "555"),
        Adult("h", "Luis", "Paz", "l@m.org"),
    ]


def test_a_teacher_who_is_named_as_a_parent_can_be_a_guardian_and_a_pupil_cannot() -> None:
    def person(person_id: str, kind: RoleKind) -> Person:
        return Person(person_id, "A", "B", (PersonRole(kind.value, kind, "s1", "s1"),))

    people = [person("e", RoleKind.STAFF), person("p", RoleKind.STUDENT),
              person("g", RoleKind.GUARDIAN), person("e2", RoleKind.STAFF)]  # fmt: skip
    assert [adult.sourced_id for adult in adults_among(people, {"e", "p"})] == ["e", "g"]


def test_a_guardian_speaks_the_language_that_most_lines_give() -> None:
    rows = [
        ContactRow("g", "p1", language="es"),
        ContactRow("g2", "p1", language="es", interpreter=True),
        ContactRow("g", "p2", language="en"),
        ContactRow("h", "p1"),
    ]
    assert voices(rows, {"g2": "g"}) == {"g": Voice("es", True), "h": Voice(None, False)}
