"""What routes of this service ask for, and words that several pages share."""

from datetime import date, datetime
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from services.contacts.actions.desk import Desk
from services.contacts.actions.logging_contacts import NOWHERE, today, zone_at_school, zone_of
from services.contacts.store.contacts import Place
from shared import web
from shared.errors import PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.starters import AT_HOME, praise, praises

Pair = tuple[str, str]


async def _desk_of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


AtDesk = Annotated[Desk, Depends(_desk_of)]


async def day_of(desk: Desk, viewer: Viewer) -> date:
    """Today at the viewer's school."""
    return await today(desk.store, viewer, desk.units.clock.now())


async def zone_at(desk: Desk, viewer: Viewer) -> ZoneInfo:
    """The time zone of the viewer's school; at the district, that of the first school."""
    if zone := await zone_at_school(desk.store, viewer):
        return zone
    schools = await desk.store.directory.schools_in_brief()
    return zone_of(schools[0].time_zone) if schools else NOWHERE


async def schools_of(desk: Desk, viewer: Viewer) -> list[Pair]:
    """The schools that the viewer belongs to, or all: id and name."""
    schools = await desk.store.directory.schools_in_brief()
    return [(each.school_id, each.name) for each in schools if viewer.sees_school(each.school_id)]


async def places_of(page: web.PageContext, desk: Desk, viewer: Viewer, every: str) -> list[Pair]:
    """The same, and for the district first all schools together; `every` stands for these."""
    own = await schools_of(desk, viewer)
    return [(every, page._("All schools")), *own] if viewer.role == "district" else own


def place_of(after: tuple[str | int | datetime, ...] | None) -> Place | None:
    """Where a list of contacts goes on; `Refused` for a cursor of another list."""
    if after is None:
        return None
    match after:
        case (datetime() as moment, str() as contact_id):
            return moment, contact_id
    raise Refused(N_("This page address is broken. Start again from the first page."))


def sentence(page: web.PageContext, error: PartnersError) -> str:
    """What went wrong, in the reader's language."""
    return page._(str(error))


CHANNELS: dict[str, str] = {
    "call": N_("Phone call"),
    "text": N_("Text message"),
    "email": N_("Email"),
    "in_person": N_("In person"),
    "video": N_("Video call"),
    "home_visit": N_("Home visit"),
    "letter": N_("Letter or note"),
    "app": N_("School app"),
    "other": N_("Another way"),
}
OUTCOMES: dict[str, str] = {
    "reached": N_("We talked"),
    "voicemail": N_("Left a voicemail"),
    "message_left": N_("Left a message"),
    "no_answer": N_("No answer"),
    "sent": N_("Sent it"),
    "handed_out": N_("Handed it over"),
    "wrong_number": N_("Wrong number"),
}
TONES: dict[str, str] = {
    "good_news": N_("Good news"),
    "hello": N_("Just to say hello"),
    "information": N_("Information"),
    "concern": N_("A concern"),
}
DIRECTIONS: dict[str, str] = {
    "to_family": N_("We contacted the family"),
    "from_family": N_("The family contacted us"),
}
RELATIONSHIPS = {
    "mother": N_("Mother"),
    "father": N_("Father"),
    "parent": N_("Parent"),
    "guardian": N_("Parent or caregiver"),
    "grandparent": N_("Grandparent"),
    "foster": N_("Foster parent"),
    "relative": N_("Relative"),
    "other": N_("Other adult"),
}
LETTER_STATES = {
    "handed_over": N_("Handed to the mail service"),
    "handed_out": N_("Handed out on paper"),
    "came_back": N_("Came back"),
    "not_sent": N_("Not sent, because:"),
}
CORRECTED = {
    "language": N_("Language"),
    "interpreter": N_("Needs an interpreter"),
    "email": N_("Mail address"),
    "phone": N_("Phone"),
    "best": N_("Best time and way"),
    "confidential": N_("Confidential address"),
}
ANSWERS = {"yes": N_("Yes"), "no": N_("No"), "maybe": N_("Maybe")}


def choices(page: web.PageContext, words: dict[str, str]) -> list[Pair]:
    """Options of a field in the reader's language."""
    return [(str(value), page._(label)) for value, label in words.items()]


def all_words(page: web.PageContext) -> dict[str, dict[str, str]]:
    """Every list of words that a timeline needs, in the reader's language."""
    lists = {
        "channel": CHANNELS,
        "outcome": OUTCOMES,
        "tone": TONES,
        "direction": DIRECTIONS,
        "relationship": RELATIONSHIPS,
        "letter": LETTER_STATES,
        "answer": ANSWERS,
        "at_home": AT_HOME,
    }
    found = {name: dict(choices(page, words)) for name, words in lists.items()}
    child = page._("your child")
    found["praise"] = {each: praise(each, child, page._) for _, each in praises()}
    return found
