"""A school's families as its coordinator looks at them: who needs an interpreter, who is taught."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.contacts.domain.interpreters import base_of
from services.contacts.domain.reaching_out import SILENCES, Trouble, Why, is_silent
from services.contacts.domain.views import Reach
from services.contacts.store.corrections import CorrectionRows
from services.contacts.store.mail import LETTERS, REPLIES
from services.contacts.store.school_events import EVENTS
from shared.directory import FAMILIES, HOUSEHOLDS, Directory
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.mongo import Database, Document, answering
from shared.sight import classes_in_sight, taught_in

_SILENT_WITHIN = timedelta(days=365)


@dataclass
class OverviewRows:
    """Reads name the viewer, who sees families of own schools or classes."""

    database: Database
    directory: Directory
    corrections: CorrectionRows

    async def needing(
        self, languages: Collection[str], *, seen_by: Viewer, on: date
    ) -> list[tuple[FamilyChanged, dict[str, Reach]]]:
        """Families with an adult who speaks one of the languages and needs an interpreter.

        Beside each, how to reach its adults; not those whose address is confidential, since lists
        are handed on.
        """
        bases = "|".join(re.escape(base_of(each)) for each in languages)
        meant = {"language": {"$regex": f"^({bases})(-|$)"}, "interpreter": True}
        query = await self._in_sight(seen_by, on, {"guardians": {"$elemMatch": meant}})
        async with answering():
            rows = await self.database[FAMILIES].find(query).to_list(None)
        found = [(FamilyChanged.model_validate(row), _reach(row)) for row in rows]
        closed = await self.corrections.confidential([who for _, reach in found for who in reach])
        return [
            (family, {who: each for who, each in reach.items() if who not in closed})
            for family, reach in found
        ]

    async def languages_needed(self, *, seen_by: Viewer, on: date) -> set[str]:
        """The languages of the adults who need an interpreter."""
        query = await self._in_sight(seen_by, on, {"guardians.interpreter": True})
        fields = {"guardians.language": 1, "guardians.interpreter": 1}
        async with answering():
            rows = await self.database[FAMILIES].find(query, fields).to_list(None)
        return {
            base_of(adult["language"])
            for row in rows
            for adult in row["guardians"]
            if adult.get("interpreter")
        }

    async def taught_by_somebody(self, *, seen_by: Viewer, on: date) -> set[str]:
        """The ids of families with a pupil in a class of one who works at the viewer's schools."""
        classes = {
            class_id
            for school_id in seen_by.school_ids
            for educator in await self.directory.educators_in_brief(school_id)
            for class_id in classes_in_sight(educator, on)
        }
        query = await self._in_sight(seen_by, on, taught_in(classes, on))
        async with answering():
            rows = await self.database[FAMILIES].find(query, {"_id": 1}).to_list(None)
        return {row["_id"] for row in rows}

    async def unreachable(self, family_ids: Collection[str], now: datetime) -> dict[str, Trouble]:
        """Those of some families with a household that letters do not reach, and why: it has no
        address, its last letter came back or may go by no way, or it answered none of its last
        three invitations; as other services told. Callers name families in sight.
        """
        ids = list(family_ids)
        found: dict[str, Trouble] = {}
        fate = await self._newest_letters(ids)
        silent = await self._silent(ids, now)
        homes = {"family_ids": {"$in": ids}, "active": True, "student_ids.0": {"$exists": True}}
        async with answering():
            fields = {"family_ids": 1, "mailbox": 1}
            async for home in self.database[HOUSEHOLDS].find(homes, fields):
                trouble = fate.get(home["_id"])
                if not home["mailbox"]:
                    trouble = Trouble("no_address").worse(trouble)
                if home["_id"] in silent:
                    trouble = Trouble("silent").worse(trouble)
                if trouble is not None:
                    for family_id in home["family_ids"]:
                        found[family_id] = trouble.worse(found.get(family_id))
        return found

    async def with_phone(self, family_ids: Collection[str]) -> set[str]:
        """Those of some families with an adult whose phone is known. As for `unreachable`."""
        query = {"_id": {"$in": list(family_ids)}, "own.reach.phone": {"$gt": ""}}
        async with answering():
            rows = await self.database[FAMILIES].find(query, {"_id": 1}).to_list(None)
        return {row["_id"] for row in rows}

    async def _newest_letters(self, family_ids: list[str]) -> dict[str, Trouble]:
        told = {"$or": [{"state": {"$ne": "not_sent"}}, {"needs_a_person": True}]}
        newest: list[Document] = [
            {"$match": {"family_ids": {"$in": family_ids}, **told}},
            {"$sort": {"at": -1}},
            {
                "$group": {
                    "_id": "$household_id",
                    "state": {"$first": "$state"},
                    "reason": {"$first": "$reason"},
                }
            },
            {"$match": {"state": {"$ne": "handed_over"}}},
        ]
        why: dict[str, Why] = {"came_back": "came_back", "not_sent": "held_back"}
        async with answering():
            rows = await self.database[LETTERS].aggregate(newest).to_list(None)
        return {row["_id"]: Trouble(why[row["state"]], row.get("reason") or "") for row in rows}

    async def _silent(self, family_ids: list[str], now: datetime) -> set[str]:
        """The households that answered none of their last three invitations."""
        year = {"$lte": now, "$gt": now - _SILENT_WITHIN}
        over = {"cancelled": False, "closes_at": year}
        got: list[Document] = [
            {"$match": {"family_ids": {"$in": family_ids}, "kind": "invitation"}},
            {"$match": {"state": "handed_over"}},
            {"$group": {"_id": "$household_id", "events": {"$addToSet": "$about"}}},
        ]
        async with answering():
            found = self.database[EVENTS].find(over, {"_id": 1}).sort("closes_at", -1)
            events = [row["_id"] async for row in found]
            if len(events) < SILENCES:
                return set()
            said = {"family_ids": {"$in": family_ids}, "event_id": {"$in": events}}
            fields = {"household_id": 1, "event_id": 1}
            answers: dict[str, set[str]] = {}
            async for row in self.database[REPLIES].find(said, fields):
                answers.setdefault(row["household_id"], set()).add(row["event_id"])
            rows = await self.database[LETTERS].aggregate(got).to_list(None)
        return {
            row["_id"]
            for row in rows
            if is_silent(
                [each for each in events if each in row["events"]], answers.get(row["_id"], ())
            )
        }

    async def _in_sight(self, viewer: Viewer, on: date, more: Document) -> Document:
        return {"$and": [{"active": True}, await self.directory.sight(viewer, on), more]}


def _reach(row: Document) -> dict[str, Reach]:
    found = [Reach.model_validate(each) for each in row.get("own", {}).get("reach", ())]
    return {each.guardian_id: each for each in found}
