"""Saved mappings of contact files, each with its version."""

from dataclasses import dataclass

from services.contacts.domain.contact_files.mapping import ContactMapping, MappingDraft
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

MAPPINGS = "contact_mappings"
CONTACT_MAPPINGS_KEPT = (Kept(MAPPINGS),)


@dataclass
class ContactMappingRows:
    """What columns and words of each system mean; no personal data."""

    database: Database

    async def one(self, school_id: str, name: str) -> ContactMapping | None:
        """The newest version of a mapping of a school; of the district when the school is empty."""
        async with answering():
            row = await self.database[MAPPINGS].find_one({"_id": _id(school_id, name)})
        return _mapping(row) if row else None

    async def usable(self, *, seen_by: Viewer) -> list[ContactMapping]:
        """The district's and those of own schools; for the district all."""
        own = {"school_id": {"$in": ["", *sorted(seen_by.school_ids)]}}
        query = own if seen_by.role == "coordinator" else {}
        async with answering():
            rows = await self.database[MAPPINGS].find(query).sort("_id", 1).to_list(None)
        return [_mapping(row) for row in rows]

    async def save(
        self, draft: MappingDraft, school_id: str, by: str, work: Work
    ) -> ContactMapping:
        """Keep a new version; the same again stays the version that it is."""
        place = {"_id": _id(school_id, draft.name)}
        row = await self.database[MAPPINGS].find_one(place, session=work.session)
        known = _mapping(row) if row else None
        if known and MappingDraft.model_validate(known.model_dump()) == draft:
            return known
        version = known.version + 1 if known else 1
        said = {"school_id": school_id, "version": version, "by": by, "at": work.now}
        mapping = ContactMapping.model_validate({**draft.model_dump(), **said})
        # As text: names of columns are keys in it, and the database has its own ideas about keys.
        kept = {**place, "school_id": school_id, "mapping": mapping.model_dump_json()}
        await self.database[MAPPINGS].replace_one(place, kept, upsert=True, session=work.session)
        return mapping

    async def drop(self, school_id: str, name: str, work: Work) -> None:
        """Forget a mapping. Files that came by it keep their own copy."""
        await self.database[MAPPINGS].delete_one(
            {"_id": _id(school_id, name)}, session=work.session
        )


def _id(school_id: str, name: str) -> str:
    return f"{school_id}|{name}"


def _mapping(row: Document) -> ContactMapping:
    return ContactMapping.model_validate_json(row["mapping"])
