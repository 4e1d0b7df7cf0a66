"""The proof of what was sent: by family, event, sender and notice, and all of it as a table."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.notifications.actions import looking, proving
from services.notifications.actions.looking import Listed
from services.notifications.actions.proving import About
from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import State
from services.notifications.domain.kinds import KindName
from services.notifications.store.deliveries import Wanted
from services.notifications.web.at import (
    CHANNELS,
    KINDS,
    STATES,
    AtRoom,
    Days,
    kept_filters,
    place_of,
)
from services.notifications.web.letters import order, words
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.web.tables import csv_file

router = APIRouter(prefix="/notifications", include_in_schema=False)
Id = Annotated[str, Query(max_length=200)]
HEADINGS = {
    "family": N_("Every letter to the family of %(names)s"),
    "event": N_("Every letter about %(names)s"),
    "sender": N_("Every letter that %(names)s wrote"),
    "notice": N_("One notice: %(names)s"),
}
AUDIENCES = {
    "named": N_("The households that were chosen"),
    "all": N_("Every household that is invited"),
    "told": N_("Every household that had a letter about it before"),
}
COLUMNS = (
    "written", "handed over", "kind", "about", "to", "school", "language", "translated from",
    "wording", "channel", "what became of it", "why", "wrote back",
)  # fmt: skip


@router.get("/families/{family_id}")
async def show_family(
    family_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom, cursor: web.Cursor
) -> Response:
    """What all households of a family were told."""
    about = await proving.of_family(room, family_id, viewer)
    return await _show(page, room, viewer, cursor, "family", about)


@router.get("/events/{event_id}")
async def show_event(
    event_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom, cursor: web.Cursor
) -> Response:
    """What families were told about a school event."""
    about = await proving.of_event(room, event_id, viewer)
    return await _show(page, room, viewer, cursor, "event", about)


@router.get("/senders/{educator_id}")
async def show_sender(
    educator_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom, cursor: web.Cursor
) -> Response:
    """What one member of the staff wrote to families."""
    about = await proving.of_sender(room, educator_id, viewer)
    return await _show(page, room, viewer, cursor, "sender", about)


@router.get("/notices/{notice_id}")
async def show_notice(
    notice_id: str, page: web.Page, viewer: web.SignedIn, room: AtRoom, cursor: web.Cursor
) -> Response:
    """To whom one notice went, to whom not and why, and what is known of it since."""
    about = await proving.of_notice(room, notice_id, viewer)
    return await _show(page, room, viewer, cursor, "notice", about)


@router.get("/export.csv")
async def export(
    page: web.Page,
    viewer: web.SignedIn,
    room: AtRoom,
    state: Annotated[State | Literal[""], Query()] = "",
    kind: Annotated[KindName | Literal[""], Query()] = "",
    school: Id = "",
    family: Id = "",
    event: Id = "",
    sender: Id = "",
    notice: Id = "",
    days: Annotated[Days, Depends()] = Days(),  # noqa: B008 - empty and frozen
) -> Response:
    """The newest letters that the viewer may see, as a table; no addresses stand in it."""
    wanted = Wanted(
        state=state or None,
        kind=kind or None,
        school_id=school or None,
        family_ids=family or None,
        about=event or None,
        sender_id=sender or None,
        notice_id=notice or None,
    )
    wanted = await proving.between(room, wanted, days.first or None, days.last or None)
    return csv_file("letters.csv", COLUMNS, _table(page, proving.exported(room, wanted, viewer)))


async def _table(
    page: web.PageContext, rows: AsyncIterator[tuple[Listed, bool]]
) -> AsyncIterator[tuple[object, ...]]:
    async for row, replied in rows:
        letter = row.delivery
        yield (
            letter.created_at.isoformat(timespec="seconds"),
            letter.handed_at.isoformat(timespec="seconds") if letter.handed_at else "",
            page._(KINDS[letter.manners.name]),
            row.subject,
            row.to,
            row.school,
            letter.language,
            letter.translated_from,
            letter.left_in.in_short if letter.left_in else "",
            page._(CHANNELS[letter.channel]),
            page._(STATES[letter.state]),
            page._(letter.reason),
            page._(N_("yes")) if replied else "",
        )


async def _show(
    page: web.PageContext,
    room: MailRoom,
    viewer: Viewer,
    cursor: web.CursorIn,
    by: str,
    about: About,
) -> Response:
    rows = await looking.letters(
        room, about.wanted, viewer, limit=cursor.fetch, after=place_of(cursor.after)
    )
    return page.render(
        "notifications/proof.html",
        by=by,
        heading=HEADINGS[by],
        about=about,
        audience=AUDIENCES[about.notice.audience] if about.notice else "",
        proof=await proving.proof_of(room, about.wanted, viewer),
        slice=web.paginate(rows, cursor, order),
        kept=kept_filters(about.wanted, Days()),
        **words(),
    )
