"""A service of the lab believes its own clock, which a file moves."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.clocks import VARIABLE
from tests.journeys.process import ROOT

SAYS = "from tests.faults import clocks; clocks.from_environment(); print(clocks.now())"


def believed(clock: Path | None) -> datetime:
    also = {VARIABLE: str(clock)} if clock else {}
    said = subprocess.run(
        [sys.executable, "-c", SAYS],
        cwd=ROOT,
        env=os.environ | also,
        capture_output=True,
        text=True,
        check=True,
    )
    return datetime.fromisoformat(said.stdout.strip())


def test_the_file_moves_the_clock(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("-3600")
    ahead = believed(clock) - datetime.now(UTC)
    assert abs(ahead + timedelta(hours=1)) < timedelta(minutes=1)


def test_without_a_file_the_clock_is_the_machines(tmp_path: Path) -> None:
    for clock in (None, tmp_path / "missing"):
        assert abs(believed(clock) - datetime.now(UTC)) < timedelta(minutes=1)
