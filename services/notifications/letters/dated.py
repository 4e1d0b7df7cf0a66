"""The calendar entry of a lunch, a visit or a shift, in the reader's language.

What is only offered is tentative there until it is agreed; the entry keeps its id for ever.
"""

from services.notifications.domain.arranged import DatedWords
from services.notifications.letters import calendar
from services.notifications.letters.arranged import title_of
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.tongue import Tongue
from shared.messages import EventFacts

_HOW = {"offered": "proposed", "called_off": "cancelled"}


def how(words: DatedWords) -> str:
    """What the entry says of itself, as `calendar` knows it."""
    return _HOW.get(words.now.state, "agreed")


def entry(_: Tongue, occasion: Occasion, words: DatedWords) -> bytes:
    """The entry, b"" where there is no day yet. It names neither the family nor where it lives."""
    now, hours = words.now, words.now.hours
    if hours is None:
        return b""
    facts = EventFacts(
        event_id=now.subject,
        school_id=now.school_id,
        title=f"{title_of(_, words)} ({occasion.school.name})",
        place=now.place,
        starts_at=hours.starts_at,
        ends_at=hours.ends_at,
        time_zone=hours.time_zone,
        revision=occasion.notice.version,
    )
    return calendar.entries((facts,), how(words), occasion.school.domain, occasion.written_at)
