"""The same adult under several ids."""

import pytest

from services.contacts.domain.joining import (
    AddressFault,
    Adult,
    Joined,
    JoinRules,
    Likeness,
    NearMatch,
    join_adults,
)


def join(*adults: Adult, students: dict[str, set[str]] | None = None, **rules: object) -> Joined:
    of = {adult: frozenset(held) for adult, held in (students or {}).items()}
    return join_adults(adults, of, JoinRules(**rules))  # type: ignore[arg-type]


ANA = Adult("a1", "Ana", "Núñez", "ana@mail.org")
SAME = Adult("a2", "ANA", "Nunez", " Ana@Mail.org ")
ELSE = Adult("a3", "Ana", "Núñez", "other@mail.org")


def test_same_name_and_address_is_one_adult_with_one_address() -> None:
    joined = join(SAME, ANA)
    assert joined.guardian_of == {"a1": "a1", "a2": "a1"}
    assert joined.records == {"a1": ("a1", "a2")}
    assert joined.addresses == {"a1": ("ana@mail.org",)}


def test_the_same_name_alone_is_not_enough_and_not_even_asked() -> None:
    joined = join(ANA, ELSE)
    assert joined.records.keys() == {"a1", "a3"}
    assert joined.near == ()


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (("Bob", "Lee"), ("Bobby", "Lee"), True),
        (("Jon", "Lee"), ("John", "Lee"), True),
        (("Maria", "Lopez"), ("Lopez", "Maria"), True),
        (("Ana", "Paz"), ("Ana", "Paz Ruiz"), True),
        (("Ana", "Paz"), ("Luis", "Paz"), False),
        (("John", "Smith Jr"), ("John", "Smith"), True),
    ],
)
def test_similar_names_at_one_address_are_asked_about_and_never_joined(
    one: tuple[str, str], other: tuple[str, str], why: bool
) -> None:
    joined = join(Adult("a", *one, "x@mail.org"), Adult("b", *other, "x@mail.org"))
    assert joined.records.keys() == {"a", "b"}
    assert joined.near == ((NearMatch("a", "b", Likeness.SAME_ADDRESS),) if why else ())


def test_the_same_name_with_a_phone_or_a_student_in_common_is_asked_about() -> None:
    one = Adult("a", "Ana", "Paz", "x@mail.org", "(555) 123-4567")
    phone = Adult("b", "Ana", "Paz", "y@mail.org", "+1 555 123 4567")
    child = Adult("c", "Ana", "Paz")
    joined = join(one, phone, child, students={"a": {"p1"}, "c": {"p1"}})
    assert {(n.one, n.other, n.why) for n in joined.near} == {
        ("a", "b", Likeness.SAME_NAME_AND_PHONE),
        ("a", "c", Likeness.SAME_NAME_AND_STUDENT),
    }


def test_what_a_person_decided_holds() -> None:
    same = join(ANA, ELSE, same=frozenset({("a3", "a1")}))
    assert same.guardian_of["a3"] == "a1"
    assert same.addresses["a1"] == ("ana@mail.org", "other@mail.org")
    apart = join(ANA, SAME, different=frozenset({("a1", "a2")}))
    assert apart.records.keys() == {"a1", "a2"}
    assert apart.near == ()


def test_a_guardian_keeps_the_id_that_was_used_before() -> None:
    joined = join(ANA, SAME, previous={"a2": "a2"})
    assert joined.guardian_of == {"a1": "a2", "a2": "a2"}


def test_placeholders_and_addresses_of_many_adults_count_as_missing() -> None:
    crowd = [Adult(f"c{i}", f"Name{chr(97 + i)}", "X", "office@maple.org") for i in range(5)]
    joined = join(*crowd, Adult("n", "Ana", "Paz", "none@none.com"), ANA)
    assert [(entry.address, entry.fault) for entry in joined.aside] == [
        ("none@none.com", AddressFault.PLACEHOLDER),
        ("office@maple.org", AddressFault.TOO_MANY_ADULTS),
    ]
    assert joined.addresses["c1"] == joined.addresses["n"] == ()
    assert joined.addresses["a1"] == ("ana@mail.org",)


def test_one_mother_with_six_records_is_one_adult_but_a_filler_is_nobody() -> None:
    mother = [Adult(f"m{i}", "Ana", "Paz", "ana@mail.org") for i in range(6)]
    assert join(*mother).addresses == {"m0": ("ana@mail.org",)}
    filler = [Adult(f"f{i}", "Parent", "Unknown", "desk@maple.org") for i in range(9)]
    joined = join(*filler)
    assert len(joined.records) == 9
    assert joined.aside[0].fault is AddressFault.TOO_MANY_ADULTS
    assert joined.near == ()


def test_the_same_placeholder_and_name_do_not_make_one_adult() -> None:
    two = [Adult(i, "Maria", "Garcia", "noemail@maple.org") for i in "ab"]
    assert len(join(*two).records) == 2


def test_adults_without_a_name_are_never_joined() -> None:
    assert (
        len(join(Adult("a", "", "", "x@mail.org"), Adult("b", "", "", "x@mail.org")).records) == 2
    )
