"""`make faults`: break what runs, under load, and judge what is left. Exit code 0: all holds.

FAULTS=night makes it a long run; `--seed` repeats one. Steps are run one after the other, and each
says by itself what it found.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.faults.run import Plan, random_faults, say

SHORT_SECONDS, NIGHT_SECONDS = 120.0, 1.5 * 3600
SHORT_EVERY, NIGHT_EVERY = 1.6, 3.2
RESULTS = Path(__file__).with_name("results.json")
Step = Callable[[argparse.Namespace], Coroutine[Any, Any, bool]]


async def at_random(given: argparse.Namespace) -> bool:
    """Random faults under load."""
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir=given.folder))
    only = frozenset(given.only.split(",")) if given.only else frozenset()
    plan = Plan(given.seed, given.seconds, given.every, given.pace, only, folder / "run")
    summary = await random_faults(plan)
    (folder / "summary.json").write_text(json.dumps(summary.as_json(), indent=1) + "\n")
    say(summary.as_text())
    if given.keep or given.add:
        before = json.loads(RESULTS.read_text("utf-8")) if given.add else []
        parts = [*before, summary.as_json()]
        RESULTS.write_text(json.dumps(parts, indent=1) + "\n")
    return summary.ok


STEPS: tuple[Step, ...] = (at_random,)
"""What `make faults` does, in this order."""


def main() -> int:
    """Run every step; 1 when one of them found something."""
    night = os.environ.get("FAULTS") == "night"
    given = _parser(night).parse_args()
    # An end from outside, too, has to end what was started, and to free the small disks.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    for name in ("aio_pika", "aiormq", "asyncio"):
        # That connections break is what this is for.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Proxies run in a thread beside what orchestrates; a wire is not to wait for that.
    sys.setswitchinterval(0.0005)
    ok, began = True, time.monotonic()
    for step in STEPS:
        ok = asyncio.run(step(given)) and ok
    say(f"{'all holds' if ok else 'NOT ALL HOLDS'}, after {time.monotonic() - began:.0f} s")
    return 0 if ok else 1


def _parser(night: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    seconds, every = (NIGHT_SECONDS, NIGHT_EVERY) if night else (SHORT_SECONDS, SHORT_EVERY)
    fresh = random.SystemRandom().randrange(1_000_000)
    parser.add_argument("--seconds", type=float, default=seconds, help="of faults")
    parser.add_argument("--every", type=float, default=every, help="mean seconds between two")
    parser.add_argument("--seed", type=int, default=fresh, help="to repeat a run")
    parser.add_argument(
        "--pace", type=float, default=1.5 if night else 1.0, help="most load, times the usual"
    )
    parser.add_argument("--only", default="", help="kinds of faults, by name, with commas between")
    parser.add_argument("--folder", type=Path, default=None, help="where the run's folder is made")
    parser.add_argument("--keep", action="store_true", default=night, help=f"write {RESULTS.name}")
    parser.add_argument("--add", action="store_true", help="as one more part of the last long run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
