"""For other systems: what became of the notices that they asked for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter

from services.notifications.actions.asking import what_became_of
from services.notifications.domain.asked import Told
from services.notifications.web.at import AtRoom
from shared import web
from shared.asked_notices import Template
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1/requests", tags=["notifications"])


class RequestOut(Record):
    """A request and, for each person whom it named, what became of it until now."""

    id: str
    template: Template
    asked_at: datetime
    people: tuple[Told, ...]


@router.get("/{request_id:path}")
async def get_request(
    request_id: str, viewer: Annotated[Viewer, web.scope("notices:request")], room: AtRoom
) -> RequestOut:
    """By the id that the asking system gave its message; own requests only, for two months."""
    request, people = await what_became_of(room, request_id, viewer)
    return RequestOut(
        id=request.request_id,
        template=request.template,
        asked_at=request.asked_at,
        people=tuple(people),
    )
