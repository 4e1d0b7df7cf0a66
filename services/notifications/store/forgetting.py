"""Taking the words to a family and its addresses out of everything that is kept here."""

from dataclasses import dataclass

from pymongo import UpdateOne

from services.notifications.store import (
    address_requests,
    choices,
    deliveries,
    notices,
    paper,
    replies,
    requests,
    returns,
    translations,
)
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
        await self._without_reasons(gone, work)
        await self._without_replies(gone, work)
        await self.database[translations.NAME].delete_many(
            {"family_ids": gone.family_id}, session=work.session
        )
        query = {"household_id": {"$in": list(gone.household_ids)}}
        for name in (paper.CODES, paper.OFFERS):
            await self.database[name].delete_many(query, session=work.session)
        found = self.database[deliveries.NAME].find(query, session=work.session)
        rows = await found.to_list(None)
        await self.database[address_requests.NAME].delete_many(query, session=work.session)
        if rows:
            await self._without_address(rows, work)
            await self._without_words([row["_id"] for row in rows], work)
            await self._without_requests(gone, rows, work)
        mailboxes = {row["mailbox"] for row in rows if row["mailbox"]}
        if unused := mailboxes - await self._used(mailboxes, work):
            await self._unlisted(sorted(unused), work)

    async def _without_reasons(self, gone: FamilyErased, work: Work) -> None:
        """Why something that was arranged with its households was called off, as it was typed."""
        for told in ("content.now", "content.before"):
            query = {
                "content.of": {"$in": ["lunch", "visit", "shift"]},
                f"{told}.household_id": {"$in": list(gone.household_ids)},
            }
            await self.database[notices.NAME].update_many(
                query, {"$set": {f"{told}.reason": ""}}, session=work.session
            )

    async def _without_replies(self, gone: FamilyErased, work: Work) -> None:
        """What its households answered, and what anybody answered about this family alone."""

        def of_family(before: str) -> Document:
            home = {f"{before}household_id": {"$in": list(gone.household_ids)}}
            return {"$or": [home, {f"{before}family_ids": [gone.family_id]}]}

        session = work.session
        await self.database[replies.NAME].delete_many(of_family(""), session=session)
        blank = {"content.words": ERASED_WORDS, "content.names": [], "content.children": []}
        await self.database[notices.NAME].update_many(
            {"kind": "family_reply", **of_family("content.")}, {"$set": blank}, session=session
        )

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

    async def _without_requests(self, gone: FamilyErased, rows: list[Document], work: Work) -> None:
        """What other systems asked to have these households told, where nobody else was told it."""
        homes = list(gone.household_ids)
        await self.database[requests.NAME].delete_many(
            {"people.household_ids": {"$in": homes}}, session=work.session
        )
        asked = sorted({row["notice_id"] for row in rows if row["kind"] == "system_notice"})
        if not asked:
            return
        others = {"notice_id": {"$in": asked}, "household_id": {"$nin": homes}}
        shared = await self.database[deliveries.NAME].distinct(
            "notice_id", others, session=work.session
        )
        own = {"_id": {"$in": sorted(set(asked) - set(shared))}}
        await self.database[notices.NAME].update_many(
            own, {"$set": {"content.values": {}}}, session=work.session
        )

    async def _used(self, mailboxes: set[str], work: Work) -> set[str]:
        query = {"mailbox": {"$in": sorted(mailboxes)}, "active": True}
        found = self.database[HOUSEHOLDS].find(query, {"mailbox": 1}, session=work.session)
        return {str(row["mailbox"]).lower() async for row in found.collation(_ANY_CASE)}

    async def _unlisted(self, mailboxes: list[str], work: Work) -> None:
        session = work.session
        stops, suppressions = self.database[choices.STOPS], self.database[choices.SUPPRESSIONS]
        pauses = self.database[choices.PAUSES]
        await stops.delete_many({"mailbox": {"$in": mailboxes}}, session=session)
        await suppressions.delete_many({"_id": {"$in": mailboxes}}, session=session)
        await pauses.delete_many({"_id": {"$in": mailboxes}}, session=session)
