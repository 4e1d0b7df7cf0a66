"""What the organizer wants to know: who comes, who has not answered, and what is planned."""

from dataclasses import dataclass
from typing import Literal

from services.events.actions.answering import household_seen_by
from services.events.actions.desk import Desk
from services.events.domain import Counts, Rsvp, SchoolEvent
from services.events.domain.counting import counts_of
from services.events.store import Listing
from services.events.store.school_events import Place
from shared.identity import Viewer
from shared.messages import Answer, HouseholdChanged

Wanted = Literal["all", "yes", "maybe", "no", "none"]
"""Which answers to list; "none" are the households that have not answered."""
ORDER: tuple[Answer | None, ...] = ("yes", "maybe", "no", None)


@dataclass(frozen=True)
class Figures:
    """An event in a list with what was answered so far."""

    event: SchoolEvent
    counts: Counts


@dataclass(frozen=True)
class AnswerRow:
    """One household in the list of answers; `rsvp` None: not answered yet."""

    household_id: str
    name: str
    language: str
    interpreter: bool
    rsvp: Rsvp | None
    invited: bool


async def list_events(
    desk: Desk,
    listing: Listing,
    by: Viewer,
    *,
    limit: int,
    school_id: str | None = None,
    after: Place | None = None,
) -> list[Figures]:
    """At most `limit` events with their figures, from the place where the page before ended."""
    events = await desk.events.listed(
        listing, seen_by=by, now=desk.now, limit=limit, school_id=school_id, after=after
    )
    tallies = await desk.rsvps.tallies([event.event_id for event in events])
    return [Figures(event, counts_of(tallies[event.event_id])) for event in events]


async def figures_of(desk: Desk, event: SchoolEvent) -> Counts:
    """The counts of one event: numbers only, so whoever sees the event may see them."""
    tallies = await desk.rsvps.tallies([event.event_id])
    invited = await desk.audience.households(event, desk.now)
    answered = await desk.rsvps.households_that_answered(event.event_id)
    return counts_of(tallies[event.event_id], (home.household_id for home in invited), answered)


async def answers_of(
    desk: Desk, event: SchoolEvent, by: Viewer, wanted: Wanted = "all"
) -> list[AnswerRow]:
    """The households whom this viewer may see, by answer and then by name."""
    rsvps = {
        rsvp.household_id: rsvp
        for rsvp in await desk.rsvps.of_event(event, seen_by=by, now=desk.now)
    }
    invited = {
        home.household_id: home
        for home in await desk.audience.seen(event, seen_by=by, now=desk.now)
    }
    gone = [home_id for home_id in rsvps if home_id not in invited]
    left = [home for each in gone if (home := await desk.directory.household(each))]
    rows = [_row(home, rsvps.get(home.household_id), invited=True) for home in invited.values()]
    rows += [_row(home, rsvps[home.household_id], invited=False) for home in left]
    return sorted((row for row in rows if _is_wanted(row, wanted)), key=_by_answer_and_name)


async def household_of(desk: Desk, event: SchoolEvent, household_id: str, by: Viewer) -> AnswerRow:
    """One household's row, for the page where the school writes its answer down."""
    home = await household_seen_by(desk, event.event_id, household_id, by)
    return _row(home, await desk.rsvps.one(event.event_id, household_id), invited=True)


def _row(home: HouseholdChanged, rsvp: Rsvp | None, *, invited: bool) -> AnswerRow:
    return AnswerRow(
        household_id=home.household_id,
        name=", ".join(home.greeting),
        language=home.language,
        interpreter=home.interpreter,
        rsvp=rsvp,
        invited=invited,
    )


def _is_wanted(row: AnswerRow, wanted: Wanted) -> bool:
    if wanted == "all":
        return True
    return row.rsvp is None if wanted == "none" else bool(row.rsvp and row.rsvp.answer == wanted)


def _by_answer_and_name(row: AnswerRow) -> tuple[int, str, str]:
    answer = row.rsvp.answer if row.rsvp else None
    return ORDER.index(answer), row.name.casefold(), row.household_id
