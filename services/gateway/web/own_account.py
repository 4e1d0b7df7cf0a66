"""One's own account: who one is here, and a new password."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.gateway.actions import accounts
from services.gateway.actions.sign_in import TooManyTries
from services.gateway.web.gate import TheGate
from services.gateway.web.sign_in_pages import NewPasswordForm, check_same
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(include_in_schema=False)
Me = Annotated[Viewer, web.needs(*web.STAFF, "operator")]


class OwnPasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present: Annotated[str, Field(max_length=1000, title=N_("Present password"))]


@router.get("/account")
async def get_account(page: web.Page, viewer: Me, gate: TheGate) -> Response:
    """Who one is here."""
    account = await accounts.find_account(gate, viewer.account_id)
    form = web.Form.blank(OwnPasswordForm)
    return page.render("gateway/own_account.html", account=account, form=form)


@router.post("/account/password")
async def post_password(
    page: web.Page,
    viewer: Me,
    gate: TheGate,
    form: Annotated[web.Form[OwnPasswordForm], web.form(OwnPasswordForm)],
) -> Response:
    """Change one's own password."""
    account = await accounts.find_account(gate, viewer.account_id)
    check_same(page, form)
    if form.ok:
        data = form.data
        try:
            await accounts.change_password(
                gate, viewer, data.present, data.password, page.visit.session
            )
            return page.redirect("/account", said=page._(N_("Your password is changed.")))
        except (Refused, TooManyTries) as refused:
            form.fail("", page._(str(refused)))
    return page.render("gateway/own_account.html", status=422, account=account, form=form)
