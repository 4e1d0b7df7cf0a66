"""Who next: one family first, then the list, each with the reasons in words."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.reaching import phones_of
from services.contacts.actions.turns import Later, Lineup, line_up, put_off
from services.contacts.domain.turns import Reason
from services.contacts.domain.views import FamilyLine
from services.contacts.web.at import TONES, AtDesk, day_of
from shared import web
from shared.i18n import N_, format_date, format_time, weekday_names
from shared.messages import Record
from shared.web.templates import language_name

router = APIRouter(tags=["families"])
MOST_SHOWN = 20
LATER: dict[Later, str] = {
    "tomorrow": N_("Tomorrow"),
    "week": N_("In a week"),
    "month": N_("In a month"),
    "not_mine": N_("Not mine"),
}
CAUSES = {
    "concern_first": N_("A concern on %(day)s, and no good news yet this term"),
    "never_told": N_("No good news from school yet"),
    "told": N_("Last good news on %(day)s"),
    "tried": N_("Tried on %(day)s, and nobody was there to hear it"),
    "last_about": N_("Last contact on %(day)s: %(tone)s"),
    "follow_up_due": N_("A follow-up is due: %(day)s"),
    "unanswered": N_("Has not answered the invitation to %(what)s (open until %(day)s)"),
    "achieved": N_("%(student)s: %(what)s (%(day)s, says %(system)s)"),
    "interpreter": N_("%(language)s; interpreter %(weekday)s %(begins)s–%(ends)s"),
    "replied": N_("Answered a letter on %(day)s, and nobody was in touch since"),
    "rests": N_("Spoke with school on %(day)s, so it can wait a little"),
}


class NextFamily(Record):
    """A family in the list, and why it stands there."""

    family: FamilyLine
    reasons: tuple[Reason, ...]


class NextFamilies(Record):
    """Whose turn it is, the first one first."""

    items: tuple[NextFamily, ...]


class LaterForm(BaseModel):
    """Whom to put off, and until when."""

    family_id: str = Field(max_length=64)
    later: Later = Field("tomorrow", title=N_("Later"))


class BackForm(BaseModel):
    """Whom to bring back."""

    family_id: str = Field(max_length=64)


@router.get("/contacts/next", include_in_schema=False)
async def next_page(page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """The first family with what to do, those who follow, and those who were put off."""
    lineup = await line_up(desk.store, desk.units.clock, viewer, most=MOST_SHOWN + 1)
    shown = [(line, in_words(page, turn.reasons)) for turn, line in lineup.turns]
    first = shown[0] if shown else None
    phones: list[tuple[str, str]] = []
    if first:
        on = await day_of(desk, viewer)
        family = await desk.store.families.one(first[0].family_id, seen_by=viewer, on=on)
        phones = await phones_of(desk.store, family, viewer, on)
    return page.render(
        "contacts/next.html",
        first=first,
        phones=phones,
        rest=shown[1:],
        more=lineup.more,
        put_off=lineup.put_off,
        later=[(value, page._(words)) for value, words in LATER.items()],
    )


def in_words(page: web.PageContext, reasons: Sequence[Reason]) -> list[str]:
    """Why a family stands where it does, in the reader's language."""
    return [page._(CAUSES[each.cause], **_shown(page, each)) for each in reasons]


def _shown(page: web.PageContext, reason: Reason) -> dict[str, str]:
    """What stands in the sentence of a reason; it takes what it needs."""
    shown = {
        "day": format_date(reason.on, page.language) if reason.on else "",
        "tone": page._(TONES[reason.tone]) if reason.tone else "",
        "student": reason.student or "",
        "what": reason.what or "",
        "system": reason.system or "",
    }
    if reason.language and reason.hours:
        shown |= {
            "language": language_name(page.language, reason.language),
            "weekday": weekday_names(page.language)[reason.hours.weekday],
            "begins": format_time(reason.hours.begins, page.language),
            "ends": format_time(reason.hours.ends, page.language),
        }
    return shown


@router.post("/contacts/next/later", include_in_schema=False)
async def post_later(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    form: Annotated[web.Form[LaterForm], web.form(LaterForm)],
) -> Response:
    """Leave a family out of the viewer's own list for a while."""
    if not form.ok:
        return page.redirect("/contacts/next", page._("Choose a family of the list."), "danger")
    sent = form.data
    await put_off(desk.store, desk.units.clock, viewer, sent.family_id, sent.later)
    return page.redirect("/contacts/next", page._("Put off. You find it at the end of the page."))


@router.post("/contacts/next/back", include_in_schema=False)
async def post_back(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    form: Annotated[web.Form[BackForm], web.form(BackForm)],
) -> Response:
    """Put a family back into the viewer's own list."""
    if form.ok:
        await desk.store.turns.bring_back(form.data.family_id, by=viewer)
    return page.redirect("/contacts/next", page._("Back in the list."))


@router.get("/contacts/api/v1/next", tags=["families"])
async def list_next(viewer: web.SignedIn, desk: AtDesk) -> NextFamilies:
    """Whose turn it is among the viewer's families, without those that the viewer put off."""
    lineup: Lineup = await line_up(desk.store, desk.units.clock, viewer)
    return NextFamilies(
        items=tuple(NextFamily(family=line, reasons=turn.reasons) for turn, line in lineup.turns)
    )
