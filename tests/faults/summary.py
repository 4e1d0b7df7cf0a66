"""What came of a run: the figures that people read, and that `docs/reliability.md` has."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.faults.schedule import Fault

UNSETTLED = "not recovered"


class Planned(Protocol):
    """What a summary tells of the plan."""

    @property
    def seed(self) -> int: ...

    @property
    def seconds(self) -> float: ...

    @property
    def every(self) -> float: ...


@dataclass(frozen=True)
class Summary:
    """One run."""

    seed: int
    began: str
    seconds: float
    """With faults; the calm, the drain and the checker come on top."""
    every: float
    """Mean seconds between the beginnings of two faults, as planned."""
    versions: dict[str, str]
    machine: str
    faults: int
    by_group: dict[str, int]
    by_kind: dict[str, int]
    not_put_in: int
    recovery: dict[str, float]
    """p50, p95 and max in seconds, over all faults that leave something out of order."""
    recovery_by_kind: dict[str, dict[str, float]]
    not_recovered: list[str]
    accepted: dict[str, int]
    facts: int
    lost: int
    doubled: int
    unclear: int
    unknown: int
    letters: int
    drained: float
    waiting: dict[str, int]
    fell: list[str]
    invariants: dict[str, dict[str, Any]]

    @property
    def ok(self) -> bool:
        """Every invariant holds, all was quiet in the end, and every path recovered."""
        holds = all(each["ok"] for each in self.invariants.values())
        return holds and not self.waiting and not self.not_recovered

    def as_json(self) -> dict[str, Any]:
        """For `reliability.json`."""
        return {"ok": self.ok, **asdict(self)}

    def as_text(self) -> str:
        """For people."""
        slow = self.recovery
        lines = [
            f"{'PASSED' if self.ok else 'FAILED'}: seed {self.seed}, {self.seconds:.0f} s",
            f"  faults {self.faults} ({self.not_put_in} more could not be put in): {self.by_group}",
            f"  facts {self.facts}, lost {self.lost}, doubled {self.doubled}",
            f"  letters {self.letters}, shown as unconfirmed {self.unknown}",
            f"  recovery p50 {slow['p50']:.1f} s, p95 {slow['p95']:.1f} s, max {slow['max']:.1f} s",
            f"  quiet {self.drained:.0f} s after the last request",
            *(f"  still waiting: {name}: {number}" for name, number in self.waiting.items()),
            *(f"  {UNSETTLED}: {each}" for each in self.not_recovered),
            *(f"  ended by itself: {name} ({n} x)" for name, n in Counter(self.fell).items()),
            *(f"  {name}: {'holds' if each['ok'] else 'BROKEN'} ({each['checked']} looked at)"
              for name, each in self.invariants.items()),
        ]  # fmt: skip
        return "\n".join(lines)


def summed_up(
    plan: Planned,
    faults: Sequence[Fault],
    verdict: Mapping[str, Any],
    fell: Sequence[str],
    accepted: Mapping[str, int],
    versions: dict[str, str],
    *,
    began: datetime,
    drained: float,
    waiting: dict[str, int],
) -> Summary:
    """The figures of a run."""
    return Summary(
        seed=plan.seed,
        began=began.astimezone(UTC).isoformat(timespec="seconds"),
        seconds=plan.seconds,
        every=plan.every,
        versions=versions,
        machine=f"{os.cpu_count()} cores, {platform.system()}, all of it on one machine",
        accepted=dict(accepted),
        drained=round(drained, 1),
        waiting=waiting,
        fell=list(fell),
        **_of_faults(faults),
        **_of_verdict(verdict),
    )


def _of_faults(faults: Sequence[Fault]) -> dict[str, Any]:
    put_in = [each for each in faults if not each.trouble]
    measured = [each for each in put_in if each.way is not None]
    by_kind: dict[str, list[Fault]] = {}
    for each in measured:
        by_kind.setdefault(each.kind, []).append(each)
    never = [each for each in measured if each.recovery is None]
    return {
        "faults": len(put_in),
        "by_group": dict(Counter(each.group for each in put_in).most_common()),
        "by_kind": dict(Counter(each.kind for each in put_in).most_common()),
        "not_put_in": len(faults) - len(put_in),
        "recovery": _times(measured),
        "recovery_by_kind": {name: _times(by_kind[name]) for name in sorted(by_kind)},
        "not_recovered": [f"{each.kind} of {each.target} ({each.way})" for each in never],
    }


def _of_verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    invariants = {
        name: {key: each[key] for key in ("ok", "checked", "broken_total")}
        for name, each in verdict["invariants"].items()
    }
    figures = ("facts", "lost", "doubled", "unclear", "unknown", "letters")
    return {name: int(verdict.get(name, 0)) for name in figures} | {"invariants": invariants}


def _times(faults: Sequence[Fault]) -> dict[str, float]:
    times = sorted(each.recovery for each in faults if each.recovery is not None)
    if not times:
        return {"p50": 0.0, "p95": 0.0, "max": 0.0}
    return {
        "p50": round(times[len(times) // 2], 2),
        "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 2),
        "max": round(times[-1], 2),
    }
