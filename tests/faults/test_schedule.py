"""Faults are drawn by the seed alone, and recovery counts no time that others took."""

import random
from pathlib import Path
from typing import Any, cast

import pytest

from tests.faults.kinds import KINDS, WAYS, bars
from tests.faults.lab import Lab
from tests.faults.progress import Progress
from tests.faults.schedule import Fault, Schedule


def schedule(tmp_path: Path, *only: str) -> Schedule:
    # Draws and sums ask the lab for nothing but its disks.
    lab = cast("Lab", type("NoLab", (), {"disks": {}})())
    return Schedule(lab, cast("Progress", None), 7, 1.0, only, tmp_path)


def drawn(tmp_path: Path, seed: str, *only: str) -> list[tuple[str, str]]:
    chance = random.Random(seed)  # noqa: S311 - a seeded run has to be the same each time
    several = [schedule(tmp_path, *only)._draw(chance) for _ in range(200)]
    return [(kind.name, target) for kind, target in several]


def test_the_same_seed_draws_the_same_faults(tmp_path: Path) -> None:
    assert drawn(tmp_path, "7-1") == drawn(tmp_path, "7-1")
    assert drawn(tmp_path, "7-1") != drawn(tmp_path, "7-2")


def test_without_small_disks_none_is_filled(tmp_path: Path) -> None:
    assert not [name for name, _ in drawn(tmp_path, "7") if KINDS[name].on_disk]


def test_only_the_kinds_that_are_named_are_drawn(tmp_path: Path) -> None:
    assert {name for name, _ in drawn(tmp_path, "7", "poison", "step_down")} == {
        "poison",
        "step_down",
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_each_fault_bars_the_path_by_which_its_end_is_seen(kind: Any) -> None:
    for target in kind.targets:
        way = kind.way(target)
        assert bars(kind, target) == frozenset() if way is None else way in bars(kind, target)
        assert bars(kind, target) <= set(WAYS)


def fault(kind: str, target: str, began: float, ended: float) -> Fault:
    return Fault(0, kind, KINDS[kind].group, target, KINDS[kind].way(target), began, ended)


def test_time_in_which_others_barred_the_same_path_does_not_count(tmp_path: Path) -> None:
    plan = schedule(tmp_path)
    own = fault("kill_service", "reports", 0, 10)
    plan._begun += [
        own,
        fault("kill_primary", "primary", 8, 13),
        fault("pause_broker", "broker", 12, 15),
        fault("kill_service", "reports", 18, 0),
        fault("kill_service", "events", 10, 20),
        fault("mail_misbehaves", "421@data", 10, 20),
    ]
    assert plan._barred(own, until=20) == (15 - 10) + (20 - 18)


def test_alone_all_of_it_counts(tmp_path: Path) -> None:
    plan = schedule(tmp_path)
    own = fault("kill_service", "reports", 0, 10)
    plan._begun += [own, fault("kill_primary", "primary", 2, 9)]
    assert plan._barred(own, until=20) == 0
