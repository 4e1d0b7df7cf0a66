"""Letters for backpacks: how many wait in each homeroom, their PDF, and what was handed out."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions.piles import (
    Pile,
    hand_out,
    pile_of,
    piles,
    take_back_to_pile,
)
from services.notifications.actions.printing import Wanted, make_pdf
from services.notifications.domain.backpack import MOST_IN_A_PDF, UNDO_DAYS
from services.notifications.letters.press import NoPdf
from services.notifications.web.at import KINDS, AtRoom
from services.notifications.web.letters import LEADS
from shared import web
from shared.errors import Conflict, NotFound, PartnersError, Refused
from shared.i18n import N_, grade_name
from shared.identity import Viewer
from shared.messages import Record

PATH = "/notifications/backpack"
ROOM = "/{school_id}/{key}"
router = APIRouter(prefix=PATH, include_in_schema=False)
Lead = Annotated[Viewer, web.needs("coordinator", "office", "principal", "district")]


class PdfForm(Record):
    """Which PDF: what waits, or a part of what was printed."""

    again: bool = False
    part: Annotated[int, Field(ge=1, le=1000)] = 1


class HandForm(Record):
    """Which letters, and what became of them."""

    what: Literal["all", "chosen", "undo"]
    letters: tuple[str, ...] = ()


@router.get("")
async def show_piles(
    page: web.Page,
    viewer: web.SignedIn,
    room: AtRoom,
    school: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """A school's homerooms with what waits in each."""
    schools = [s for s in await room.directory.schools() if viewer.sees_school(s.school_id)]
    chosen = school or (schools[0].school_id if schools else "")
    found = await piles(room, chosen, viewer) if chosen else []
    return page.render(
        "notifications/backpack.html",
        schools=schools,
        chosen=chosen,
        piles=found,
        name_of=lambda pile: _name(page, pile),
        may_confirm=viewer.role in LEADS,
    )


@router.get(ROOM)
async def show_pile(
    school_id: str, key: str, page: web.Page, viewer: web.SignedIn, room: AtRoom
) -> Response:
    """One homeroom: the letters to print, to hand out, and handed out."""
    pile = await pile_of(room, school_id, key, viewer)
    count = len(pile.printed)
    return page.render(
        "notifications/pile.html",
        pile=pile,
        name=_name(page, pile),
        here=_here(school_id, key),
        kinds=KINDS,
        may_print=viewer.role in LEADS,
        most=MOST_IN_A_PDF,
        parts=-(-count // MOST_IN_A_PDF),
        days=UNDO_DAYS,
    )


@router.post(ROOM + "/pdf")
async def print_pile(
    school_id: str,
    key: str,
    page: web.Page,
    viewer: Lead,
    room: AtRoom,
    form: Annotated[web.Form[PdfForm], web.form(PdfForm)],
) -> Response:
    """Make the PDF; the letters in it are printed from then on."""
    here = _here(school_id, key)
    if not form.ok:
        return page.redirect(here, page._(N_("Please choose one of the answers.")), "danger")
    pile = await pile_of(room, school_id, key, viewer)
    name = _name(page, pile)
    wanted = Wanted(school_id, key, form.data.again, form.data.part)
    try:
        pdf, _ = await make_pdf(room, page.request.app.state.press, wanted, name, viewer)
    except (Conflict, NotFound) as wrong:
        return page.redirect(here, _said(page, wrong), "danger")
    except NoPdf:
        failed = page._(N_("The PDF could not be made. Nothing was changed."))
        return page.redirect(here, failed, "danger")
    headers = {
        "Content-Disposition": f'inline; filename="letters-{key}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post(ROOM + "/handed-out")
async def mark(
    school_id: str,
    key: str,
    page: web.Page,
    viewer: web.SignedIn,
    room: AtRoom,
    form: Annotated[web.Form[HandForm], web.form(HandForm)],
) -> Response:
    """Mark letters as handed out, or take that back."""
    here = _here(school_id, key)
    if not form.ok:
        return page.redirect(here, page._(N_("Please choose one of the answers.")), "danger")
    pile = await pile_of(room, school_id, key, viewer)
    chosen = frozenset(form.data.letters)
    try:
        if form.data.what == "undo":
            number = await take_back_to_pile(room, pile, chosen)
            said = page.ngettext(
                "%(num)s letter is to be handed out again.",
                "%(num)s letters are to be handed out again.",
                number,
            )
        else:
            all_of_them = form.data.what == "all"
            number = await hand_out(room, pile, None if all_of_them else chosen, viewer)
            said = page.ngettext(
                "%(num)s letter was handed out.", "%(num)s letters were handed out.", number
            )
    except Refused as wrong:
        return page.redirect(here, _said(page, wrong), "danger")
    return page.redirect(here, said)


def _here(school_id: str, key: str) -> str:
    return f"{PATH}/{school_id}/{key}"


def _name(page: web.PageContext, pile: Pile) -> str:
    if pile.room.title:
        return pile.room.title
    return grade_name(pile.room.grade, page._) if pile.room.grade else page._(N_("No class"))


def _said(page: web.PageContext, wrong: PartnersError) -> str:
    return page._(str(wrong))
