"""What belongs to paper alone: the codes that stand on it, and addresses that families offered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.sight import Sight
from shared.messages import Record
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

CODES = "codes"
OFFERS = "offers"
OFFER_KEPT_FOR = timedelta(days=60)
MOST_OFFERS = 200
KEPT = (
    Kept(
        CODES,
        (
            IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
            IndexModel([("household_id", ASCENDING)], name="household"),
        ),
    ),
    Kept(
        OFFERS,
        (
            IndexModel(
                [("at", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(OFFER_KEPT_FOR.total_seconds()),
            ),
            IndexModel([("state", ASCENDING), ("at", DESCENDING)], name="newest"),
            IndexModel([("household_id", ASCENDING)], name="household"),
        ),
    ),
)


class PaperCode(Record):
    """What a code opens; of the code itself only its digest is kept."""

    digest: str
    delivery_id: str
    household_id: str
    link_version: int
    """The household's, when it was printed: another one ends the code."""
    expires_at: datetime


class Offer(Record):
    """An address that somebody gave on the page behind a code; it counts when staff says so."""

    offer_id: str
    household_id: str
    delivery_id: str
    school_id: str
    family_ids: tuple[str, ...]
    address: str
    at: datetime
    state: Literal["waiting", "confirmed", "refused"] = "waiting"


@dataclass(frozen=True)
class Paper:
    """Codes are read for whoever holds one; offers for the staff of the family's school."""

    database: Database

    async def keep_codes(self, codes: Sequence[PaperCode], work: Work) -> None:
        """Codes of letters that were printed; earlier ones of the same letters stay in force."""
        rows = [{"_id": each.digest, **each.model_dump(exclude={"digest"})} for each in codes]
        if rows:
            await self.database[CODES].insert_many(rows, session=work.session)

    async def code(self, digests: Collection[str], now: datetime) -> PaperCode | None:
        """What is kept under one of these, while it is in force."""
        query = {"_id": {"$in": list(digests)}, "expires_at": {"$gt": now}}
        async with answering():
            row = await self.database[CODES].find_one(query)
        return PaperCode.model_validate({**row, "digest": row["_id"]}) if row else None

    async def offer(self, offer: Offer, work: Work) -> None:
        """Keep an offer; a later one of the same household takes the place of one that waits."""
        waiting = {"household_id": offer.household_id, "state": "waiting"}
        await self.database[OFFERS].delete_many(waiting, session=work.session)
        row = {"_id": offer.offer_id, **offer.model_dump(exclude={"offer_id"})}
        await self.database[OFFERS].insert_one(row, session=work.session)

    async def offers(self, *, seen_by: Sight) -> list[Offer]:
        """Those that wait for a person, the oldest first."""
        query = {"state": "waiting", **_seen(seen_by)}
        async with answering():
            found = self.database[OFFERS].find(query).sort([("at", 1), ("_id", 1)])
            rows = await found.limit(MOST_OFFERS).to_list(None)
        return [Offer.model_validate({**row, "offer_id": row["_id"]}) for row in rows]

    async def settle(
        self,
        offer_id: str,
        state: Literal["confirmed", "refused"],
        by: str,
        work: Work,
        *,
        seen_by: Sight,
    ) -> Offer | None:
        """Decide about an offer that waits; None where there is none for the viewer.

        `by` is the account that did.
        """
        query = {"_id": offer_id, "state": "waiting", **_seen(seen_by)}
        row = await self.database[OFFERS].find_one(query, session=work.session)
        if row is None:
            return None
        settled = {"state": state, "by": by, "settled_at": work.now}
        await self.database[OFFERS].update_one(
            {"_id": offer_id}, {"$set": settled}, session=work.session
        )
        return Offer.model_validate({**row, "offer_id": row["_id"]})


def _seen(sight: Sight) -> dict[str, object]:
    return {} if sight.everything else {"school_id": {"$in": sorted(sight.school_ids)}}
