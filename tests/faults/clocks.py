"""A clock of its own for each service of the lab: the machine's, moved by what a file says.

Everything in the product asks one clock for the time (`shared.clock`), so a step of that is a step
of the machine's as far as the service can see; what waits by the monotonic clock is not touched,
as on a machine whose clock is set.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from shared.clock import SystemClock

VARIABLE = "TESTS_CLOCK"
"""The file that says how many seconds a process's clock is ahead; none: not at all."""


def from_environment() -> None:
    """Put the file's step between the product and the machine's clock (a warm process's patch)."""
    if path := os.environ.get(VARIABLE, ""):
        step, plain = _Step(Path(path)), SystemClock.now
        setattr(SystemClock, "now", lambda self: plain(self) + step.read())  # noqa: B010 - a method


def now() -> datetime:
    """What a service of the lab believes."""
    return SystemClock().now()


class _Step:
    """Read anew whenever the file was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0
        self._step = timedelta()

    def read(self) -> timedelta:
        try:
            written = self._path.stat().st_mtime_ns
            if written != self._written:
                self._step = timedelta(seconds=float(self._path.read_text("ascii") or 0))
                self._written = written
        except FileNotFoundError:
            return timedelta()
        return self._step
