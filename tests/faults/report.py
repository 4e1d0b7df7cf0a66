"""Writes the figures of the last long run into the page: `python -m tests.faults.report`.

A long run may be made in parts (`--add`), each judged by itself. Only what lies between the two
marks is written; the words around it are people's.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.journeys.process import ROOT

PAGE = ROOT / "docs" / "reliability.md"
RESULTS = Path(__file__).with_name("results.json")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
COUNTED = ("faults", "facts", "lost", "doubled")
TARGETS = {"faults": 1500, "facts": 250_000, "p95": 15.0}
Row = dict[str, Any]


def figures(parts: Sequence[Row]) -> str:
    """The figures of a run, as Markdown."""
    row = together(parts)
    heads = [line for part in parts for line in (*_head(part), "")]
    return "\n".join([*heads, *_targets(row), "", *_faults(row), "", *_invariants(row)])


def together(parts: Sequence[Row]) -> Row:
    """All parts as one: what was counted is summed, of what was measured the worst holds."""
    kinds = {kind for part in parts for kind in part["recovery_by_kind"]}
    return {
        **{name: sum(part[name] for part in parts) for name in COUNTED},
        "waiting": dict(_summed(part["waiting"] for part in parts)),
        "not_recovered": [each for part in parts for each in part["not_recovered"]],
        "recovery": _worst([part["recovery"] for part in parts]),
        "recovery_by_kind": {kind: _worst(_measured(parts, kind)) for kind in kinds},
        "by_group": dict(_summed(part["by_group"] for part in parts).most_common()),
        "by_kind": dict(_summed(part["by_kind"] for part in parts).most_common()),
        "invariants": {name: _held(parts, name) for name in parts[0]["invariants"]},
    }


def _measured(parts: Sequence[Row], kind: str) -> list[dict[str, float]]:
    found = (part["recovery_by_kind"].get(kind) for part in parts)
    return [each for each in found if each]


def _summed(counts: Iterator[Mapping[str, int]]) -> Counter[str]:
    return sum((Counter(each) for each in counts), Counter[str]())


def _worst(times: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: max(each[name] for each in times) for name in ("p50", "p95", "max")}


def _held(parts: Sequence[Row], name: str) -> Row:
    found = [part["invariants"][name] for part in parts]
    return {
        "ok": all(each["ok"] for each in found),
        "checked": sum(each["checked"] for each in found),
        "broken_total": sum(each["broken_total"] for each in found),
    }


def _head(row: Row) -> Iterator[str]:
    versions = ", ".join(f"{name} {text}" for name, text in row["versions"].items())
    yield f"Run of {row['began'].replace('T', ' ')[:16]} UTC, seed {row['seed']}:"
    yield f"{row['seconds'] / 60:.0f} minutes of faults, {versions}; {row['machine']}."
    words = f"--seed {row['seed']} --seconds {row['seconds']:.0f}"
    words += f" --every {row['every']}" if "every" in row else ""
    yield f'Repeat it with `FAULTS=night make faults ARGS="{words}"`.'
    yield ""
    taken = sum(row["accepted"].get(way, 0) for way in ("contact", "batch", "message", "answer"))
    yield f"- {taken:,} contacts, messages and answers were accepted, {row['unclear']:,} were never"
    yield f"  clearly answered; the ledger of reports holds {row['facts']:,} facts: these, and what"
    yield "  followed from them."
    yield f"- {row['letters']:,} letters; {row['unknown']:,} are shown as unconfirmed."
    yield f"- All was quiet {row['drained']:.0f} s after the last request."
    slow = row["recovery"]
    yield f"- Recovery from the end of a fault: p50 {slow['p50']:.1f} s, p95 {slow['p95']:.1f} s,"
    yield f"  longest {slow['max']:.1f} s."


def _targets(row: Row) -> Iterator[str]:
    waits = "nothing" if not row["waiting"] else json.dumps(row["waiting"])
    yield "| target of a long run | this run | |"
    yield "|---|---:|---|"
    yield _line(f"faults ≥ {TARGETS['faults']:,}", row["faults"], row["faults"] >= 1500)
    yield _line(f"facts ≥ {TARGETS['facts']:,}", row["facts"], row["facts"] >= TARGETS["facts"])
    yield _line("lost = 0", row["lost"], row["lost"] == 0)
    yield _line("doubled = 0", row["doubled"], row["doubled"] == 0)
    yield _line("figures equal three recounts (I3)", "", row["invariants"]["I3"]["ok"])
    p95 = row["recovery"]["p95"]
    yield _line("recovery p95 ≤ 15 s", f"{p95:.1f} s", p95 <= TARGETS["p95"])
    yield _line("paths that never recovered", len(row["not_recovered"]), not row["not_recovered"])
    yield _line("left waiting in the end", waits, not row["waiting"])


def _line(name: str, value: float | str, met: bool) -> str:
    shown = f"{value:,}" if isinstance(value, int) else value
    return f"| {name} | {shown} | {'met' if met else '**missed**'} |"


def _faults(row: Row) -> Iterator[str]:
    groups = ", ".join(f"{name} {count:,}" for name, count in row["by_group"].items())
    yield f"By group: {groups}."
    yield ""
    yield "| fault | times | recovery p50 | p95 | longest |"
    yield "|---|---:|---:|---:|---:|"
    for name, count in row["by_kind"].items():
        times = row["recovery_by_kind"].get(name)
        cells = [f"{times[key]:.1f} s" for key in ("p50", "p95", "max")] if times else ["–"] * 3
        yield f"| {name.replace('_', ' ')} | {count:,} | {' | '.join(cells)} |"


def _invariants(row: Row) -> Iterator[str]:
    yield "| invariant | looked at | |"
    yield "|---|---:|---|"
    for name, found in row["invariants"].items():
        held = "holds" if found["ok"] else f"**broken {found['broken_total']} times**"
        yield f"| {name} | {found['checked']:,} | {held} |"


def written(page: str, parts: Sequence[Row]) -> str:
    """The page with these figures; `ValueError` when it lacks the marks."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{PAGE} lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{figures(parts)}\n{END}{after}"


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(written(PAGE.read_text("utf-8"), json.loads(RESULTS.read_text("utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
