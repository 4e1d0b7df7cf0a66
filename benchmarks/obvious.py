"""The obvious way: a FastStream handler that counts each message in a transaction of its own."""

from dataclasses import dataclass
from typing import Any

from pymongo.errors import DuplicateKeyError

from benchmarks.floor import marks_of, places_of
from benchmarks.stage import Stopwatch
from shared.messages import ContactLogged, Record
from shared.mongo import Database, Kept, Session


class Sent(Record):
    """The envelope, as far as such a handler reads it."""

    id: str
    source: str
    data: ContactLogged


@dataclass
class Obvious:
    """Counts the same figures as reports, once each."""

    database: Database
    watch: Stopwatch

    async def ensure(self) -> None:
        """Make the collections; a transaction would have to wait for that."""
        await self.database.ensure(Kept("inbox"), Kept("counts"), Kept("families"))

    async def count_contact(self, sent: Sent) -> None:
        """One message, one transaction; conflicts are tried again by the driver."""
        self.watch.start()
        contact = sent.data.model_dump(mode="json")

        async def body(session: Session) -> None:
            await self.database["inbox"].insert_one(
                {"_id": f"{sent.source}|{sent.id}"}, session=session
            )
            for name, cell in places_of(contact):
                await self._add("counts", name, {cell: 1}, session)
            if marks := marks_of(contact):
                await self._add("families", contact["family_id"], dict.fromkeys(marks, 1), session)

        try:
            await self.database.transaction(body)
        except DuplicateKeyError:
            return
        self.watch.took_effect(1)

    async def _add(
        self, collection: str, name: str, cells: dict[str, Any], session: Session
    ) -> None:
        await self.database[collection].update_one(
            {"_id": name}, {"$inc": cells}, upsert=True, session=session
        )
