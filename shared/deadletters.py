"""Dead letters: messages that no retry could save, kept in the service's own database for people.

RabbitMQ's `{service}.dead` queue only passes them on: since RabbitMQ 4.0 each look at a queue
counts as a delivery, so that looking often would lose them (ADR 5). People list, show, replay and
drop rows here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock, Mint
from shared.envelope import Envelope
from shared.errors import NotFound, Permanent
from shared.messages import Record
from shared.mongo import Database, Document, Kept, answering

KEPT_FOR = timedelta(days=180)
"""Dead letters hold personal data, so they do not stay for ever."""
LONGEST_SHOWN = 64 * 1024

DEAD_LETTERS = Kept(
    "dead_letters",
    indexes=(
        IndexModel([("died_at", DESCENDING), ("_id", ASCENDING)], name="newest"),
        IndexModel([("type", ASCENDING), ("died_at", DESCENDING)], name="by_type"),
        IndexModel(
            [("died_at", ASCENDING)],
            name="forget",
            expireAfterSeconds=int(KEPT_FOR.total_seconds()),
        ),
    ),
)


class DeadLetter(Record):
    """One message that died, and why."""

    letter_id: str
    message_id: str
    type: str
    source: str
    reason: str
    tries: int
    died_at: datetime
    queue: str
    came: str = ""
    """How a message of another system came (`shared.bus.base.Incoming.came`)."""
    replayed_at: datetime | None = None
    body: bytes = b""

    @property
    def shown(self) -> str:
        """The body as text, cut to 64 KiB."""
        return self.body[:LONGEST_SHOWN].decode("utf-8", "replace")


Again = Callable[[DeadLetter], Awaitable[None]]
"""Puts a letter back into its work queue; returns when the bus has stored it."""


@dataclass
class DeadLetters:
    """One service's dead letters."""

    database: Database
    service: str
    clock: Clock
    mint: Mint
    again: Again | None = None
    """Set by the bus when the service begins to consume."""

    async def bury(self, body: bytes, headers: Mapping[str, Any], queue: str) -> None:
        """Keep a dead message; once, however often it is buried before somebody replays it."""
        row = _row(body, headers, queue)
        row |= {"_id": self.mint(), "died_at": self.clock.now(), "replayed_at": None}
        async with answering():
            known = await self.database[DEAD_LETTERS.name].find_one(
                {"body": body, "queue": queue, "replayed_at": None, "again_at": None}, {"_id": 1}
            )
            if known is None:
                await self._insert(row)

    async def _insert(self, row: Document) -> None:
        try:
            await self.database[DEAD_LETTERS.name].insert_one(row)
        except DuplicateKeyError:  # pragma: no cover - ids are random
            return

    async def newest(
        self,
        *,
        limit: int = 100,
        before: datetime | None = None,
        type: str = "",
    ) -> list[DeadLetter]:
        """The newest dead letters that were not replayed, without their bodies."""
        query: Document = {"replayed_at": None}
        if before:
            query["died_at"] = {"$lt": before}
        if type:
            query["type"] = type
        async with answering():
            cursor = self.database[DEAD_LETTERS.name].find(query, {"body": 0})
            rows = await cursor.sort([("died_at", -1), ("_id", 1)]).limit(limit).to_list(limit)
        return [_letter(row) for row in rows]

    async def count(self) -> int:
        """How many wait for a person."""
        async with answering():
            return await self.database[DEAD_LETTERS.name].count_documents({"replayed_at": None})

    async def show(self, letter_id: str) -> DeadLetter:
        """One dead letter with its body; `NotFound` when there is none."""
        async with answering():
            row = await self.database[DEAD_LETTERS.name].find_one({"_id": letter_id})
        if row is None:
            raise NotFound(f"{self.service} has no dead letter {letter_id}")
        return _letter(row)

    async def replay(self, letter_id: str) -> DeadLetter:
        """Put it back into its work queue with a fresh count of tries."""
        letter = await self.show(letter_id)
        if self.again is None:
            raise Permanent(f"{self.service} is not connected to the bus")
        # Said before: it may die again before this returns, and then has to be kept once more.
        async with answering():
            await self.database[DEAD_LETTERS.name].update_one(
                {"_id": letter_id}, {"$set": {"again_at": self.clock.now()}}
            )
        await self.again(letter)
        async with answering():
            await self.database[DEAD_LETTERS.name].update_one(
                {"_id": letter_id}, {"$set": {"replayed_at": self.clock.now()}}
            )
        return letter

    async def drop(self, letter_id: str) -> DeadLetter:
        """Delete it for good."""
        letter = await self.show(letter_id)
        async with answering():
            await self.database[DEAD_LETTERS.name].delete_one({"_id": letter_id})
        return letter


def _row(body: bytes, headers: Mapping[str, Any], queue: str) -> Document:
    named = _named(body)
    return {
        **named,
        "reason": str(headers.get("x-error") or _broker_reason(headers)),
        "tries": int(headers.get("x-retry") or 0) + 1,
        "queue": queue,
        "came": str(headers.get("x-came") or ""),
        "body": body,
    }


def _named(body: bytes) -> Document:
    try:
        envelope = Envelope.parse(body)
    except Permanent:
        return {"message_id": "", "type": "", "source": ""}
    return {"message_id": envelope.id, "type": envelope.type, "source": envelope.source}


def _broker_reason(headers: Mapping[str, Any]) -> str:
    deaths = headers.get("x-death") or [{}]
    reason = deaths[0].get("reason", "rejected") if isinstance(deaths[0], dict) else "rejected"
    return f"the broker set it aside: {reason}"


def _letter(row: Document) -> DeadLetter:
    return DeadLetter.model_validate({**row, "letter_id": row["_id"]})
