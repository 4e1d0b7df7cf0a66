"""Waiting for what happens in another process: looking again and again, up to a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK_AGAIN_SECONDS = 0.25
USUAL_SECONDS = 90.0
"""Far above the few seconds that anything takes here, because CI machines are slow and shared."""


def eventually(
    look: Callable[[], Found],
    seconds: float = USUAL_SECONDS,
    otherwise: Callable[[], str] = lambda: "",
) -> Found:
    """The first true thing that `look` finds; fails at the deadline and says what was seen."""
    ends = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds:.0f} s: {otherwise() or found!r}")
        time.sleep(LOOK_AGAIN_SECONDS)
    return found
