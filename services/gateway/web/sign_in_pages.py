"""Signing in, signing out, and setting a password by a one-time link."""

from typing import Annotated, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.gateway.actions import accounts, sign_in
from services.gateway.web.gate import Place, TheGate
from shared import i18n, web
from shared.errors import Refused
from shared.i18n import N_

router = APIRouter(include_in_schema=False)
# A whole school sits behind one address; what guards an account are the counters of `sign_in`.
PUBLIC = (
    web.PublicRoute("GET", "/sign-in", "people sign in", "a form", "600/minute"),
    web.PublicRoute("POST", "/sign-in", "people sign in", "whether it fits", "200/minute"),
    web.PublicRoute("POST", "/sign-out", "an ended session signs out too", "nothing", "300/minute"),
    web.PublicRoute(
        "GET", "/set-password/{secret}", "the link is the proof", "the sign-in name", "30/minute"
    ),
    web.PublicRoute(
        "POST", "/set-password/{secret}", "the link is the proof", "the sign-in name", "30/minute"
    ),
)


class SignInForm(BaseModel):
    """What is typed to sign in."""

    login: Annotated[str, Field(max_length=254, title=N_("Email address"))]
    password: Annotated[str, Field(max_length=1000, title=N_("Password"))]
    next: str = "/"


class NewPasswordForm(BaseModel):
    """A new password, typed twice."""

    password: Annotated[str, Field(max_length=1000, title=N_("New password"))]
    again: Annotated[str, Field(max_length=1000, title=N_("The same once more"))]


NewPassword = TypeVar("NewPassword", bound=NewPasswordForm)


@router.get("/sign-in")
async def get_sign_in(page: web.Page, next: str = "/") -> Response:
    """The form, or on to where one wanted to go."""
    if page.viewer is not None:
        return page.redirect(next)
    return page.render("gateway/sign_in.html", form=web.Form.blank(SignInForm, next=next))


@router.post("/sign-in")
async def post_sign_in(
    page: web.Page,
    gate: TheGate,
    place: Place,
    form: Annotated[web.Form[SignInForm], web.form(SignInForm)],
) -> Response:
    """Begin a session; the answer never tells whether the name exists."""
    if not form.ok:
        return page.render("gateway/sign_in.html", status=422, form=form)
    try:
        signed_in = await sign_in.sign_in(gate, form.data.login, form.data.password, place)
    except sign_in.SignInRefused as refused:
        form.fail("", page._(str(refused)))
        return page.render("gateway/sign_in.html", status=401, form=form)
    except sign_in.TooManyTries as often:
        form.fail("", page._(str(often)))
        return page.render("gateway/sign_in.html", status=429, form=form)
    if page.visit.session:
        await sign_in.sign_out(gate, page.visit.session)
    page.visit.sign_in(signed_in.secret, signed_in.token)
    if not page.visit.language_choice and signed_in.viewer.language != i18n.DEFAULT:
        # English is what nobody chose: then the browser's own wish stands.
        page.visit.choose_language(signed_in.viewer.language)
    return page.redirect(form.data.next)


@router.post("/sign-out")
async def post_sign_out(page: web.Page, gate: TheGate) -> Response:
    """End the session here and on the server."""
    if page.visit.session:
        await sign_in.sign_out(gate, page.visit.session)
    page.visit.sign_out()
    return page.redirect("/sign-in")


@router.get("/set-password/{secret}")
async def get_set_password(secret: str, page: web.Page, gate: TheGate) -> Response:
    """The form; opening it changes nothing, because mail programs open links by themselves."""
    account = await accounts.account_of_pass(gate, secret)
    form = web.Form.blank(NewPasswordForm)
    return page.render("gateway/set_password.html", form=form, account=account)


@router.post("/set-password/{secret}")
async def post_set_password(
    secret: str,
    page: web.Page,
    gate: TheGate,
    form: Annotated[web.Form[NewPasswordForm], web.form(NewPasswordForm)],
) -> Response:
    """Set the password; the link ends by it."""
    account = await accounts.account_of_pass(gate, secret)
    check_same(page, form)
    if form.ok:
        try:
            await accounts.set_password(gate, secret, form.data.password)
            said = page._(N_("Your password is set. Sign in with it."))
            return page.redirect("/sign-in", said=said)
        except Refused as refused:
            form.fail("password", page._(str(refused)))
    return page.render("gateway/set_password.html", status=422, form=form, account=account)


def check_same(page: web.PageContext, form: web.Form[NewPassword]) -> None:
    """Say at the second field when it differs from the first."""
    if form.ok and form.data.password != form.data.again:
        form.fail("again", page._(N_("The two are not the same.")))
