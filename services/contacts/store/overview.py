"""A school's families as its coordinator looks at them: who needs an interpreter, who is taught."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.contacts.domain.interpreters import base_of
from services.contacts.domain.views import Reach
from services.contacts.store.corrections import CorrectionRows
from services.contacts.store.mail import LETTERS
from shared.directory import FAMILIES, HOUSEHOLDS, Directory, taught_in
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.mongo import Database, Document, answering
from shared.sight import classes_in_sight


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
            for educator in await self.directory.educators(school_id)
            for class_id in classes_in_sight(educator, on)
        }
        query = await self._in_sight(seen_by, on, taught_in(classes, on))
        async with answering():
            rows = await self.database[FAMILIES].find(query, {"_id": 1}).to_list(None)
        return {row["_id"] for row in rows}

    async def unreachable(self, family_ids: Collection[str]) -> set[str]:
        """Those of some families with a household to which no mail goes: without an address, or
        whose last letter came back, as notifications told. Callers name families in sight.
        """
        ids = list(family_ids)
        homes = {"family_ids": {"$in": ids}, "active": True, "student_ids.0": {"$exists": True}}
        newest: list[Document] = [
            {"$match": {"family_ids": {"$in": ids}, "state": {"$ne": "not_sent"}}},
            {"$sort": {"at": -1}},
            {"$group": {"_id": "$household_id", "state": {"$first": "$state"}}},
            {"$match": {"state": "came_back"}},
        ]
        found: set[str] = set()
        async with answering():
            back = {row["_id"] async for row in self.database[LETTERS].aggregate(newest)}
            fields = {"family_ids": 1, "mailbox": 1}
            async for home in self.database[HOUSEHOLDS].find(homes, fields):
                if not home["mailbox"] or home["_id"] in back:
                    found.update(home["family_ids"])
        return found

    async def _in_sight(self, viewer: Viewer, on: date, more: Document) -> Document:
        return {"$and": [{"active": True}, await self.directory.sight(viewer, on), more]}


def _reach(row: Document) -> dict[str, Reach]:
    found = [Reach.model_validate(each) for each in row.get("own", {}).get("reach", ())]
    return {each.guardian_id: each for each in found}
