"""Python looks for cycles rarely, and still finds them; and its threads give way soon."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

from shared.interpreter import SWITCH_SECONDS, YOUNG, collect_rarely, give_way_soon


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds, switches = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(switches)


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_cycles_are_found_all_the_same(as_before: None) -> None:
    collect_rarely()
    assert gc.get_threshold()[0] == YOUNG
    knot = weakref.ref(Knot())
    kept: list[list[int]] = [[] for _ in range(2 * YOUNG)]
    assert knot() is None
    assert len(kept) == 2 * YOUNG


def test_threads_give_way_sooner_than_by_default(as_before: None) -> None:
    sys.setswitchinterval(0.005)  # as Python begins; another test may have served in this process
    give_way_soon()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    assert SWITCH_SECONDS < 0.005
