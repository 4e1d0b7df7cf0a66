"""Which families were put off by whom."""

from dataclasses import dataclass
from datetime import date

from pymongo import ASCENDING, IndexModel

from shared.identity import Viewer
from shared.mongo import Database, Kept, answering

PUT_OFF = "put_off"
TURNS_KEPT = (Kept(PUT_OFF, (IndexModel([("account_id", ASCENDING)], name="of_account"),)),)


@dataclass
class TurnRows:
    """Callers name families that the viewer was allowed to see just before."""

    database: Database

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


def _key(family_id: str, viewer: Viewer) -> str:
    return f"{viewer.account_id}|{family_id}"
