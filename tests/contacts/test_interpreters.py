"""Interpreters: pure rules on who they are, when they work, and their way through a table."""

import csv
import io
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contacts.domain.interpreter_rows import COLUMNS, cells_of, row_of
from services.contacts.domain.interpreters import (
    Hours,
    Interpreter,
    InterpreterDraft,
    faults_of,
    fitting,
    hours_in,
    hours_text,
    in_order,
    language_in,
    may_edit,
    needs_interpreting,
    next_hours,
)
from services.contacts.web.tables import rows_in
from shared.errors import Refused
from shared.messages import GuardianFacts
from shared.web.tables import line, plain_cell, safe_cell
from tests.contacts.conftest import staff_viewer

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
DISTRICT = staff_viewer("district")
TIMES = st.times(time(0, 0), time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)


def hours(weekday: int, begins: int, ends: int) -> Hours:
    return Hours(weekday=weekday, begins=time(begins), ends=time(ends))


def draft(**facts: object) -> InterpreterDraft:
    known = {"name": "Huda Nasser", "languages": ("ar",), "phone": "555 0100", "independent": True}
    return InterpreterDraft.model_validate({**known, **facts})


def interpreter(**facts: object) -> Interpreter:
    return Interpreter.of("i-1", draft(**facts), DISTRICT, NOW)


def adult(language: str, *, interpreter: bool = False) -> GuardianFacts:
    return GuardianFacts(
        guardian_id="g", given_name="A", family_name="B", language=language, interpreter=interpreter
    )


TUESDAY = datetime(2026, 12, 1, 9, 30)
"""By the clock of the school; what interprets on it has hours from 14 to 16."""


@pytest.mark.parametrize(
    ("languages", "now", "closed", "expected"),
    [
        (("ar",), TUESDAY, (), ("ar", date(2026, 12, 1))),
        (("ar",), TUESDAY.replace(hour=15), (), ("ar", date(2026, 12, 1))),
        # Over for today, and nobody is there later in this week.
        (("ar",), TUESDAY.replace(hour=16), (), None),
        (("ar",), TUESDAY.replace(day=5), (), ("ar", date(2026, 12, 8))),
        (("ar",), TUESDAY.replace(day=5), (date(2026, 12, 8),), None),
        (("so", "ar-EG"), TUESDAY.replace(hour=16), (), ("so", date(2026, 12, 3))),
        (("vi",), TUESDAY, (), None),
        ((), TUESDAY, (), None),
    ],
)
def test_the_soonest_hours_of_a_language_are_those_of_the_coming_seven_school_days(
    languages: tuple[str, ...],
    now: datetime,
    closed: tuple[date, ...],
    expected: tuple[str, date] | None,
) -> None:
    called = [
        interpreter(hours=(hours(1, 14, 16),)),
        interpreter(languages=("so",), hours=(hours(3, 9, 10),)),
        interpreter(languages=("vi", "ar"), kind="phone_service"),
        interpreter(languages=("vi",), hours=(hours(2, 9, 10),)).with_end(
            DISTRICT, NOW, ended=True
        ),
    ]
    found = next_hours(called, languages, now, closed)
    assert (found and (found.language, found.on)) == expected


def test_hours_name_no_time_zone() -> None:
    with pytest.raises(ValidationError, match="the clock of the school"):
        Hours.model_validate({"weekday": 1, "begins": "14:00Z", "ends": "16:00"})


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Hours that may be: none ends before it begins, and no two of a day overlap."""
    found = []
    for weekday in draw(st.sets(st.integers(0, 6))):
        begins, ends = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
        found.append(Hours(weekday=weekday, begins=begins, ends=ends))
    return tuple(found)


@st.composite
def anybody(draw: st.DrawFn) -> Interpreter:
    """Any interpreter that the list can hold, with names that a spreadsheet would calculate."""
    sign = st.sampled_from(["", "=", "+", "-", "@", "'", "'=", "''@"])
    made = interpreter(
        name=draw(sign) + "Huda " + draw(WORDS) + "x",
        kind=draw(st.sampled_from(["person", "phone_service"])),
        languages=draw(st.lists(st.sampled_from(["ar", "so", "zh-Hant", "hmn"]), min_size=1)),
        phone=draw(sign) + "1 555 0100",
        hours=draw(weeks()),
        training=draw(sign) + draw(WORDS),
        school_id=draw(st.sampled_from(["", "maple"])),
    )
    ended = NOW if draw(st.booleans()) else None
    return made.model_copy(update={"ended_at": ended})


@given(weeks())
def test_hours_are_read_as_they_are_written(week: tuple[Hours, ...]) -> None:
    assert hours_in(hours_text(week)) == in_order(week)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("tue 14:00–16:00", (hours(1, 14, 16),)),
        ("Thu 9:00 - 11:00;; Mon 09:00-10:00 ;", (hours(0, 9, 10), hours(3, 9, 11))),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_type_them(text: str, read: tuple[Hours, ...]) -> None:
    assert hours_in(text) == read


@pytest.mark.parametrize("text", ["Tuesday 14:00-16:00", "Tue 14-16", "Tue 25:00-26:00", "Tue"])
def test_hours_that_can_not_be_read_are_named(text: str) -> None:
    with pytest.raises(Refused, match=text.split(maxsplit=1)[0]):
        hours_in(text)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"independent": False}, "independent"),
        ({"phone": "ask me"}, "phone"),
        ({"hours": (hours(1, 16, 14),)}, "hours"),
        ({"hours": (hours(1, 14, 16), hours(1, 15, 17))}, "hours"),
    ],
)
def test_what_can_not_be_is_refused_with_the_field(facts: dict[str, object], field: str) -> None:
    wrong = draft(**facts)
    assert list(faults_of(wrong)) == [field]
    with pytest.raises(Refused):
        Interpreter.of("i-1", wrong, DISTRICT, NOW)


def test_hours_may_follow_each_other_on_one_day() -> None:
    assert faults_of(draft(hours=(hours(1, 14, 16), hours(1, 16, 17)))) == {}


@pytest.mark.parametrize(
    ("typed", "tag"), [(" AR ", "ar"), ("zh_Hant", "zh-Hant"), ("Arabic please", None), ("", None)]
)
def test_a_language_is_a_tag_however_it_is_typed(typed: str, tag: str | None) -> None:
    assert language_in(typed) == tag


def test_a_region_is_no_other_language_and_nobody_who_ended_is_offered() -> None:
    brazilian, arabic, ended = (
        interpreter(languages=("pt-BR",)),
        interpreter(languages=("ar", "so")),
        interpreter(languages=("pt",)).with_end(DISTRICT, NOW, ended=True),
    )
    assert fitting([brazilian, arabic, ended], [adult("pt"), adult("en")]) == [brazilian]
    # Where only English is known, it may be for signs, and anybody may be meant.
    assert fitting([brazilian, arabic, ended], [adult("en")]) == [brazilian, arabic]


def test_who_interpreted_is_asked_where_a_family_needs_it_or_speaks_another_language() -> None:
    assert needs_interpreting([adult("en"), adult("so")])
    assert needs_interpreting([adult("en", interpreter=True)])
    assert not needs_interpreting([adult("en-US")])
    assert not needs_interpreting([])


def test_whoever_has_no_hours_may_be_called_on_any_day() -> None:
    assert interpreter().works_on(6)
    assert [interpreter(hours=(hours(1, 14, 16),)).works_on(day) for day in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    ("role", "schools", "edited"),
    [
        ("district", (), {"", "maple", "oak"}),
        ("coordinator", ("maple",), {"maple"}),
        ("principal", ("maple",), set()),
        ("educator", ("maple",), set()),
        ("office", ("maple",), set()),
    ],
)
def test_coordinators_keep_their_own_and_the_district_all(
    role: str, schools: tuple[str, ...], edited: set[str]
) -> None:
    viewer = staff_viewer(role, *schools)
    assert {each for each in ("", "maple", "oak") if may_edit(each, viewer)} == edited


@given(st.text() | st.text("'=+-@＝\t\n"))
def test_a_cell_is_read_as_it_was_and_no_spreadsheet_calculates_it(text: str) -> None:
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"))


@given(st.lists(anybody(), max_size=5))
def test_a_table_holds_all_that_there_is_to_know(held: list[Interpreter]) -> None:
    table = line(COLUMNS) + "".join(line(cells_of(each)) for each in held)
    rows = rows_in(("\ufeff" + table).encode(), COLUMNS)
    read = [row_of(cells, "oak") for _, cells in rows]
    for each, row in zip(held, read, strict=True):
        again = each.replaced(row.draft, DISTRICT, NOW)
        before = each.model_copy(update={"school_id": each.school_id or "oak"})
        assert again.says_the_same_as(before)
        assert row.active == (each.ended_at is None)
        assert row.interpreter_id == "i-1"


def test_a_table_with_semicolons_is_read_too_and_each_row_has_its_line() -> None:
    table = 'name;languages;phone;hours\n"Two\nlines";ar;1;\n;;;\nOne;ar;2;"Tue 14:00-16:00"\n'
    rows = rows_in(table.encode(), ("name", "phone"))
    assert [(at, cells["name"]) for at, cells in rows] == [(2, "Two\nlines"), (5, "One")]
    assert next(csv.reader(io.StringIO(table), delimiter=";"))[0] == "name"


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "lacks"), (b"name\nx", "phone"), ("name;Müller".encode("cp1252"), "CSV UTF-8")],
)
def test_what_is_no_such_table_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        rows_in(body, ("name", "phone"))


GOOD = {"name": "Huda", "languages": "ar", "phone": "555 0100", "not_student_or_relative": "yes"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"languages": "Arabic (Iraq)"}, "no language tag"),
        ({"languages": ""}, "languages"),
        ({"email": "huda"}, "mail address"),
        ({"kind": "robot"}, "phone_service"),
        ({"hours": "Tuesday"}, "Tuesday"),
        ({"active": "perhaps"}, "neither yes nor no"),
        ({"interpreter_id": "../x"}, "id"),
        ({"name": ""}, "name"),
        ({"": "more"}, "more cells"),
    ],
)
def test_a_row_that_can_not_be_taken_says_why(cells: dict[str, str], said: str) -> None:
    assert row_of(GOOD, "oak").draft.school_id == "oak"
    with pytest.raises(Refused, match=said):
        row_of({**GOOD, **cells}, "oak")
