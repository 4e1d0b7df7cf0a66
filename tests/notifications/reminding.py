"""Makes what the tests of reminders need: an event, its answers, and its days."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import QuietHours
from shared.messages import (
    EventChanged,
    EventFacts,
    EventPublished,
    EventRSVPd,
    FlagsAsOf,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS

GOMEZ, LI = "gomez@family.example", "li@family.example"
NEW_YORK = ZoneInfo("America/New_York")


def local(text: str) -> datetime:
    """A moment on the clock in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


# Published on a Tuesday; an answer is wanted by the Tuesday after, and it takes place on Thursday.
ASKED_AT, COMES_AT = local("2026-11-30T07:00"), local("2026-12-02T07:00")
PLAIN = FACTS.model_copy(update={"reply_by": None})
"""An event that asks for no answer by a day."""


def _facts(facts: EventFacts, over: Mapping[str, Any]) -> EventFacts:
    return EventFacts.model_validate({**facts.model_dump(), **over})


async def published(bench: Bench, facts: EventFacts = FACTS, **over: Any) -> None:
    """Families are invited, in a district with its usual hours."""
    await bench.set(quiet_hours=QuietHours(), school_days_only=True)
    facts = _facts(facts, over)
    await bench.tell(EventPublished(event_id="event-1", facts=facts))
    await bench.settle()


async def changed(bench: Bench, version: int = 2, **over: Any) -> None:
    """The event reads differently from now on."""
    now = _facts(FACTS, {**over, "revision": version})
    await bench.tell(EventChanged(event_id="event-1", facts=now), version=version)
    await bench.settle()


async def answers(
    bench: Bench, answer: str, version: int = 1, home: str = "gomez", party: int = 2
) -> None:
    """A household answers."""
    said = EventRSVPd.model_validate(
        {
            "rsvp_id": f"event-1|household-{home}", "event_id": "event-1", "school_id": "school-1",
            "household_id": f"household-{home}", "family_ids": (f"family-{home}",),
            "answer": answer, "party_size": party, "answered_at": FACTS.starts_at,
        }
    )  # fmt: skip
    await bench.tell(said, version=version)
    await bench.settle()


async def at(bench: Bench, moment: datetime) -> None:
    """It is that moment, and what is due has left."""
    bench.clock.move(moment - bench.clock.now())
    await bench.tell(FlagsAsOf(number=0, as_of=moment))
    await bench.settle()


async def coming(bench: Bench, home: str = "gomez") -> list[Delivery]:
    """What reminds a household of the event."""
    return await bench.rows(household_id=f"household-{home}", kind="event_reminder")


def subjects(bench: Bench, to: str) -> list[str]:
    """How the letters to an address began."""
    return [str(mail["Subject"]).split(":")[0] for mail in bench.sink.letters_to(to)]
