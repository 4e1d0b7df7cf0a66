"""The floor: raw aio-pika, the same counters by the same bulk writes; nothing stops a duplicate."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aio_pika.abc import AbstractIncomingMessage
from pymongo import UpdateOne

from benchmarks.stage import Stopwatch
from shared.mongo import Database

BATCH = 500
ZONE = ZoneInfo("America/New_York")


@dataclass
class Floor:
    """Takes what is there, at most 500 at a time, adds it up, writes, acknowledges once."""

    database: Database
    watch: Stopwatch
    waiting: asyncio.Queue[AbstractIncomingMessage] = field(default_factory=asyncio.Queue)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            batch = [await self.waiting.get()]
            # As ours does: full batches while there is work, at most 50 ms of waiting.
            end = asyncio.get_running_loop().time() + 0.05
            while len(batch) < BATCH:
                rest = end - asyncio.get_running_loop().time()
                try:
                    batch.append(await asyncio.wait_for(self.waiting.get(), max(rest, 0)))
                except TimeoutError:
                    break
            self.watch.start()
            await self._write([json.loads(message.body)["data"] for message in batch])
            await batch[-1].ack(multiple=True)
            self.watch.took_effect(len(batch))

    async def _write(self, contacts: list[dict[str, Any]]) -> None:
        counts: dict[str, dict[str, int]] = {}
        months: dict[str, dict[str, int]] = {}
        for contact in contacts:
            for name, cell in places_of(contact):
                cells = counts.setdefault(name, {})
                cells[cell] = cells.get(cell, 0) + 1
            marks = months.setdefault(contact["family_id"], {})
            for mark in marks_of(contact):
                marks[mark] = marks.get(mark, 0) + 1
        await self.database["counts"].bulk_write(updates(counts), ordered=False)
        await self.database["families"].bulk_write(updates(months), ordered=False)


def places_of(contact: dict[str, Any]) -> list[tuple[str, str]]:
    """The counters that a contact adds to, and its cell in each."""
    at = datetime.fromisoformat(contact["occurred_at"]).astimezone(ZONE)
    day, school = at.date().isoformat(), contact["school_id"]
    kinds = ("tone", "channel", "outcome", "direction", "origin")
    cell = "n." + "|".join(contact[kind] for kind in kinds)
    names = [f"{day}||", f"{day}|{school}|"]
    names += [f"{day}|{school}|{class_id}" for class_id in contact["class_ids"]]
    return [(name, cell) for name in names]


def marks_of(contact: dict[str, Any]) -> list[str]:
    """What the family's month gains."""
    month = f"m.{contact['occurred_at'][:7]}"
    marks = []
    if contact["outcome"] not in {"no_answer", "wrong_number"}:
        marks.append(f"{month}.told")
        if contact["tone"] == "good_news":
            marks.append(f"{month}.good")
    if contact["outcome"] == "reached":
        marks.append(f"{month}.reached")
    return marks


def updates(rows: dict[str, dict[str, int]]) -> list[UpdateOne]:
    """One upsert for each row that changes."""
    return [
        UpdateOne({"_id": name}, {"$inc": cells}, upsert=True)
        for name, cells in rows.items()
        if cells
    ]
