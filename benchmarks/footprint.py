"""What a service takes to run: memory after its start and after work, and how soon it is ready."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

from benchmarks.house import client_of, loaded_house
from benchmarks.mailing import CONTACTS, families_with_mail
from benchmarks.stage import Aim, Measurement, Result, Stage
from cli.door import SERVICES
from tests.journeys.house import House
from tests.journeys.process import Process

STARTS = 3
REQUESTS = 1_000
AT_ONCE = 8
SETTLE_SECONDS = 2.0
_BECAUSE = {
    "contacts": "it has as many pages and forms as the other four together, and each form has "
    "its compiled rules",
}
LOOK_AGAIN_SECONDS = 0.01
READY_WITHIN_SECONDS = 120.0
PAGES = {
    "gateway": "/api/v1/accounts",
    "contacts": f"{CONTACTS}?size=20",
    "events": "/events/api/v1/events",
    "notifications": "/notifications/api/v1/deliveries",
    "reports": "/reports/api/v1/summary",
}
"""What is asked of each service again and again; contacts also writes down as many contacts."""
MEGABYTE = 1_000_000


async def footprint(stage: Stage) -> list[Result]:
    """Memory and start-up of each service, one after the other while the others rest."""
    requests = 50 if stage.quick else REQUESTS
    async with loaded_house(stage) as (house, _):
        started = {name: await _starts(house.services[name]) for name in SERVICES}
        await asyncio.sleep(SETTLE_SECONDS)
        fresh = {name: _memory(house.services[name]) for name in SERVICES}
        await _work(house, requests)
        worked = {name: _memory(house.services[name]) for name in SERVICES}
    return [
        result
        for name in SERVICES
        for result in (
            Result(_ready(name), statistics.median(started[name]), "s", raw=tuple(started[name])),
            Result(_after_start(name), fresh[name], "MB"),
            Result(_after_work(name), worked[name], "MB"),
        )
    ]


def _ready(service: str) -> str:
    return f"{service}: from its start until ready"


def _after_start(service: str) -> str:
    return f"{service}: memory after its start"


def _after_work(service: str) -> str:
    return f"{service}: memory after 1,000 requests, and 1,000 messages or more"


async def _starts(process: Process) -> list[float]:
    took = []
    for _ in range(STARTS):
        await asyncio.to_thread(process.stop)
        began = time.perf_counter()
        process.start()
        await _until_ready(process)
        took.append(time.perf_counter() - began)
    return took


async def _until_ready(process: Process) -> None:
    async with asyncio.timeout(READY_WITHIN_SECONDS), httpx2.AsyncClient() as client:
        while not await _is_ready(client, process.url):  # noqa: ASYNC110 - another process
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _is_ready(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/readyz")).is_success
    except httpx2.TransportError:
        return False


def _memory(process: Process) -> float:
    """Resident memory in megabytes, shared libraries included."""
    lines = Path(f"/proc/{process.pid}/status").read_text("ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024 / MEGABYTE


async def _work(house: House, requests: int) -> None:
    families = await families_with_mail(house)
    for name in SERVICES:
        async with client_of(house, name) as client:
            await _ask(client, PAGES[name], requests)
            if name == "contacts":
                await _log(client, families, requests)
    # Who is who comes anew to every service that keeps it: more than a thousand messages.
    await asyncio.to_thread(house.partners, "directory", "resend")
    await house.quiet()


async def _ask(client: httpx2.AsyncClient, path: str, count: int) -> None:
    for _ in range(count // AT_ONCE):
        answers = await asyncio.gather(*(client.get(path) for _ in range(AT_ONCE)))
        for answer in answers:
            answer.raise_for_status()


async def _log(client: httpx2.AsyncClient, families: Sequence[str], count: int) -> None:
    for start in range(0, count, AT_ONCE):
        some = [families[n % len(families)] for n in range(start, start + AT_ONCE)]
        answers = await asyncio.gather(
            *(client.post(CONTACTS, json={"family_id": each, "words": "Hello."}) for each in some)
        )
        for answer in answers:
            answer.raise_for_status()


HOW = f"""
Every service as Compose runs it, in a process of its own, with a district of 400 students. Each is
stopped and started {STARTS} times while the others rest; the median time is shown, from the start
of the process until `/readyz` says 200, which it does when database and broker answer. Memory is
the resident set (`VmRSS`), with the libraries that processes share counted in each. Then each
answers {REQUESTS:,} requests, {AT_ONCE} at a time; {REQUESTS:,} contacts are logged with a letter
each, which all services but the gateway and events hear of; and the directory is sent anew.
"""

MEASUREMENT = Measurement(
    "footprint",
    "(g) Memory and start-up",
    footprint,
    HOW,
    aims=tuple(
        aim
        for name in SERVICES
        for aim in (
            Aim(_ready(name), at_most=3),
            Aim(_after_start(name), at_most=120),
            Aim(_after_work(name), at_most=120, because=_BECAUSE.get(name, "")),
        )
    ),
)
