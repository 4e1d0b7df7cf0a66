"""One roster import in a process of its own: `python -m benchmarks.importer URI DATABASE FOLDER`.

Prints as JSON how long each step took and how much memory it took at its most.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from services.contacts.actions.desk import Desk
from services.contacts.actions.importing import receive_roster
from services.contacts.domain.importing import Import
from services.contacts.store import KEPT
from shared import telemetry
from shared.clock import SystemClock, new_id
from shared.inbox import INBOX
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import Database, connect
from shared.outbox import OUTBOX, Units

PIECE = 64 * 1024
LOOK_AGAIN_SECONDS = 0.05
ENDS = ("done", "refused", "failed", "waiting")


@dataclass
class Watch:
    """How long an import was in each state."""

    database: Database
    seconds: dict[str, float] = field(default_factory=dict)

    async def look(self, import_id: str) -> float:
        """Look again and again until it is done; gives the moment."""
        last, job = time.perf_counter(), None
        while job is None or job["state"] not in ENDS:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            job = await self.database["imports"].find_one({"_id": import_id}, {"state": 1})
            assert job is not None
            now = time.perf_counter()
            self.seconds[job["state"]] = self.seconds.get(job["state"], 0.0) + now - last
            last = now
        assert job["state"] == "done", job["state"]
        return last


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


async def import_roster(uri: str, name: str, folder: Path) -> dict[str, object]:
    """Send the files in, work until they are applied; gives seconds by step and memory in MB."""
    database = connect(uri, name)
    await database.ensure(OUTBOX, INBOX, *KEPT)
    desk = Desk(Units(database, "contacts", SystemClock(), new_id))
    collect_rarely()
    give_way_soon()
    began = time.perf_counter()
    job: Import = await receive_roster(
        desk.store,
        desk.units,
        {"oneroster.zip": _pieces(folder / "oneroster.zip")},
        {"contacts.csv": _pieces(folder / "contacts.csv")},
        "benchmark",
    )
    watch = Watch(database)
    looking = asyncio.create_task(watch.look(job.import_id))
    await desk.importer.work()
    ended = await looking
    return {
        "seconds": ended - began,
        "steps": watch.seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000,
    }


if __name__ == "__main__":
    telemetry.setup(service="importer", level="ERROR")
    uri, name, folder = sys.argv[1:4]
    print(json.dumps(uvloop.run(import_roster(uri, name, Path(folder)))))
