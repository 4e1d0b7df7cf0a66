"""Requests to erase, holds, the time of keeping, and blanking what is kept of a family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.erasing import Erasure, Hold, Retention
from services.contacts.store.caseloads import CASELOADS
from services.contacts.store.contacts import CONTACTS, HISTORY
from services.contacts.store.corrections import CORRECTIONS
from services.contacts.store.disclosures import DISCLOSURES
from services.contacts.store.follow_ups import FOLLOW_UPS
from services.contacts.store.previous import MATCHES
from services.contacts.store.readings import LOOKS, NOTES
from services.contacts.store.roster import ROSTER
from services.contacts.store.strengths import STRENGTHS
from services.contacts.store.suggestions import SUGGESTIONS
from shared.directory import FAMILIES, FLAGS, HOUSEHOLDS
from shared.errors import NotFound
from shared.messages import ERASED_WORDS
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import OUTBOX, Work

ERASURES = "erasures"
HOLDS = "holds"
RETENTION = "retention"
ERASING_KEPT = (
    Kept(
        ERASURES,
        (
            IndexModel([("state", ASCENDING), ("at", DESCENDING)], name="state"),
            IndexModel([("family_id", ASCENDING)], name="family"),
        ),
        {"required": ["family_id", "state", "reason", "account_id", "at"]},
    ),
    Kept(HOLDS, (IndexModel([("family_id", ASCENDING)], name="family"),)),
    Kept(RETENTION),
)
MOST_SHOWN = 200
_NOBODY: Document = {"given_name": "", "family_name": "", "sourced_ids": []}
"""The roster's ids may be mail addresses."""


@dataclass(frozen=True)
class Erased:
    """Whose names and words go: adults and households that belong to no other family."""

    family_id: str
    student_ids: tuple[str, ...]
    guardian_ids: tuple[str, ...]
    household_ids: tuple[str, ...]
    contact_ids: tuple[str, ...]
    asked_ids: tuple[str, ...]
    records: tuple[str, ...]
    """Their ids in the roster."""


@dataclass
class ErasingRows:
    """For the district alone."""

    database: Database

    # --- requests and holds -----------------------------------------------------------------------

    async def retention(self) -> Retention:
        """The district's time of keeping, else the usual one."""
        async with answering():
            row = await self.database[RETENTION].find_one({"_id": "families"})
        return Retention(years=row["years"]) if row else Retention()

    async def keep_retention(self, retention: Retention, by: str, work: Work) -> None:
        """Decide how long; who did and when stays with it."""
        row = {**retention.model_dump(), "by": by, "at": work.now}
        await self.database[RETENTION].update_one(
            {"_id": "families"}, {"$set": row}, upsert=True, session=work.session
        )

    async def put(self, erasure: Erasure, work: Work) -> None:
        """Keep a request as it stands now."""
        row = {"_id": erasure.erasure_id, **erasure.model_dump()}
        await self.database[ERASURES].replace_one(
            {"_id": row["_id"]}, row, upsert=True, session=work.session
        )

    async def one(self, erasure_id: str, work: Work | None = None) -> Erasure:
        """One request; `NotFound`."""
        session = work.session if work else None
        async with answering():
            row = await self.database[ERASURES].find_one({"_id": erasure_id}, session=session)
        if row is None:
            raise NotFound("There is no such request.")
        return Erasure.model_validate(row)

    async def of_family(self, family_id: str, work: Work | None = None) -> list[Erasure]:
        """The requests about a family, the newest first."""
        session = work.session if work else None
        async with answering():
            found = self.database[ERASURES].find({"family_id": family_id}, session=session)
            return [Erasure.model_validate(row) async for row in found.sort("at", -1)]

    async def newest(self) -> list[Erasure]:
        """Those that wait first, then the newest."""
        async with answering():
            found = self.database[ERASURES].find().sort([("state", 1), ("at", -1)])
            return [Erasure.model_validate(row) async for row in found.limit(MOST_SHOWN)]

    async def put_hold(self, hold: Hold, work: Work) -> None:
        """Keep a hold as it stands now."""
        row = {"_id": hold.hold_id, **hold.model_dump()}
        await self.database[HOLDS].replace_one(
            {"_id": row["_id"]}, row, upsert=True, session=work.session
        )

    async def holds(self, family_id: str, work: Work | None = None) -> tuple[Hold, ...]:
        """Those in force."""
        session = work.session if work else None
        query = {"family_id": family_id, "lifted_at": None}
        async with answering():
            found = self.database[HOLDS].find(query, session=session).sort("at", 1)
            return tuple([Hold.model_validate(row) async for row in found])

    # --- the family as it is kept -----------------------------------------------------------------

    async def family(self, family_id: str, work: Work | None = None) -> Document:
        """The family as it is kept; `NotFound`."""
        session = work.session if work else None
        async with answering():
            row = await self.database[FAMILIES].find_one({"_id": family_id}, session=session)
        if row is None:
            raise NotFound("There is no such family.")
        return row

    async def begin_to_count(self, family_id: str, work: Work) -> None:
        """A family that left before anybody noted when: it is counted from today."""
        await self.database[FAMILIES].update_one(
            {"_id": family_id, "active": False, "own.left_at": None},
            {"$set": {"own.left_at": work.now}},
            session=work.session,
        )

    async def alone_in(self, family: Document, work: Work) -> Erased:
        """Who and what belongs to this family and to no other."""
        family_id = family["_id"]
        adults = {each["guardian_id"] for each in family["guardians"]}
        others = {"guardians.guardian_id": {"$in": sorted(adults)}, "_id": {"$ne": family_id}}
        found = self.database[FAMILIES].find(others, {"guardians": 1}, session=work.session)
        async for row in found:
            adults -= {each["guardian_id"] for each in row["guardians"]}
        homes = self.database[HOUSEHOLDS].find({"family_ids": [family_id]}, session=work.session)
        households = [row["_id"] async for row in homes if set(row["guardian_ids"]) <= adults]
        said = self.database[CONTACTS].find(
            {"family_id": family_id}, {"_id": 1}, session=work.session
        )
        asked = self.database[FOLLOW_UPS].find(
            {"family_id": family_id, "asked": {"$type": "object"}}, {"_id": 1}, session=work.session
        )
        own = [each for each in family["guardians"] if each["guardian_id"] in adults]
        people = [*family["students"], *own]
        return Erased(
            family_id=family_id,
            student_ids=tuple(each["student_id"] for each in family["students"]),
            guardian_ids=tuple(sorted(adults)),
            household_ids=tuple(sorted(households)),
            contact_ids=tuple([row["_id"] async for row in said]),
            asked_ids=tuple([row["_id"] async for row in asked]),
            records=tuple(sorted({record for each in people for record in each["sourced_ids"]})),
        )

    # --- blanking ---------------------------------------------------------------------------------

    async def blank(self, gone: Erased, work: Work) -> dict[str, int]:
        """Take names and words out of everything kept here; gives how much of each sort."""
        done: dict[str, int] = {}
        for name, query, change in _blanked(gone):
            changed = await self.database[name].update_many(query, change, session=work.session)
            done[name] = changed.modified_count
        for name, query in _removed(gone):
            removed = await self.database[name].delete_many(query, session=work.session)
            done[name] = removed.deleted_count
        return {name: count for name, count in done.items() if count}

    async def forget_told(self, gone: Erased) -> None:
        """Messages that were told already need not be kept for the week that they else are."""
        subjects = [f"org.partners.family|{gone.family_id}"]
        subjects += [f"org.partners.household|{each}" for each in gone.household_ids]
        subjects += [f"org.partners.contact|{each}" for each in gone.contact_ids]
        told = {"sent_at": {"$type": "date"}, "aggregate": {"$in": subjects}}
        async with answering():
            await self.database[OUTBOX.name].delete_many(told)


def blank_family(row: Document, gone: Erased) -> Document:
    """The family without names, as it is kept from now on."""
    adults = set(gone.guardian_ids)
    return {
        **row,
        "students": [{**each, **_NOBODY} for each in row["students"]],
        "guardians": [
            {**each, **_NOBODY} if each["guardian_id"] in adults else each
            for each in row["guardians"]
        ],
        "tokens": [],
        "own": {"left_at": row["own"].get("left_at"), "erased": True},
        "digest": "",
    }


def _blanked(gone: Erased) -> Sequence[tuple[str, Mapping[str, object], Mapping[str, object]]]:
    family = {"family_id": gone.family_id}
    adults = {"guardian_id": {"$in": list(gone.guardian_ids)}}
    undone = {**family, "retraction": {"$type": "object"}}
    return (
        (
            CONTACTS,
            {**family, "letter": {"$type": "object"}},
            {"$set": {"letter.words": ERASED_WORDS}},
        ),
        (CONTACTS, undone, {"$set": {"retraction.reason": ""}}),
        (CONTACTS, family, {"$set": {"note": ""}}),
        (FOLLOW_UPS, family, {"$set": {"what": ERASED_WORDS}}),
        (
            FOLLOW_UPS,
            {**family, "asked": {"$type": "object"}},
            {"$set": {"author": "", "asked.words": ""}},
        ),
        (SUGGESTIONS, family, {"$set": {"what": ERASED_WORDS}}),
        (CASELOADS, family, {"$set": {"reason": ERASED_WORDS}}),
        (FLAGS, adults, {"$set": {"reason": ""}}),
    )


def _removed(gone: Erased) -> Sequence[tuple[str, Mapping[str, object]]]:
    students = {"student_id": {"$in": list(gone.student_ids)}}
    adults = {"guardian_id": {"$in": list(gone.guardian_ids)}}
    records = list(gone.records)
    return (
        (HISTORY, {"contact_id": {"$in": list(gone.contact_ids)}}),
        (STRENGTHS, students),
        (DISCLOSURES, students),
        (CORRECTIONS, adults),
        (NOTES, {"family_id": gone.family_id}),
        (LOOKS, {"family_id": gone.family_id}),
        (ROSTER, {"_id": {"$in": [f"person|{each}" for each in records]}}),
        (MATCHES, {"$or": [{"one": {"$in": records}}, {"other": {"$in": records}}]}),
    )
