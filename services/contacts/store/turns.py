"""What tells whose turn it is: each family's contacts summed up, and who was put off by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pymongo import ASCENDING, IndexModel

from services.contacts.store.contacts import CONTACTS
from shared.identity import Viewer
from shared.messages import Tone
from shared.mongo import Database, Document, Kept, answering

PUT_OFF = "put_off"
TURNS_KEPT = (Kept(PUT_OFF, (IndexModel([("account_id", ASCENDING)], name="of_account"),)),)
LOOKS_BACK = timedelta(days=400)
"""A school year and its summer; what is older says nothing about whose turn it is."""


@dataclass(frozen=True)
class Summed:
    """A family's contacts, as far as they matter here."""

    newest_at: datetime
    newest_tone: Tone
    tried_at: datetime | None
    concern_at: datetime | None


@dataclass
class TurnRows:
    """Callers name families that the viewer was allowed to see just before."""

    database: Database

    async def summed(self, family_ids: Sequence[str], now: datetime) -> dict[str, Summed]:
        """What each family's contacts of the last `LOOKS_BACK` come to."""
        stands = {
            "family_id": {"$in": list(family_ids)},
            "occurred_at": {"$gte": now - LOOKS_BACK},
            "retraction": None,
        }
        steps: list[Document] = [
            {"$match": stands},
            {"$sort": {"family_id": 1, "occurred_at": -1, "_id": -1}},
            {
                "$group": {
                    "_id": "$family_id",
                    "newest_at": {"$first": "$occurred_at"},
                    "newest_tone": {"$first": "$tone"},
                    "tried_at": {"$max": _when_about("good_news")},
                    "concern_at": {"$max": _when_about("concern")},
                }
            },
        ]
        async with answering():
            rows = await self.database[CONTACTS].aggregate(steps).to_list(None)
        return {row.pop("_id"): Summed(**row) for row in rows}

    async def put_off(self, family_id: str, until: date | None, *, by: Viewer) -> None:
        """Leave a family out of somebody's own list until a day; None until it is brought back."""
        row = {
            "account_id": by.account_id,
            "family_id": family_id,
            "until": until.isoformat() if until else None,
        }
        async with answering():
            await self.database[PUT_OFF].replace_one({"_id": _key(family_id, by)}, row, upsert=True)

    async def bring_back(self, family_id: str, *, by: Viewer) -> None:
        """Put a family back into somebody's own list."""
        async with answering():
            await self.database[PUT_OFF].delete_one({"_id": _key(family_id, by)})

    async def put_off_by(self, viewer: Viewer, today: date) -> dict[str, date | None]:
        """Whom somebody has put off, and until when."""
        still = [{"until": None}, {"until": {"$gt": today.isoformat()}}]
        query = {"account_id": viewer.account_id, "$or": still}
        async with answering():
            rows = await self.database[PUT_OFF].find(query).to_list(None)
        return {
            row["family_id"]: date.fromisoformat(row["until"]) if row["until"] else None
            for row in rows
        }


def _when_about(tone: str) -> Document:
    return {"$cond": [{"$eq": ["$tone", tone]}, "$occurred_at", None]}


def _key(family_id: str, viewer: Viewer) -> str:
    return f"{viewer.account_id}|{family_id}"
