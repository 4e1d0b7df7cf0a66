"""Keeps API clients with the digests of their secrets."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.clients import Client
from shared.errors import Conflict
from shared.mongo import Database, Kept, answering

CLIENTS = "clients"
KEPT = (Kept(CLIENTS, (IndexModel([("name", ASCENDING)], name="by_name"),)),)


@dataclass
class ClientStore:
    """API clients."""

    database: Database

    async def add(self, client: Client) -> None:
        """Keep a new client; `Conflict` when its id is taken."""
        try:
            async with answering():
                await self.database[CLIENTS].insert_one(
                    {"_id": client.client_id, **client.model_dump()}
                )
        except DuplicateKeyError as known:
            raise Conflict(f"There is an API client {client.client_id} already.") from known

    async def change(self, before: Client, after: Client) -> None:
        """Keep a changed client; `Conflict` when somebody else changed it meanwhile."""
        async with answering():
            done = await self.database[CLIENTS].replace_one(
                {"_id": before.client_id, "version": before.version}, after.model_dump()
            )
        if not done.matched_count:
            raise Conflict("Somebody else changed this API client meanwhile: open it again.")

    async def by_id(self, client_id: str) -> Client | None:
        """One client."""
        async with answering():
            row = await self.database[CLIENTS].find_one({"_id": client_id})
        return Client.model_validate(row) if row else None

    async def all(self) -> list[Client]:
        """Every client, by name: a district has tens of them."""
        async with answering():
            rows = await self.database[CLIENTS].find().sort([("name", 1), ("_id", 1)]).to_list(1000)
        return [Client.model_validate(row) for row in rows]

    async def note_use(self, client_id: str, at: datetime) -> None:
        """Remember when a token was asked for last."""
        async with answering():
            await self.database[CLIENTS].update_one(
                {"_id": client_id}, {"$set": {"last_used_at": at}}
            )
