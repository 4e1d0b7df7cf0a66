"""What the checker found: by invariant, each break with its key and where it was last seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 50
"""Breaks kept of one invariant; more are counted only."""
INVARIANTS = {
    "I1": "what was acknowledged is stored, told and counted once; nothing else is",
    "I2": "each letter was taken once, or is shown as unconfirmed and was taken at most once",
    "I3": "the figures equal three recounts, and every replica is the newest",
    "I4": "nothing waits: queues, outboxes, claimed and overdue rows are empty",
    "I5": "the dead letters are the poison that was put in, each with its reason",
    "privacy": "no name, address or word of a family stands in a log",
}


@dataclass
class Found:
    """One invariant: how much was looked at, and what is broken."""

    checked: int = 0
    broken: list[dict[str, str]] = field(default_factory=list)
    total: int = 0

    @property
    def ok(self) -> bool:
        """Whether it holds. An invariant that looked at nothing holds."""
        return self.total == 0


@dataclass
class Verdict:
    """All invariants, and the figures of the run."""

    found: dict[str, Found] = field(default_factory=lambda: {each: Found() for each in INVARIANTS})
    figures: dict[str, int | float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(each.ok for each in self.found.values())

    def look(self, invariant: str, number: int = 1) -> None:
        """So many more things were looked at."""
        self.found[invariant].checked += number

    def broken(self, invariant: str, key: object, what: str, seen: str = "") -> None:
        """One thing is not as it has to be; `seen` is where its last trace is."""
        found = self.found[invariant]
        found.total += 1
        if len(found.broken) < SHOWN:
            found.broken.append({"key": str(key), "what": what, "seen": seen})

    def add(self, figure: str, number: int = 1) -> None:
        """Add to a figure of the run, such as `lost`."""
        self.figures[figure] = self.figures.get(figure, 0) + number

    def as_json(self) -> dict[str, Any]:
        """As it is written to `verdict.json`."""
        rows: Mapping[str, Any] = {
            name: {
                "ok": each.ok,
                "checked": each.checked,
                "broken_total": each.total,
                "broken": each.broken,
            }
            for name, each in self.found.items()
        }
        return {"ok": self.ok, "invariants": rows, **self.figures}

    def as_text(self) -> str:
        """For people."""
        lines = ["all invariants hold" if self.ok else "BROKEN"]
        lines += [f"  {name}: {number}" for name, number in sorted(self.figures.items())]
        for name, each in self.found.items():
            state = "holds" if each.ok else f"BROKEN {each.total} times"
            lines.append(f"{name} {state} ({each.checked} looked at): {INVARIANTS[name]}")
            lines += [_line(row) for row in each.broken]
            if each.total > len(each.broken):
                lines.append(f"    and {each.total - len(each.broken)} more")
        return "\n".join(lines)


def _line(row: Mapping[str, str]) -> str:
    seen = f" [{row['seen']}]" if row["seen"] else ""
    return f"    {row['key']}: {row['what']}{seen}"


def canonical(value: object) -> str:
    """One way to write a value as JSON, so that two can be compared letter by letter."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
