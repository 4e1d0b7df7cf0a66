"""Taking the words to a family and its addresses out of everything that is kept here."""

from dataclasses import dataclass

from pymongo import UpdateOne

from services.notifications.store import choices, deliveries, notices, paper, returns
from shared.directory import HOUSEHOLDS
from shared.messages import ERASED_WORDS, FamilyErased
from shared.mongo import Database, Document
from shared.outbox import Work

_ANY_CASE = {"locale": "en", "strength": 2}


@dataclass(frozen=True)
class Forgetting:
    """What became of each letter, its kind and its days stay, so that figures do not change."""

    database: Database

    async def forget(self, gone: FamilyErased, work: Work) -> None:
        """Forget the words written to the family, and the addresses of its own households."""
        noted = {"content.of": "note", "content.family_id": gone.family_id}
        await self.database[notices.NAME].update_many(
            noted, {"$set": {"content.words": ERASED_WORDS}}, session=work.session
        )
        query = {"household_id": {"$in": list(gone.household_ids)}}
        for name in (paper.CODES, paper.OFFERS):
            await self.database[name].delete_many(query, session=work.session)
        found = self.database[deliveries.NAME].find(query, session=work.session)
        rows = await found.to_list(None)
        if rows:
            await self._without_address(rows, work)
            await self._without_words([row["_id"] for row in rows], work)
        mailboxes = {row["mailbox"] for row in rows if row["mailbox"]}
        if unused := mailboxes - await self._used(mailboxes, work):
            await self._unlisted(sorted(unused), work)

    async def _without_address(self, rows: list[Document], work: Work) -> None:
        changes = [
            UpdateOne(
                {"_id": row["_id"]},
                {
                    "$set": {
                        "mailbox": None,
                        "detail": "",
                        # As `Delivery.key` has it for a household without an address.
                        "key": "|".join(
                            (
                                row["kind"],
                                row["about"],
                                row["occasion"],
                                f"household:{row['household_id']}",
                                row["channel"],
                            )
                        ),
                    },
                    "$inc": {"version": 1},
                },
            )
            for row in rows
        ]
        await self.database[deliveries.NAME].bulk_write(changes, session=work.session)

    async def _without_words(self, delivery_ids: list[str], work: Work) -> None:
        blank = {"subject": "", "sender": "", "said": ""}
        await self.database[returns.NAME].update_many(
            {"delivery_id": {"$in": delivery_ids}},
            {"$set": blank, "$unset": {"raw": "", "counted_for": ""}},
            session=work.session,
        )

    async def _used(self, mailboxes: set[str], work: Work) -> set[str]:
        query = {"mailbox": {"$in": sorted(mailboxes)}, "active": True}
        found = self.database[HOUSEHOLDS].find(query, {"mailbox": 1}, session=work.session)
        return {str(row["mailbox"]).lower() async for row in found.collation(_ANY_CASE)}

    async def _unlisted(self, mailboxes: list[str], work: Work) -> None:
        session = work.session
        stops, suppressions = self.database[choices.STOPS], self.database[choices.SUPPRESSIONS]
        await stops.delete_many({"mailbox": {"$in": mailboxes}}, session=session)
        await suppressions.delete_many({"_id": {"$in": mailboxes}}, session=session)
