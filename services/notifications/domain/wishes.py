"""What the readers of a mailbox wish: each category at once, gathered or never, and a pause."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shared.errors import Refused
from shared.i18n import N_
from shared.messages import Category, Record

Wish = Literal["at_once", "digest", "never"]
CHOOSABLE: tuple[Category, ...] = ("good_news", "events", "school")
"""What a family may switch off; safety and legal notices it may not."""
LONGEST_PAUSE_DAYS = 90


class Wishes(Record):
    """What holds for one mailbox, whoever reads it."""

    of: Mapping[Category, Wish] = {}
    """Without an entry: at once."""
    paused_until: datetime | None = None
    """None where there is no pause, or it is over."""

    def wish(self, category: Category) -> Wish:
        """What holds for a category."""
        return self.of.get(category, "at_once")

    def those(self, wish: Wish) -> frozenset[Category]:
        """The categories for which this is the wish."""
        return frozenset(category for category, held in self.of.items() if held == wish)


def pause_of(last_day: date | None, zone: str, now: datetime) -> datetime | None:
    """The moment after a pause of which this is the last day, on the school's clock.

    None for no pause. `Refused` for a day that has passed, or lies more than 90 days ahead.
    """
    if last_day is None:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    if last_day < today:
        raise Refused(N_("This day has passed. Choose a later one, or leave it empty."))
    if last_day > today + timedelta(days=LONGEST_PAUSE_DAYS):
        raise Refused(N_("A pause can last 90 days at most. Choose an earlier day."))
    return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))


def last_day_of(paused_until: datetime | None, zone: str) -> date | None:
    """The last day of a pause, on the school's clock."""
    if paused_until is None:
        return None
    return (paused_until.astimezone(ZoneInfo(zone)) - timedelta(seconds=1)).date()
