"""Follow-ups on pages: what I have to do, what a school has to, and the buttons for it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.follow_ups import hand_over, make_follow_up, put_off, settle
from services.contacts.actions.listing_follow_ups import (
    Found,
    ListName,
    adrift,
    closed_list,
    lists_of,
    open_list,
    takers_of,
)
from services.contacts.actions.monday import wish_of
from services.contacts.domain.asked import SAYS, TIMES
from services.contacts.domain.follow_ups import MOST_WHAT, SCHOOLS, FollowUpDraft, Listed, State
from services.contacts.store.follow_ups import Place
from services.contacts.web.at import AtDesk, Pair, day_of, sentence
from shared import web
from shared.errors import Conflict, PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EducatorChanged

router = APIRouter(tags=["follow-ups"], include_in_schema=False)
LISTS: dict[ListName, str] = {
    "mine": N_("Mine"),
    "made": N_("Asked of others"),
    "school": N_("My school"),
    "adrift": N_("Needs somebody"),
}
WHEN = {"overdue": N_("Overdue"), "this_week": N_("This week"), "later": N_("Later")}
STANDINGS = {
    "theirs": "",
    "nobodys": N_("Handed to the coordinator of the school"),
    "left": N_("%(name)s does not work at the school any more"),
    "out_of_sight": N_("The child is not in a class of %(name)s any more"),
    "family_gone": N_("This family is not in the roster any more."),
    "late": N_("The family waits for an answer. The coordinator sees this, too."),
}
BROKEN = N_("This page address is broken. Start again from the first page.")
Back = Literal["mine", "made", "school", "adrift", "family"]


class NewForm(BaseModel):
    """What there is to do, by when, and by whom."""

    what: str = Field(title=N_("What"), min_length=2, max_length=MOST_WHAT)
    due_on: date = Field(title=N_("By"))
    assigned_to: str = Field("", title=N_("Who"), max_length=300)


class SettleForm(BaseModel):
    """How it ended, or that it did not."""

    state: State
    back: Back = "mine"


class LaterForm(BaseModel):
    """By when instead."""

    due_on: date = Field(title=N_("By"))
    back: Back = "mine"


class OverForm(BaseModel):
    """Who does it instead."""

    to: str = Field("", title=N_("Who"), max_length=300)
    back: Back = "mine"


@router.get("/contacts/follow-ups")
async def follow_ups_page(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    cursor: web.Cursor,
    of: Annotated[str, Query(max_length=10)] = "mine",
    closed: bool = False,
) -> Response:
    """What is open by the day on which it is due; what is closed behind a link."""
    on = await day_of(desk, viewer)
    names = lists_of(viewer)
    name: ListName = next((each for each in names if each == of), "mine")
    found = await _found(desk, viewer, name, on, cursor, closed=closed)
    part = web.paginate(found.items, cursor, lambda each: _key(each, closed=closed))
    return page.render(
        "contacts/follow_ups.html",
        part=part,
        groups=[] if closed else _groups(page, part.items),
        closed=closed,
        hidden=found.hidden,
        name=name,
        lists=[(each, page._(LISTS[each])) for each in names],
        adrift=len(await adrift(desk.store, viewer, on)) if "adrift" in names else 0,
        today=on,
        takers=choices_of(page, await takers_of(desk.store, part.items, viewer, on)),
        why_not=why_not_of(page, part.items),
        monday=await wish_of(desk.store, viewer),
        ask_says=SAYS,
        ask_times=TIMES,
    )


async def _found(
    desk: AtDesk,
    viewer: Viewer,
    name: ListName,
    on: date,
    cursor: web.CursorIn,
    *,
    closed: bool,
) -> Found:
    if closed:
        of = "school" if name == "adrift" else name
        moment = moment_of(cursor.after)
        return await closed_list(desk.store, viewer, of, on, after=moment, most=cursor.fetch)
    place = day_place_of(cursor.after)
    return await open_list(desk.store, viewer, name, on, after=place, most=cursor.fetch)


def day_place_of(after: tuple[str | int | datetime, ...] | None) -> Place | None:
    """Where a list by days goes on; `Refused` for a cursor of another list."""
    if after is None:
        return None
    match after:
        case (str() as day, str() as follow_up_id):
            return day, follow_up_id
    raise Refused(BROKEN)


def moment_of(after: tuple[str | int | datetime, ...] | None) -> tuple[datetime, str] | None:
    """Where a list of closed ones goes on; `Refused` for a cursor of another list."""
    if after is None:
        return None
    match after:
        case (datetime() as moment, str() as follow_up_id):
            return moment, follow_up_id
    raise Refused(BROKEN)


def _key(each: Listed, *, closed: bool) -> tuple[str | datetime, str]:
    known = each.follow_up
    by = known.changed_at if closed else known.due_on.isoformat()
    return by, known.follow_up_id


def _groups(page: web.PageContext, items: Sequence[Listed]) -> list[tuple[str, list[Listed]]]:
    grouped = groupby(items, key=lambda each: each.when)
    return [(page._(WHEN[when]), list(several)) for when, several in grouped]


def why_not_of(page: web.PageContext, items: Sequence[Listed]) -> dict[str, str]:
    """Why the assigned person can't do it, by follow-up."""
    return {
        each.follow_up.follow_up_id: page._(
            STANDINGS[each.standing], name=each.follow_up.assignee.name
        )
        for each in items
        if each.standing != "theirs"
    }


def choices_of(
    page: web.PageContext, takers: Mapping[str, Sequence[EducatorChanged]]
) -> dict[str, list[Pair]]:
    """To whom it may be given, by family: oneself, the school's coordinators, who teaches there."""
    first = [("", page._("Me")), (SCHOOLS, page._("The coordinator of the school"))]
    return {
        family_id: [
            *first,
            *((one.educator_id, f"{one.given_name} {one.family_name}".strip()) for one in several),
        ]
        for family_id, several in takers.items()
    }


@router.post("/contacts/families/{family_id}/follow-ups")
async def post_follow_up(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    family_id: str,
    form: Annotated[web.Form[NewForm], web.form(NewForm)],
) -> Response:
    """Keep a new one and show the family's page again."""
    here = f"/contacts/families/{family_id}#follow-ups"
    if not form.ok:
        said = form.error("what") or form.error("due_on") or form.error("assigned_to")
        return page.redirect(here, said, "danger")
    draft = FollowUpDraft(family_id=family_id, **form.data.model_dump())
    try:
        await make_follow_up(desk.store, desk.units, draft, viewer)
    except Refused as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("Noted. You find it in “Follow-ups”, too."))


@router.post("/contacts/follow-ups/{follow_up_id}/settle")
async def post_settled(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    follow_up_id: str,
    form: Annotated[web.Form[SettleForm], web.form(SettleForm)],
) -> Response:
    """Done, not needed any more, or open again."""
    if not form.ok:
        return page.redirect("/contacts/follow-ups", form.error("state"), "danger")
    sent = form.data
    said = {
        "done": N_("Done. You can undo it among those that are done."),
        "dropped": N_("Closed. You can undo it among those that are done."),
        "open": N_("Open again."),
    }
    known = await settle(desk.store, desk.units, follow_up_id, sent.state, viewer)
    return page.redirect(_back(sent.back, known.family_id), page._(said[sent.state]))


@router.post("/contacts/follow-ups/{follow_up_id}/put-off")
async def post_put_off(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    follow_up_id: str,
    form: Annotated[web.Form[LaterForm], web.form(LaterForm)],
) -> Response:
    """By another day."""
    if not form.ok:
        return page.redirect("/contacts/follow-ups", form.error("due_on"), "danger")
    sent = form.data
    try:
        known = await put_off(desk.store, desk.units, follow_up_id, sent.due_on, viewer)
    except (Refused, Conflict) as wrong:
        return _not_done(page, sent.back, wrong)
    return page.redirect(_back(sent.back, known.family_id), page._("Put off."))


@router.post("/contacts/follow-ups/{follow_up_id}/hand-over")
async def post_hand_over(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    follow_up_id: str,
    form: Annotated[web.Form[OverForm], web.form(OverForm)],
) -> Response:
    """With another person."""
    if not form.ok:
        return page.redirect("/contacts/follow-ups", form.error("to"), "danger")
    sent = form.data
    try:
        known = await hand_over(desk.store, desk.units, follow_up_id, sent.to, viewer)
    except (Refused, Conflict) as wrong:
        return _not_done(page, sent.back, wrong)
    return page.redirect(_back(sent.back, known.family_id), page._("Handed over."))


def _not_done(page: web.PageContext, back: Back, wrong: PartnersError) -> Response:
    of = "mine" if back == "family" else back
    return page.redirect(_back(of, ""), sentence(page, wrong), "danger")


def _back(back: Back, family_id: str) -> str:
    if back == "family":
        return f"/contacts/families/{family_id}#follow-ups"
    return f"/contacts/follow-ups?of={back}"
