"""My contacts: a list to look through, to narrow, and to take along."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.contacts.domain.contact import Contact
from services.contacts.domain.views import resources_in
from services.contacts.store.contacts import Filter, Place
from services.contacts.web.at import (
    CHANNELS,
    OUTCOMES,
    TONES,
    AtDesk,
    all_words,
    choices,
    day_of,
    place_of,
    zone_at,
)
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.web.tables import csv_file

router = APIRouter(tags=["contacts"])
COLUMNS = (
    "contact_id", "version", "occurred_at", "family_id", "students", "channel", "direction",
    "tone", "outcome", "language", "letter", "note", "undone", "interpreter",
)  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise Refused(N_("Please write a date, such as 2026-09-01.")) from wrong


class Narrowed:
    """What was chosen above the list; unknown words choose nothing."""

    def __init__(
        self,
        tone: Annotated[str, Query(max_length=20)] = "",
        channel: Annotated[str, Query(max_length=20)] = "",
        outcome: Annotated[str, Query(max_length=20)] = "",
        since: Annotated[str, Query(max_length=10)] = "",
        until: Annotated[str, Query(max_length=10)] = "",
    ) -> None:
        """As the address says."""
        self.tone = tone if tone in TONES else ""
        self.channel = channel if channel in CHANNELS else ""
        self.outcome = outcome if outcome in OUTCOMES else ""
        self.since, self.until = _day(since), _day(until)

    def filter(self, zone: ZoneInfo) -> Filter:
        """As the store asks; days are the school's, both included."""
        after = self.until + timedelta(days=1) if self.until else None
        return Filter(
            self.tone,
            self.channel,
            self.outcome,
            _midnight(self.since, zone),
            _midnight(after, zone),
        )

    def kept(self) -> dict[str, str]:
        """For the address of the next page."""
        days = {"since": self.since, "until": self.until}
        words = {"tone": self.tone, "channel": self.channel, "outcome": self.outcome}
        told = {name: day.isoformat() for name, day in days.items() if day}
        return {name: word for name, word in words.items() if word} | told


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, zone) if day else None


Narrow = Annotated[Narrowed, Depends(Narrowed)]


@router.get("/contacts/mine", include_in_schema=False)
async def my_contacts(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, cursor: web.Cursor, narrow: Narrow
) -> Response:
    """What I wrote down, newest first."""
    zone = await zone_at(desk, viewer)
    found = await desk.store.contacts.mine(
        narrow.filter(zone), seen_by=viewer, after=place_of(cursor.after), most=cursor.fetch
    )
    part = web.paginate(found, cursor, lambda each: (each.occurred_at, each.contact_id))
    return page.render(
        "contacts/mine.html",
        part=part,
        names=await names_of(desk, viewer, part.items),
        not_offered=await desk.store.resources.not_offered(resources_in(part.items)),
        narrow=narrow,
        channels=choices(page, CHANNELS),
        outcomes=choices(page, OUTCOMES),
        tones=choices(page, TONES),
        words=all_words(page),
        zone=zone,
    )


async def names_of(desk: AtDesk, viewer: Viewer, held: Sequence[Contact]) -> dict[str, str]:
    """The pupils' names of some contacts, by contact; only of families still in sight."""
    ids = list(dict.fromkeys(each.family_id for each in held))
    on = await day_of(desk, viewer)
    seen = await desk.store.families.seen_among(ids, seen_by=viewer, on=on)
    students = {
        student.student_id: f"{student.given_name} {student.family_name}".strip()
        for family in seen
        for student in family.students
    }
    return {
        each.contact_id: ", ".join(students[s] for s in each.student_ids if s in students)
        for each in held
    }


@router.get("/contacts/mine.csv", include_in_schema=False)
async def my_contacts_file(viewer: web.SignedIn, desk: AtDesk, narrow: Narrow) -> Response:
    """The same as a table for a spreadsheet, all of it."""
    narrowed = narrow.filter(await zone_at(desk, viewer))
    return csv_file("my-contacts.csv", COLUMNS, _rows(desk, viewer, narrowed))


async def _rows(desk: AtDesk, viewer: Viewer, narrowed: Filter) -> AsyncIterator[list[object]]:
    after: Place | None = None
    while found := await desk.store.contacts.mine(narrowed, seen_by=viewer, after=after, most=500):
        names = await names_of(desk, viewer, found)
        for contact in found:
            yield _cells(contact, names[contact.contact_id])
        after = (found[-1].occurred_at, found[-1].contact_id)


def _cells(contact: Contact, names: str) -> list[object]:
    return [
        contact.contact_id,
        contact.version,
        contact.occurred_at.isoformat(),
        contact.family_id,
        names,
        contact.channel,
        contact.direction,
        contact.tone,
        contact.outcome,
        contact.language,
        contact.letter.words if contact.letter else "",
        contact.note,
        "yes" if contact.retraction else "",
        contact.interpreter,
    ]
