"""Sees by the load itself when a path works again: which requests that began after a fault came
through, and when.

The dense traffic is the probe: a path has recovered when something that was sent after the end of
the fault has come to its end. Times are those of the machine, never of a service.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from tests.faults.checker.run import moment

Way = Literal["contact", "batch", "message", "answer", "fact", "letter"]
"""A contact saved, a batch taken, a message confirmed, an answer kept; a contact that reports has
counted; a letter taken by the mail service."""
LOOK_SECONDS = 0.2
REMEMBERED = 2000
TRACED = 60
"""So many contacts at a time are looked for in the ledger of reports."""
_WAYS: dict[tuple[str, str], Way] = {
    ("contact", "http"): "contact",
    ("family_contacted", "http"): "batch",
    ("family_contacted", "amqp"): "message",
    ("rsvp", "link"): "answer",
}


@dataclass
class Progress:
    """What came through so far."""

    folder: Path
    mongo_uri: str
    databases: str
    counted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Acceptances by way."""
    _came: dict[Way, deque[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED))
    )
    _meant: dict[str, tuple[Way | None, float]] = field(default_factory=dict)
    _tracing: dict[str, float] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look, until it is cancelled."""
        client = AsyncMongoClient[dict[str, Any]](
            self.mongo_uri, serverSelectionTimeoutMS=500, socketTimeoutMS=1000
        )
        async with client:
            ledger = client[f"{self.databases}reports"]["ledger"]
            while True:
                self.look()
                await self._trace(ledger)
                await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Read what the two ledgers have that is new."""
        for row in self._new("publisher.jsonl"):
            self._publisher(row)
        for row in self._new("mail.jsonl"):
            self._mail(row)

    async def _trace(self, ledger: AsyncCollection[dict[str, Any]]) -> None:
        """Look for some of the contacts of late in the ledger of reports."""
        asked = list(self._tracing)[-TRACED:]
        if not asked:
            return
        wanted = {"about": {"$in": asked}}
        try:
            found = await ledger.find(wanted, {"about": 1, "_id": 0}).to_list()
        except PyMongoError:
            return
        for row in found:
            if began := self._tracing.pop(row["about"], None):
                self._came["fact"].append((began, time.time()))

    async def worked(self, way: Way, since: float, limit: float) -> float | None:
        """When something that began after `since` had come through first; None: not in time."""
        while time.time() < since + limit:
            ended = [end for began, end in self._came[way] if began >= since]
            if ended:
                return min(ended)
            await asyncio.sleep(LOOK_SECONDS / 2)
        return None

    def _publisher(self, row: dict[str, Any]) -> None:
        if row["op"] == "intent":
            self._meant[row["key"]] = _WAYS.get((row["what"], str(row.get("way")))), _at(row)
            return
        way, meant = self._meant.get(row["key"], (None, 0.0))
        if row["said"] != "accepted" or way is None:
            return
        # The try that was answered: one before it may have begun while all was down.
        began = row.get("asked") or meant
        self._meant[row["key"]] = way, began
        self.counted[way] += 1
        self._came[way].append((began, _at(row)))
        if way == "contact" and row["id"]:
            self._tracing[f"contact|{row['id']}"] = began
            while len(self._tracing) > REMEMBERED:
                self._tracing.pop(next(iter(self._tracing)))

    def _mail(self, row: dict[str, Any]) -> None:
        _, began = self._meant.get(row["key"] or "", (None, 0.0))
        if row["taken"] and began:
            self.counted["letter"] += 1
            self._came["letter"].append((began, _at(row)))

    def _new(self, name: str) -> Iterator[dict[str, Any]]:
        path = self.folder / name
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(self._places.get(name, 0))
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._places[name] = self._places.get(name, 0) + len(line)
                yield json.loads(line)


def _at(row: dict[str, Any]) -> float:
    return moment(row["at"]).timestamp()
