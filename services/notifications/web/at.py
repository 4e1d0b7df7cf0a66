"""What the routes of this service ask for, and the plain words of its pages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, cast

from fastapi import Depends, Query, Request

from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import State
from services.notifications.domain.kinds import KindName
from services.notifications.store.deliveries import Wanted
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
    "event_reminder": N_("Reminder of an event"),
    "answer_reminder": N_("Reminder to answer"),
    "announcement": N_("Announcement"),
    "digest": N_("Several letters in one"),
    "follow_ups_due": N_("Follow-ups due"),
    "address_confirm": N_("New address: please confirm"),
    "address_told": N_("New address: told to the old one"),
    "family_reply": N_("A family's answer"),
    "reply_answer": N_("About an answer by mail"),
    "system_notice": N_("From another system"),
    "waitlist": N_("Waitlist"),
    "lunch_drawn": N_("Name drawn for lunch"),
    "lunch": N_("Lunch with the principal"),
    "visit_proposed": N_("Home visit proposed"),
    "visit": N_("Home visit"),
    "shift": N_("Volunteer's shift"),
    "policy": N_("Policy to read"),
    "survey": N_("Survey"),
}
CATEGORIES: dict[Category, str] = {
    "good_news": N_("good news about your child"),
    "events": N_("school events"),
    "school": N_("notes and news from school"),
}
CHANNELS: dict[str, str] = {"mail": N_("By mail"), "paper": N_("On paper")}


@dataclass(frozen=True)
class Days:
    """Days of a filter, both included; an empty field of a form is no day."""

    first: Annotated[date | Literal[""] | None, Query(alias="from")] = None
    last: Annotated[date | Literal[""] | None, Query(alias="to")] = None


def kept_filters(wanted: Wanted, days: Days) -> dict[str, str]:
    """The filters of a list as the address has them, for its other pages and its table."""
    asked = {
        "state": wanted.state,
        "kind": wanted.kind,
        "school": wanted.school_id,
        "family": wanted.family_ids,
        "event": wanted.about,
        "sender": wanted.sender_id,
        "notice": wanted.notice_id,
        "from": days.first.isoformat() if days.first else None,
        "to": days.last.isoformat() if days.last else None,
    }
    return {name: value for name, value in asked.items() if value}


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
