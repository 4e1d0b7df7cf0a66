"""Which families were invited to school events, and which answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.contacts.store.mail import LETTERS, MAIL_REPLIES, REPLIES
from shared.mongo import Database, Document, answering


@dataclass
class InvitationRows:
    """Callers name families that the viewer was allowed to see just before."""

    database: Database

    async def invited(
        self, event_ids: Collection[str], family_ids: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        """The families with an invitation that was handed to the mail service, by event."""
        letters = {"kind": "invitation", "state": "handed_over"}
        return await self._families(LETTERS, "about", event_ids, family_ids, letters)

    async def answered(
        self, event_ids: Collection[str], family_ids: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        """The families of which a household answered, by its link or by mail, by event."""
        by_link = await self._families(REPLIES, "event_id", event_ids, family_ids, {})
        asking = ["invitation", "event_changed", "event_reminder", "answer_reminder"]
        kinds = {"kind": {"$in": asking}}
        by_mail = await self._families(MAIL_REPLIES, "about", event_ids, family_ids, kinds)
        nobody: frozenset[str] = frozenset()
        return {
            each: by_link.get(each, nobody) | by_mail.get(each, nobody)
            for each in by_link.keys() | by_mail.keys()
        }

    async def _families(
        self,
        name: str,
        event: str,
        event_ids: Collection[str],
        family_ids: Sequence[str],
        more: Document,
    ) -> dict[str, frozenset[str]]:
        own = {"family_ids": {"$in": list(family_ids)}}
        steps: list[Document] = [
            {"$match": {**own, event: {"$in": sorted(event_ids)}, **more}},
            {"$unwind": "$family_ids"},
            {"$group": {"_id": f"${event}", "families": {"$addToSet": "$family_ids"}}},
        ]
        async with answering():
            rows = await self.database[name].aggregate(steps).to_list(None)
        known = frozenset(family_ids)
        return {row["_id"]: known.intersection(row["families"]) for row in rows}
