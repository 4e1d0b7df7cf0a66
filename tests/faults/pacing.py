"""The load's process, and how much of it: as much as is handled, so that queues stay short."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from embedded.mongod import dies_with_parent
from tests.faults.lab import Lab
from tests.faults.people import Order
from tests.faults.quiet import in_queues
from tests.journeys.process import ROOT

LOOK_SECONDS = 2.0
FEW, MANY = 1000, 2500
"""Messages in queues: with fewer more is sent, with more less. So whoever works has work while
others are away, and whoever comes back finds no more than a minute of it."""
FASTER, SLOWER, SLOWEST = 1.2, 0.8, 0.2
ENDS_SECONDS = 200
Tell = Callable[[str], None]


@asynccontextmanager
async def loaded(folder: Path, order: Order) -> AsyncIterator[Tell]:
    """The load runs inside; at the end it brings to an end what is under way."""
    file, log = folder / "order.json", folder / "load.log"
    file.touch(0o600)
    file.write_text(json.dumps(order.as_json()))
    with log.open("wb") as output:
        running = subprocess.Popen(
            [*dies_with_parent("KILL"), sys.executable, "-m", "tests.faults.load", str(file)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def tell(line: str) -> None:
        assert running.poll() is None, log.read_text("utf-8")[-3000:]
        assert running.stdin is not None
        running.stdin.write(f"{line}\n".encode())
        running.stdin.flush()

    try:
        yield tell
        tell("stop")
        code = await asyncio.to_thread(running.wait, ENDS_SECONDS)
        assert code == 0, log.read_text("utf-8")[-3000:]
    finally:
        running.kill()
        running.wait()


@dataclass
class Pace:
    """How much is sent, times the usual, and how many messages waited at the last look."""

    most: float
    times: float = 1.0
    waiting: int = 0

    async def follow(self, lab: Lab, tell: Tell) -> None:
        """Follow the queues, until it is cancelled."""
        while True:
            tell(f"rate {self.times:.3f}")
            await asyncio.sleep(LOOK_SECONDS)
            # While the broker is away nobody knows; the load finds that out by itself.
            with suppress(Exception):
                async with asyncio.timeout(LOOK_SECONDS):
                    self.waiting = sum((await in_queues(lab)).values())
                if self.waiting > MANY:
                    self.times = max(self.times * SLOWER, SLOWEST)
                elif self.waiting < FEW:
                    self.times = min(self.times * FASTER, self.most)


@asynccontextmanager
async def paced(lab: Lab, most: float, tell: Tell) -> AsyncIterator[Pace]:
    """Inside, the load follows the queues, up to `most` times its usual rates."""
    pace = Pace(most, min(1.0, most))
    pacing = asyncio.create_task(pace.follow(lab, tell))
    try:
        yield pace
    finally:
        pacing.cancel()
        with suppress(asyncio.CancelledError):
            await pacing
