"""Languages: which one a reader gets, and how its readers write days and hours."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from shared.i18n import (
    Catalogs,
    Words,
    accepted,
    choose,
    direction,
    format_date,
    format_datetime,
    format_names,
    format_time,
    grade_name,
    weekday_names,
)
from shared.web.templates import language_name

NIGHT = datetime(2026, 9, 2, 2, 30, tzinfo=UTC)
LANGUAGES = ["en", "es", "ar", "zh", "vi", "so", "uk", "fa", "ps", "ht", "xx-unknown", "zh-Hant"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("es", ["es"]),
        ("fr;q=0.3, es-MX, en;q=0.8", ["es-MX", "en", "fr"]),
        ("es;q=0, ar;q=x, *;q=0.1", ["*"]),
        ("", []),
        (";;,,", []),
    ],
)
def test_a_browser_s_languages_are_read_in_its_order(header: str, expected: list[str]) -> None:
    assert accepted(header) == expected


def test_the_nearest_language_that_we_have_is_chosen() -> None:
    have = ("en", "es", "zh", "zh-hant")
    assert choose(["es-MX"], have) == "es"
    assert choose(["zh_Hant"], have) == "zh-hant"
    assert choose(["so", "ES"], have) == "es"
    assert choose(["so"], have) == "en"


def test_arabic_and_pashto_run_from_right_to_left() -> None:
    assert [direction(code) for code in ("ar", "ps", "es", "zh", "nonsense!")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]


def test_an_hour_is_that_of_the_school_and_counted_as_the_readers_do() -> None:
    zone = "America/New_York"
    assert format_datetime(NIGHT, "en", zone, "MMMEdjm") == "Tue, Sep 1, 10:30 PM"
    assert format_datetime(NIGHT, "es", zone, "MMMEdjm") == "mar, 1 sept, 22:30"
    assert format_datetime(NIGHT, "zh", zone, "jm") == "22:30"
    assert format_date(date(2026, 9, 1), "es", "long") == "1 de septiembre de 2026"


def test_a_time_of_day_and_a_weekday_are_said_in_the_readers_words() -> None:
    assert format_time(time(14, 5), "en").replace("\u202f", " ") == "2:05 PM"
    assert format_time(time(14, 5), "es") == "14:05"
    assert weekday_names("en")[0] == "Monday"
    assert weekday_names("es")[6] == "domingo"


def test_a_grade_is_told_as_people_say_it() -> None:
    spanish = Words(Catalogs().of("es")).gettext
    named = [grade_name(code, spanish) for code in ("03", "12", "KG", "0")]
    assert named == ["Grado 3", "Grado 12", "Kínder", "Grado 0"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", ["short", "full", "yMMMMEEEEdjm", "MMMdjm", "jm", "yMMMEd", "d"])
def test_every_language_can_say_every_moment(language: str, style: str) -> None:
    assert format_datetime(NIGHT, language, "America/New_York", style)
    assert format_date(NIGHT.date(), language, style.replace("jm", "") or "short")


def test_catalogs_are_read_from_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "words.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Hello %(name)s"\nmsgstr "Hola, %(name)s"\n\n'
        'msgid "%(num)s child"\nmsgid_plural "%(num)s children"\n'
        'msgstr[0] "%(num)s niño"\nmsgstr[1] "%(num)s niños"\n',
        "utf-8",
    )
    catalogs = Catalogs(tmp_path, "words")
    assert catalogs.languages == ("en", "es")
    spanish, somali = Words(catalogs.of("es")), Words(catalogs.of("so"))
    assert spanish.gettext("Hello %(name)s", name="Ana") == "Hola, Ana"
    assert spanish.ngettext("%(num)s child", "%(num)s children", 3) == "3 niños"
    assert somali.ngettext("%(num)s child", "%(num)s children", 1) == "1 child"
    assert spanish.gettext("50 % unknown") == "50 % unknown"


def test_names_are_joined_as_the_language_does() -> None:
    names = ["Ana", "Luis", "Kim"]
    assert format_names(names, "en") == "Ana, Luis, and Kim"
    assert format_names(names[:2], "es") == "Ana y Luis"
    assert format_names(["عائشة", "فادي"], "ar") == "عائشة وفادي"
    assert format_names(["王伟", "李娜"], "zh") == "王伟和李娜"
    assert format_names([], "en") == ""


@pytest.mark.parametrize(
    ("language", "english", "spanish"),
    [
        ("ht", "Haitian Creole", "criollo haitiano"),
        ("tl", "Tagalog", "tagalo"),
        ("fil", "Filipino", "filipino"),
        ("zh-Hant", "Chinese (Traditional)", "chino (tradicional)"),
        ("xx-unknown", "xx-unknown", "xx-unknown"),
    ],
)
def test_languages_are_named_in_the_reader_s(language: str, english: str, spanish: str) -> None:
    assert language_name("en", language) == english
    assert language_name("es", language) == spanish
