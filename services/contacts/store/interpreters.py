"""The list of interpreters."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.interpreters import DISTRICT, Interpreter
from shared.errors import NotFound
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

INTERPRETERS = "interpreters"
INTERPRETERS_KEPT = (
    Kept(
        INTERPRETERS,
        (IndexModel([("school_id", ASCENDING), ("name", ASCENDING)], name="of_school"),),
        {"required": ["school_id", "name", "kind", "languages", "phone", "version"]},
    ),
)


@dataclass
class InterpreterRows:
    """An entry is ended, never removed: contacts name it."""

    database: Database

    async def listed(self, *, seen_by: Viewer) -> list[Interpreter]:
        """Those whom the viewer's schools may call, and those who ended, by name."""
        async with answering():
            rows = await self.database[INTERPRETERS].find(_scope(seen_by)).to_list(None)
        found = [Interpreter.model_validate(row) for row in rows]
        return sorted(found, key=lambda each: (each.name.casefold(), each.interpreter_id))

    async def one(self, interpreter_id: str, *, seen_by: Viewer) -> Interpreter:
        """One entry; `NotFound` also where it is another school's."""
        query = {"$and": [{"_id": interpreter_id}, _scope(seen_by)]}
        async with answering():
            row = await self.database[INTERPRETERS].find_one(query)
        if row is None:
            raise NotFound("There is no such interpreter, or it is not one of your school.")
        return Interpreter.model_validate(row)

    async def known(self, ids: Sequence[str], work: Work) -> dict[str, Interpreter]:
        """Some entries within a transaction, of whatever school. The caller judges who asks."""
        query = {"_id": {"$in": list(ids)}}
        found = self.database[INTERPRETERS].find(query, session=work.session)
        return {row["_id"]: Interpreter.model_validate(row) async for row in found}

    async def put(self, interpreter: Interpreter, work: Work) -> None:
        """Keep an entry whole."""
        row = {
            **interpreter.model_dump(exclude={"hours"}),
            # The database knows no times of day.
            "hours": [each.model_dump(mode="json") for each in interpreter.hours],
            "_id": interpreter.interpreter_id,
        }
        await self.database[INTERPRETERS].replace_one(
            {"_id": interpreter.interpreter_id}, row, upsert=True, session=work.session
        )


def _scope(viewer: Viewer) -> Document:
    if viewer.role == "district":
        return {}
    return {"school_id": {"$in": [DISTRICT, *sorted(viewer.school_ids)]}}
