"""Facts per second of whole worker processes: reports in one and in two, Celery, Dramatiq."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.counting import ADDRESS, BROKER, DATABASE
from benchmarks.facts import contacts, directory, fill
from benchmarks.stage import Measurement, Result, Stage
from embedded.mongod import dies_with_parent
from services.reports.actions import Desk, take_in
from services.reports.store import KEPT
from services.reports.store.ledger import LEDGER
from shared.clock import SystemClock, new_id
from shared.deadletters import DEAD_LETTERS
from shared.inbox import INBOX
from shared.mongo import Database, Kept
from shared.outbox import OUTBOX, Units

BIN = Path(sys.executable).parent
PROCESSES = 2
LOOK_AGAIN_SECONDS = 0.01
PATIENCE_SECONDS = 240.0
ONE, TWO = "facts folded: reports, one process", "facts folded: reports, two processes"
CELERY = "facts counted: Celery, two processes"
DRAMATIQ = "facts counted: Dramatiq, two processes of one thread"
Enqueue = Callable[[dict[str, Any]], object]


async def workers(stage: Stage) -> list[Result]:
    """Each over its own queue, filled before; ours with many facts, the others with fewer."""
    many, few = (2_000, 100) if stage.quick else (20_000, 1_500)
    one, two = await _reports(stage, many, 1), await _reports(stage, many, 2)
    celery = await _tasks(stage, few, _celery, _for_celery)
    dramatiq = await _tasks(stage, few, _dramatiq, _for_dramatiq)
    return [
        Result(ONE, one, "facts/s", CELERY, one / celery),
        Result(ONE, one, "facts/s", DRAMATIQ, one / dramatiq),
        Result(TWO, two, "facts/s", ONE, two / one),
        Result(CELERY, celery, "facts/s"),
        Result(DRAMATIQ, dramatiq, "facts/s"),
    ]


async def _reports(stage: Stage, count: int, processes: int) -> float:
    async with stage.queues() as url, stage.database("reports") as database:
        await database.ensure(OUTBOX, INBOX, DEAD_LETTERS, *KEPT)
        desk = Desk.over(Units(database, "reports", SystemClock(), new_id))
        await desk.begin()
        known = directory()
        await take_in(desk, known)
        await fill(url, "reports", contacts(count))
        words = [sys.executable, "-m", "benchmarks.reporter", stage.mongo_uri, database.name, url]
        with _running([words] * processes, {}) as started:
            for process in started:
                assert process.stdout is not None
                await asyncio.to_thread(process.stdout.readline)
            for process in started:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            return await _rate(database, LEDGER.name, len(known), count)


async def _tasks(
    stage: Stage, count: int, words: Sequence[str], enqueue: Callable[[], Enqueue]
) -> float:
    async with stage.broker.vhost() as vhost, stage.database("tasks") as database:
        await database.ensure(Kept("inbox"), Kept("counts"), Kept("families"))
        own = {
            BROKER: stage.broker.url(vhost),
            ADDRESS: stage.mongo_uri,
            DATABASE: database.name,
        }
        os.environ.update(own)
        await asyncio.to_thread(_all_sent, enqueue(), contacts(count))
        with _running([words], own):
            return await _rate(database, "inbox", 0, count)


async def _rate(database: Database, collection: str, before: int, count: int) -> float:
    """From the first effect that is seen to the last: starting is in nobody's figure."""
    rows, began, first = database[collection], 0.0, 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            done = await rows.count_documents({}) - before
            if done and not began:
                began, first = time.perf_counter(), done
            if done >= count:
                return (count - first) / (time.perf_counter() - began)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


# --- the others' ways -----------------------------------------------------------------------------

_celery = (
    str(BIN / "celery"), "-A", "benchmarks.with_celery", "worker", "--concurrency", str(PROCESSES),
    "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR",
)  # fmt: skip
_dramatiq = (
    str(BIN / "dramatiq"), "benchmarks.with_dramatiq", "--processes", str(PROCESSES),
    "--threads", "1",
)  # fmt: skip


def _for_celery() -> Enqueue:
    from benchmarks.with_celery import count_contact

    send: Enqueue = count_contact.delay
    return send


def _for_dramatiq() -> Enqueue:
    from benchmarks.with_dramatiq import count_contact

    send: Enqueue = count_contact.send
    return send


def _all_sent(send: Enqueue, bodies: list[bytes]) -> None:
    for body in bodies:
        send(json.loads(body))


@contextmanager
def _running(
    commands: Sequence[Sequence[str]], also: dict[str, str]
) -> Iterator[list["subprocess.Popen[str]"]]:
    started = [
        subprocess.Popen(
            [*dies_with_parent("KILL"), *words],
            env={**os.environ, **also},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        for words in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            # With what they forked themselves.
            os.killpg(process.pid, 9)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()


HOW = """
The same facts as above, by whole processes: the clock runs from the first effect that is seen in
the database to the last, so that nobody's start counts.

- *reports, one process and two*: 20,000 facts. Two share the work of receiving and checking; the
  writing of the same counters stays one after the other.
- *Celery* (two forked processes, late acknowledgement, prefetch 4) and *Dramatiq* (two processes
  of one thread): 1,500 facts, each a task that writes its five documents in one transaction, and
  leaves alone what came before. Both over RabbitMQ.
"""

MEASUREMENT = Measurement("workers", "(a) The same by whole processes", workers, HOW)
