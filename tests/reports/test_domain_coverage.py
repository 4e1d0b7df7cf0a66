"""Coverage: families, not calls; and no cell from which a family could be known."""

from hypothesis import given
from hypothesis import strategies as st

from services.reports.domain.coverage import (
    SMALLEST,
    Cells,
    Tally,
    cells_of,
    coverage_for,
    hidden_in_grid,
    hidden_of,
)
from services.reports.domain.fold import FamilyState

MONTHS = ["2026-11"]
TOLD = {"2026-11.told": 3, "2026-11.good": 1}


def a_family(
    school: str = "maple", grade: str = "03", language: str = "en", state: str = "active"
) -> FamilyState:
    return FamilyState("1", state == "active", (school,), ((school, grade),), (language,))


def many(
    count: int, marks: dict[str, int], **other: str
) -> list[tuple[FamilyState, dict[str, int]]]:
    return [(a_family(**other), marks)] * count


def test_a_family_counts_once_however_often_it_was_told() -> None:
    cells = cells_of([(a_family(), {"2026-11.told": 7, "2026-11.reached": 2})], MONTHS)
    assert cells.total == Tally(1, 0, 1, 1)
    assert cells.total.not_told == 0


def test_only_the_months_of_the_period_count_and_what_was_taken_away_does_not() -> None:
    marks = {"2026-10.told": 1, "2026-11.told": 0, "2026-12.good": 1}
    assert cells_of([(a_family(), marks)], MONTHS).total == Tally(1, 0, 0, 0)
    assert cells_of([(a_family(), marks)], ["2026-10", "2026-12"]).total == Tally(1, 1, 1, 0)


def test_families_that_left_do_not_count() -> None:
    assert cells_of([(a_family(state="left"), TOLD)], MONTHS).total.families == 0


def test_a_family_of_two_schools_stands_in_both_and_once_in_the_total() -> None:
    both = FamilyState("1", True, ("maple", "oak"), (("maple", "03"), ("oak", "07")), ("ar", "en"))
    cells = cells_of([(both, TOLD)], MONTHS)
    assert cells.total.families == 1
    assert set(cells.schools) == {"maple", "oak"}
    assert set(cells.school_languages) == {
        (s, lang) for s in ("maple", "oak") for lang in ("ar", "en")
    }
    assert cells.grades["07"].families == 1


def test_a_family_of_whom_no_adult_is_known_stands_under_not_known() -> None:
    alone = FamilyState("1", True, ("maple",), (("maple", ""),), ())
    assert set(cells_of([(alone, {})], MONTHS).languages) == {"und"}


def test_who_is_not_heard_from_yet_stands_first() -> None:
    families = [
        *many(20, TOLD, language="en"),
        *many(15, TOLD, language="es"),
        *many(15, {}, language="es"),
        *many(12, {}, language="ar"),
    ]
    rows = coverage_for(cells_of(families, MONTHS), None, inside=False).languages
    assert [row.name for row in rows] == ["ar", "es", "en"]


def test_small_cells_are_for_their_own_school_only() -> None:
    families = [
        *many(40, TOLD, language="en"),
        *many(30, TOLD, language="es"),
        *many(4, TOLD, language="so"),
    ]
    cells = cells_of(families, MONTHS)
    own = {row.name: row.tally for row in coverage_for(cells, "maple", inside=True).languages}
    assert own["so"] == Tally(4, 4, 4, 0)
    others = {row.name: row.tally for row in coverage_for(cells, "maple", inside=False).languages}
    assert others["so"] is None
    assert others["es"] is None, "else 74 less 40 less 30 would tell"
    assert others["en"] == Tally(40, 40, 40, 0)


def test_what_one_schools_table_hides_the_other_schools_do_not_tell() -> None:
    families = [
        *many(30, TOLD, school="maple", language="en"),
        *many(30, TOLD, school="oak", language="en"),
        *many(30, TOLD, school="elm", language="en"),
        *many(25, TOLD, school="maple", language="so"),
        *many(11, TOLD, school="elm", language="so"),
        *many(5, TOLD, school="oak", language="so"),
    ]
    cells = cells_of(families, MONTHS)
    district = coverage_for(cells, None, inside=False)
    assert {row.name: row.tally is not None for row in district.languages} == {
        "en": True,
        "so": True,
    }
    somali = [
        next(
            row.tally for row in coverage_for(cells, at, inside=False).languages if row.name == "so"
        )
        for at in ("maple", "elm", "oak")
    ]
    assert somali == [Tally(25, 25, 25, 0), None, None]


def test_a_tiny_school_is_not_shown_to_the_district_at_all() -> None:
    families = [*many(50, TOLD), *many(40, TOLD, school="oak"), *many(3, {}, school="elm")]
    cells = cells_of(families, MONTHS)
    assert coverage_for(cells, "elm", inside=False).total is None
    assert all(row.tally is None for row in coverage_for(cells, "elm", inside=False).grades)
    assert coverage_for(cells, "elm", inside=True).total == Tally(3, 0, 0, 0)
    shown = {r.name: r.tally is not None for r in coverage_for(cells, None, inside=False).schools}
    assert shown == {"maple": True, "oak": False, "elm": False}
    assert coverage_for(cells, "oak", inside=False).total is None, "the whole less maple less oak"


def test_a_district_without_families_has_empty_tables() -> None:
    nothing = coverage_for(Cells(), None, inside=False)
    assert (nothing.total, nothing.schools) == (Tally(), ())


sizes = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


@given(sizes)
def test_no_hidden_number_follows_from_a_total_and_the_shown_ones(line: dict[str, int]) -> None:
    hidden = hidden_of(line)
    assert {key for key, size in line.items() if 0 < size < SMALLEST} <= hidden
    if hidden and hidden != {key for key, size in line.items() if size}:
        assert len(hidden) > 1
        assert sum(line[key] for key in hidden) >= SMALLEST


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["", "maple", "oak", "elm"]), st.sampled_from("abcd")),
        st.integers(0, 40),
        max_size=16,
    )
)
def test_in_a_grid_nothing_follows_along_either_way(grid: dict[tuple[str, str], int]) -> None:
    hidden = hidden_in_grid(grid)
    assert {cell for cell, size in grid.items() if 0 < size < SMALLEST} <= hidden
    lines = [
        {c: n for c, n in grid.items() if c[0] == school} for school in ("", "maple", "oak", "elm")
    ]
    lines += [{c: n for c, n in grid.items() if c[1] == name and c[0]} for name in "abcd"]
    for line in lines:
        mine = hidden & set(line)
        if mine and mine != {cell for cell, size in line.items() if size}:
            assert len(mine) > 1
            assert sum(line[cell] for cell in mine) >= SMALLEST
