"""The sample district holds what the demo and the benchmarks count on."""

import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from itertools import groupby

import pytest

from embedded.sample import District, Family, Position, Shape, Tie, make_district
from embedded.sample.model import PLACEHOLDER_ADDRESS
from embedded.sample.names import plain
from embedded.sample.plans import LANGUAGES

TODAY = date(2026, 11, 24)
SCRIPTS = {"ar": "ARABIC", "zh": "CJK", "uk": "CYRILLIC"}


@cache
def sample() -> District:
    return make_district(today=TODAY)


def families(shape: Shape) -> list[Family]:
    return [family for family in sample().families if family.shape is shape]


def ties_of(family: Family) -> tuple[Tie, ...]:
    return sample().ties_of[family.student_ids[0]]


def test_the_same_seed_gives_the_same_district() -> None:
    assert make_district(today=TODAY) == sample()


def test_another_seed_gives_other_people() -> None:
    assert make_district(7, today=TODAY).students != sample().students


def test_people_do_not_depend_on_the_day() -> None:
    later = make_district(today=date(2027, 7, 4))
    assert (later.students, later.guardians) == (sample().students, sample().guardians)
    assert later.year != sample().year


def test_the_district_has_the_size_that_was_promised() -> None:
    district = sample()
    assert len(district.students) == 1200
    assert [school.kind for school in district.schools] == [
        "elementary",
        "middle",
        "high",
    ]
    assert 55 <= len(district.educators) <= 68


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sizes_hold_for_other_seeds(seed: int) -> None:
    district = make_district(seed, today=TODAY)
    assert len(district.students) == 1200
    assert 55 <= len(district.educators) <= 70
    assert len(district.picks.good_news.guardian_ids) == 2


@pytest.mark.parametrize(("students", "schools"), [(50, 1), (75, 2), (333, 3), (4000, 11)])
def test_other_sizes_are_met_exactly(students: int, schools: int) -> None:
    district = make_district(students=students, schools=schools, today=TODAY)
    assert (len(district.students), len(district.schools)) == (students, schools)
    assert {tie.student_id for tie in district.ties} <= district.student.keys()


def test_a_district_without_students_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 50 students and 1 school"):
        make_district(students=0, today=TODAY)


def test_every_school_has_a_principal_a_coordinator_and_an_office() -> None:
    posts = Counter((each.school_id, each.position) for each in sample().educators)
    for school in sample().schools:
        assert posts[school.id, Position.PRINCIPAL] == 1
        assert posts[school.id, Position.COORDINATOR] == 1
        assert posts[school.id, Position.OFFICE] == 1


def test_a_family_is_the_students_with_exactly_the_same_guardians() -> None:
    district, first_id = sample(), {other: one for one, other in sample().doubles}
    guardians = {
        student.id: tuple(
            sorted(
                first_id.get(tie.guardian_id, tie.guardian_id)
                for tie in district.ties_of.get(student.id, ())
            )
        )
        for student in district.students
    }
    homes = {each for family in families(Shape.GROUP_HOME) for each in family.student_ids}
    alone = [student for student, adults in guardians.items() if not adults or student in homes]
    others = sorted((adults, student) for student, adults in guardians.items())
    together = [
        frozenset(student for _, student in group)
        for adults, group in groupby(others, key=lambda pair: pair[0])
        if adults
    ]
    expected = {frozenset({student}) for student in alone}
    expected |= {group for group in together if not group & homes}
    assert {frozenset(family.student_ids) for family in district.families} == expected


def test_homes_speak_at_least_seven_languages_in_believable_shares() -> None:
    district = make_district(students=20_000, schools=50, today=TODAY)
    spoken = Counter(family.language for family in district.families)
    for language, share in LANGUAGES:
        assert spoken[language] / len(district.families) == pytest.approx(share, rel=0.15)
    assert len({guardian.language for guardian in sample().guardians}) >= 7


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_guardians_are_named_in_their_own_script(language: str, script: str) -> None:
    people = [each for each in sample().guardians if each.language == language]
    own = [
        each
        for each in people
        if all(
            unicodedata.name(mark).startswith(script)
            for mark in each.given_name + each.family_name
            if mark.isalpha()
        )
    ]
    assert len(own) > 20
    # A grandparent or partner from elsewhere keeps a name from there.
    assert len(own) / len(people) > 0.8


def test_vietnamese_and_spanish_names_have_their_marks() -> None:
    for language, name in (("vi", "Nguyễn"), ("es", "García")):
        people = [each for each in sample().guardians if each.language == language]
        assert any(name in each.family_name for each in people)
        assert any(plain(each.given_name) != each.given_name for each in people)


def test_every_address_is_under_a_reserved_domain_and_plain() -> None:
    families_and_staff = [guardian.email for guardian in sample().guardians if guardian.email]
    families_and_staff += [educator.email for educator in sample().educators]
    for address in families_and_staff:
        assert address.isascii()
        assert address.rpartition("@")[2] in ("families.example", "staff.example")


def test_phones_are_from_the_range_kept_for_fiction() -> None:
    phones = {guardian.phone for guardian in sample().guardians if guardian.phone}
    assert all(len(phone) == 12 and phone[5:10] == "55501" for phone in phones)


def test_some_have_no_address_some_share_one_and_one_is_a_placeholder() -> None:
    addresses = Counter(guardian.email for guardian in sample().guardians)
    assert 50 < addresses.pop("") < 150
    assert addresses.pop(PLACEHOLDER_ADDRESS) > 4
    assert sum(1 for users in addresses.values() if users == 2) > 30
    assert max(addresses.values()) <= 4


def test_about_a_seventh_of_the_families_live_in_two_households() -> None:
    separated = families(Shape.SEPARATED)
    assert 0.11 < len(separated) / len(sample().families) < 0.19
    for family in separated:
        assert len({tie.household_id for tie in ties_of(family)[:2]}) == 2


def test_a_mother_s_household_spans_two_families() -> None:
    mothers = Counter(family.guardian_ids[0] for family in families(Shape.BLENDED))
    assert mothers
    assert set(mothers.values()) == {2}


def test_some_parents_may_not_see_the_record_and_get_no_mail() -> None:
    barred = [
        tie for tie in sample().ties if not tie.may_see_record and tie.relationship == "father"
    ]
    assert len({tie.guardian_id for tie in barred}) >= 3
    assert not any(tie.gets_mail for tie in barred)


def test_most_relatives_are_not_written_to() -> None:
    relatives = {each.id for each in sample().guardians if each.role == "relative"}
    ties = [tie for tie in sample().ties if tie.guardian_id in relatives]
    silent = [tie for tie in ties if not (tie.listed and tie.gets_mail)]
    assert len(relatives) > 30
    assert 0.6 < len(silent) / len(ties) < 1


def test_one_adult_of_a_group_home_has_nine_students_or_more() -> None:
    homes = families(Shape.GROUP_HOME)
    assert len(homes) >= 9
    assert len({family.guardian_ids for family in homes}) == 1
    students = Counter(tie.guardian_id for tie in sample().ties)
    assert [adult for adult, number in students.items() if number > 8] == [homes[0].guardian_ids[0]]


def test_there_are_single_parents_and_students_without_anybody() -> None:
    assert len(families(Shape.SINGLE)) > 80
    nobody = families(Shape.NOBODY)
    assert len(nobody) >= 3
    assert not any(family.student_ids[0] in sample().ties_of for family in nobody)


def test_interpreters_are_needed_only_where_another_language_is_spoken() -> None:
    needing = [each for each in sample().guardians if each.interpreter]
    assert len(needing) > 50
    assert not any(each.language == "en" for each in needing)


def test_brothers_and_sisters_go_to_different_schools() -> None:
    district = sample()
    spread = [
        family
        for family in district.families
        if len({district.student[number].school_id for number in family.student_ids}) > 1
    ]
    assert len(spread) > 100


def test_some_staff_are_parents_under_one_id_and_one_address() -> None:
    district = sample()
    parents = [each for each in district.educators if each.id in district.guardian]
    assert len(parents) >= 3
    for each in parents:
        assert district.guardian[each.id].email == each.email


def test_an_adult_entered_twice_has_the_same_name_and_address() -> None:
    district = sample()
    assert district.doubles
    for pair in district.doubles:
        one, other = (district.guardian[number] for number in pair)
        assert one.id != other.id
        assert (one.given_name, one.email) == (other.given_name, other.email)
        assert one.email


def test_every_student_has_classes_and_no_two_in_one_period() -> None:
    district = sample()
    seats = Counter(
        (student_id, each.period, term.id)
        for each in district.classes
        for term in each.terms
        for student_id in each.student_ids
    )
    assert set(seats.values()) == {1}
    assert {student_id for student_id, _, _ in seats} == district.student.keys()


def test_no_teacher_is_in_two_rooms_at_once() -> None:
    at = Counter(
        (each.educator_id, each.period, term.id) for each in sample().classes for term in each.terms
    )
    assert set(at.values()) == {1}


def test_brothers_and_sisters_have_names_of_their_own() -> None:
    for family in sample().families:
        names = [sample().student[number].given_name for number in family.student_ids]
        assert len(set(names)) == len(names)
