"""What is stored slows nothing down: the same work at 10⁴, 10⁵ and 10⁶ stored facts."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2

from benchmarks.facts import contacts, directory
from benchmarks.house import client_of, loaded_house
from benchmarks.mailing import CONTACTS, families_with_mail
from benchmarks.stage import Aim, Measurement, Result, Stage
from benchmarks.storage import CACHE, give_room, on_disk
from services.reports.actions import Desk, take_in
from services.reports.store.ledger import HEAD, LEDGER
from shared.clock import SystemClock, new_id
from shared.envelope import Envelope
from shared.mongo import Database, close, connect
from shared.outbox import Units
from tests.journeys.house import House

SIZES = (10_000, 100_000, 1_000_000)
FOLDED, LOGGED, ASKED = 5_000, 600, 60
AT_ONCE = 8
CHUNK = 5_000
BATCH = 500
ROUNDS = 3
MILLISECONDS = 1000.0
FOLD, LOG = "facts folded", "contacts logged"
SUMMARY, MINE = "reports' figures asked for, p50", "newest contacts asked for, p50"
Row = dict[str, Any]


async def growth(stage: Stage) -> list[Result]:
    """Each at each size, in one house that grows; the last against the first."""
    sizes = (100, 1_000, 2_000) if stage.quick else SIZES
    found: dict[str, list[float]] = {FOLD: [], LOG: [], SUMMARY: [], MINE: []}
    async with loaded_house(stage) as (house, _):
        families = await families_with_mail(house)
        async with client_of(house, "contacts") as client:
            await _log(client, families, 20)  # samples for what is filled in
            await _with(house, give_room)
            # One round before any counts: each size finds the same families told the same things.
            await _measured(house, client, families)
            await house.quiet()
            for size in sizes:
                await _fill_up(house, size)
                for name, value in (await _measured(house, client, families)).items():
                    found[name].append(value)
                await house.quiet()
    return [result for name, values in found.items() for result in _results(name, sizes, values)]


def _results(name: str, sizes: Sequence[int], values: Sequence[float]) -> list[Result]:
    slow = name in {SUMMARY, MINE}
    unit = "ms" if slow else "/s"
    first, last = values[0], values[-1]
    named = [f"{name} at {size:,} stored" for size in sizes]
    # The share of the speed that is left, whichever way it is told.
    left = first / last if slow else last / first
    return [
        *(Result(each, value, unit) for each, value in zip(named[:-1], values[:-1], strict=True)),
        Result(named[-1], last, unit, named[0], left),
    ]


async def _measured(
    house: House, client: httpx2.AsyncClient, families: Sequence[str]
) -> dict[str, float]:
    async with client_of(house, "reports") as reports:
        summary = await _asked(reports, "/reports/api/v1/summary")
    return {
        FOLD: await _best(lambda: _fold(house)),
        LOG: await _best(lambda: _log(client, families, LOGGED)),
        SUMMARY: summary,
        MINE: await _asked(client, f"{CONTACTS}?size=20"),
    }


async def _best(act: Callable[[], Awaitable[float]]) -> float:
    return max([await act() for _ in range(ROUNDS)])


async def _fold(house: House) -> float:
    database = _database(house, "reports")
    desk = Desk.over(Units(database, "reports", SystemClock(), new_id))
    await take_in(desk, directory())
    news = [Envelope.parse(body) for body in contacts(FOLDED)]
    began = time.perf_counter()
    for start in range(0, FOLDED, BATCH):
        await take_in(desk, news[start : start + BATCH])
    took = time.perf_counter() - began
    close(database)
    return FOLDED / took


async def _log(client: httpx2.AsyncClient, families: Sequence[str], count: int) -> float:
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            family = families[number % len(families)]
            (await client.post(CONTACTS, json={"family_id": family})).raise_for_status()

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


async def _asked(client: httpx2.AsyncClient, path: str) -> float:
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        (await client.get(path)).raise_for_status()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * MILLISECONDS


# --- as if years had passed -----------------------------------------------------------------------


async def _fill_up(house: House, size: int) -> None:
    """As many contacts, told messages, deliveries and rows of the ledger as there are facts."""
    for service, name in (
        ("contacts", "contacts"),
        ("contacts", "outbox"),
        ("notifications", "deliveries"),
    ):
        await _copied(_database(house, service), name, size)
    await _ledger_grown(_database(house, "reports"), size)
    await _with(house, on_disk)


async def _with(house: House, act: Callable[[Database], Awaitable[None]]) -> None:
    database = _database(house, "reports")
    await act(database)
    close(database)


def _database(house: House, service: str) -> Database:
    return connect(house.mongo_uri, f"{house.databases}{service}")


async def _copied(database: Database, name: str, size: int) -> None:
    samples = await database[name].find().limit(50).to_list(50)
    async for numbers in _missing(database, name, size):
        rows = [{**samples[n % len(samples)], "_id": new_id()} for n in numbers] if samples else []
        for row in rows:
            if name == "outbox":
                row["sent_at"] = datetime.now(UTC)
            if name == "deliveries":
                row |= {"key": row["_id"], "state": "accepted"}
        if rows:
            await database[name].insert_many(rows, ordered=False)
    close(database)


async def _ledger_grown(database: Database, size: int) -> None:
    kind = "org.partners.contact.logged.v1"
    sample: Row = await database[LEDGER.name].find_one({"envelope.type": kind}) or {}
    head: Row = await database[HEAD.name].find_one({}) or {}
    place = int(head["place"])
    async for numbers in _missing(database, LEDGER.name, size):
        rows = []
        for _ in numbers:
            place += 1
            number = new_id()
            rows.append({**sample, "_id": number, "place": place, "about": f"contact|{number}"})
        await database[LEDGER.name].insert_many(rows, ordered=False)
    await database[HEAD.name].update_one({"_id": head["_id"]}, {"$set": {"place": place}})
    close(database)


async def _missing(database: Database, name: str, size: int) -> AsyncIterator[range]:
    have = await database[name].count_documents({})
    for start in range(have, size, CHUNK):
        yield range(start, min(start + CHUNK, size))


_WHY = {
    MINE: "it is one look into an index, of three to four milliseconds, in which one millisecond "
    "of the machine counts: four runs gave 0.74 to 0.95"
}
HOW = f"""
One district grows: its contacts, the messages told of them, deliveries of letters and the ledger
of reports are copied until there are as many as stored facts; then each is done again. Facts are
folded {BATCH} at a time without a bus, contacts logged through HTTP by {AT_ONCE} at once (the best
of {ROUNDS} rounds), APIs asked one request after the other. MongoDB has {CACHE} of
memory. The ratio says how much of the speed at the smallest size is left at the largest.
"""

MEASUREMENT = Measurement(
    "growth",
    "(f) The same with a hundred times more stored",
    growth,
    HOW,
    aims=tuple(
        Aim(
            f"{name} at {SIZES[-1]:,} stored",
            against=name,
            at_least=1 / 1.3,
            because=_WHY.get(name, ""),
        )
        for name in (FOLD, LOG, SUMMARY, MINE)
    ),
)
