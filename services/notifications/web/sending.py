"""How mail leaves: what the district's technical staff has set, and what waits because of it."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.notifications.actions.limiting import begun_lately
from services.notifications.actions.watching import MOST_COUNTED
from services.notifications.domain import reasons
from services.notifications.web.at import AtRoom
from shared import web
from shared.identity import Viewer

router = APIRouter(prefix="/notifications/settings/sending", include_in_schema=False)
District = Annotated[Viewer, web.needs("district")]


@router.get("")
async def show_sending(page: web.Page, viewer: District, room: AtRoom) -> Response:
    """Limits and what waits for them, the signature, and letters that may not have arrived."""
    del viewer
    day, deliveries = room.limits.day, room.store.deliveries
    over = (reasons.DAILY_LIMIT, reasons.DOMAIN_LIMIT)
    waits = await room.store.backlog.waits_because(over, MOST_COUNTED)
    return page.render(
        "notifications/sending.html",
        day=day,
        begun=await begun_lately(room, day) if day else 0,
        domains=sorted(room.limits.domains.items()),
        waits_day=waits[reasons.DAILY_LIMIT],
        waits_domain=waits[reasons.DOMAIN_LIMIT],
        unclear=await deliveries.unknown(MOST_COUNTED),
        signer=room.place.signer,
    )
