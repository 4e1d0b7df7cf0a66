"""Limits on what leaves: the mail service's of a day, and a recipient's domain's."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.actions.sending import Sender
from services.notifications.domain import reasons
from services.notifications.domain.limits import DomainLimit, Limit, Limits, domain_limits, urgency
from services.notifications.mailer import Mailer
from services.notifications.store.counts import Counts
from shared.identity import Viewer
from shared.messages import HouseholdChanged
from shared.mongo import Database
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, Adult, contact, delivery, family
from tests.notifications.site import Site
from tests.notifications.test_actions_sending import later

DAY = Limit("day", 20, timedelta(hours=1), 25, reasons.DAILY_LIMIT, kept=2)


# --- the rule -------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 60 * 40), st.integers(1, 9)), max_size=40),
)
def test_what_is_put_off_to_the_windows_with_room_never_breaks_the_limit(
    begun: list[tuple[int, int]],
) -> None:
    limit, used = replace(DAY, kept=0), dict[datetime, int]()
    for minutes, wanted in sorted(begun):
        start = limit.start(NOW + timedelta(minutes=minutes))
        counted = sum(n for at, n in used.items() if limit.since(start) <= at <= start)
        used[start] = used.get(start, 0) + max(0, min(wanted, limit.most - counted))
    last = max(used, default=NOW)
    for at, room in limit.rooms(used, last):
        used[at] = used.get(at, 0) + room
    for at in used:
        assert sum(n for each, n in used.items() if limit.since(at) <= each <= at) <= limit.most


def test_a_day_is_counted_by_hours_and_a_tenth_is_kept() -> None:
    assert Limits(a_day=20).day == DAY
    assert Limits().day is None


def test_any_day_of_24_hours_lies_within_the_windows_that_are_counted_together() -> None:
    end = datetime(2026, 11, 24, 15, 0, 1, tzinfo=UTC)
    first = DAY.since(DAY.start(end))
    assert first <= end - timedelta(hours=24)


def test_urgent_is_what_one_person_waits_for_then_what_is_of_use_only_soon() -> None:
    rows = [
        delivery(delivery_id="a", kind="announcement", due_at=NOW - timedelta(days=1)),
        delivery(delivery_id="b", kind="event_changed", use_by=NOW + timedelta(days=2)),
        delivery(delivery_id="c", kind="event_changed", use_by=NOW + timedelta(hours=2)),
        delivery(delivery_id="d", kind="good_news"),
    ]
    assert [row.delivery_id for row in sorted(rows, key=urgency)] == ["d", "c", "b", "a"]


def test_limits_are_read_from_words_and_what_is_no_limit_is_refused() -> None:
    found = domain_limits("Gmail.com=100/5, *=300")
    assert found == {"gmail.com": DomainLimit(100, 5), "*": DomainLimit(300)}
    assert Limits(domains=found).at_once("gmail.com") == 5
    assert Limits(domains=found).at_once("other.example") is None
    assert Limits().of("gmail.com") is None
    for wrong in ("gmail.com", "gmail=1", "gmail.com=0", "gmail.com=5/", "*=many"):
        with pytest.raises(ValueError, match="is no limit"):
            domain_limits(wrong)


# --- counted over all senders ---------------------------------------------------------------------


async def test_many_senders_together_take_no_more_than_there_is(database: Database) -> None:
    senders = [Counts(database) for _ in range(4)]
    took = await asyncio.gather(*(each.take(DAY, 3, NOW) for each in senders * 5))
    assert sum(took) == 20
    assert await senders[0].take(DAY, 1, NOW + timedelta(hours=23)) == 0
    await senders[1].give_back(DAY, 2, NOW)
    assert await senders[0].take(DAY, 5, NOW + timedelta(hours=24)) == 2
    assert await senders[2].take(DAY, 50, NOW + timedelta(hours=25)) == 18


async def test_a_sender_whose_clock_is_behind_takes_nothing_from_a_window_that_was_added_up(
    database: Database,
) -> None:
    ahead, behind = Counts(database), Counts(database)
    assert await behind.take(DAY, 5, NOW) == 5
    assert await ahead.take(DAY, 15, NOW + timedelta(hours=1)) == 15
    assert await behind.take(DAY, 5, NOW) == 0


async def test_a_part_is_kept_for_letters_that_somebody_waits_for(database: Database) -> None:
    counts = Counts(database)
    assert await counts.take(DAY, 50, NOW, kept=DAY.kept) == 18
    assert await counts.take(DAY, 50, NOW) == 2


# --- in the sender --------------------------------------------------------------------------------


def _limited(bench: Bench, limits: Limits) -> None:
    bench.room = replace(bench.room, limits=limits)
    bench.sender = Sender(bench.room, bench.sender.mailer)


async def _written_to(bench: Bench, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        name = f"many{number}"
        await bench.know(*family(name, Adult("ana", name)))
        await bench.tell(contact(name, f"contact-{number}"))


async def test_what_is_over_the_days_limit_waits_with_its_reason_until_there_is_room(
    bench: Bench,
) -> None:
    _limited(bench, Limits(a_day=3))
    await _written_to(bench, 5)
    other = Sender(bench.room, Mailer(bench.sender.mailer.service))
    await asyncio.gather(bench.settle(), other.tick())
    await bench.settle()
    await other.stop()
    assert len(bench.sink.taken) == 3
    waiting = [row for row in await bench.rows() if row.state == "pending"]
    assert {row.reason for row in waiting} == {reasons.DAILY_LIMIT}
    assert {row.tries for row in waiting} == {0}
    assert {row.due_at for row in waiting} == {NOW + timedelta(hours=25)}
    await later(bench, hours=24)
    assert len(bench.sink.taken) == 3
    await later(bench, hours=1)
    assert len(bench.sink.taken) == 5


async def test_one_domain_over_its_limit_holds_up_no_other(bench: Bench) -> None:
    _limited(bench, Limits(domains={"family.example": DomainLimit(2)}))
    await _written_to(bench, 30)
    other, home = family("other")
    assert isinstance(home, HouseholdChanged)
    await bench.know(other, home.model_copy(update={"mailbox": "ana@elsewhere.example"}))
    await bench.tell(contact("other", "contact-99"))
    await bench.settle()
    assert "ana@elsewhere.example" in [to for to, _ in bench.sink.taken]
    assert len(bench.sink.taken) == 3
    waiting = [row for row in await bench.rows() if row.state == "pending"]
    assert {row.reason for row in waiting} == {reasons.DOMAIN_LIMIT}
    for minute in range(1, 3):
        await later(bench, minutes=1)
        assert len(bench.sink.taken) == 3 + 2 * minute


async def test_a_slow_domain_leaves_lines_to_others(bench: Bench) -> None:
    _limited(bench, Limits(domains={"family.example": DomainLimit(100, at_once=1)}))
    bench.sink.slow["gomez@family.example"] = asyncio.Event()
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    round_ = asyncio.create_task(bench.sender.tick())
    while (await bench.row("li")).reason != reasons.DOMAIN_LIMIT:  # noqa: ASYNC110 - a real server, watched
        await asyncio.sleep(0.02)
    bench.sink.slow["gomez@family.example"].set()
    await round_
    assert {row.state for row in await bench.rows()} == {"accepted", "pending"}
    await later(bench, seconds=30)
    assert len(bench.sink.taken) == 2


async def test_the_district_sees_how_mail_leaves_and_what_waits(bench: Bench, site: Site) -> None:
    limits = Limits(a_day=3, domains={"*": DomainLimit(300, 5)})
    _limited(bench, limits)
    await _written_to(bench, 4)
    await bench.settle()
    site.service.app.state.room = bench.room
    place = "/notifications/settings/sending"
    async with site.browser(Viewer(account_id="a", role="district")) as browser:
        shown = (await browser.get(place)).text
        assert "3 of 3 so far" in shown
        assert "1 letter" in shown
        assert "Every other" in shown
    async with site.browser(Viewer(account_id="a", role="office")) as browser:
        assert (await browser.get(place)).status_code == 403
