"""Clocks that are injected, and ids: fresh ones, and those that follow from words."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.clock import SetClock, SystemClock, id_from, new_id

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.move(timedelta(minutes=5)) == clock.now() == NOON + timedelta(minutes=5)


def test_the_machines_clock_is_in_utc_and_keeps_milliseconds_as_the_database_does() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_fresh_ids_sort_by_time() -> None:
    made = [new_id() for _ in range(50)]
    assert made == sorted(made)
    assert len(set(made)) == 50


def test_an_id_follows_from_its_words_and_from_where_one_ends() -> None:
    assert id_from("a", "bc") == id_from("a", "bc")
    assert id_from("a", "bc") != id_from("ab", "c")
    assert UUID(id_from("a")).version == 8
    assert UUID(id_from("a")).variant == "specified in RFC 4122"
