"""The figures of a run: a fault counts when it was put in, and a run passes when all holds."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.progress import Way
from tests.faults.schedule import Fault
from tests.faults.summary import Summary, summed_up

PLAN = SimpleNamespace(seed=7, seconds=120.0, every=1.6)
HOLDS = {"ok": True, "checked": 5, "broken_total": 0, "broken": []}


def fault(kind: str, recovery: float | None, trouble: str = "") -> Fault:
    way: Way | None = None if kind == "poison" else "contact"
    return Fault(1, kind, "service", "contacts", way, 0.0, 1.0, recovery, trouble)


def summary(*faults: Fault, waiting: dict[str, int] | None = None, **verdict: Any) -> Summary:
    said = {"facts": 9, "invariants": {"I1": HOLDS}, **verdict}
    return summed_up(
        PLAN, faults, said, [], {"contact": 3}, {"Python": "3"},
        began=datetime(2026, 11, 26, tzinfo=UTC), drained=2.0, waiting=waiting or {},
    )  # fmt: skip


def test_faults_are_counted_and_their_recoveries_put_in_order() -> None:
    several = [fault("kill_service", float(n)) for n in range(100)]
    found = summary(*several, fault("poison", None), fault("kill_service", None, "was in the way"))
    assert (found.faults, found.not_put_in) == (101, 1)
    assert found.recovery == {"p50": 50.0, "p95": 95.0, "max": 99.0}
    assert found.by_kind == {"kill_service": 100, "poison": 1}
    assert found.ok


def test_a_run_without_any_recovery_has_figures_all_the_same() -> None:
    assert summary().recovery == {"p50": 0.0, "p95": 0.0, "max": 0.0}


@pytest.mark.parametrize(
    "wrong",
    [
        summary(fault("kill_service", None)),
        summary(waiting={"contacts": 2}),
        summary(invariants={"I1": HOLDS | {"ok": False, "broken_total": 1}}),
    ],
)
def test_whatever_is_wrong_fails_the_run(wrong: Summary) -> None:
    assert not wrong.ok
    assert wrong.as_text().startswith("FAILED")


def test_what_never_recovered_is_named() -> None:
    found = summary(fault("kill_service", None))
    assert found.not_recovered == ["kill_service of contacts (contact)"]
    assert "not recovered: kill_service of contacts" in found.as_text()


def test_a_service_that_fell_by_itself_is_named_and_counted() -> None:
    found = replace(summary(), fell=["events ended with 1"] * 2)
    assert "ended by itself: events ended with 1 (2 x)" in found.as_text()
