"""The replica of who is who, taken in by batches; `shared.directory` reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import UpdateOne

from services.reports.domain.facts import Fact
from services.reports.store.figures import newer_wins
from shared import directory as d
from shared import messages as m
from shared.messages import Message
from shared.mongo import Database, Session

# Households are of no use here: reports writes to nobody.
_KEPT: dict[type[Message], str] = {
    m.SchoolChanged: d.SCHOOLS,
    m.EducatorChanged: d.EDUCATORS,
    m.FamilyChanged: d.FAMILIES,
}


@dataclass
class Replica:
    """Keeps the newest state of schools, educators and families."""

    database: Database

    async def write(self, facts: Sequence[Fact], session: Session) -> None:
        """Keep what is newer than what is kept, in the transaction of the ledger's rows."""
        newest: dict[str, Fact] = {}
        for fact in facts:
            if fact.alone and type(fact.message) in _KEPT:
                known = newest.get(fact.about)
                if known is None or fact.newness > known.newness:
                    newest[fact.about] = fact
        updates: dict[str, list[UpdateOne]] = {}
        for fact in newest.values():
            row = {**fact.message.model_dump(mode="json"), "version": fact.version}
            change = newer_wins(fact.stamp, row)
            update = UpdateOne({"_id": fact.message.subject}, change, upsert=True)
            updates.setdefault(_KEPT[type(fact.message)], []).append(update)
        for collection, several in updates.items():
            await self.database[collection].bulk_write(several, ordered=False, session=session)
