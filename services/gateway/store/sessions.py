"""Keeps signed-in browsers by the digest of their secret, and counts tries to sign in."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.sessions import WINDOW, Session
from shared.mongo import Database, Kept, answering

SESSIONS = "sessions"
ATTEMPTS = "attempts"

KEPT = (
    Kept(
        SESSIONS,
        (
            IndexModel([("ends_at", ASCENDING)], name="forget", expireAfterSeconds=0),
            IndexModel([("account_id", ASCENDING)], name="account"),
        ),
    ),
    Kept(ATTEMPTS, (IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0),)),
)


@dataclass
class SessionStore:
    """Sessions, and counters that forget."""

    database: Database

    async def add(self, session: Session) -> None:
        """Keep a new session."""
        row = {"_id": session.digest, **session.model_dump(), "ends_at": session.ends_at()}
        async with answering():
            await self.database[SESSIONS].insert_one(row)

    async def by_digest(self, digest: str) -> Session | None:
        """A session, whether still good or not."""
        async with answering():
            row = await self.database[SESSIONS].find_one({"_id": digest})
        return Session.model_validate(row) if row else None

    async def seen(self, session: Session) -> None:
        """Note that the browser is still there; an ended session stays ended."""
        change = {"seen_at": session.seen_at, "ends_at": session.ends_at()}
        async with answering():
            await self.database[SESSIONS].update_one({"_id": session.digest}, {"$set": change})

    async def end(self, digest: str) -> None:
        """End one session."""
        async with answering():
            await self.database[SESSIONS].delete_one({"_id": digest})

    async def end_all_of(self, account_id: str, but: str | None = None) -> None:
        """End every session of an account, but for the one that asks."""
        async with answering():
            await self.database[SESSIONS].delete_many(
                {"account_id": account_id, "_id": {"$ne": but}}
            )

    # --- counters ---------------------------------------------------------------------------------

    async def count(self, key: str, now: datetime) -> int:
        """Raise a counter of the present window; gives its new value."""
        row_key = _in_window(key, now)
        change = {"$inc": {"count": 1}, "$setOnInsert": {"until": now + 2 * WINDOW}}
        for _ in range(2):  # two first tries at once: the second one finds the row
            try:
                async with answering():
                    row = await self.database[ATTEMPTS].find_one_and_update(
                        {"_id": row_key}, change, upsert=True, return_document=ReturnDocument.AFTER
                    )
                return int(row["count"])
            except DuplicateKeyError:
                continue
        return 1

    async def take_back(self, key: str, now: datetime) -> None:
        """Undo one `count` of the present window."""
        async with answering():
            await self.database[ATTEMPTS].update_one(
                {"_id": _in_window(key, now)}, {"$inc": {"count": -1}}
            )


def _in_window(key: str, now: datetime) -> str:
    return f"{key} {int(now.timestamp() // WINDOW.total_seconds())}"
