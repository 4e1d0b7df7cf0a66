"""Python looks for cycles rarely, and still finds them."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from shared.garbage import YOUNG, collect_rarely


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


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
