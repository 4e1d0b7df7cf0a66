"""The signed page behind a family's letters: which come when, a pause, the language, the address.

A GET never changes anything. Each form can be sent again with what held before: that is the undo.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import EmailStr, Field
from starlette.responses import Response

from services.notifications.actions import moving, wishing
from services.notifications.actions.wishing import Choices, open_choices
from services.notifications.domain.wishes import CHOOSABLE, LONGEST_PAUSE_DAYS, Wish
from services.notifications.letters.tongue import WRITTEN_IN, base_of, tongue
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.messages import Category, Record

PATH = "/notifications/choices/{token}"
_WHY = "families choose without an account"
_SHOWS = "what a mailbox chose, and the first names of the household's own adults"


def _post(path: str, limit: str) -> web.PublicRoute:
    return web.PublicRoute("POST", path, _WHY, _SHOWS, limit, proof="link")


PUBLIC = (
    web.PublicRoute("GET", PATH, _WHY, _SHOWS, "60/minute"),
    _post(PATH, "60/minute"),
    _post(f"{PATH}/language", "20/hour"),
    _post(f"{PATH}/address", "10/hour"),
    _post(f"{PATH}/address/withdraw", "20/hour"),
)
WISHES: dict[Wish, str] = {
    "at_once": N_("At once"),
    "digest": N_("Gathered in one letter"),
    "never": N_("Never"),
}

router = APIRouter(include_in_schema=False)


class WishForm(Record):
    """How each kind of letter comes, and the last day of a pause."""

    good_news: Annotated[Wish, Field(title=N_("Good news about your child"))]
    events: Annotated[Wish, Field(title=N_("School events"))]
    school: Annotated[Wish, Field(title=N_("Notes and news from school"))]
    pause: Annotated[date | None, Field(title=N_("Last day of a pause"))] = None

    @property
    def wanted(self) -> dict[Category, Wish]:
        """By category."""
        return {"good_news": self.good_news, "events": self.events, "school": self.school}


class LanguageForm(Record):
    """The language of letters."""

    language: Annotated[str, Field(max_length=35, title=N_("Language of our letters"))]


class AddressForm(Record):
    """Another address, and whose it is."""

    whose: Annotated[tuple[str, ...], Field(title=N_("Whose address is it?"))] = ()
    address: Annotated[EmailStr, Field(title=N_("New mail address"))]


@dataclass(frozen=True)
class Before:
    """What held before a change, to be brought back: the wishes, or the language."""

    was: web.Form[WishForm] | None = None
    spoke: str = ""


@router.get(PATH)
async def show_choices(
    token: str,
    page: web.Page,
    room: AtRoom,
    was: Annotated[str, Query(max_length=60)] = "",
    spoke: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """What holds now; `was` and `spoke` are what held before, to be brought back."""
    shown = await open_choices(room, token)
    page.prefer(shown.language)
    back = Before(before_of(was), spoke if spoke in WRITTEN_IN else "")
    return _page(page, token, shown, back=back)


@router.post(PATH)
async def keep_choices(
    token: str,
    page: web.Page,
    room: AtRoom,
    form: Annotated[web.Form[WishForm], web.form(WishForm)],
) -> Response:
    """Keep how each kind of letter comes, and a pause."""
    shown = await open_choices(room, token)
    page.prefer(shown.language)
    _say_again(page, form)
    if form.ok:
        try:
            await wishing.choose(room, shown, form.data.wanted, form.data.pause)
        except Refused as wrong:
            form.fail("pause", page._(str(wrong)))
    if not form.ok:
        return _page(page, token, shown, wishes=form)
    path = f"{_path(token)}?was={held_in(shown)}"
    return page.redirect(path, said=page._(N_("Your choices are kept.")))


@router.post(f"{PATH}/language")
async def keep_language(
    token: str,
    page: web.Page,
    room: AtRoom,
    form: Annotated[web.Form[LanguageForm], web.form(LanguageForm)],
) -> Response:
    """Ask for letters in another language."""
    shown = await open_choices(room, token)
    page.prefer(shown.language)
    _say_again(page, form)
    if form.ok:
        try:
            await wishing.wish_language(room, shown, form.data.language)
        except Refused as wrong:
            form.fail("language", page._(str(wrong)))
    if not form.ok:
        return _page(page, token, shown, language=form)
    said = N_("Your next letters come in this language. It takes a few minutes.")
    spoke = base_of(shown.language)
    path = f"{_path(token)}?spoke={spoke}" if spoke in WRITTEN_IN else _path(token)
    return page.redirect(path, said=page._(said))


@router.post(f"{PATH}/address")
async def ask_for_address(
    token: str,
    page: web.Page,
    room: AtRoom,
    form: Annotated[web.Form[AddressForm], web.form(AddressForm)],
) -> Response:
    """Ask for another address; the answer says nothing of whether it is known here."""
    shown = await open_choices(room, token)
    page.prefer(shown.language)
    _say_again(page, form)
    # Who reads a mailbox alone is not asked whose it is.
    alone = len(shown.readers) == 1
    if form.ok and not alone and not form.data.whose:
        form.fail("whose", page._(N_("Please choose whose address it is.")))
    if form.ok:
        whose = [each.guardian_id for each in shown.readers] if alone else form.data.whose
        try:
            await moving.ask_for_address(room, shown, form.data.address, whose)
        except Refused as wrong:
            form.fail("address", page._(str(wrong)))
    if not form.ok:
        return _page(page, token, shown, address=form)
    said = N_("We wrote to that address. Open the letter there and press its button.")
    return page.redirect(_path(token), said=page._(said))


@router.post(f"{PATH}/address/withdraw")
async def withdraw_address(token: str, page: web.Page, room: AtRoom) -> Response:
    """Nothing comes of the address that was asked for."""
    shown = await open_choices(room, token)
    page.prefer(shown.language)
    await moving.withdraw_address(room, shown)
    return page.redirect(
        _path(token), said=page._(N_("It is stopped. Letters come here as before."))
    )


def _say_again(page: web.PageContext, form: web.Form[Any]) -> None:
    # The forms were read before the link told whose language this page speaks.
    plain = {
        "address": N_("Please write an email address, such as name@school.example."),
        "pause": N_("Please write a date, such as 2026-09-01."),
    }
    for name in form.errors:
        sentence = plain.get(name, N_("Please choose one of the answers."))
        form.errors[name] = page._(sentence)


def held_in(shown: Choices) -> str:
    """What holds, as the address of the page carries it to be brought back."""
    last = shown.paused_through
    words = [shown.wishes.wish(each) for each in CHOOSABLE]
    return ".".join([*words, last.isoformat() if last else ""])


def before_of(was: str) -> web.Form[WishForm] | None:
    """What held before, as a form to be sent; None for anything else."""
    parts = was.split(".")
    if len(parts) != len(CHOOSABLE) + 1 or not set(parts[:-1]) <= WISHES.keys():
        return None
    return web.Form.blank(WishForm, **dict(zip([*CHOOSABLE, "pause"], parts, strict=True)))


def _path(token: str) -> str:
    return PATH.format(token=token)


def _page(
    page: web.PageContext,
    token: str,
    shown: Choices,
    *,
    wishes: web.Form[WishForm] | None = None,
    language: web.Form[LanguageForm] | None = None,
    address: web.Form[AddressForm] | None = None,
    back: Before | None = None,
) -> Response:
    held = {each: shown.wishes.wish(each) for each in CHOOSABLE}
    spoken = base_of(shown.language)
    return page.render(
        "notifications/choices.html",
        status=422 if wishes or language or address else 200,
        here=_path(token),
        shown=shown,
        names=wishing.names_of(shown.readers),
        wishes=wishes or web.Form.blank(WishForm, **held, pause=shown.paused_through),
        language_form=language or web.Form.blank(LanguageForm, language=spoken),
        address=address or web.Form.blank(AddressForm),
        back=back or Before(),
        categories=CHOOSABLE,
        answers=WISHES,
        languages_of_letters=_languages(spoken),
        most_days=LONGEST_PAUSE_DAYS,
    )


def _languages(spoken: str) -> list[tuple[str, str]]:
    """Each language by its own name; the household's own first where letters are not in it."""
    own = [] if spoken in WRITTEN_IN else [spoken]
    return [(each, tongue(each).name_of(each)) for each in (*own, *WRITTEN_IN)]
