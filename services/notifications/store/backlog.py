"""What waits: put off to another moment, judged anew, or to be handed out on paper."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.delivery import Delivery
from services.notifications.domain.kinds import KINDS
from services.notifications.domain.sight import Sight
from services.notifications.store.deliveries import MAY_LEAVE, NAME, read, seen
from shared.mongo import Database, Document, answering
from shared.outbox import Work

_KINDS = sorted(KINDS)


@dataclass(frozen=True)
class Backlog:
    """Deliveries that nobody has taken up."""

    database: Database

    async def waiting(self, now: datetime, most: int, domain: str | None) -> list[Delivery]:
        """Letters that are due and nobody has taken up, to one mail domain or (None) to any."""
        query: Document = {
            "state": {"$in": MAY_LEAVE},
            "kind": {"$in": _KINDS},
            "due_at": {"$lte": now},
        }
        if domain is not None:
            query["mailbox"] = {"$regex": f"@{re.escape(domain)}$", "$options": "i"}
        async with answering():
            found = self.database[NAME].find(query).sort("due_at", 1).limit(most)
            return [read(row) async for row in found]

    async def put_off(self, ids: Sequence[str], until: datetime, reason: str, now: datetime) -> int:
        """Let letters that are due wait; those that somebody took up meanwhile stay as they are."""
        if not ids:
            return 0
        query = {"_id": {"$in": ids}, "state": {"$in": MAY_LEAVE}, "due_at": {"$lte": now}}
        changed = {"due_at": until, "reason": reason, "changed_at": now}
        async with answering():
            result = await self.database[NAME].update_many(
                query, {"$set": changed, "$inc": {"version": 1}}
            )
        return int(result.modified_count)

    async def waits_because(self, reasons: Sequence[str], most: int) -> dict[str, int]:
        """How many letters wait for each of these reasons, about `most` of each at most."""
        found: dict[str, int] = {}
        for reason in reasons:
            query = {"state": {"$in": MAY_LEAVE}, "kind": {"$in": _KINDS}, "reason": reason}
            async with answering():
                found[reason] = await self.database[NAME].count_documents(query, limit=most)
        return found

    async def on_paper(
        self, school_id: str, handed_since: datetime, *, seen_by: Sight
    ) -> list[Delivery]:
        """A school's paper that waits, and what was handed out since then, for the viewer."""
        states: list[Document] = [
            {"state": {"$in": ["to_print", "printed"]}},
            {"state": "accepted", "handed_at": {"$gte": handed_since}},
        ]
        school: Document = {"school_id": school_id, "channel": "paper", "$or": states}
        async with answering():
            found = self.database[NAME].find({"$and": [school, seen(seen_by)]})
            return [read(row) async for row in found.sort("_id", 1)]

    async def paper_past_use(self, now: datetime, limit: int = 500) -> list[str]:
        """The ids of paper letters that nobody was handed and that are of no use any more."""
        query = {"state": {"$in": ["to_print", "printed"]}, "use_by": {"$lte": now}}
        async with answering():
            found = self.database[NAME].find(query, {"_id": 1}).limit(limit)
            return [row["_id"] async for row in found]

    async def look_again(
        self, now: datetime, work: Work, *, mailbox: str | None = None, school_id: str | None = None
    ) -> int:
        """After settings, or the wishes of a mailbox, changed: judge what waits (there) anew."""
        waits: Document = {"state": {"$in": ["pending", "held"]}, "due_at": {"$gt": now}}
        if mailbox is not None:
            waits["mailbox"] = mailbox
        if school_id is not None:
            waits["school_id"] = school_id
        again = [{"$set": {"due_at": "$not_before", "version": {"$add": ["$version", 1]}}}]
        result = await self.database[NAME].update_many(waits, again, session=work.session)
        return int(result.modified_count)
