"""From "save" to "handed to the mail service": how long a good-news letter takes, with no hold.

Every service is a process of its own, as Compose runs them; contacts come in at a steady rate, and
the clock stops when the mail service has answered the end of the letter.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pymongo import AsyncMongoClient

from benchmarks.hops import Steps, now_of_log, steps_since
from benchmarks.house import client_of, loaded_house
from benchmarks.processor import processor_seconds
from benchmarks.sink import Taken, read_ledger
from benchmarks.stage import Aim, Measurement, Result, Stage
from tests.journeys.house import House

RATES = (10, 50, 200)
"""Contacts per second."""
SECONDS = 20
WARM_UP = 50
"""Letters at the start that nobody counts."""
PATIENCE_SECONDS = 120.0
CONTACTS = "/contacts/api/v1/contacts"
MILLISECONDS = 1000.0
HOPS = {
    "asked → contact stored": ("asked", "stored"),
    "stored → taken up by notifications": ("stored", "taken_up"),
    "taken up → letter due": ("taken_up", "due"),
    "due → claimed": ("due", "claimed"),
    "claimed → checked, written, handing": ("claimed", "handing"),
    "handing → DATA": ("handing", "data"),
    "DATA → taken by the mail service": ("data", "taken"),
    "taken → outcome stored": ("taken", "accepted"),
}
"""The way of a letter; the last hop is after the clock was stopped."""


@dataclass(frozen=True)
class Ride:
    """What one rate gave: of each letter when each step was done, and what it took."""

    rate: int
    letters: Sequence[dict[str, float]]
    processor: float
    """Seconds of processor time, of the whole machine."""

    @property
    def delays(self) -> list[float]:
        """From asking to the answer of the mail service, sorted; milliseconds."""
        return sorted((each["taken"] - each["asked"]) * MILLISECONDS for each in self.letters)

    @property
    def sustained(self) -> float:
        """Letters per second, from the first asked for to the last taken."""
        first = min(each["asked"] for each in self.letters)
        return len(self.letters) / (max(each["taken"] for each in self.letters) - first)

    def hop(self, begins: str, ends: str) -> float:
        """The median of one hop, in milliseconds."""
        took = [
            each[ends] - each[begins] for each in self.letters if begins in each and ends in each
        ]
        return statistics.median(took) * MILLISECONDS


async def mailing(stage: Stage) -> list[Result]:
    """p50 and p99 at each rate, and the median of each hop."""
    seconds = 3 if stage.quick else SECONDS
    async with loaded_house(stage) as (house, ledger), client_of(house, "contacts") as client:
        road = Road(house, client, await families_with_mail(house), ledger)
        await road.ride(10, WARM_UP)
        rides = [await road.ride(rate, seconds * rate) for rate in RATES]
    return [result for ride in rides for result in _results(ride)]


def _results(ride: Ride) -> list[Result]:
    at, delays = f"log to mail at {ride.rate}/s", ride.delays
    used = ride.processor / len(delays) * MILLISECONDS
    return [
        Result(f"{at}, p50", _percentile(delays, 0.50), "ms"),
        Result(f"{at}, p99", _percentile(delays, 0.99), "ms"),
        Result(f"{at}, letters handed over per second", ride.sustained, "letters/s"),
        *(
            Result(f"{at}, median: {name}", ride.hop(*hop), "ms")
            for name, hop in HOPS.items()
        ),
        Result(f"{at}, processor time per letter, all processes", used, "ms"),
    ]  # fmt: skip


async def families_with_mail(house: House) -> list[str]:
    """Families of one household, whose letters go to one mailbox."""
    async with AsyncMongoClient[dict[str, Any]](house.mongo_uri) as client:
        found = client[f"{house.databases}notifications"]["dir_households"].find({"active": True})
        households = [row async for row in found]
    counts = Counter(family_id for row in households for family_id in row["family_ids"])
    return sorted(
        {
            row["family_ids"][0]
            for row in households
            if row["mailbox"] and len(row["family_ids"]) == 1 and counts[row["family_ids"][0]] == 1
        }
    )


@dataclass(frozen=True)
class Road:
    """The house, and what is needed to send letters on their way through it."""

    house: House
    client: httpx2.AsyncClient
    families: Sequence[str]
    ledger: Path

    async def ride(self, rate: int, count: int) -> Ride:
        """Log so many contacts at a steady rate, and wait until each letter was taken."""
        began, used = await now_of_log(self.house.mongo_uri), processor_seconds()
        before = len(read_ledger(self.ledger))
        asked = await self._log(rate, count)
        taken = await self._all_taken(before + count)
        used = processor_seconds() - used
        await self.house.quiet()
        steps = await steps_since(self.house.mongo_uri, began, self.house.databases)
        return Ride(rate, _joined(asked, taken, steps), used)

    async def _log(self, rate: int, count: int) -> dict[str, float]:
        async with asyncio.TaskGroup() as tasks:
            began, sent = time.time(), []
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / rate - time.time()))
                family = self.families[number % len(self.families)]
                words = f"Letter {number} of {count}, {rate} a second."
                sent.append(tasks.create_task(self._ask(family, words)))
        return dict(task.result() for task in sent)

    async def _ask(self, family_id: str, words: str) -> tuple[str, float]:
        asked, key = time.time(), {"Idempotency-Key": words}
        body = {"family_id": family_id, "words": words}
        while True:
            answer = await self.client.post(CONTACTS, json=body, headers=key)
            if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                answer.raise_for_status()
                return answer.json()["contact_id"], asked
            # Too much at once: as it is told to, a good program comes again; its clock runs on.
            await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def _all_taken(self, count: int) -> dict[str, Taken]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(taken := read_ledger(self.ledger)) < count:  # noqa: ASYNC110 - another program's
                await asyncio.sleep(0.2)
        return taken


def _joined(
    asked: dict[str, float], taken: dict[str, Taken], steps: dict[str, Steps]
) -> list[dict[str, float]]:
    return [
        {
            **steps[each.delivery_id].at,
            "asked": asked[steps[each.delivery_id].contact_id],
            "data": each.data_at,
            "taken": each.taken_at,
        }
        for each in taken.values()
        if each.delivery_id in steps and steps[each.delivery_id].contact_id in asked
    ]


def _percentile(delays: Sequence[float], share: float) -> float:
    return delays[min(len(delays) - 1, int(len(delays) * share))]


HOW = """
A good-news letter from the request to `POST /contacts/api/v1/contacts` until the mail service has
answered 250 to its end, with no time to take it back, at 10, 50 and 200 letters per second for 20
seconds each. Every service is a process of its own with its own broker user, as Compose runs them;
all of them, MongoDB, RabbitMQ, the mail service and who logs the contacts share the machine. The
mail service takes letters at once, and only notes the time; nothing is switched off: three
majority and journaled transactions, two confirmed messages, and `handing` stored before DATA.

The hops are medians. When a change was committed is read from MongoDB's own log (oplog) after the
run, so the platform is measured as it is; a hop that ends with a commit leaves the waiting for the
disk to the next one. Where more is asked for than the machine can do, letters queue, and the delay
says how long; the rate that was reached stands beside it. Who is told that it is too much at once
(503) comes again when `Retry-After` says, and its clock runs on.
"""

MEASUREMENT = Measurement(
    "mailing",
    '(c) From "save" to the mail service',
    mailing,
    HOW,
    aims=(
        Aim(
            "log to mail at 50/s, p99",
            at_most=150,
            because="a letter takes some 65 ms of processor time over all processes, the servers "
            "and who asks, so that two cores hand over about 30 a second and the rest queues; "
            "at 10 a second it is met",
        ),
    ),
)
