"""Counting letters and what became of them, as far as the viewer may see them."""

from dataclasses import dataclass
from typing import Any

from services.notifications.domain.proof import Alike, Proof, prove
from services.notifications.domain.sight import Sight
from services.notifications.store import deliveries, returns
from services.notifications.store.deliveries import Wanted, seen
from shared.mongo import Database, Document, answering

_ALIKE = {
    "state": "$state",
    "reason": "$reason",
    "language": "$language",
    "channel": "$channel",
    "translated": {"$gt": ["$translated_from", ""]},
}


@dataclass(frozen=True)
class Proofs:
    """Figures of letters."""

    database: Database

    async def of(self, wanted: Wanted, *, seen_by: Sight) -> Proof:
        """What became of the letters that the viewer may see."""
        match = {"$match": {"$and": [wanted.query(), seen(seen_by)]}}
        async with answering():
            groups = [
                Alike(**row["_id"], number=row["number"])
                async for row in self._rows(
                    match, {"$group": {"_id": _ALIKE, "number": {"$sum": 1}}}
                )
            ]
            households = await self._number(match, {"$group": {"_id": "$household_id"}})
            replied = await self._number(match, *_REPLIED)
        return prove(groups, households=households, replied=replied)

    def _rows(self, *stages: Document) -> Any:
        return self.database[deliveries.NAME].aggregate(list(stages))

    async def _number(self, *stages: Document) -> int:
        async for row in self._rows(*stages, {"$count": "number"}):
            return int(row["number"])
        return 0


_REPLIED: tuple[Document, ...] = (
    {
        "$lookup": {
            "from": returns.NAME,
            "localField": "_id",
            "foreignField": "delivery_id",
            "pipeline": [{"$match": {"kind": "reply"}}, {"$limit": 1}, {"$project": {"_id": 1}}],
            "as": "replies",
        }
    },
    {"$match": {"replies": {"$ne": []}}},
)
