"""What routes of this service ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from services.events.actions import Desk
from services.events.domain import Wrong
from services.events.store.school_events import Place
from shared import web
from shared.errors import PartnersError, Refused
from shared.i18n import N_
from shared.links import Links


@dataclass(frozen=True)
class Front:
    """The desk, and what reads the links in letters."""

    desk: Desk
    links: Links
    mail_domain: str
    """Makes the ids of calendar entries unique in the world, as in letters."""


async def _front_of(request: Request) -> Front:
    """What `app.build` put together."""
    return cast("Front", request.app.state.front)


async def _desk_of(request: Request) -> Desk:
    return (await _front_of(request)).desk


AtDesk = Annotated[Desk, Depends(_desk_of)]
AtFront = Annotated[Front, Depends(_front_of)]


def sentence(page: web.PageContext, error: PartnersError) -> str:
    """What went wrong, in the reader's language."""
    if isinstance(error, Wrong):
        return " ".join(page._(fault.says, **fault.values) for fault in error.faults)
    return page._(str(error))


def place_of(after: tuple[str | int | datetime, ...] | None) -> Place | None:
    """Where a page of a list goes on; `Refused` for a cursor of another list."""
    if after is None:
        return None
    match after:
        case (datetime() as moment, str() as event_id):
            return moment, event_id
    raise Refused(N_("This page address is broken. Start again from the first page."))
