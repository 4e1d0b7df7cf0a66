"""Whom letters do not reach, why, and which way is tried next."""

import pytest

from services.contacts.domain.reaching_out import (
    Route,
    Trouble,
    Why,
    is_silent,
    suggested_route,
)


@pytest.mark.parametrize(
    ("invitations", "answered", "expected"),
    [
        (["c", "b", "a"], set(), True),
        (["c", "b"], set(), False),
        (["d", "c", "b", "a"], {"a"}, True),
        (["c", "b", "a"], {"a"}, False),
        (["c", "b", "a"], {"c"}, False),
    ],
)
def test_three_invitations_without_an_answer_are_silence(
    invitations: list[str], answered: set[str], expected: bool
) -> None:
    assert is_silent(invitations, answered) is expected


@pytest.mark.parametrize(
    ("why", "phone", "interpreter", "expected"),
    [
        ("no_address", True, False, "call"),
        ("came_back", True, True, "call_interpreted"),
        ("silent", True, True, "call_interpreted"),
        ("no_address", False, True, "backpack"),
        ("silent", False, False, "visit"),
        ("held_back", True, True, "page_first"),
    ],
)
def test_a_call_comes_first_and_nobody_is_called_where_a_flag_may_stand(
    why: Why, phone: bool, interpreter: bool, expected: Route
) -> None:
    assert suggested_route(Trouble(why), phone=phone, interpreter=interpreter) == expected


def test_of_two_homes_of_a_family_the_graver_trouble_is_named() -> None:
    held, silent = Trouble("held_back", "because"), Trouble("silent")
    assert silent.worse(held) == held.worse(silent) == held
    assert silent.worse(None) == silent
