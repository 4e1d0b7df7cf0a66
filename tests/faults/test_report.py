"""The page of figures is what the last long run left, and says plainly what was missed."""

import json

import pytest

from tests.faults.report import BEGIN, END, PAGE, RESULTS, figures, written


def test_the_page_has_the_figures_of_the_last_run() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page, json.loads(RESULTS.read_text("utf-8")))


def test_a_missed_target_is_called_missed() -> None:
    row = json.loads(RESULTS.read_text("utf-8"))
    assert "lost = 0 | 3 | **missed**" in figures(row | {"lost": 3})
    assert "lost = 0 | 0 | met" in figures(row | {"lost": 0})


def test_a_broken_invariant_is_called_broken() -> None:
    row = json.loads(RESULTS.read_text("utf-8"))
    row["invariants"]["I4"] = {"ok": False, "checked": 9, "broken_total": 2}
    assert "| I4 | 9 | **broken 2 times** |" in figures(row)


def test_a_page_without_marks_is_not_written() -> None:
    row = json.loads(RESULTS.read_text("utf-8"))
    with pytest.raises(ValueError, match="lacks"):
        written("no marks", row)
    assert written(f"a{BEGIN}old{END}b", row).endswith(f"{END}b")
