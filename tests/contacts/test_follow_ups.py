"""Follow-ups: pure rules of days, of who can do them, and of what a change is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.follow_ups import (
    FARTHEST,
    Assignee,
    FollowUp,
    FollowUpDraft,
    concerns,
    end_of_week,
    oneself,
    standing,
    when_due,
)
from shared.errors import Conflict, Refused
from shared.identity import Role, Viewer
from shared.messages import EducatorChanged, FamilyChanged

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
FAMILY = FamilyChanged(family_id="f1", students=(), guardians=())
RIVERA = EducatorChanged(
    educator_id="e1", given_name="Ana", family_name="Rivera", school_ids=("oak",)
)


def person(role: Role, *schools: str, account: str = "a1", educator: str | None = None) -> Viewer:
    return Viewer(
        account_id=account, role=role, educator_id=educator, school_ids=frozenset(schools)
    )


def made(
    by: Viewer | None = None, assignee: Assignee | None = None, *, due_on: date = TODAY
) -> FollowUp:
    viewer = by or person("educator", "oak", educator="e1")
    draft = FollowUpDraft(family_id="f1", what="  Send the   reading list ", due_on=due_on)
    return FollowUp.made("u1", draft, "oak", assignee or oneself(viewer), viewer, NOW, TODAY)


def test_words_are_tidied_and_blank_ones_are_refused() -> None:
    assert made().what == "Send the reading list"
    blank = FollowUpDraft(family_id="f1", what="    ", due_on=TODAY)
    viewer = person("educator", "oak")
    with pytest.raises(Refused, match="what there is to do"):
        FollowUp.made("u1", blank, "oak", oneself(viewer), viewer, NOW, TODAY)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_day_is_refused_when_it_has_passed_or_is_farther_than_a_year(day: date) -> None:
    if TODAY <= day <= TODAY + FARTHEST:
        assert made(due_on=day).due_on == day
    else:
        with pytest.raises(Refused):
            made(due_on=day)


@given(DAYS)
def test_the_week_ends_on_the_sunday_that_comes(day: date) -> None:
    end = end_of_week(day)
    assert end.weekday() == 6
    assert timedelta(0) <= end - day < timedelta(days=7)


@given(DAYS, DAYS)
def test_a_day_is_overdue_this_week_or_later_and_never_goes_back(due_on: date, today: date) -> None:
    order = ["later", "this_week", "overdue"]
    now, tomorrow = (when_due(due_on, day) for day in (today, today + timedelta(days=1)))
    assert order.index(now) <= order.index(tomorrow)
    assert (now == "overdue") == (due_on < today)


@pytest.mark.parametrize(
    ("educator", "sees", "expected"),
    [
        (RIVERA, True, "theirs"),
        (RIVERA, False, "out_of_sight"),
        (RIVERA.model_copy(update={"active": False}), True, "left"),
        (None, False, "left"),
    ],
)
def test_an_educator_does_it_while_at_work_and_teaching_the_child(
    educator: EducatorChanged | None, sees: bool, expected: str
) -> None:
    assert standing(made(), FAMILY, educator, sees=sees) == expected


def test_who_knows_families_by_school_does_it_while_the_roster_has_them_there() -> None:
    coordinator = person("coordinator", "oak", educator="e1")
    it = made(coordinator)
    assert standing(it, FAMILY, RIVERA, sees=False) == "theirs"
    moved = RIVERA.model_copy(update={"school_ids": ("elm",)})
    assert standing(it, FAMILY, moved, sees=False) == "left"
    nobody_knows = made(person("office", "oak"))
    assert standing(nobody_knows, FAMILY, None, sees=False) == "theirs"


def test_what_is_handed_to_the_coordinators_or_is_about_a_family_that_left_needs_somebody() -> None:
    assert standing(made(assignee=Assignee()), FAMILY, None, sees=False) == "nobodys"
    gone = FAMILY.model_copy(update={"active": False})
    for family in (None, gone):
        assert standing(made(), family, RIVERA, sees=True) == "family_gone"


def test_what_is_closed_is_opened_before_it_is_put_off_and_the_same_is_no_change() -> None:
    it = made()
    done = it.settled("done", NOW)
    assert (done.state, done.version) == ("done", 2)
    assert done.settled("done", NOW) is done
    with pytest.raises(Conflict):
        done.put_off(TODAY + timedelta(days=3), TODAY, NOW)
    with pytest.raises(Conflict):
        done.handed_to(Assignee(), NOW)
    again = done.settled("open", NOW).put_off(TODAY + timedelta(days=3), TODAY, NOW)
    assert (again.state, again.version) == ("open", 4)
    with pytest.raises(Refused):
        it.put_off(TODAY - timedelta(days=1), TODAY, NOW)


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (person("educator", "oak", account="other", educator="e1"), True),
        (person("educator", "oak", account="other", educator="e2"), False),
        (person("office", "oak", account="other"), False),
        (person("coordinator", "oak", account="other"), True),
        (person("principal", "oak", account="other"), True),
        (person("coordinator", "elm", account="other"), False),
        (person("district", account="other"), False),
    ],
)
def test_it_concerns_its_person_its_maker_and_who_looks_after_the_school(
    viewer: Viewer, sees: bool
) -> None:
    assert concerns(made(), viewer) is sees
    assert concerns(made(by=viewer, assignee=Assignee()), viewer)
