"""How each language says numbers of people, days, lists of names and languages."""

import re
from datetime import timedelta

import pytest

from services.notifications.letters.catalogs import sentences_of, words_of
from services.notifications.letters.layout import as_text
from services.notifications.letters.tongue import WRITTEN_IN, tongue
from services.notifications.letters.writing import write
from tests.notifications.making import FACTS, NOTE, NOW, occasion

TRANSLATED = [language for language in WRITTEN_IN if language != "en"]

# --- numbers ---------------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
def test_numbers_of_people_read_right(language: str) -> None:
    said = [
        tongue(language).ngettext("We expect %(count)s person.", "We expect %(count)s people.", n)
        for n in (1, 2, 3, 11, 20)
    ]
    assert "%" not in "".join(said)
    assert "3" in said[2]
    assert "11" in said[3]
    if language == "ar":
        assert len({re.sub(r"\d+", "#", each) for each in said}) == 4


@pytest.mark.parametrize(
    ("language", "people"),
    [
        ("ru", {1: "человек", 2: "человека", 5: "человек", 11: "человек", 21: "человек"}),
        ("uk", {1: "людина", 2: "людини", 5: "людей", 11: "людей", 21: "людина"}),
    ],
)
def test_numbers_take_the_three_forms_of_slavic_languages(
    language: str, people: dict[int, str]
) -> None:
    one, many = "We expect %(count)s person.", "We expect %(count)s people."
    for count, word in people.items():
        assert tongue(language).ngettext(one, many, count).endswith(f" {count} {word}.")
    (plural,) = [each for each in sentences_of(language) if len(each.english) == 2]
    assert len(plural.words) == 3


@pytest.mark.parametrize("language", ["pt", "fr", "so", "tl", "vi", "ht"])
def test_one_and_many_are_told_apart_where_the_language_does(language: str) -> None:
    one, many = "We expect %(count)s person.", "We expect %(count)s people."
    said = {tongue(language).ngettext(one, many, n).replace(str(n), "#") for n in (1, 2)}
    assert len(said) == (2 if language in {"pt", "fr"} else 1)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_plural_names_the_number_unless_it_stands_for_one_number_only(language: str) -> None:
    one, many = "We expect %(count)s person.", "We expect %(count)s people."
    numbers: dict[str, set[int]] = {}
    for count in range(200):
        numbers.setdefault(words_of(language).ngettext(one, many, count), set()).add(count)
    assert not numbers.keys() & {one, many, ""}
    assert all("%(count)s" in form for form, counts in numbers.items() if len(counts) > 1)


# --- days, lists and languages ---------------------------------------------------


@pytest.mark.parametrize(
    ("language", "day", "names", "english"),
    [
        ("en", "Thursday, December 3, 2026, 6:00 PM", "Ana, Luis, and Kim", "English"),
        ("es", "jueves, 3 de diciembre de 2026, 18:00", "Ana, Luis y Kim", "inglés"),
        ("zh", "2026年12月3日星期四 18:00", "Ana、Luis和Kim", "英语"),
        ("vi", "Thứ Năm, 3 tháng 12, 2026, 18:00", "Ana, Luis và Kim", "Tiếng Anh"),
        ("pt", "quinta-feira, 3 de dezembro de 2026, 18:00", "Ana, Luis e Kim", "inglês"),
        ("ru", "четверг, 3 декабря 2026 г., 18:00", "Ana, Luis и Kim", "английский"),
        ("fr", "jeudi 3 décembre 2026, 18:00", "Ana, Luis et Kim", "anglais"),
        ("ht", "jedi 3 desanm 2026, 18:00", "Ana, Luis ak Kim", "angle"),
        ("so", "Khamiis, Diseembar 3, 2026, 6:00 GD", "Ana, Luis iyo Kim", "Ingiriisi"),
        ("uk", "четвер, 3 грудня 2026 р., 18:00", "Ana, Luis і Kim", "англійська"),
        ("tl", "Huwebes, Disyembre 3, 2026, 6:00 PM", "Ana, Luis, at Kim", "Ingles"),
    ],
)
def test_days_lists_and_languages_read_as_families_write_them(
    language: str, day: str, names: str, english: str
) -> None:
    _ = tongue(language)
    assert _.moment(FACTS.starts_at, FACTS.time_zone) == day
    assert _.several(["Ana", "Luis", "Kim"]) == names
    assert _.name_of("en") == english


def test_arabic_days_and_lists_keep_the_direction_of_names() -> None:
    _ = tongue("ar")
    assert _.moment(FACTS.starts_at, FACTS.time_zone) == "الخميس، 3 ديسمبر 2026، 6:00 م"
    assert _.several(["Ana", "Kim"]) == "\u2068Ana\u2069 و\u2068Kim\u2069"
    assert _.name_of("en") == "الإنجليزية"


def test_creole_has_words_of_its_own_for_every_day_and_month() -> None:
    _ = tongue("ht")
    days = [_.day(NOW + timedelta(days=n), "UTC").split() for n in range(366)]
    assert {day[0] for day in days} == {
        "lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch",
    }  # fmt: skip
    assert len({day[2] for day in days}) == 12
    assert not {day[2] for day in days} & {"janvier", "mars", "mai", "juin", "décembre"}
    assert (_.several(["Ana"]), _.several(["Ana", "Kim"]), _.several([])) == (
        "Ana",
        "Ana ak Kim",
        "",
    )
    assert (_.name_of("es"), _.name_of("ht"), _.name_of("ko")) == (
        "panyòl", "kreyòl ayisyen", "coréen",
    )  # fmt: skip


def test_filipino_and_tagalog_are_one_language() -> None:
    assert tongue("fil-PH").language == "tl"
    assert tongue("fil").interpreter_line == ""
    filipino = NOTE.model_copy(update={"words_language": "fil"})
    assert "Wika:" not in as_text(write(occasion(filipino, language="tl")))
