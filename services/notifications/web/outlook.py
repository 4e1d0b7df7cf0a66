"""Before a letter to many is sent: a page that says how many get it when, and the same by API."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.notifications.actions.outlook import Outlook, Plan, look_ahead
from services.notifications.web.at import AtRoom
from shared import web

router = APIRouter(prefix="/notifications", tags=["notifications"])
PlanIn = Annotated[Plan, Query()]


@router.get("/outlook/{school_id}", include_in_schema=False)
async def show_outlook(
    page: web.Page, viewer: web.SignedIn, room: AtRoom, school_id: str, plan: PlanIn
) -> Response:
    """How many households get it at once, later, or not at all."""
    outlook = await look_ahead(room, school_id, plan, viewer)
    return page.render("notifications/outlook.html", outlook=outlook)


@router.get("/api/v1/outlook/{school_id}")
async def get_outlook(viewer: web.SignedIn, room: AtRoom, school_id: str, plan: PlanIn) -> Outlook:
    """What would become of an invitation or announcement if it were sent now."""
    return await look_ahead(room, school_id, plan, viewer)
