"""Behind the link in the letter to a new address: whoever reads it says yes, once.

The pages say the same whoever has the address already, and whether or not staff looks at it first.
"""

from fastapi import APIRouter
from starlette.responses import Response

from services.notifications.actions.moving import confirm_address, open_confirmation
from services.notifications.web.at import AtRoom
from shared import web

PATH = "/notifications/address/{token}"
_WHY = "a new mail address is confirmed where it leads to"
PUBLIC = (
    web.PublicRoute("GET", PATH, _WHY, "nothing about anybody", "60/minute"),
    web.PublicRoute("POST", PATH, _WHY, "nothing about anybody", "20/minute", proof="link"),
)

router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def show_confirmation(token: str, page: web.Page, room: AtRoom) -> Response:
    """The button, or that it was pressed."""
    request, language = await open_confirmation(room, token)
    page.prefer(language)
    done = request.confirmed_at is not None
    return page.render("notifications/confirm_address.html", token=token, done=done)


@router.post(PATH)
async def confirm(token: str, page: web.Page, room: AtRoom) -> Response:
    """This address is theirs."""
    await confirm_address(room, token)
    return page.redirect(PATH.format(token=token))
