"""What people decided about the translations: for each language one row with its sentences."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.notifications.domain.languages import Judgement, Judgements
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

LANGUAGES = "languages"
KEPT = (Kept(LANGUAGES),)


@dataclass(frozen=True)
class Languages:
    """Judgements of sentences."""

    database: Database

    async def judgements(self, languages: Collection[str]) -> dict[str, Judgements]:
        """The last judgement of each sentence, by language; without languages that have none."""
        if not languages:
            return {}
        async with answering():
            return {
                row["_id"]: {
                    key: Judgement.model_validate(each) for key, each in row["sentences"].items()
                }
                async for row in self.database[LANGUAGES].find({"_id": {"$in": sorted(languages)}})
            }

    async def judge(self, language: str, judged: Mapping[str, Judgement], work: Work) -> None:
        """Keep judgements by the key of their sentence; those of other sentences stay.

        Two people at two sentences of a language never undo each other.
        """
        fields = {f"sentences.{key}": each.model_dump() for key, each in judged.items()}
        await self.database[LANGUAGES].update_one(
            {"_id": language}, {"$set": fields}, upsert=True, session=work.session
        )
