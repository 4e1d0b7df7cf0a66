"""*Our children*: a household's own page behind the link in each of its letters.

A GET never changes anything: mail programs open links before people do. Nothing needs a script, and
what a browser loads is small enough for an old telephone.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions.household_page import (
    NotNow,
    Wish,
    ask,
    feed_of,
    household_of,
    our_children,
    renew_feed,
)
from services.notifications.actions.room import MailRoom
from services.notifications.domain.household_page import OurChildren, says_nothing
from services.notifications.letters.feed import CONTENT_TYPE, feed, mark_of
from services.notifications.letters.tongue import WRITTEN_IN
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import Refused
from shared.i18n import N_, Words
from shared.links import Link
from shared.messages import MOST_ASKED, Ask, AskTime, Language, Record
from shared.web.forms import parse

PATH = "/notifications/our-children/{token}"
_SHOWS = "one household's children by first name, what they are invited to, and its own answers"
_WHY = "families look and ask without an account"
PUBLIC = (
    web.PublicRoute("GET", PATH, _WHY, _SHOWS, "120/minute"),
    web.PublicRoute("POST", PATH, _WHY, _SHOWS, "20/minute", proof="link"),
    web.PublicRoute("GET", f"{PATH}/thanks", _WHY, "that the school was asked", "120/minute"),
    web.PublicRoute("POST", f"{PATH}/calendar", _WHY, _SHOWS, "20/minute", proof="link"),
    web.PublicRoute(
        # Calendars of many families are read from the few addresses of large companies.
        "GET", f"{PATH}/calendar.ics", "telephones follow the calendar",
        "the events to which one household is invited", "600/minute",
    ),
)  # fmt: skip
ASKS: dict[Ask, str] = {
    "call": N_("Call me"),
    "meet": N_("Meet me at school"),
    "interpreter": N_("I need an interpreter"),
    "visit": N_("Visit us at home"),
    "volunteer": N_("I want to help at school"),
    "know": N_("What you should know about my child"),
}
TIMES: dict[AskTime, str] = {
    "any": N_("Any time"),
    "morning": N_("In the morning"),
    "afternoon": N_("In the afternoon"),
    "evening": N_("In the evening"),
}

router = APIRouter(include_in_schema=False)


class AskForm(Record):
    """What a family wants of its school."""

    key: Annotated[str, Field(min_length=8, max_length=64)]
    what: Annotated[Ask, Field(title=N_("What would you like?"))]
    student_id: Annotated[str, Field(title=N_("For which child?"), max_length=300)]
    best_time: Annotated[AskTime, Field(title=N_("When is it best for you?"))] = "any"
    words: Annotated[str, Field(title=N_("In your own words"), max_length=MOST_ASKED)] = ""
    language: Annotated[Language, Field(title=N_("Answer me in"))] = "en"


Show = Callable[[Link], Awaitable[Response]]


@router.get(PATH)
async def show_page(token: str, page: web.Page, room: AtRoom) -> Response:
    """All children and all schools of one household."""

    async def show(link: Link) -> Response:
        found = await our_children(room, link)
        page.prefer(found.household.language)
        return _shown(page, token, found, _blank(room, found))

    return await _opened(token, page, room, show)


@router.post(PATH)
async def post_ask(token: str, request: Request, page: web.Page, room: AtRoom) -> Response:
    """Ask the school, or show what is missing."""

    async def take(link: Link) -> Response:
        household = await household_of(room, link)
        page.prefer(household.language)
        # Read here, because now it is known whose language this page speaks.
        words = Words(page.site.catalogs.of(page.language))
        form = parse(AskForm, await request.form(), words)
        if form.ok and says_nothing(form.data.what, form.data.words):
            form.fail("words", page._("Please write what the school should know."))
        if form.ok:
            try:
                await ask(room, household, Wish(**form.data.model_dump()))
            except Refused as refused:
                form.fail("", page._(str(refused)))
            else:
                return page.redirect(f"/notifications/our-children/{token}/thanks")
        return _shown(page, token, await our_children(room, link), form, status=422)

    return await _opened(token, page, room, take)


@router.get(f"{PATH}/thanks")
async def thank(token: str, page: web.Page, room: AtRoom) -> Response:
    """That the school was asked, and by when it answers."""

    async def show(link: Link) -> Response:
        page.prefer((await household_of(room, link)).language)
        return page.render("notifications/our_children_thanks.html", token=token)

    return await _opened(token, page, room, show)


@router.post(f"{PATH}/calendar")
async def post_calendar(token: str, page: web.Page, room: AtRoom) -> Response:
    """A new address for the calendar; the old one ends."""

    async def renew(link: Link) -> Response:
        household = await household_of(room, link)
        page.prefer(household.language)
        await renew_feed(room, household)
        said = page._("The calendar has a new address. The old one has ended.")
        return page.redirect(f"/notifications/our-children/{token}", said=said)

    return await _opened(token, page, room, renew)


@router.get(f"{PATH}/calendar.ics")
async def calendar(token: str, request: Request, page: web.Page, room: AtRoom) -> Response:
    """What comes, for a telephone that asks again every few hours."""
    try:
        household, coming = await feed_of(room, room.feed_links.read(token))
    except NotNow:
        return Response(status_code=503, headers={"Retry-After": "300"})
    page.prefer(household.language)
    known = await room.store.people.schools({each.facts.school_id for each in coming})
    schools = {school_id: each.name for school_id, each in known.items()}
    name = page._("School calendar")
    mark = mark_of(coming, schools, name)
    headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = feed(coming, schools, name, room.place.domain, room.now)
    return Response(body, headers={**headers, "Content-Type": CONTENT_TYPE})


async def _opened(token: str, page: web.PageContext, room: MailRoom, show: Show) -> Response:
    """What the link opens; `LinkRefused` is told as for every link."""
    try:
        return await show(room.page_links.read(token))
    except NotNow:
        response = page.render("notifications/our_children_wait.html", status=503)
        response.headers["Retry-After"] = "60"
        return response


def _blank(room: MailRoom, found: OurChildren) -> web.Form[AskForm]:
    first = found.children[0].student_id if len(found.children) == 1 else None
    return web.Form.blank(
        AskForm, key=room.units.mint(), student_id=first, language=found.household.language
    )


def _shown(
    page: web.PageContext,
    token: str,
    found: OurChildren,
    form: web.Form[AskForm],
    status: Literal[200, 422] = 200,
) -> Response:
    own = found.household.language
    return page.render(
        "notifications/our_children.html",
        status=status,
        token=token,
        ours=found,
        form=form,
        children=[(each.student_id, each.given_name) for each in found.children],
        asks=[(what, page._(words)) for what, words in ASKS.items()],
        ask_names={what: page._(words) for what, words in ASKS.items()},
        times=[(time, page._(words)) for time, words in TIMES.items()],
        written_in=tuple(dict.fromkeys((own, *WRITTEN_IN))),
    )
