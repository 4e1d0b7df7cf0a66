"""The page of figures is what the last long run left, and says plainly what was missed."""

import json

import pytest

from tests.faults.report import BEGIN, END, PAGE, RESULTS, Row, figures, together, written


def test_the_page_has_the_figures_of_the_last_run() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page, json.loads(RESULTS.read_text("utf-8")))


@pytest.fixture
def part() -> Row:
    """One part of a long run."""
    [first, *_] = json.loads(RESULTS.read_text("utf-8"))
    assert isinstance(first, dict)
    return first


def test_a_missed_target_is_called_missed(part: Row) -> None:
    assert "lost = 0 | 3 | **missed**" in figures([part | {"lost": 3}])
    assert "lost = 0 | 0 | met" in figures([part | {"lost": 0}])


def test_parts_are_summed_and_of_what_was_measured_the_worst_holds(part: Row) -> None:
    slow = part | {"lost": 2, "recovery": {"p50": 1.0, "p95": 15.5, "max": 99.0}}
    both = together([part | {"lost": 1}, slow])
    assert both["lost"] == 3
    assert both["facts"] == 2 * part["facts"]
    assert both["recovery"]["p95"] == 15.5
    assert "recovery p95 ≤ 15 s | 15.5 s | **missed**" in figures([part, slow])
    assert figures([part, slow]).count("Repeat it with") == 2


def test_an_invariant_that_one_part_broke_is_called_broken(part: Row) -> None:
    broken = {**part["invariants"], "I4": {"ok": False, "checked": 9, "broken_total": 2}}
    held = {**part["invariants"], "I4": {"ok": True, "checked": 5, "broken_total": 0}}
    parts = [part | {"invariants": broken}, part | {"invariants": held}]
    assert "| I4 | 14 | **broken 2 times** |" in figures(parts)


def test_a_page_without_marks_is_not_written(part: Row) -> None:
    with pytest.raises(ValueError, match="lacks"):
        written("no marks", [part])
    assert written(f"a{BEGIN}old{END}b", [part]).endswith(f"{END}b")
