"""A process ends at the point that the variable names, and nowhere else."""

import os
import subprocess
import sys

import pytest

from shared.crashpoints import EXIT

PASS = """
from shared.crashpoints import reach
reach('first', ['a', 'b'])
print('once', flush=True)
reach('first', (each for each in 'b'))
print('twice', flush=True)
reach('second')
"""


@pytest.mark.parametrize(
    ("crash_at", "code", "said"),
    [
        ("", 0, "once\ntwice\n"),
        ("third", 0, "once\ntwice\n"),
        ("first:c", 0, "once\ntwice\n"),
        ("first", EXIT, ""),
        ("first:b", EXIT, ""),
        ("first:b:2", EXIT, "once\n"),
        ("first:a:2", 0, "once\ntwice\n"),
        ("first::2", EXIT, "once\n"),
        ("second", EXIT, "once\ntwice\n"),
    ],
)
def test_a_process_ends_only_where_it_is_told_to(crash_at: str, code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PASS],
        env=os.environ | {"PARTNERS_CRASH_AT": crash_at},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, said)
