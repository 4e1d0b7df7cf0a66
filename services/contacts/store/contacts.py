"""Contacts and their earlier versions, and when each family last heard from school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from services.contacts.domain.contact import TOLD, Contact, latest
from services.contacts.domain.views import as_seen, may_open_note
from services.contacts.store.families import FamilyRows
from services.contacts.store.readings import ReadingRows
from shared.errors import Conflict, NotFound
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

CONTACTS = "contacts"
HISTORY = "contact_history"
HEARD = "heard"
LINEAGE = "family_lineage"

Place = tuple[datetime, str]
"""Where a list goes on: the time and id of the last contact shown."""
_NEWEST = [("occurred_at", DESCENDING), ("_id", DESCENDING)]
_BY_TONE = {"tried_at": "good_news", "concern_at": "concern"}
"""What `heard` keeps of the newest contact of a tone."""
CONTACTS_KEPT = (
    Kept(
        CONTACTS,
        indexes=(
            IndexModel([("family_id", ASCENDING), *_NEWEST], name="of_family"),
            IndexModel([("account_id", ASCENDING), *_NEWEST], name="of_author"),
            IndexModel([("school_id", ASCENDING), *_NEWEST], name="of_school"),
            IndexModel(_NEWEST, name="newest"),
        ),
        schema={
            "required": ["family_id", "account_id", "school_id", "occurred_at", "version"],
            "properties": {
                "family_id": {"bsonType": "string", "minLength": 1},
                "school_id": {"bsonType": "string", "minLength": 1},
                "occurred_at": {"bsonType": "date"},
                "version": {"bsonType": ["int", "long"], "minimum": 1},
                "tone": {"enum": ["good_news", "hello", "information", "concern"]},
            },
        },
    ),
    Kept(HISTORY, indexes=(IndexModel([("contact_id", ASCENDING)], name="of_contact"),)),
    Kept(HEARD),
    Kept(LINEAGE),
)


@dataclass(frozen=True)
class Filter:
    """What narrows a list of contacts."""

    tone: str = ""
    channel: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    family_id: str = ""

    def query(self) -> Document:
        """As the database asks."""
        query: Document = {
            name: value
            for name in ("tone", "channel", "outcome", "family_id")
            if (value := getattr(self, name))
        }
        times = {"$gte": self.since, "$lt": self.until}
        if span := {word: moment for word, moment in times.items() if moment}:
            query["occurred_at"] = span
        return query


@dataclass
class ContactRows:
    """Reads name the viewer; a note is left out for whoever may not read it."""

    database: Database
    families: FamilyRows
    readings: ReadingRows

    async def add(self, contact: Contact, work: Work) -> None:
        """Keep a new contact, and that its family heard of it."""
        await self.database[CONTACTS].insert_one(_row(contact), session=work.session)
        await self.database[HEARD].update_one(
            {"_id": contact.family_id}, {"$max": _heard(contact)}, upsert=True, session=work.session
        )

    async def add_many(self, contacts: Sequence[Contact], work: Work) -> None:
        """The same for many at once."""
        if not contacts:
            return
        rows = [_row(each) for each in contacts]
        await self.database[CONTACTS].insert_many(rows, ordered=False, session=work.session)
        heard: dict[str, Document] = {}
        for each in sorted(contacts, key=lambda contact: contact.occurred_at):
            heard.setdefault(each.family_id, {}).update(_heard(each))
        changes = [
            UpdateOne({"_id": home}, {"$max": row}, upsert=True) for home, row in heard.items()
        ]
        await self.database[HEARD].bulk_write(changes, ordered=False, session=work.session)

    async def replace(self, before: Contact, now: Contact, work: Work) -> None:
        """Keep a new version and the one before it; `Conflict` when somebody was faster."""
        found = await self.database[CONTACTS].replace_one(
            {"_id": now.contact_id, "version": before.version}, _row(now), session=work.session
        )
        if not found.matched_count:
            raise Conflict("Somebody else changed this contact just now. Look at it again.")
        kept = {**before.model_dump(), "_id": f"{before.contact_id}|{before.version}"}
        await self.database[HISTORY].insert_one(kept, session=work.session)
        await self.hear_again(now.family_id, work)

    async def hear_again(self, family_id: str, work: Work) -> None:
        """Work out anew when a family last heard, after something was corrected or came back."""
        stands = {"family_id": family_id, "retraction": None}
        good = {**stands, "tone": "good_news", "outcome": {"$in": sorted(TOLD)}}
        letters = {"family_ids": family_id, "state": "handed_over", "good_news": True}
        mailed = await self.database["letters"].find_one(
            letters, {"at": 1}, sort=[("at", -1)], session=work.session
        )
        replied = await self.database["mail_replies"].find_one(
            {"family_ids": family_id}, {"at": 1}, sort=[("at", -1)], session=work.session
        )
        told = [_at(await self._newest(good, work)), mailed["at"] if mailed else None]
        newest = await self._newest(stands, work)
        heard: Document = {
            "contact_at": latest([_at(newest), replied["at"] if replied else None]),
            "good_news_at": latest(told),
            "spoken": {"at": newest["occurred_at"], "tone": newest["tone"]} if newest else None,
        }
        for name, tone in _BY_TONE.items():
            heard[name] = _at(await self._newest({**stands, "tone": tone}, work))
        await self.database[HEARD].replace_one(
            {"_id": family_id}, heard, upsert=True, session=work.session
        )

    async def _newest(self, query: Document, work: Work) -> Document | None:
        return await self.database[CONTACTS].find_one(
            query, {"occurred_at": 1, "tone": 1}, sort=_NEWEST, session=work.session
        )

    async def sum_up(self) -> None:
        """Give families of before what `heard` did not hold then: what their contacts come to."""
        async with answering():
            if await self.database[HEARD].find_one({"spoken": {"$exists": False}}, {"_id": 1}):
                await self.database[CONTACTS].aggregate(_SUMMING_UP).to_list(None)
                nothing = {"spoken": {"$exists": False}}
                await self.database[HEARD].update_many(nothing, {"$set": {"spoken": None}})

    async def of_work(self, contact_id: str, work: Work) -> Contact:
        """One contact for a change within a transaction; `NotFound`. The caller judges who asks."""
        contact = await self.known(contact_id, work)
        if contact is None:
            raise NotFound("There is no such contact.")
        return contact

    async def known(self, contact_id: str, work: Work) -> Contact | None:
        """One contact within a transaction, None when there is none. The caller judges who asks."""
        row = await self.database[CONTACTS].find_one({"_id": contact_id}, session=work.session)
        return Contact.model_validate(row) if row else None

    async def one(self, contact_id: str, *, seen_by: Viewer, on: date) -> Contact:
        """One contact; `NotFound` also where the viewer may not know of it."""
        async with answering():
            row = await self.database[CONTACTS].find_one({"_id": contact_id})
        contact = Contact.model_validate(row) if row else None
        if contact is None or not await self._in_sight(contact, seen_by, on):
            raise NotFound("There is no such contact, or you may not see it.")
        return (await self._seen([contact], seen_by))[0]

    async def _seen(self, found: Sequence[Contact], viewer: Viewer) -> list[Contact]:
        held = [each.contact_id for each in found if each.note and may_open_note(each, viewer)]
        opened = await self.readings.opened(viewer, held) if held else frozenset[str]()
        return [as_seen(each, viewer, opened) for each in found]

    async def _in_sight(self, contact: Contact, viewer: Viewer, on: date) -> bool:
        if viewer.account_id == contact.account_id:
            return True
        return await self.families.sees(viewer, contact.family_id, on)

    async def of_family(
        self,
        family_id: str,
        *,
        seen_by: Viewer,
        on: date,
        most: int = 100,
        with_notes: bool = False,
    ) -> list[Contact]:
        """A family's contacts, newest first; none where the viewer may not see the family.

        `with_notes`: those for staff, too, for whoever takes out a pupil's record.
        """
        if not await self.families.sees(seen_by, family_id, on):
            return []
        own: Document = {"family_id": family_id}
        async with answering():
            lineage = await self.database[LINEAGE].find_one({"_id": family_id})
        if lineage:
            # Of the families before only what was about today's pupils.
            family = await self.families.one(family_id, seen_by=seen_by, on=on)
            pupils = [student.student_id for student in family.students]
            before = {"family_id": {"$in": lineage["earlier"]}, "student_ids": {"$in": pupils}}
            own = {"$or": [own, before]}
        found = await self._whole_of(own, None, most)
        return found if with_notes else await self._seen(found, seen_by)

    async def mine(
        self, narrowed: Filter, *, seen_by: Viewer, after: Place | None, most: int
    ) -> list[Contact]:
        """What the viewer wrote down, newest first."""
        query = {**narrowed.query(), "account_id": seen_by.account_id}
        return await self._newest_of(query, after, most, seen_by)

    async def in_sight(
        self, narrowed: Filter, *, seen_by: Viewer, on: date, after: Place | None, most: int
    ) -> list[Contact]:
        """Of one family in sight all; else an educator's own, a school's, all for the district."""
        scope: Document = {"account_id": seen_by.account_id}
        if narrowed.family_id:
            await self.families.one(narrowed.family_id, seen_by=seen_by, on=on)
            scope = {}
        elif seen_by.role == "district":
            scope = {}
        elif seen_by.role in {"coordinator", "office", "principal"}:
            scope = {"school_id": {"$in": sorted(seen_by.school_ids)}}
        return await self._newest_of({**narrowed.query(), **scope}, after, most, seen_by)

    async def hand_on(self, before: Sequence[str], now: Sequence[str], work: Work) -> None:
        """Families parted or joined: what they heard before, those of now have heard as well.

        The contacts keep their family; the page of a family of now shows them, too.
        """
        heard = self.database[HEARD].find({"_id": {"$in": list(before)}}, session=work.session)
        rows = await heard.to_list(None)
        moments: Document = {
            name: moment
            for name in ("good_news_at", "contact_at", *_BY_TONE)
            if (moment := latest(row.get(name) for row in rows))
        }
        spoken = [row["spoken"] for row in rows if row.get("spoken")]
        moments["spoken"] = max(spoken, key=lambda each: each["at"], default=None)
        for family_id in now:
            earlier = [each for each in before if each != family_id]
            await self.database[LINEAGE].update_one(
                {"_id": family_id},
                {"$addToSet": {"earlier": {"$each": earlier}}},
                upsert=True,
                session=work.session,
            )
            await self.database[HEARD].update_one(
                {"_id": family_id}, {"$max": moments}, upsert=True, session=work.session
            )

    async def recent_families(self, *, seen_by: Viewer, most: int = 8) -> list[str]:
        """The families whom the viewer talked with last."""
        query = {"account_id": seen_by.account_id, "retraction": None}
        async with answering():
            cursor = self.database[CONTACTS].find(query, {"family_id": 1}).sort(_NEWEST)
            rows = await cursor.limit(most * 6).to_list(None)
        return list(dict.fromkeys(row["family_id"] for row in rows))[:most]

    async def _newest_of(
        self, query: Document, after: Place | None, most: int, viewer: Viewer
    ) -> list[Contact]:
        return await self._seen(await self._whole_of(query, after, most), viewer)

    async def _whole_of(self, query: Document, after: Place | None, most: int) -> list[Contact]:
        where = {"$and": [query, _beyond(*after)]} if after else query
        async with answering():
            cursor = self.database[CONTACTS].find(where).sort(_NEWEST).limit(most)
            return [Contact.model_validate(row) async for row in cursor]


def _row(contact: Contact) -> Document:
    return {"_id": contact.contact_id, **contact.model_dump()}


def _beyond(at: datetime, contact_id: str) -> Document:
    later = {"occurred_at": at, "_id": {"$lt": contact_id}}
    return {"$or": [{"occurred_at": {"$lt": at}}, later]}


def _heard(contact: Contact) -> Document:
    """What a family heard by one contact. Of two moments the later one stays: `$max` compares
    documents from their first field on.
    """
    at = contact.occurred_at
    heard: Document = {"contact_at": at, "spoken": {"at": at, "tone": contact.tone}}
    if contact.told_good_news:
        heard["good_news_at"] = at
    return heard | {name: at for name, tone in _BY_TONE.items() if tone == contact.tone}


def _at(row: Document | None) -> datetime | None:
    return row["occurred_at"] if row else None


def _when_about(tone: str) -> Document:
    return {"$max": {"$cond": [{"$eq": ["$tone", tone]}, "$occurred_at", None]}}


_SUMMING_UP: list[Document] = [
    {"$match": {"retraction": None}},
    {
        "$group": {
            "_id": "$family_id",
            "spoken": {"$max": {"at": "$occurred_at", "tone": "$tone"}},
            **{name: _when_about(tone) for name, tone in _BY_TONE.items()},
        }
    },
    {"$merge": {"into": HEARD, "whenMatched": "merge"}},
]
