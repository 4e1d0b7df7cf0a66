"""Contacts logged per second through HTTP, against bare endpoints that write as much or less."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from benchmarks.house import client_of, loaded_house
from benchmarks.mailing import CONTACTS, families_with_mail
from benchmarks.stage import Aim, Measurement, Result, Stage
from cli.door import SERVICES
from embedded.mongod import dies_with_parent
from embedded.ports import free_port
from services.contacts.store import KEPT
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX
from tests.journeys.house import House

REQUESTS = 3_000
AT_ONCE = 16
WARM_UP = 100
ROUNDS = 3
MILLISECONDS = 1000.0
OURS = "contacts logged"
SAME = "bare endpoint, the same documents in one transaction"
ONE = "bare endpoint, one insert"
START_SECONDS = 30.0


@dataclass(frozen=True)
class Load:
    """What some requests gave: how many per second, and how long each took (sorted, seconds)."""

    rate: float
    took: Sequence[float]

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return self.took[min(len(self.took) - 1, int(len(self.took) * share))] * MILLISECONDS


async def publishing(stage: Stage) -> list[Result]:
    """Ours and the two bare ones by turns; the best round of each."""
    count, rounds = (200, 1) if stage.quick else (REQUESTS, ROUNDS)
    async with loaded_house(stage) as (house, _), client_of(house, "contacts") as client:
        families = await families_with_mail(house)
        await _load(client, CONTACTS, families, WARM_UP)
        await house.quiet()
        for name in SERVICES:
            if name != "contacts":
                # What they do with the messages is measured elsewhere; nothing of it is lost.
                house.services[name].kill()
        loads: dict[str, list[Load]] = {OURS: [], SAME: [], ONE: []}
        async with _bare(stage, house) as bare:
            for path in ("/one", "/same"):
                await _load(bare, path, families, WARM_UP)
            for _ in range(rounds):
                loads[ONE].append(await _load(bare, "/one", families, count))
                loads[SAME].append(await _load(bare, "/same", families, count))
                loads[OURS].append(await _load(client, CONTACTS, families, count))
    return _results({name: max(each, key=lambda load: load.rate) for name, each in loads.items()})


def _results(best: dict[str, Load]) -> list[Result]:
    ours = best[OURS].rate
    return [
        Result(OURS, ours, "contacts/s", SAME, ours / best[SAME].rate),
        Result(OURS, ours, "contacts/s", ONE, ours / best[ONE].rate),
        Result(SAME, best[SAME].rate, "contacts/s"),
        Result(ONE, best[ONE].rate, "contacts/s"),
        *(
            Result(f"{name}, {AT_ONCE} at once, p{percent}", load.percentile(percent / 100), "ms")
            for name, load in best.items()
            for percent in (50, 99)
        ),
    ]


async def _load(client: httpx2.AsyncClient, path: str, families: Sequence[str], count: int) -> Load:
    numbers, took = iter(range(count)), list[float]()

    async def some() -> None:
        for number in numbers:
            family = families[number % len(families)]
            began = time.perf_counter()
            answer = await client.post(path, json={"family_id": family})
            answer.raise_for_status()
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return Load(count / (time.perf_counter() - began), sorted(took))


@asynccontextmanager
async def _bare(stage: Stage, house: House) -> AsyncIterator[httpx2.AsyncClient]:
    kept = connect(house.mongo_uri, f"{house.databases}contacts")
    async with stage.database("bare_http") as database:
        await database.ensure(OUTBOX, *KEPT)
        await _keep_samples(kept, database)
        close(kept)
        port = free_port()
        words = [sys.executable, "-m", "benchmarks.bare", stage.mongo_uri, database.name, str(port)]
        process = await asyncio.create_subprocess_exec(*dies_with_parent("KILL"), *words)
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as bare:
                await _until_it_answers(bare)
                yield bare
        finally:
            process.kill()
            await process.wait()


async def _keep_samples(kept: Database, database: Database) -> None:
    contact: dict[str, Any] = await kept["contacts"].find_one({}) or {}
    query = {"envelope.data.contact_id": contact["_id"]}
    message: dict[str, Any] = await kept["outbox"].find_one(query) or {}
    rows = [{"_id": "contact", "row": contact}, {"_id": "message", "row": message}]
    await database["samples"].insert_many(rows)


async def _until_it_answers(bare: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                await bare.get("/")
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
            else:
                return


HOW = f"""
`POST /contacts/api/v1/contacts` at the contacts service, {AT_ONCE} requests at once: who asks is
verified and looked up, what they may see is checked, the contact is kept with its message in one
transaction, and the relay publishes, confirmed, to RabbitMQ meanwhile. The other services are
stopped, since what they make of the messages is measured elsewhere.

- *the same documents in one transaction*: a FastAPI endpoint that verifies nothing, and writes a
  contact and a message of the same size with the same indexes, and when the family heard last.
  Nobody ever tells the message. Python has the same settings (`shared/interpreter.py`).
- *one insert*: the contact alone.

All writes are majority and journaled; {REQUESTS:,} requests each by turns, the best of {ROUNDS}.
"""

MEASUREMENT = Measurement(
    "publishing",
    "(b) Contacts logged through HTTP",
    publishing,
    HOW,
    aims=(
        Aim(
            OURS,
            against=SAME,
            at_least=0.60,
            because="each request is verified, two questions say what may be seen, and the process "
            "tells the bus meanwhile; the bare endpoint does none of that",
        ),
    ),
)
