"""The time and new ids, injected everywhere so that tests decide both."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from uuid6 import uuid7

Mint = Callable[[], str]
"""Makes a new id; in production a UUIDv7 (RFC 9562), which sorts by time."""


class Clock(Protocol):
    """Tells the time, always in UTC and aware."""

    def now(self) -> datetime:
        """The present moment."""


class SystemClock:
    """The machine's clock, cut to milliseconds, because MongoDB keeps no more."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SetClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: datetime) -> None:
        """`start` is an aware moment."""
        self._now = start

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def move(self, step: timedelta) -> datetime:
        """Go forward (or back) by a step; gives the new time."""
        self._now += step
        return self._now


def new_id() -> str:
    """A fresh UUIDv7 as text."""
    return str(uuid7())


def id_from(*parts: str) -> str:
    """An id that follows from some words (a UUIDv8, RFC 9562): the same each time, for what may be
    asked for twice and is to be made once (ADR 13).
    """
    digest = sha256("\0".join(parts).encode()).hexdigest()
    return str(UUID(int=int(digest[:32], 16) & ~(0xF << 76 | 0x3 << 62) | 8 << 76 | 2 << 62))
