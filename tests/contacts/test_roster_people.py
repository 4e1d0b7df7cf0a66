"""Names, addresses, roles, grades and languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.people import (
    RoleKind,
    addresses_in,
    clean_text,
    is_address,
    is_placeholder,
    kind_of_role,
    language_tag,
    normal_grade,
    normal_name,
    relationship_of,
)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("student", RoleKind.STUDENT), ("Student ", RoleKind.STUDENT),
        ("parent", RoleKind.GUARDIAN), ("GUARDIAN", RoleKind.GUARDIAN),
        ("relative", RoleKind.OTHER_ADULT), ("doctor", RoleKind.OTHER_ADULT),
        ("ext:stepuncle", RoleKind.OTHER_ADULT), ("", RoleKind.OTHER_ADULT),
        ("districtAdministrator", RoleKind.STAFF), ("site Administrator", RoleKind.STAFF),
        ("principal", RoleKind.STAFF), ("Professor", RoleKind.STAFF),
    ],
)  # fmt: skip
def test_a_role_is_one_of_four_kinds(role: str, kind: RoleKind) -> None:
    assert kind_of_role(role) is kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("José", "Núñez-Paz"), ("jose", "NUNEZ PAZ")),
        (("Mary  Ann", "O'Neil"), ("Mary Ann", "O’Neil")),
        (("Müller", "Weiß"), ("MULLER", "weiss")),
        (("Łucja", "Nowak"), ("łucja", "NOWAK")),
    ],
)
def test_names_agree_whatever_their_accents_and_capitals(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert normal_name(*one) == normal_name(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("John", "Smith Jr."), ("John", "Smith")),
        (("Ann", "Marie Lee"), ("Ann Marie", "Lee")),
        (("किरण", "शर्मा"), ("करण", "शर्मा")),
        (("محمد", "علي"), ("أحمد", "علي")),
    ],
)
def test_different_names_stay_different(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert normal_name(*one) != normal_name(*other)


def test_a_name_without_letters_is_no_name() -> None:
    assert normal_name("-", "?") == normal_name("", "") == ""


@pytest.mark.parametrize(
    "text",
    [
        "a@b.org",
        "pato'keefe@mail.com",
        "first.last+tag@sub.maple.k12.nj.us",
        "josé@correo.es",
        "1@2.io",
    ],
)
def test_usable_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "a@@b.org", "a b@c.org", ".a@b.org", "a..b@c.org", "a.@b.org", "a@-b.org",
     "a@b.org\n", "a@b.123", "a,b@c.org", "x" * 65 + "@b.org", "a@" + "b" * 250 + ".org"],
)  # fmt: skip
def test_unusable_addresses(text: str) -> None:
    assert not is_address(text)


def test_addresses_are_found_in_free_text() -> None:
    assert addresses_in("Ana <ana@mail.org>; work: a.paz@work.com") == [
        "ana@mail.org",
        "a.paz@work.com",
    ]
    assert addresses_in("mailto:ana@mail.org") == ["ana@mail.org"]
    assert addresses_in("none") == []


def test_placeholders_are_known_words_or_on_the_districts_list() -> None:
    for text in ("noemail@maple.org", "No-Email@x.org", "none@none.com", "unknown@gmail.com"):
        assert is_placeholder(text)
    for text in ("nora@mail.org", "ana@example.org", "noel@mail.org", "tester@mail.org"):
        assert not is_placeholder(text)
    assert is_placeholder("Front.Office@maple.org", frozenset({"front.office@MAPLE.org"}))
    assert is_placeholder("any@parents.maple.org", frozenset({"@parents.maple.org"}))


@pytest.mark.parametrize(
    ("written", "grade"),
    [("3", "03"), ("03", "03"), ("K", "KG"), ("kindergarten", "KG"), ("PK", "PK"), ("Pre-K", "PK"),
     ("Grade 7", "07"), ("11th", "11"), ("13", "13"), ("ps1", "ps1"), ("", ""), ("99", "99")],
)  # fmt: skip
def test_grades_are_written_alike(written: str, grade: str) -> None:
    assert normal_grade(written) == grade


@pytest.mark.parametrize(
    ("written", "tag"),
    [("es", "es"), ("ES-mx", "es-MX"), ("zh_HANS", "zh-Hans"), ("Somali", "so"),
     ("es-419", "es-419"),
     ("中文", "zh"), ("e", None), ("english please", None), ("", None), ("123", None)],
)  # fmt: skip
def test_languages(written: str, tag: str | None) -> None:
    assert language_tag(written) == tag


def test_relationships_become_the_words_of_messages() -> None:
    assert relationship_of("Step-Mother") == "parent"
    assert relationship_of("Abuela") == "other"
    assert relationship_of("Aunt") == "relative"


@given(st.text())
def test_clean_text_is_one_visible_line_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert len(cleaned) <= 200
    assert not set(cleaned) & set("\n\r\t\x00\u202e\u2028\ufeff")
    assert clean_text(cleaned).strip() == cleaned.strip()
