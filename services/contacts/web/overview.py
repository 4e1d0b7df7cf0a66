"""The school as its coordinator sees it: who was not heard from, and who has no educator."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.contacts.actions.overview import standings
from services.contacts.domain.overview import NONE, Place, Show, Standing, overview
from services.contacts.domain.reaching_out import Route, Why
from services.contacts.web.at import AtDesk, zone_at
from services.contacts.web.hour import Leads
from shared import web
from shared.errors import Refused
from shared.i18n import N_, grade_name
from shared.web.paging import MOST, PAGE_SIZE
from shared.web.tables import csv_file
from shared.web.templates import language_name

router = APIRouter(tags=["families"])
PATH = "/contacts/school"
SHOWS: dict[Show, str] = {
    "not_told": N_("No good news this term"),
    "no_contact": N_("No contact at all this term"),
    "unreachable": N_("Letters do not reach them"),
    "no_educator": N_("No educator"),
    "given": N_("Given to an educator"),
}
WHY: dict[Why, str] = {
    "no_address": N_("No mail address"),
    "came_back": N_("The last letter came back"),
    "held_back": N_("The last letter was not sent"),
    "silent": N_("No answer to the last three invitations"),
}
ROUTES: dict[Route, str] = {
    "call": N_("Call them"),
    "call_interpreted": N_("Call them with an interpreter"),
    "backpack": N_("Send a letter in the backpack and ask for a phone number"),
    "visit": N_("Offer a visit"),
    "page_first": N_("Open the family's page first: a flag may stand there"),
}
COLUMNS = (
    "family_id", "students", "grades", "adults", "languages", "interpreter", "good_news_on",
    "last_contact_on", "given_to", "given_until", "why_unreachable", "suggested_route",
)  # fmt: skip


class Narrowed:
    """What is shown, as the address says; unknown words choose nothing."""

    def __init__(
        self,
        show: Annotated[str, Query(max_length=20)] = "not_told",
        language: Annotated[str, Query(max_length=35)] = "",
        grade: Annotated[str, Query(max_length=20)] = "",
    ) -> None:
        """As typed."""
        self.show: Show = next((each for each in SHOWS if each == show), "not_told")
        self.language, self.grade = language, grade

    def kept(self, **changes: str) -> dict[str, str]:
        """For the address of a link, with what it changes."""
        held = {"show": self.show, "language": self.language, "grade": self.grade}
        return {name: value for name, value in (held | changes).items() if value}


Narrow = Annotated[Narrowed, Depends(Narrowed)]


@router.get(PATH, include_in_schema=False)
async def school_view(
    page: web.Page, viewer: Leads, desk: AtDesk, cursor: web.Cursor, narrow: Narrow
) -> Response:
    """One list with its numbers by language and grade, each a link to just those families."""
    found = overview(
        await standings(desk.store, desk.units.clock, viewer),
        narrow.show,
        narrow.language,
        narrow.grade,
    )
    rest = _after(found.families, _place_of(cursor.after))
    kept = narrow.kept() | ({} if cursor.size == PAGE_SIZE else {"size": str(cursor.size)})
    return page.render(
        "contacts/overview.html",
        part=web.paginate(rest[: cursor.fetch], cursor, lambda each: each.place),
        found=found,
        narrow=narrow,
        kept=kept,
        most=MOST,
        why=WHY,
        routes=ROUTES,
        shows=[(show, page._(words), found.counts[show]) for show, words in SHOWS.items()],
        language_of=lambda code: _language(page, code),
        grade_of=lambda code: _grade(page, code),
        zone=await zone_at(desk, viewer),
    )


def _after(families: Sequence[Standing], place: Place | None) -> Sequence[Standing]:
    return [each for each in families if place is None or each.place > place]


def _place_of(after: tuple[str | int | datetime, ...] | None) -> Place | None:
    match after:
        case None:
            return None
        case (datetime() as heard, datetime() as spoken, str() as family_id):
            return heard, spoken, family_id
    raise Refused(N_("This page address is broken. Start again from the first page."))


def _language(page: web.PageContext, code: str) -> str:
    return page._("Not known") if code == NONE else language_name(page.language, code)


def _grade(page: web.PageContext, code: str) -> str:
    return page._("No grade") if code == NONE else grade_name(code, page._)


@router.get(f"{PATH}.csv", include_in_schema=False)
async def school_file(viewer: Leads, desk: AtDesk, narrow: Narrow) -> Response:
    """The same list as a table, all of it."""
    held = await standings(desk.store, desk.units.clock, viewer)
    found = overview(held, narrow.show, narrow.language, narrow.grade)
    zone = await zone_at(desk, viewer)
    return csv_file(f"families-{narrow.show}.csv", COLUMNS, _rows(found.families, zone))


async def _rows(families: Sequence[Standing], zone: ZoneInfo) -> AsyncIterator[list[object]]:
    for each in families:
        line = each.line
        yield [
            line.family_id,
            "; ".join(line.students),
            "; ".join(line.grades),
            "; ".join(line.guardians),
            "; ".join(line.languages),
            "yes" if line.interpreter else "",
            _day(line.good_news_at, zone),
            _day(line.contact_at, zone),
            "; ".join(given.educator for given in each.given),
            "; ".join(given.ends.isoformat() for given in each.given),
            each.trouble.why if each.trouble else "",
            each.route or "",
        ]


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else ""
