"""Ten times what the platform can do, for minutes: what becomes of memory, pages, people's work.

`python -m benchmarks.overload [--minutes 5]` runs it alone.
"""

import argparse
import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvloop
from pymongo import AsyncMongoClient

from benchmarks.house import client_of, loaded_house
from benchmarks.mailing import CONTACTS, families_with_mail
from benchmarks.page import write_page
from benchmarks.results import Kept, keep
from benchmarks.sink import read_ledger
from benchmarks.stage import Aim, Measurement, Result, Stage
from benchmarks.torrent import Order, Torrent, pour
from embedded.visitor import Visitor
from shared import telemetry
from tests.journeys.house import DISTRICT_LOGIN, House
from tests.servers import choose

MINUTES = 5.0
TIMES = 10
SAMPLE = 1000
"""Contacts with a letter, from which the sustainable rate is taken."""
AT_ONCE = 24
DRAIN_SECONDS = 1800
PAGE_BYTES = 4096
MEGABYTE = 1024 * 1024
SERVICES = ("gateway", "contacts", "events", "notifications", "reports")
WATCHED = 1.0
"""Seconds between two pages of a person, and between two looks at memory."""


@dataclass
class Watched:
    """What was seen meanwhile."""

    pages: list[float] = field(default_factory=list)
    """Seconds that each page took."""
    failed_pages: Counter[int] = field(default_factory=Counter)
    """By their status."""
    before: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    """The most megabytes that each service held."""


@dataclass(frozen=True)
class After:
    """What was found when all was quiet again."""

    seconds: float
    lost: int
    twice: int
    letters: int
    """How many letters less (or more, if negative) than accepted contacts."""


async def overload(stage: Stage, minutes: float = MINUTES) -> list[Result]:
    """The sustainable rate, then `TIMES` that."""
    count, seconds = (200, 20.0) if stage.quick else (SAMPLE, minutes * 60)
    async with loaded_house(stage) as (house, ledger):
        families = await families_with_mail(house)
        rate = await sustainable(house, families, ledger, count)
        before = len(read_ledger(ledger))
        async with watching(house, families) as watched:
            came = await pour(await _order(house, families, rate, seconds), ledger.parent)
        if watched.failed_pages:
            print(f"pages that failed, by status: {dict(watched.failed_pages)}", flush=True)
        after = await quiet_again(house, came, ledger, before)
    return results(rate, came, watched, after)


async def sustainable(house: House, families: Sequence[str], ledger: Path, count: int) -> float:
    """Contacts per second from the first request to the last letter, a few asked for at a time."""
    waiting, before = iter(range(count)), len(read_ledger(ledger))

    async def ask(client: httpx2.AsyncClient) -> None:
        for number in waiting:
            family = families[number % len(families)]
            answer = await client.post(CONTACTS, json={"family_id": family, "words": "Good news."})
            answer.raise_for_status()

    began = time.perf_counter()
    async with client_of(house, "contacts") as client:
        await asyncio.gather(*(ask(client) for _ in range(AT_ONCE)))
    async with asyncio.timeout(DRAIN_SECONDS):
        while len(read_ledger(ledger)) < before + count:  # noqa: ASYNC110 - another program's
            await asyncio.sleep(0.1)
    return count / (time.perf_counter() - began)


async def _order(house: House, families: Sequence[str], rate: float, seconds: float) -> Order:
    async with client_of(house, "contacts") as client:
        token = str(client.headers["authorization"]).removeprefix("Bearer ")
    bodies = [f'{{"family_id":"{family}","words":"Good news."}}' for family in families]
    url = house.services["contacts"].url + CONTACTS
    return Order(url, token, TIMES * rate, seconds, bodies)


# --- meanwhile ------------------------------------------------------------------------------------


@asynccontextmanager
async def watching(house: House, families: Sequence[str]) -> AsyncIterator[Watched]:
    """A person uses the pages, and somebody looks at the memory of every service."""
    watched = Watched(before=memory_of(house))
    browser = await asyncio.to_thread(_signed_in, house)
    tasks = [
        asyncio.create_task(_open_pages(house, browser, families, watched)),
        asyncio.create_task(_look_at_memory(house, watched)),
    ]
    try:
        yield watched
    finally:
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    wrong = [each for each in done if not isinstance(each, asyncio.CancelledError)]
    assert not wrong, wrong


def _signed_in(house: House) -> Mapping[str, str]:
    with Visitor(house.url) as visitor:
        visitor.sign_in(DISTRICT_LOGIN, house.password)
        return dict(visitor.client.cookies)


async def _open_pages(
    house: House, cookies: Mapping[str, str], families: Sequence[str], watched: Watched
) -> None:
    family = f"/contacts/families/{families[0]}"
    pages = (family, f"{family}/log", "/contacts")
    # Straight at the service: the front door of the tests is not what Compose has.
    async with (
        httpx2.AsyncClient(
            base_url=house.services["contacts"].url,
            headers={"Accept": "text/html"},
            cookies=dict(cookies),
            timeout=60,
        ) as client,
        asyncio.TaskGroup() as visits,
    ):
        number = 0
        while True:
            visits.create_task(_open(client, pages[number % len(pages)], watched))
            number += 1
            await asyncio.sleep(WATCHED)


async def _open(client: httpx2.AsyncClient, page: str, watched: Watched) -> None:
    began = time.perf_counter()
    answer = await client.get(page)
    watched.pages.append(time.perf_counter() - began)
    if answer.status_code != httpx2.codes.OK:
        watched.failed_pages[answer.status_code] += 1


async def _look_at_memory(house: House, watched: Watched) -> None:
    while True:
        for name, now in memory_of(house).items():
            watched.memory[name] = max(now, watched.memory.get(name, 0.0))
        await asyncio.sleep(WATCHED)


def memory_of(house: House) -> dict[str, float]:
    """Megabytes that each service holds (resident set size)."""
    return {name: _resident(house.services[name].pid) for name in SERVICES}


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * PAGE_BYTES / MEGABYTE


# --- afterwards -----------------------------------------------------------------------------------


async def quiet_again(house: House, came: Torrent, ledger: Path, before: int) -> After:
    """Wait until nothing is under way, then look for each accepted contact in reports' ledger."""
    began = time.perf_counter()
    async with asyncio.timeout(DRAIN_SECONDS):
        while True:
            try:
                await house.quiet()
            except TimeoutError:
                continue
            break
    seconds = time.perf_counter() - began
    kept = await _kept(house)
    return After(
        seconds,
        lost=sum(kept[each] == 0 for each in came.accepted),
        twice=sum(kept[each] > 1 for each in came.accepted),
        letters=len(came.accepted) - (len(read_ledger(ledger)) - before),
    )


async def _kept(house: House) -> Counter[str]:
    logged = {"envelope.type": "org.partners.contact.logged.v1"}
    async with AsyncMongoClient[dict[str, Any]](house.mongo_uri) as client:
        found = client[f"{house.databases}reports"]["ledger"].find(logged, {"envelope.subject": 1})
        return Counter([row["envelope"]["subject"] async for row in found])


# --- figures --------------------------------------------------------------------------------------


def results(rate: float, came: Torrent, watched: Watched, after: After) -> list[Result]:
    """The figures of one run."""
    pages, asked = sorted(watched.pages), came.sent / came.seconds
    accepted = len(came.accepted) / came.seconds
    return [
        Result("sustainable, from request to letter", rate, "contacts/s"),
        Result("asked for", asked, "contacts/s", "sustainable", asked / rate),
        Result("accepted", accepted, "contacts/s", "sustainable", accepted / rate),
        Result("refused with 429 or 503 and Retry-After", came.refused - came.without_retry_after,
               "requests"),
        Result("other answers, refusals without Retry-After, broken connections",
               came.strange + came.without_retry_after + came.broken, "requests"),
        Result("a person's pages, p50", _percentile(pages, 0.50), "s"),
        Result("a person's pages, p95", _percentile(pages, 0.95), "s"),
        Result("a person's pages that failed", watched.failed_pages.total(), "pages"),
        *_memory(watched),
        Result("backlog drained after", after.seconds, "s"),
        Result("accepted contacts that reports lacks", after.lost, "contacts"),
        Result("accepted contacts that reports counted twice", after.twice, "contacts"),
        Result("accepted contacts without their letter", after.letters, "letters"),
    ]  # fmt: skip


def _memory(watched: Watched) -> Iterator[Result]:
    for name, most in watched.memory.items():
        before = watched.before[name]
        yield Result(f"memory of {name}, most", most, "MB", "before", most / before)


def _percentile(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


HOW = f"""
First the sustainable rate: {SAMPLE:,} contacts with a letter, {AT_ONCE} asked for at a time, from
the first request to the last letter taken by the mail service. Then {TIMES} times as many a second
for {MINUTES:.0f} minutes, from a process that never waits for an answer and heeds no `Retry-After`,
on at most 500 connections; meanwhile a person opens a family's page, the form to log a contact and
the list of families, one a second. Then nothing is sent, until no message waits and no letter is
due; and every contact that was answered 201 is looked up in the ledger of reports, and counted at
the mail service. Everything runs on one machine, the torrent too.
"""

MEASUREMENT = Measurement(
    "overload",
    "Ten times too much",
    overload,
    HOW,
    aims=(
        Aim("other answers, refusals without Retry-After, broken connections", at_most=0),
        Aim(
            "a person's pages, p95",
            at_most=1.0,
            because="refusing costs too: some 420 requests a second are read and answered no by "
            "the two cores that draw the pages, and the process that asks takes its share of them",
        ),
        Aim("a person's pages that failed", at_most=0),
        *(Aim(f"memory of {name}, most", at_most=300) for name in SERVICES),
        Aim("accepted contacts that reports lacks", at_most=0),
        Aim("accepted contacts that reports counted twice", at_most=0),
        Aim("accepted contacts without their letter", at_most=0),
    ),
)


async def _alone(minutes: float, *, quick: bool) -> None:
    # Imported late: the list of all measurements holds this one.
    from benchmarks.__main__ import SHOWN

    choice = choose(os.environ.get("SERVERS", ""))
    servers, began = choice.servers(), time.perf_counter()
    try:
        stage = Stage(await servers.mongo_uri(), await servers.broker(), quick=quick)
        found = await overload(stage, minutes)
    finally:
        await servers.close()
    for each in found:
        print(f"{each.name}: {each.value:,.2f} {each.unit}")
    if not quick:
        keep(
            [Kept("overload", found, time.perf_counter() - began)], choice.where, datetime.now(UTC)
        )
        write_page(SHOWN)


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    words.add_argument("--minutes", type=float, default=MINUTES)
    words.add_argument("--quick", action="store_true", help="twenty seconds, only to try it")
    said = words.parse_args()
    telemetry.setup(service="benchmarks", level="ERROR")
    uvloop.run(_alone(said.minutes, quick=said.quick))
