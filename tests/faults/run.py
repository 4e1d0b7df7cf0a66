"""One run of random faults from beginning to end: open, load, break, calm, judge, sum up."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.faults.asking import words_of
from tests.faults.evidence import keep
from tests.faults.furnishing import furnished
from tests.faults.lab import DISKS, Lab, opened
from tests.faults.pacing import Pace, loaded, paced
from tests.faults.people import Order
from tests.faults.progress import Progress
from tests.faults.quiet import until_quiet
from tests.faults.schedule import Schedule
from tests.faults.summary import Summary, summed_up
from tests.journeys.process import ROOT

WARMING_SECONDS = 10.0
CALM_SECONDS = 15.0
QUIET_SECONDS = 900.0
JUDGING_SECONDS = 2400


@dataclass(frozen=True)
class Plan:
    """How long, how dense, how much; everything else follows from the seed."""

    seed: int
    seconds: float
    every: float
    pace: float
    only: frozenset[str]
    """Kinds of faults; empty: all."""
    folder: Path


async def random_faults(plan: Plan) -> Summary:
    """Run it; the folder then holds everything that was seen."""
    key = f"F{random.Random(plan.seed).getrandbits(24):06X}"  # noqa: S311 - a seed
    say(f"seed {plan.seed}; all that is seen goes to {plan.folder}")
    async with opened(plan.folder, random.Random(plan.seed), key) as lab:  # noqa: S311
        if len(lab.disks) < len(DISKS):
            say("LEFT OUT: full disks, since only root can mount small ones")
        async with beside(lab.keep_up()):
            order = await furnished(lab, f"{key}A")
            say(f"{len(order.pupils)} pupils, {len(order.guests)} invitations; warming up")
            began = datetime.now(UTC)
            progress = Progress(plan.folder, lab.house.mongo_uri, lab.house.databases)
            schedule = Schedule(lab, progress, plan.seed, plan.every, plan.only, plan.folder)
            async with beside(progress.watch()):
                await _under_faults(lab, plan, order, schedule)
            drained, waiting = await _drained(lab)
        _describe(lab, plan, began)
        verdict = await asyncio.to_thread(_judged, plan.folder)
        if not verdict["ok"]:
            rows = await asyncio.to_thread(keep, plan.folder, verdict, lab.house.mongo_uri)
            say(f"{rows} documents about it are in evidence.jsonl")
        versions = await _versions(lab)
    return summed_up(
        plan, schedule.faults, verdict, lab.fell, progress.counted, versions,
        began=began, drained=drained, waiting=waiting,
    )  # fmt: skip


async def _under_faults(lab: Lab, plan: Plan, order: Order, schedule: Schedule) -> None:
    """The load, and the faults in the midst of it."""
    async with (
        loaded(plan.folder, order) as tell,
        paced(lab, plan.pace, tell) as pace,
        beside(_telling(schedule, pace)),
    ):
        await asyncio.sleep(WARMING_SECONDS)
        await schedule.run(plan.seconds)
        say("no more faults; the load goes on for a moment")
        await lab.mend()
        await asyncio.sleep(CALM_SECONDS)


async def _drained(lab: Lab) -> tuple[float, dict[str, int]]:
    """Seconds until nothing was under way, and what still is."""
    say("no more load; waiting for quiet")
    began = time.monotonic()
    quiet, waiting = await until_quiet(lab, QUIET_SECONDS)
    seconds = time.monotonic() - began
    say(f"quiet after {seconds:.0f} s" if quiet else f"NOT QUIET: {waiting}")
    return seconds, waiting


@asynccontextmanager
async def beside(doing: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What goes on until the end of the block; its own failure shows there."""
    task = asyncio.create_task(doing)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def say(words: str) -> None:
    """Tell whoever watches."""
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", flush=True)  # noqa: T201 - a command for people


async def _telling(schedule: Schedule, pace: Pace) -> None:
    while True:
        await asyncio.sleep(30)
        times = sorted(each.recovery for each in schedule.faults if each.recovery is not None)
        slow = f"{times[int(len(times) * 0.95)]:.1f} s" if times else "-"
        say(
            f"{len(schedule.faults)} faults, recovery p95 {slow}, pace {pace.times:.2f} with "
            f"{pace.waiting} waiting; {dict(schedule.progress.counted)}"
        )


# --- the verdict ----------------------------------------------------------------------------------


def _describe(lab: Lab, plan: Plan, began: datetime) -> None:
    row = {
        "began": began.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "seed": plan.seed,
        "mongo_uri": lab.house.mongo_uri,
        "databases": lab.house.databases,
        "vhost": lab.house.vhost,
        "rabbitmqctl": words_of(lab.broker),
    }
    (plan.folder / "run.json").write_text(json.dumps(row))


def _judged(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.checker", str(folder)],
        cwd=ROOT,
        check=False,
        timeout=JUDGING_SECONDS,
    )
    assert done.returncode in {0, 1}, f"the checker can't judge: exit {done.returncode}"
    found: dict[str, Any] = json.loads((folder / "verdict.json").read_text())
    return found


async def _versions(lab: Lab) -> dict[str, str]:
    with MongoClient[dict[str, Any]](lab.house.mongo_uri) as mongo:
        server = str(mongo.server_info()["version"])
    broker = (await lab.broker.rabbitmqctl("version")).strip()
    return {"RabbitMQ": broker, "MongoDB": server, "Python": sys.version.split()[0]}
