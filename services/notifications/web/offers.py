"""Addresses that families gave on the page behind a paper letter: staff confirms each."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions.offering import confirm_offer, offers, refuse_offer
from services.notifications.web.at import AtRoom
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/offers", include_in_schema=False)
Lead = Annotated[Viewer, web.needs("coordinator", "office", "principal", "district")]


class Decision(Record):
    """What a person decided about one address."""

    decision: Literal["confirm", "refuse"]
    guardian_id: Annotated[str, Field(max_length=64)] = ""


@router.get("")
async def show_offers(page: web.Page, viewer: Lead, room: AtRoom) -> Response:
    """Those that wait."""
    return page.render("notifications/offers.html", offered=await offers(room, viewer))


@router.post("/{offer_id}")
async def decide(
    offer_id: str,
    page: web.Page,
    viewer: Lead,
    room: AtRoom,
    form: Annotated[web.Form[Decision], web.form(Decision)],
) -> Response:
    """Confirm it for one adult, or refuse it."""
    if not form.ok:
        return page.redirect(
            "/notifications/offers", page._(N_("Please choose one of the answers."))
        )
    if form.data.decision == "refuse":
        await refuse_offer(room, offer_id, viewer)
        said = page._(N_("Nothing was changed."))
    else:
        await confirm_offer(room, offer_id, form.data.guardian_id, viewer)
        said = page._(N_("Kept. Letters go to this address in a minute."))
    return page.redirect("/notifications/offers", said)
