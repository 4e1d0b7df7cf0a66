"""The command: judge a run folder, write `verdict.json` into it, print what was found."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.checker.judging import judge
from tests.faults.checker.run import Unreadable

HOLDS, BROKEN, UNREADABLE = 0, 1, 2


def main(words: Sequence[str] | None = None) -> int:
    """Give the exit code."""
    parser = argparse.ArgumentParser(prog="checker", description="Judge a run of faults.")
    parser.add_argument("folder", type=Path, help="the run's folder")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    given = parser.parse_args(words)
    try:
        verdict = judge(given.folder)
    except Unreadable as wrong:
        print(f"can't judge: {wrong}", file=sys.stderr)  # noqa: T201 - a command for people
        return UNREADABLE
    told = json.dumps(verdict.as_json(), indent=1)
    (given.folder / "verdict.json").write_text(told + "\n", encoding="utf-8")
    print(told if given.json else verdict.as_text())  # noqa: T201 - a command for people
    return HOLDS if verdict.ok else BROKEN


if __name__ == "__main__":
    sys.exit(main())
