"""What the routes of this service ask for, and the plain words of its pages."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import State
from services.notifications.domain.kinds import KindName
from shared.errors import Refused
from shared.i18n import N_
from shared.messages import Category

# DESIGN section 3: never "accepted", "unknown", "suppressed" on a screen.
STATES: dict[State, str] = {
    "pending": N_("Waiting"),
    "held": N_("Held until the school begins to send"),
    "claimed": N_("About to leave"),
    "handing": N_("Being handed to the mail service"),
    "accepted": N_("Handed to the mail service"),
    "retry": N_("Trying again later"),
    "unknown": N_("May not have arrived"),
    "dead": N_("Did not arrive"),
    "suppressed": N_("Not sent"),
    "merged": N_("Sent within another letter"),
    "to_print": N_("To be printed"),
    "printed": N_("Printed, to be handed out"),
}
TAGS: dict[State, str] = {
    "accepted": "good",
    "retry": "warn",
    "held": "warn",
    "to_print": "warn",
    "printed": "warn",
    "unknown": "warn",
    "dead": "bad",
    "suppressed": "bad",
}
"""The colours of the badges; the words say it, the colour only helps."""
KINDS: dict[KindName, str] = {
    "good_news": N_("Good news"),
    "note": N_("Note"),
    "invitation": N_("Invitation"),
    "event_changed": N_("Event changed"),
    "cancelled": N_("Event cancelled"),
    "rsvp_confirmation": N_("Thanks for an answer"),
    "announcement": N_("Announcement"),
    "follow_ups_due": N_("Follow-ups due"),
}
CATEGORIES: dict[Category, str] = {
    "good_news": N_("good news about your child"),
    "events": N_("school events"),
    "school": N_("notes and news from school"),
}


async def _room_of(request: Request) -> MailRoom:
    return cast("MailRoom", request.app.state.room)


AtRoom = Annotated[MailRoom, Depends(_room_of)]


def place_of(after: tuple[str | int | datetime, ...] | None) -> tuple[datetime, str] | None:
    """Where a page of a list goes on; `Refused` for a cursor of another list."""
    match after:
        case None:
            return None
        case (datetime() as moment, str() as last):
            return moment, last
    raise Refused(N_("This page address is broken. Start again from the first page."))
