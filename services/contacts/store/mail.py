"""What became of letters and invitations, as notifications and events told it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.views import Letter, MailReply, Reply
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

LETTERS = "letters"
REPLIES = "replies"
MAIL_REPLIES = "mail_replies"
_OF_FAMILY = IndexModel([("family_ids", ASCENDING), ("at", DESCENDING)], name="of_family")
_INVITED = IndexModel(
    [("family_ids", ASCENDING), ("kind", ASCENDING), ("about", ASCENDING)], name="invited"
)
_ANSWERED = IndexModel([("family_ids", ASCENDING), ("event_id", ASCENDING)], name="answered")
MAIL_KEPT = (
    Kept(LETTERS, (_OF_FAMILY, _INVITED, IndexModel([("about", ASCENDING)], name="about"))),
    Kept(REPLIES, (_OF_FAMILY, _ANSWERED)),
    Kept(
        MAIL_REPLIES,
        (_OF_FAMILY, IndexModel([("family_ids", ASCENDING), ("about", ASCENDING)], name="about")),
    ),
)


@dataclass
class MailRows:
    """Callers read it for families that the viewer was allowed to see just before."""

    database: Database

    async def keep_letter(self, letter: Letter, version: int, work: Work) -> bool:
        """Keep what is known of a letter now; False when something newer is known."""
        said = letter.model_dump(exclude_unset=True)
        return await self._keep(LETTERS, letter.delivery_id, said, version, work)

    async def keep_reply(self, reply: Reply, version: int, work: Work) -> bool:
        """Keep a household's answer; a later one replaces it."""
        return await self._keep(REPLIES, reply.rsvp_id, reply.model_dump(), version, work)

    async def _keep(self, name: str, key: str, said: Document, version: int, work: Work) -> bool:
        known = await self.database[name].find_one({"_id": key}, session=work.session)
        if known and known["version"] > version:
            return False
        change = {"$set": {**said, "version": version}}
        await self.database[name].update_one(
            {"_id": key}, change, upsert=True, session=work.session
        )
        return True

    async def heard_by_mail(self, letter: Letter, work: Work) -> None:
        """A letter with good news was handed over: its families were told."""
        for family_id in letter.family_ids:
            await self.database["heard"].update_one(
                {"_id": family_id},
                {"$max": {"good_news_at": letter.at}, "$setOnInsert": {"spoken": None}},
                upsert=True,
                session=work.session,
            )

    async def keep_mail_reply(self, reply: MailReply, version: int, work: Work) -> None:
        """Keep that a letter was answered, and that its families were in touch then."""
        await self._keep(MAIL_REPLIES, reply.reply_id, reply.model_dump(), version, work)
        for family_id in reply.family_ids:
            await self.database["heard"].update_one(
                {"_id": family_id},
                {"$max": {"contact_at": reply.at}, "$setOnInsert": {"spoken": None}},
                upsert=True,
                session=work.session,
            )

    async def has_left(self, contact_id: str, work: Work) -> bool:
        """Whether a letter about this contact was handed to the mail service."""
        query = {"about": contact_id, "state": {"$in": ["handed_over", "came_back"]}}
        row = await self.database[LETTERS].find_one(query, {"_id": 1}, session=work.session)
        return row is not None

    async def letters_to(self, family_id: str, most: int = 100) -> tuple[Letter, ...]:
        """A family's letters, newest first."""
        return tuple(Letter.model_validate(row) for row in await self._of(LETTERS, family_id, most))

    async def replies_of(self, family_id: str, most: int = 50) -> tuple[Reply, ...]:
        """A family's answers to invitations, newest first."""
        return tuple(Reply.model_validate(row) for row in await self._of(REPLIES, family_id, most))

    async def mail_replies_of(self, family_id: str, most: int = 50) -> tuple[MailReply, ...]:
        """A family's answers to letters, newest first."""
        rows = await self._of(MAIL_REPLIES, family_id, most)
        return tuple(MailReply.model_validate(row) for row in rows)

    async def replied_at(self, family_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """When each of some families last answered a letter, where they did since then."""
        steps: list[Document] = [
            {"$match": {"family_ids": {"$in": list(family_ids)}, "at": {"$gte": since}}},
            {"$unwind": "$family_ids"},
            {"$group": {"_id": "$family_ids", "at": {"$max": "$at"}}},
        ]
        async with answering():
            rows = await self.database[MAIL_REPLIES].aggregate(steps).to_list(None)
        return {row["_id"]: row["at"] for row in rows}

    async def _of(self, name: str, family_id: str, most: int) -> list[Document]:
        async with answering():
            cursor = self.database[name].find({"family_ids": family_id}).sort("at", -1)
            return await cursor.limit(most).to_list(None)
