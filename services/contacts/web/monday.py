"""The Monday mail, switched on or off on the page of follow-ups."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.monday import keep_wish
from services.contacts.domain.monday import Wish
from services.contacts.web.at import AtDesk, sentence
from shared import web
from shared.errors import Refused
from shared.i18n import N_

router = APIRouter(tags=["follow-ups"], include_in_schema=False)
_HERE = "/contacts/follow-ups#monday-mail"


class MondayForm(BaseModel):
    """An empty box switches the mail off."""

    wanted: bool = Field(False, title=N_("Write to me"))


@router.post("/contacts/follow-ups/monday-mail")
async def post_monday_mail(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    form: Annotated[web.Form[MondayForm], web.form(MondayForm)],
) -> Response:
    """Keep what the viewer wants; the mail comes in the language of the page."""
    if not form.ok:
        return page.redirect(_HERE, form.error("wanted"), "danger")
    wish = Wish(wanted=form.data.wanted, language=page.language)
    try:
        await keep_wish(desk.store, viewer, wish)
    except Refused as wrong:
        return page.redirect(_HERE, sentence(page, wrong), "danger")
    said = N_("The Monday mail is on.") if wish.wanted else N_("The Monday mail is off.")
    return page.redirect(_HERE, page._(said))
