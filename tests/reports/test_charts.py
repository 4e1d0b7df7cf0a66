"""The drawings: right sizes, readable by machines, mirrored where the script is."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.charts import HEIGHT, WIDTH, Chart, Series, axis_top, legend

SVG = {"s": "http://www.w3.org/2000/svg"}


def chart(**other: object) -> Chart:
    values: dict[str, object] = {
        "id": "weeks",
        "title": "Contacts & more",
        "description": "Two <weeks>",
        "labels": ["Nov 16", "Nov 23"],
        "series": [Series("Good news", "#1c6338", [6, 3]), Series("Concern", "#a83b23", [2, 0])],
        **other,
    }
    return Chart(**values)  # type: ignore[arg-type]


def drawn(what: Chart) -> ET.Element:
    text = str(what.svg()).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(text)  # noqa: S314 - our own drawing


def bars(what: Chart) -> list[dict[str, float]]:
    found = drawn(what).findall("s:rect", SVG)
    return [{k: float(r.attrib[k]) for k in ("x", "y", "width", "height")} for r in found]


def test_a_chart_says_what_it_is_to_those_who_can_not_see_it() -> None:
    svg = drawn(chart())
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "weeks-title weeks-desc"
    title, desc = svg.find("s:title", SVG), svg.find("s:desc", SVG)
    assert title is not None
    assert desc is not None
    assert (title.attrib["id"], title.text) == ("weeks-title", "Contacts & more")
    assert (desc.attrib["id"], desc.text) == ("weeks-desc", "Two <weeks>")


def test_a_chart_has_no_style_which_the_policy_would_forbid() -> None:
    assert not re.search(r"style|class=\"(?!chart)", str(chart().svg()))
    assert "style" not in str(legend(chart().series))


def test_stacked_bars_stand_on_each_other_and_are_as_high_as_their_numbers() -> None:
    first, second, third = bars(chart())
    assert first["height"] == pytest.approx(second["height"] * 3, abs=0.5)
    assert second["y"] + second["height"] == pytest.approx(first["y"], abs=0.2)
    assert third["height"] == pytest.approx(first["height"] / 2, abs=0.5)


def test_grouped_bars_stand_side_by_side() -> None:
    first, second, _ = bars(chart(kind="grouped"))
    assert second["x"] == pytest.approx(first["x"] + first["width"], abs=0.2)
    assert second["y"] + second["height"] == pytest.approx(first["y"] + first["height"], abs=0.2)


def test_time_runs_from_right_to_left_where_the_script_does() -> None:
    left, right = bars(chart())[0], bars(chart(direction="rtl"))[0]
    assert right["x"] == pytest.approx(WIDTH - left["x"] - left["width"], abs=0.2)


def test_a_chart_of_nothing_is_an_empty_frame() -> None:
    empty = chart(labels=[], series=[Series("Good news", "#1c6338", [])])
    assert bars(empty) == []


def test_a_long_year_has_few_labels() -> None:
    labels = [f"W{n}" for n in range(52)]
    many = chart(labels=labels, series=[Series("x", "#000", [1] * 52)])
    texts = [each.text for each in drawn(many).findall("s:text", SVG)]
    assert 4 <= sum(1 for text in texts if str(text).startswith("W")) <= 6


def test_the_legend_names_each_colour_and_escapes_names() -> None:
    assert "&lt;b&gt;" in legend([Series("<b>", "#000", [])])


@given(st.integers(0, 10**7))
def test_the_axis_holds_the_highest_bar_and_is_not_far_above_it(highest: int) -> None:
    top = axis_top(highest)
    assert top >= highest
    assert top % 2 == 0
    assert top <= max(2, highest * 2)


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), max_size=60),
    st.sampled_from(["stacked", "grouped"]),
    st.sampled_from(["ltr", "rtl"]),
)
def test_every_bar_stands_within_the_picture(
    values: list[tuple[int, int]], kind: str, direction: str
) -> None:
    series = [
        Series("a", "#000", [a for a, _ in values]),
        Series("b", "#111", [b for _, b in values]),
    ]
    labels = [str(n) for n in range(len(values))]
    for bar in bars(chart(labels=labels, series=series, kind=kind, direction=direction)):
        assert -0.1 <= bar["x"] <= bar["x"] + bar["width"] <= WIDTH + 0.6
        assert -0.6 <= bar["y"] <= bar["y"] + bar["height"] <= HEIGHT + 0.1
