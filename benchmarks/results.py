"""Keeps what each run measured in `results.json`, and gives the newest of each measurement."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.stage import Result

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"


@dataclass(frozen=True)
class Kept:
    """What one measurement gave, and how many seconds it took."""

    name: str
    results: Sequence[Result]
    seconds: float


@dataclass(frozen=True)
class Run:
    """One run, as far as it stands in the file for one measurement."""

    at: str
    machine: str
    load: float
    servers: str
    seconds: float
    rows: Sequence[dict[str, Any]]


def keep(kept: Sequence[Kept], servers: str, at: datetime) -> None:
    """Append a run to `results.json`."""
    runs = _runs()
    runs.append(
        {
            "at": at.isoformat(timespec="seconds"),
            "machine": machine(),
            "load": round(os.getloadavg()[1], 1),
            "servers": servers,
            "seconds": {each.name: round(each.seconds) for each in kept},
            "results": [_row(each.name, result) for each in kept for result in each.results],
        }
    )
    RESULTS.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n", "utf-8")


def newest(name: str) -> Run | None:
    """The newest run of one measurement; a run may have measured only some of them."""
    for run in reversed(_runs()):
        rows = [row for row in run["results"] if row["measurement"] == name]
        if rows:
            seconds = run.get("seconds", {}).get(name, 0)
            return Run(run["at"], run["machine"], run["load"], run["servers"], seconds, rows)
    return None


def machine() -> str:
    """The processor, how many of it, and the Python."""
    model = platform.processor() or platform.machine()
    known = Path("/proc/cpuinfo")
    if known.exists():
        lines = [line for line in known.read_text("utf-8").splitlines() if "model name" in line]
        model = lines[0].partition(":")[2].strip() if lines else model
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}"


def _runs() -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else []
    return runs


def _row(measurement: str, result: Result) -> dict[str, Any]:
    row: dict[str, Any] = {
        "measurement": measurement,
        "name": result.name,
        "value": _rounded(result.value),
        "unit": result.unit,
        "baseline": result.baseline,
        "ratio": None if result.ratio is None else round(result.ratio, 3),
    }
    if result.raw:
        row["raw"] = [_rounded(each) for each in result.raw]
    return row


def _rounded(value: float) -> float:
    # Four digits say more than any of these figures knows.
    return float(f"{value:.4g}") if abs(value) < 1000 else float(round(value))
