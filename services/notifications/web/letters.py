"""Pages on which staff see what families were told, in which language, and what became of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.notifications.actions import looking
from services.notifications.actions.looking import Listed
from services.notifications.actions.proving import between
from services.notifications.actions.reading_replies import replies_to
from services.notifications.actions.resolving import Finding, resolve, trust_again
from services.notifications.domain.delivery import HAS_LEFT, State
from services.notifications.domain.kinds import KindName
from services.notifications.store.deliveries import Wanted
from services.notifications.web.at import (
    CHANNELS,
    KINDS,
    STATES,
    TAGS,
    AtRoom,
    Days,
    kept_filters,
    place_of,
)
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications", include_in_schema=False)
Lead = Annotated[Viewer, web.needs("coordinator", "office", "principal", "district")]
LEADS = frozenset({"coordinator", "office", "principal", "district"})
MOST_OF_A_CONTACT = 100


class Settled(Record):
    """What a person found out about a letter."""

    finding: Finding
    back: Literal["", "list"] = ""
    """Where the person goes on: at the letter, or at the next of the list."""


@router.get("")
async def show_letters(
    page: web.Page,
    viewer: web.SignedIn,
    room: AtRoom,
    cursor: web.Cursor,
    state: Annotated[State | Literal[""], Query()] = "",
    kind: Annotated[KindName | Literal[""], Query()] = "",
    school: Annotated[str, Query(max_length=64)] = "",
    days: Annotated[Days, Depends()] = Days(),  # noqa: B008 - empty and frozen
) -> Response:
    """The newest letters; empty filters show all."""
    wanted = Wanted(state=state or None, kind=kind or None, school_id=school or None)
    wanted = await between(room, wanted, days.first or None, days.last or None)
    rows = await looking.letters(
        room, wanted, viewer, limit=cursor.fetch, after=place_of(cursor.after)
    )
    schools = [
        s for s in await room.directory.schools_in_brief() if viewer.sees_school(s.school_id)
    ]
    return page.render(
        "notifications/list.html",
        slice=web.paginate(rows, cursor, order),
        counts=await looking.counts(room, Wanted(school_id=school or None), viewer),
        wanted=wanted,
        days=days,
        kept=kept_filters(wanted, days),
        schools=schools,
        may_settle=viewer.role in LEADS,
        **words(),
    )


@router.get("/households/{household_id}")
async def show_household(
    household_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom, cursor: web.Cursor
) -> Response:
    """Everything that one household was told."""
    household = await looking.household_of(room, household_id, viewer)
    wanted = Wanted(household_id=household_id)
    rows = await looking.letters(
        room, wanted, viewer, limit=cursor.fetch, after=place_of(cursor.after)
    )
    mailbox = (household.mailbox or "").lower()
    return page.render(
        "notifications/household.html",
        household=household,
        slice=web.paginate(rows, cursor, order),
        came_back=mailbox in await room.store.choices.suppressed([mailbox], room.now),
        may_settle=viewer.role in LEADS,
        **words(),
    )


@router.post("/households/{household_id}/trust")
async def trust_address(household_id: str, page: web.Page, viewer: Lead, room: AtRoom) -> Response:
    """Write to the household's address again, after somebody made sure that it works."""
    household = await looking.household_of(room, household_id, viewer)
    await trust_again(room, household.mailbox or "")
    said = page._(N_("Letters go to this address again."))
    return page.redirect(f"/notifications/households/{household_id}", said=said)


@router.get("/contacts/{contact_id}")
async def show_contact(
    contact_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom
) -> Response:
    """What became of the letters of one contact; a part of a page when htmx asks."""
    rows = await looking.letters(room, Wanted(about=contact_id), viewer, limit=MOST_OF_A_CONTACT)
    part = page.request.headers.get("hx-request") == "true"
    template = "_contact.html" if part else "contact.html"
    return page.render(f"notifications/{template}", rows=rows, **words())


@router.get("/letters/{delivery_id}")
async def show_letter(
    delivery_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom
) -> Response:
    """One letter as the family reads it, and what became of it."""
    opened = await looking.open_letter(room, delivery_id, viewer)
    return page.render(
        "notifications/letter.html",
        opened=opened,
        replies=await replies_to(room, delivery_id, viewer),
        row=opened.listed,
        has_left=HAS_LEFT,
        may_settle=viewer.role in LEADS,
        **words(),
    )


@router.get("/letters/{delivery_id}/html")
async def show_letter_html(delivery_id: str, viewer: web.SignedIn, room: AtRoom) -> Response:
    """The letter's own HTML, for a frame that may do nothing."""
    return web.letter((await looking.open_letter(room, delivery_id, viewer)).html)


@router.post("/letters/{delivery_id}/settle")
async def settle_letter(
    delivery_id: str,
    page: web.Page,
    viewer: Lead,
    room: AtRoom,
    form: Annotated[web.Form[Settled], web.form(Settled)],
) -> Response:
    """Say what became of a letter that may not have arrived, or that came back."""
    place = f"/notifications/letters/{delivery_id}"
    if not form.ok:
        return page.redirect(place, said=page._(N_("Please choose one of the answers.")))
    sight = await room.sight_of(viewer)
    await resolve(room, delivery_id, form.data.finding, seen_by=sight)
    after = "/notifications?state=unknown" if form.data.back else place
    return page.redirect(after, said=page._(N_("Noted. Thank you.")))


def order(row: Listed) -> tuple[datetime, str]:
    """By what lists of letters are ordered."""
    return row.delivery.created_at, row.delivery.delivery_id


def words() -> dict[str, Any]:
    """The plain words that the templates translate."""
    return {"states": STATES, "tags": TAGS, "kinds": KINDS, "channels": CHANNELS}
