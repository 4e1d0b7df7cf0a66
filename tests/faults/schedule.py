"""Which fault comes when: drawn by a seed, several at once, never two on the same thing.

What is drawn depends on the seed and on the number of the fault alone; when it ends, on the run.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.faults import breaking, cutting, injecting
from tests.faults.kinds import KINDS, Kind, bars
from tests.faults.lab import Lab
from tests.faults.progress import Progress, Way

PLACES = (breaking, cutting, injecting)
"""Where the kinds are; importing these registers them."""
AT_ONCE = 8
"""Faults that last at the same moment; as many again may just be recovered from."""
RECOVERY_SECONDS = 120.0
"""After this a path is taken for broken for good."""
DRAWS = 30
REMEMBERED = 200
"""Faults among which those that overlap are looked for."""


@dataclass
class Fault:
    """One fault as it was; moments are Unix seconds."""

    number: int
    kind: str
    group: str
    target: str
    way: Way | None
    began: float
    ended: float = 0.0
    recovery: float | None = None
    """Seconds from its end until its path worked, without those in which another fault stood in
    the way of the same path: how long that lasts is not the platform's doing."""
    trouble: str = ""
    """Why it could not be put in (another fault was in its way): then it is not counted."""


@dataclass
class Schedule:
    """Draws faults and lets them happen."""

    lab: Lab
    progress: Progress
    seed: int
    every: float
    """Mean seconds between the beginnings of two faults."""
    only: Collection[str]
    """Kinds, by name; empty: all."""
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    _begun: list[Fault] = field(default_factory=list)
    _held: set[str] = field(default_factory=set)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _number: int = 0

    async def run(self, seconds: float) -> None:
        """Draw faults for so long, then wait until the last have ended and are recovered from."""
        ends, chance = time.monotonic() + seconds, random.Random(self.seed)  # noqa: S311 - a seed
        while time.monotonic() < ends:
            left = max(0.0, ends - time.monotonic())
            await asyncio.sleep(min(left, chance.expovariate(1 / self.every)))
            lasting, all_of_them = len(self._held), len(self._under_way)
            room = lasting < AT_ONCE and all_of_them < 3 * AT_ONCE
            if room and time.monotonic() < ends:
                self._begin()
        await asyncio.gather(*self._under_way)

    def counts(self) -> dict[str, int]:
        """How many of each kind there were."""
        return dict(Counter(each.kind for each in self.faults if not each.trouble))

    def _begin(self) -> None:
        self._number += 1
        chance = random.Random(f"{self.seed}-{self._number}")  # noqa: S311 - a seed
        for _ in range(DRAWS):
            kind, target = self._draw(chance)
            held = kind.holds(target)
            if held not in self._held:
                self._held.add(held)
                way, now = kind.way(target), time.time()
                fault = Fault(self._number, kind.name, kind.group, target, way, now)
                self._begun.append(fault)
                task = asyncio.create_task(self._happen(fault, kind, held, chance))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
                return

    def _draw(self, chance: random.Random) -> tuple[Kind, str]:
        kinds = [
            each
            for each in KINDS.values()
            if (self.lab.disks or not each.on_disk) and (not self.only or each.name in self.only)
        ]
        (kind,) = chance.choices(kinds, [each.weight for each in kinds])
        return kind, chance.choice(list(kind.targets))

    def _barred(self, fault: Fault, until: float) -> float:
        """For how many seconds after its end others stood in the way of its path."""
        others = sorted(
            (max(each.began, fault.ended), min(each.ended or until, until))
            for each in self._begun[-REMEMBERED:]
            if each is not fault and fault.way in bars(KINDS[each.kind], each.target)
        )
        seconds, reached = 0.0, fault.ended
        for began, ended in others:
            if ended > max(began, reached):
                seconds += ended - max(began, reached)
                reached = ended
        return seconds

    async def _happen(self, fault: Fault, kind: Kind, held: str, chance: random.Random) -> None:
        try:
            await kind.strike(self.lab, fault.target, chance)
        except Exception as error:  # noqa: BLE001 - two faults got into each other's way
            fault.trouble = f"{type(error).__name__}: {error}"[:200]
        fault.ended = time.time()
        # Free for the next before it is recovered from: faults follow on faults.
        self._held.discard(held)
        if fault.way is not None and not fault.trouble:
            limit = RECOVERY_SECONDS
            worked = await self.progress.worked(fault.way, fault.ended, limit)
            if worked is not None:
                barred = self._barred(fault, worked)
                fault.recovery = round(worked - fault.ended - barred, 2)
        self.faults.append(fault)
        with (self.folder / "faults.jsonl").open("a") as file:
            file.write(json.dumps(asdict(fault)) + "\n")
