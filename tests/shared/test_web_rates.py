"""Limits: how often one address may ask, and that a flood costs no memory."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import SetClock
from shared.web import rates
from shared.web.rates import Limiter, TooMany, address_key

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_the_window_slides() -> None:
    clock = SetClock(NOW)
    limiter = Limiter(clock)
    for _ in range(2):
        limiter.hit("a", "2/minute")
        clock.move(timedelta(seconds=20))
    with pytest.raises(TooMany) as refused:
        limiter.hit("a", "2/minute")
    assert refused.value.retry_after == 20
    clock.move(timedelta(seconds=20))
    limiter.hit("a", "2/minute")
    limiter.hit("b", "2/minute")


def test_an_ipv6_customer_counts_as_one_and_ipv4_addresses_by_themselves() -> None:
    assert address_key("2001:db8:1:2::5") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("2001:db8:1:3::5") != address_key("2001:db8:1:2::5")
    assert address_key("192.0.2.7") == "192.0.2.7"
    assert address_key(None) == "unknown"


def test_a_flood_of_addresses_is_forgotten_and_the_newest_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "_MOST_KEYS", 100)
    limiter = Limiter(SetClock(NOW))
    for number in range(1_000):
        limiter.hit(f"address {number}", "1/minute")
    with pytest.raises(TooMany):
        limiter.hit("address 999", "1/minute")
    limiter.hit("address 0", "1/minute")
