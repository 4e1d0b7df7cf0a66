"""Dead letters over HTTP, alike in every service; `partners dead` calls these routes."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.deadletters import DeadLetter, DeadLetters
from shared.identity import Viewer
from shared.web.guards import needs

READ = "dead:read"
WRITE = "dead:write"
Reader = Annotated[Viewer, needs("district", scope=READ)]
Mender = Annotated[Viewer, needs("district", scope=WRITE)]


class DeadLetterSeen(BaseModel):
    """One dead letter; its body (text, at most 64 KiB) comes only where one is asked for."""

    id: str
    service: str
    queue: str
    message_id: str
    type: str
    source: str
    reason: str
    tries: int
    died_at: datetime
    body: str | None = None


class DeadLettersSeen(BaseModel):
    """The newest first; `before` is the `died_at` to ask with for the next page."""

    waiting: int
    letters: list[DeadLetterSeen]
    before: datetime | None


def dead_letter_routes(dead: DeadLetters) -> APIRouter:
    """The four routes of one service."""
    router = APIRouter(prefix=f"/{dead.service}/api/v1/dead", tags=["dead letters"])

    @router.get("")
    async def list_dead_letters(
        viewer: Reader,
        type: str = "",
        before: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> DeadLettersSeen:
        del viewer
        found = await dead.newest(limit=limit, before=before, type=type)
        more = found[-1].died_at if len(found) == limit else None
        seen = [_seen(dead.service, letter) for letter in found]
        return DeadLettersSeen(waiting=await dead.count(), letters=seen, before=more)

    @router.get("/{letter_id}")
    async def show_dead_letter(viewer: Reader, letter_id: str) -> DeadLetterSeen:
        del viewer
        letter = await dead.show(letter_id)
        return _seen(dead.service, letter, body=letter.shown)

    @router.post("/{letter_id}/replay")
    async def replay_dead_letter(viewer: Mender, letter_id: str) -> DeadLetterSeen:
        del viewer
        return _seen(dead.service, await dead.replay(letter_id))

    @router.delete("/{letter_id}")
    async def drop_dead_letter(viewer: Mender, letter_id: str) -> DeadLetterSeen:
        del viewer
        return _seen(dead.service, await dead.drop(letter_id))

    return router


def _seen(service: str, letter: DeadLetter, body: str | None = None) -> DeadLetterSeen:
    return DeadLetterSeen(
        id=letter.letter_id, service=service, body=body,
        **letter.model_dump(include=set(DeadLetterSeen.model_fields) - {"id", "service", "body"}),
    )  # fmt: skip
