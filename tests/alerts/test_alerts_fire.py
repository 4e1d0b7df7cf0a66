"""Each alert that ships fires by its fault on real processes, and ends with it.

Faults that do not hide one another hold at the same time, so that this takes less than two minutes.
"""

from collections.abc import AsyncIterator

import pytest

from tests.alerts import troubles
from tests.alerts.conftest import WiredHouse
from tests.alerts.faults import Databases
from tests.alerts.monitor import Alert, Monitor
from tests.journeys.cast import Cast
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news


@pytest.fixture
async def databases(house: WiredHouse) -> AsyncIterator[Databases]:
    databases = Databases(house)
    yield databases
    await databases.close()


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The alerts that have fired and ended so far."""
    return set()


def ends(monitor: Monitor, alerts: set[Alert], seen: set[str]) -> None:
    monitor.waits_for_the_end_of(alerts)
    seen.update(name for name, _ in alerts)


async def test_in_peace_nobody_is_called(cast: Cast, house: WiredHouse, monitor: Monitor) -> None:
    home, words = cast.some(), good_news()
    cast.log(home, words)
    cast.letter(home.mailboxes[0], words)
    await house.quiet()

    eventually(monitor.all_targets_answer, otherwise=lambda: str(monitor.ask("targets")))
    eventually(lambda: not monitor.firing(), otherwise=lambda: str(monitor.firing()))


async def test_what_goes_wrong_with_letters_messages_replicas_and_pages_calls_somebody(
    cast: Cast, house: WiredHouse, monitor: Monitor, databases: Databases, seen: set[str]
) -> None:
    page = cast.some().path
    async with (
        troubles.mail_that_does_not_leave(cast, house) as letters,
        troubles.messages_that_fail(house) as messages,
        troubles.replicas_that_lack_something(house, databases) as replicas,
    ):
        async with troubles.a_slow_database(cast, house, page) as slow:
            monitor.waits_for(letters | messages | replicas | slow)
        async with troubles.no_database(cast, house, page) as away:
            monitor.waits_for(away)
        with troubles.visits(cast, page):
            ends(monitor, slow | away, seen)
    ends(monitor, letters | messages | replicas, seen)


async def test_services_that_stand_still_and_a_broker_in_need_or_away_call_somebody(
    cast: Cast, house: WiredHouse, monitor: Monitor, databases: Databases, seen: set[str]
) -> None:
    async with (
        troubles.services_that_stand_still(house) as still,
        troubles.a_broker_in_need(house, databases) as need,
    ):
        monitor.waits_for(still | need)
    async with troubles.no_broker(house) as gone:
        monitor.waits_for(gone)
    ends(monitor, still | need | gone, seen)
    await house.quiet()
    troubles.drop_dead_letters(house)


def test_every_alert_that_ships_was_seen(monitor: Monitor, seen: set[str]) -> None:
    groups = monitor.ask("rules")["groups"]
    assert {rule["name"] for group in groups for rule in group["rules"]} == seen
