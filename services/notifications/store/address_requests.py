"""Requests for another mail address: the families' own, and those that wait for staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.address_requests import AddressRequest
from services.notifications.domain.sight import Sight
from shared.errors import Conflict
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "address_requests"
KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("household_id", ASCENDING), ("asked_at", ASCENDING)], name="household"),
            IndexModel([("before", ASCENDING), ("asked_at", ASCENDING)], name="before"),
            IndexModel([("mailbox", ASCENDING), ("asked_at", ASCENDING)], name="mailbox"),
            IndexModel([("state", ASCENDING), ("confirmed_at", ASCENDING)], name="waiting"),
            IndexModel([("forget_at", ASCENDING)], name="forget", expireAfterSeconds=0),
        ),
        {"required": ["household_id", "before", "mailbox", "state", "asked_at"]},
    ),
)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AddressRequests:
    """Read by a signed link's household, or by staff who are named."""

    database: Database

    async def add(self, request: AddressRequest, work: Work) -> None:
        """Keep a new one."""
        await self.database[NAME].insert_one(_document(request), session=work.session)

    async def put(self, before: AddressRequest, request: AddressRequest, work: Work) -> None:
        """Keep a changed one; `Conflict` when somebody was faster."""
        place = {"_id": request.request_id, "state": before.state}
        result = await self.database[NAME].replace_one(
            place, _document(request), session=work.session
        )
        if not result.matched_count:
            raise Conflict("Somebody else decided this request in the meantime.")

    async def get(self, request_id: str, work: Work | None = None) -> AddressRequest | None:
        """One request, for whoever has its link."""
        session = work.session if work else None
        async with answering():
            row = await self.database[NAME].find_one({"_id": request_id}, session=session)
        return _request(row) if row else None

    async def newest_of(
        self, household_id: str, before: str, work: Work | None = None
    ) -> AddressRequest | None:
        """The newest that a household made from an address."""
        query = {"household_id": household_id, "before": before}
        session = work.session if work else None
        async with answering():
            row = await self.database[NAME].find_one(
                query, sort=[("asked_at", -1), ("_id", -1)], session=session
            )
        return _request(row) if row else None

    async def asked_within_a_day(self, field: str, address: str, now: datetime) -> int:
        """How many were made from (`before`) or for (`mailbox`) an address since yesterday."""
        query = {field: address, "asked_at": {"$gt": now - A_DAY}}
        async with answering():
            return await self.database[NAME].count_documents(query)

    async def waiting(
        self, *, seen_by: Sight, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[AddressRequest]:
        """Those that wait for staff and that the viewer may decide, the oldest first."""
        query: Document = {"$and": [{"state": "confirmed"}, _seen(seen_by)]}
        if after:
            at, last = after
            newer = [{"confirmed_at": {"$gt": at}}, {"confirmed_at": at, "_id": {"$gt": last}}]
            query["$and"].append({"$or": newer})
        async with answering():
            found = self.database[NAME].find(query)
            found = found.sort([("confirmed_at", ASCENDING), ("_id", ASCENDING)]).limit(limit)
            return [_request(row) async for row in found]

    async def one(self, request_id: str, *, seen_by: Sight, work: Work) -> AddressRequest | None:
        """One that was confirmed and that the viewer may decide."""
        confirmed = {"_id": request_id, "confirmed_at": {"$ne": None}}
        query = {"$and": [confirmed, _seen(seen_by)]}
        row = await self.database[NAME].find_one(query, session=work.session)
        return _request(row) if row else None


def _seen(sight: Sight) -> Document:
    if sight.everything:
        return {}
    return {"school_ids": {"$in": sorted(sight.school_ids)}}


def _document(request: AddressRequest) -> Document:
    fields = request.model_dump(exclude={"request_id"})
    if fields["forget_at"] is None:
        del fields["forget_at"]
    return {"_id": request.request_id, **fields}


def _request(row: Document) -> AddressRequest:
    return AddressRequest.model_validate({**row, "request_id": row["_id"]})
