"""The links at the foot of each letter to a family; each is good for one household alone."""

from datetime import datetime, timedelta

from services.notifications.actions.room import MailRoom
from services.notifications.domain.household_page import LINK_LIVES
from shared.messages import HouseholdChanged

STOP_LINK_LIVES = timedelta(days=400)
"""Families unsubscribe from old letters, too."""


def stop_url(room: MailRoom, delivery_id: str, household: HouseholdChanged, now: datetime) -> str:
    """The one click that stops letters like this (RFC 8058)."""
    return _about_mail("/notifications/unsubscribe", room, delivery_id, household, now)


def choices_url(
    room: MailRoom, delivery_id: str, household: HouseholdChanged, now: datetime
) -> str:
    """Where the readers of a letter choose what they get by mail."""
    return _about_mail("/notifications/choices", room, delivery_id, household, now)


def page_url(room: MailRoom, delivery_id: str, household: HouseholdChanged, now: datetime) -> str:
    """The household's own page; it knows from which letter its readers came."""
    return room.page_links.make(
        "/notifications/our-children",
        household.household_id,
        delivery_id,
        now + LINK_LIVES,
        household.link_version,
    )


def _about_mail(
    path: str, room: MailRoom, delivery_id: str, household: HouseholdChanged, now: datetime
) -> str:
    return room.stop_links.make(
        path,
        household.household_id,
        delivery_id,
        now + STOP_LINK_LIVES,
        household.link_version,
    )
