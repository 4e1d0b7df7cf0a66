"""Behind the code on a paper letter: answer, or say to which mail address letters may come.

A GET never changes anything. Unknown, ended and mistyped codes all get the same answer.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import EmailStr, Field
from starlette.responses import RedirectResponse, Response

from services.notifications.actions.offering import offer_address, open_code
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.links import LinkRefused
from shared.messages import Record

TYPE = "/notifications/code"
OPEN = "/notifications/code/{code}"
_SHOWS = "the language of one household, and that the school wrote to it"
_WHY = "families without mail go on from a paper letter"
PUBLIC = (
    web.PublicRoute("GET", TYPE, _WHY, "a field for a code", "60/minute"),
    web.PublicRoute("POST", TYPE, _WHY, _SHOWS, "10/minute", proof="none"),
    web.PublicRoute("GET", OPEN, _WHY, _SHOWS, "10/minute"),
    web.PublicRoute("POST", OPEN, _WHY, _SHOWS, "10/minute", proof="link"),
)
WRONG = N_("This code does not work. Please look at the letter and type it again.")
router = APIRouter(include_in_schema=False)
Code = Annotated[str, Path(max_length=40)]


class CodeForm(Record):
    """A code as it was typed."""

    code: Annotated[str, Field(min_length=1, max_length=40, title=N_("The code on your letter"))]


class AddressForm(Record):
    """A mail address of the household."""

    address: Annotated[EmailStr, Field(max_length=254, title=N_("Your e-mail address"))]


@router.get(TYPE)
async def ask_code(page: web.Page) -> Response:
    """A field for the code."""
    return _ask(page, web.Form.blank(CodeForm))


@router.post(TYPE)
async def take_code(
    page: web.Page,
    room: AtRoom,
    form: Annotated[web.Form[CodeForm], web.form(CodeForm)],
) -> Response:
    """Go to where the code leads."""
    if not form.ok:
        return _ask(page, form, 422)
    try:
        opened = await open_code(room, form.data.code)
    except LinkRefused:
        return _ask(page, form.fail("code", page._(WRONG)), 422)
    if opened.answer_url:
        return RedirectResponse(opened.answer_url, status_code=303)
    return page.redirect(f"{TYPE}/{form.data.code.replace(' ', '')}")


@router.get(OPEN)
async def show_code(code: Code, page: web.Page, room: AtRoom) -> Response:
    """What the square on the letter leads to."""
    try:
        opened = await open_code(room, code)
    except LinkRefused:
        return _ask(page, web.Form.blank(CodeForm).fail("code", page._(WRONG)), 410)
    if opened.answer_url:
        return RedirectResponse(opened.answer_url, status_code=303)
    page.prefer(opened.household.language)
    return _offer(page, code, web.Form.blank(AddressForm))


@router.post(OPEN)
async def take_address(
    code: Code,
    page: web.Page,
    room: AtRoom,
    form: Annotated[web.Form[AddressForm], web.form(AddressForm)],
) -> Response:
    """Keep the address for staff to confirm."""
    try:
        opened = await open_code(room, code)
        page.prefer(opened.household.language)
        if not form.ok:
            form.errors = {"address": page._(N_("Please write it like name@example.org."))}
            return _offer(page, code, form, 422)
        await offer_address(room, code, form.data.address)
    except LinkRefused:
        return _ask(page, web.Form.blank(CodeForm).fail("code", page._(WRONG)), 410)
    except Refused:
        form.fail("address", page._(N_("Please write it like name@example.org.")))
        return _offer(page, code, form, 422)
    return page.render("notifications/code_thanks.html")


def _ask(
    page: web.PageContext, form: web.Form[CodeForm], status: Literal[200, 410, 422] = 200
) -> Response:
    return page.render("notifications/code.html", status=status, form=form)


def _offer(
    page: web.PageContext,
    code: str,
    form: web.Form[AddressForm],
    status: Literal[200, 422] = 200,
) -> Response:
    # It says nothing of the household: paper gets lost.
    return page.render("notifications/code_offer.html", status=status, form=form, code=code)
