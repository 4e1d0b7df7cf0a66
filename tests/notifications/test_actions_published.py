"""Policies and surveys: one letter to each household of the schools, and what comes later."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.sight import Stop
from shared.errors import Passing
from shared.outbox import Work
from tests.notifications.conftest import Bench
from tests.notifications.home import ADDRESS, begin, mails
from tests.notifications.samples import POLICY, SURVEY, VISIT, as_said


def _stop_everything(bench: Bench) -> Callable[[Work], Awaitable[None]]:
    async def body(work: Work) -> None:
        for category in ("good_news", "events", "school"):
            stop = Stop(mailbox=ADDRESS, category=category, how="page")
            await bench.room.store.choices.stop(stop, work)

    return body


async def test_a_school_that_is_not_known_yet_is_waited_for(bench: Bench) -> None:
    with pytest.raises(Passing, match="school maple"):
        await bench.tell(POLICY)


async def test_a_household_with_children_at_two_schools_gets_a_policy_once(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(as_said(POLICY, school_ids=("maple", "school-1")))
    await bench.settle()
    rows = await bench.rows(about="po-1")
    assert sorted(row.household_id for row in rows) == [
        "h-1", "household-gomez", "household-kim", "household-li", "household-pat",
    ]  # fmt: skip
    names = {row.household_id: row.school_id for row in rows}
    assert (names["h-1"], names["household-kim"]) == ("maple", "school-1")


async def test_a_policy_goes_also_to_who_stopped_letters_and_a_survey_does_not(
    bench: Bench,
) -> None:
    await begin(bench)
    await bench.room.units.run(_stop_everything(bench))
    here = as_said(POLICY, school_ids=("maple",))
    await bench.tell(here, SURVEY, VISIT, as_said(VISIT, visit_id="vi-2", state="agreed"))
    await bench.settle()
    states = {row.about: row.state for row in await bench.rows(household_id="h-1")}
    assert (states["po-1"], states["su-1"]) == ("accepted", "suppressed")
    assert (states["vi-1"], states["vi-2"]) == ("suppressed", "accepted")
    (mail,) = mails(bench, "Please read")
    assert mail["List-Unsubscribe"] is None


async def test_a_new_edition_is_distributed_anew_and_a_mended_title_is_not(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(POLICY)
    await bench.settle()
    await bench.tell(as_said(POLICY, title="Our policy"), version=2)
    await bench.settle()
    assert len(mails(bench, "Please read")) == 1
    await bench.tell(as_said(POLICY, title="Our policy", edition=2), version=3)
    await bench.settle()
    first, second = mails(bench, "Please read")
    assert (first["Subject"], second["Subject"]) == (
        "Please read: Family engagement policy 2026–27",
        "Please read: Our policy",
    )


async def test_a_survey_that_closes_early_stops_what_waits(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await begin(bench)
    await bench.tell(SURVEY)
    await bench.settle()
    (row,) = await bench.rows(about="su-1")
    assert row.state == "pending"
    await bench.tell(as_said(SURVEY, state="closed"), version=2)
    bench.clock.move(timedelta(minutes=20))
    await bench.settle()
    (row,) = await bench.rows(about="su-1")
    assert (row.state, row.reason) == ("suppressed", reasons.OVER)


async def test_a_survey_that_closed_before_it_was_heard_of_asks_nobody(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(as_said(SURVEY, state="closed"), version=2)
    await bench.tell(SURVEY, version=1)
    await bench.settle()
    assert not await bench.rows(about="su-1")


async def test_a_survey_of_one_class_asks_its_families_only(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(as_said(SURVEY, school_ids=("school-1",), class_ids=("school-1-5b",)))
    await bench.settle()
    assert [row.household_id for row in await bench.rows(about="su-1")] == ["household-li"]
