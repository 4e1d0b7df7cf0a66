"""What another system may fill into a template: a line, a day, an amount, a link; nothing else."""

import pytest

from shared.asked_notices import Template, fault_in, foreign_link

LIBRARY = {"item": "Charlotte's Web", "due": "2026-12-04"}


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("library_due", LIBRARY),
        ("library_due", LIBRARY | {"item": "《西游记》, vol. 2"}),
        ("form_due", {"form": "Trip form", "due": "2026-12-04"}),
        ("form_due", {"form": "F", "due": "2026-12-04", "link": "https://forms.example/a?b=1"}),
        ("meal_balance", {"balance": "-3.40"}),
    ],
)
def test_what_fits_is_taken(template: Template, values: dict[str, str]) -> None:
    assert fault_in(template, values) == ""


@pytest.mark.parametrize(
    ("template", "values", "fault"),
    [
        ("library_due", {"item": "A"}, "needs due"),
        ("library_due", LIBRARY | {"words": "Hello"}, "takes no 'words'"),
        ("library_due", LIBRARY | {"item": "<b>Now</b>"}, "without markup"),
        ("library_due", LIBRARY | {"item": "see https://x.example"}, "without markup"),
        ("library_due", LIBRARY | {"item": "evil.com/login"}, "without markup"),
        ("library_due", LIBRARY | {"item": "write a@b.example"}, "without markup"),
        ("library_due", LIBRARY | {"item": "a\nb"}, "one line"),
        ("library_due", LIBRARY | {"item": " "}, "one line"),
        ("library_due", LIBRARY | {"item": "x" * 121}, "one line"),
        ("library_due", LIBRARY | {"due": "tomorrow"}, "is a day"),
        ("library_due", LIBRARY | {"due": "20261204"}, "is a day"),
        ("meal_balance", {"balance": "3,40"}, "is an amount"),
        ("meal_balance", {"balance": "1.00", "link": "http://x.example"}, "is a link"),
        ("meal_balance", {"balance": "1.00", "link": "https://u:p@x.example"}, "is a link"),
        ("meal_balance", {"balance": "1.00", "link": "javascript:alert(1)"}, "is a link"),
        ("meal_balance", {"balance": "1.00", "link": 'https://x.example/"'}, "is a link"),
        ("meal_balance", {"balance": "1.00", "link": "https://["}, "is a link"),
    ],
)
def test_what_does_not_fit_is_named(template: Template, values: dict[str, str], fault: str) -> None:
    assert fault in fault_in(template, values)


def test_a_link_leads_only_to_hosts_that_the_district_allows() -> None:
    link = {"link": "https://Forms.example/x"}
    assert foreign_link(link, {"forms.example"}) == ""
    assert foreign_link(link, {"example"}) == "forms.example"
    assert foreign_link({}, ()) == ""
