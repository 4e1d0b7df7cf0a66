"""One program that sends letters: `python -m benchmarks.letters_alone WHICH URI DATABASE PORT`.

`sender` is ours, with its rows; `loop` renders and sends what it has in memory; `ready` sends one
letter again and again. Each prints what it used, as JSON, and ends.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import uvloop

from services.notifications.actions.composing import compose, envelop
from services.notifications.actions.room import MailPlace, MailRoom
from services.notifications.actions.sending import BATCH, Sender
from services.notifications.actions.surroundings import look_around
from services.notifications.domain.codes import Codes
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.post import Accepted, Addressed
from services.notifications.domain.settings import starting_settings
from services.notifications.domain.sight import Sight
from services.notifications.mailer import Mailer, MailService
from services.notifications.store import Store
from services.notifications.store.deliveries import NAME, Wanted
from shared import telemetry
from shared.clock import SystemClock, new_id
from shared.directory import Directory
from shared.interpreter import collect_rarely, give_way_soon
from shared.links import Links
from shared.messages import FlagsAsOf
from shared.mongo import Database, close, connect
from shared.outbox import Units, Work

KEY = "a-key-for-benchmarks-long-enough"
URL = "https://partners.schools.example"
LOOK_SECONDS = 0.25
FLAGS_SECONDS = 60.0
WARM_UP = 40
"""Letters rendered before, in each program: templates and catalogs are read once in months."""


@dataclass
class Used:
    """What one program used for all its letters."""

    letters: int
    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of processor time of this program, its threads included."""
    memory: list[tuple[int, int]] = field(default_factory=list)
    """Bytes in use, by how many letters had left."""


def open_room(database: Database) -> MailRoom:
    """What the actions of notifications stand on, with nobody who hears what it tells."""
    clock = SystemClock()
    return MailRoom(
        units=Units(database, "notifications", clock, new_id),
        store=Store(database),
        directory=Directory(database),
        place=MailPlace("Riverton Schools", "school@schools.example", public_url=URL),
        starting=starting_settings("demo"),
        answer_links=Links("rsvp", [KEY], URL, clock),
        stop_links=Links("unsubscribe", [KEY], URL, clock),
        address_links=Links("address", [KEY], URL, clock),
        page_links=Links("household", [KEY], URL, clock),
        feed_links=Links("calendar", [KEY], URL, clock),
        codes=Codes([KEY]),
        drafts_start_accepted=True,
    )


async def note_flags(room: MailRoom) -> None:
    """As contacts says it every minute: there are no flags."""

    async def body(work: Work) -> None:
        await room.directory.note_as_of(FlagsAsOf(number=0, as_of=work.now), work)

    await room.units.run(body)


async def _rows(room: MailRoom, most: int = 1_000_000) -> list[Delivery]:
    return await room.store.deliveries.newest(Wanted(), seen_by=Sight(everything=True), limit=most)


# --- ours -----------------------------------------------------------------------------------------


async def send_rows(room: MailRoom, mailer: Mailer, count: int) -> Used:
    """Our sender, until all rows are settled."""
    used, sender = Used(count), Sender(room, mailer)
    noting = asyncio.create_task(_keep_flags_fresh(room))
    async with _measured(used):
        sender.start()
        left = count
        while left:
            await asyncio.sleep(LOOK_SECONDS)
            left = count - await _accepted(room)
            used.memory.append((count - left, _memory()))
    await sender.stop()
    noting.cancel()
    return used


async def _accepted(room: MailRoom) -> int:
    return await room.store.database[NAME].count_documents({"state": "accepted"})


async def _keep_flags_fresh(room: MailRoom) -> None:
    while True:
        await note_flags(room)
        await asyncio.sleep(FLAGS_SECONDS)


# --- others ---------------------------------------------------------------------------------------


async def send_in_a_loop(room: MailRoom, mailer: Mailer, count: int) -> Used:
    """Render each letter from what is in memory, and send it; nothing is kept."""
    rows = await _rows(room)
    around = await look_around(room, rows)

    async def letters() -> AsyncIterator[Addressed]:
        for row in rows:
            yield envelop(room, row, compose(room, row, around), around)

    used = Used(count)
    async with _measured(used):
        await _send_all(letters(), mailer)
    return used


async def send_ready(room: MailRoom, mailer: Mailer, count: int) -> Used:
    """The same letter so many times, rendered before."""
    (row,) = await _rows(room, 1)
    around = await look_around(room, [row])
    letter = envelop(room, row, compose(room, row, around), around)

    async def letters() -> AsyncIterator[Addressed]:
        for _ in range(count):
            yield letter

    used = Used(count)
    async with _measured(used):
        await _send_all(letters(), mailer)
    return used


async def _send_all(letters: AsyncIterator[Addressed], mailer: Mailer) -> None:
    places, tasks = asyncio.Semaphore(BATCH), set[asyncio.Task[None]]()

    async def send(letter: Addressed) -> None:
        outcome = await mailer.send(letter)
        assert isinstance(outcome, Accepted), outcome
        places.release()

    async for letter in letters:
        await places.acquire()
        task = asyncio.create_task(send(letter))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


# --- what they use --------------------------------------------------------------------------------


class _measured:  # noqa: N801 - reads as a verb where it is used
    def __init__(self, used: Used) -> None:
        self._used = used

    async def __aenter__(self) -> None:
        self._began, self._worked = time.perf_counter(), time.process_time()

    async def __aexit__(self, *_: object) -> None:
        self._used.seconds = time.perf_counter() - self._began
        self._used.processor = time.process_time() - self._worked


def _memory() -> int:
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


PROGRAMS: dict[str, Callable[[MailRoom, Mailer, int], Awaitable[Used]]] = {
    "sender": send_rows,
    "loop": send_in_a_loop,
    "ready": send_ready,
}


async def _main(which: str, uri: str, name: str, port: int) -> None:
    database = connect(uri, name)
    room = open_room(database)
    mailer = Mailer(MailService("127.0.0.1", port, tls="none"))
    warm = await _rows(room, WARM_UP)
    around = await look_around(room, warm)
    for row in warm:
        envelop(room, row, compose(room, row, around), around)
    count = await database[NAME].count_documents({})
    collect_rarely()
    give_way_soon()
    used = await PROGRAMS[which](room, mailer, count)
    await mailer.close()
    close(database)
    print(json.dumps(asdict(used)))


if __name__ == "__main__":
    telemetry.setup(service="benchmarks", level="ERROR")
    uvloop.run(_main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
