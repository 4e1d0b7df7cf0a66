"""The link at the foot of each letter: stop letters of this kind, or get them again.

A GET never changes anything, because mail programs open links before people do. The POST that a
mail program sends by itself (RFC 8058) stops at once.
"""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from services.notifications.actions.choosing import open_stop_link, resume_letters, stop_letters
from services.notifications.web.at import CATEGORIES, AtRoom
from shared import web
from shared.errors import Refused
from shared.i18n import N_

PATH = "/notifications/unsubscribe/{token}"
_SHOWS = "the kind of letters, and the first names of who reads the address"
PUBLIC = (
    web.PublicRoute("GET", PATH, "families choose without an account", _SHOWS, "60/minute"),
    web.PublicRoute(
        "POST", PATH, "families and mail programs stop letters", _SHOWS, "60/minute", proof="link"
    ),
)
_ONE_CLICK = "List-Unsubscribe"

router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def show_choice(token: str, page: web.Page, room: AtRoom) -> Response:
    """What would be stopped, and for whom."""
    link = await open_stop_link(room, token)
    page.prefer(link.language)
    return page.render(
        "notifications/unsubscribe.html", link=link, token=token, categories=CATEGORIES
    )


@router.post(PATH)
async def choose(token: str, request: Request, page: web.Page, room: AtRoom) -> Response:
    """Stop, or begin again; the one click of a mail program always stops."""
    link = await open_stop_link(room, token)
    page.prefer(link.language)
    sent = await request.form()
    if sent.get(_ONE_CLICK) == "One-Click":
        await stop_letters(room, link, "one_click")
        return PlainTextResponse("Stopped.\n")
    if sent.get("choice") == "again":
        await resume_letters(room, link)
        said = page._(N_("You will get these letters again."))
    elif sent.get("choice") == "stop":
        await stop_letters(room, link, "page")
        said = page._(N_("These letters have stopped."))
    else:
        raise Refused(N_("Please choose one of the answers."))
    return page.redirect(f"/notifications/unsubscribe/{token}", said=said)
