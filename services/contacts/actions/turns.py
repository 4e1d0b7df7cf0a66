"""Who should hear good news next, as one person sees it, and putting a family off."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.contacts.actions.invitations import unanswered_by_family
from services.contacts.actions.listing_follow_ups import due_by_family
from services.contacts.actions.logging_contacts import NOWHERE, school_of, today, zone_of
from services.contacts.actions.suggestions import suggested_by_family
from services.contacts.domain.interpreters import DISTRICT, Interpreting, next_hours
from services.contacts.domain.invitations import Invitation
from services.contacts.domain.suggestions import Suggested
from services.contacts.domain.turns import History, Turn, Waiting, whose_turn
from services.contacts.domain.views import FamilyLine
from services.contacts.store import Store
from services.contacts.store.families import MOST_LISTED
from shared.clock import Clock
from shared.identity import Viewer
from shared.messages import SchoolChanged

Later = Literal["tomorrow", "week", "month", "not_mine"]
LOOKS_BACK = timedelta(days=400)
"""A school year and its summer; what is older says nothing about whose turn it is."""
REPLIES_WITHIN = timedelta(days=30)
"""An answer by mail is a reason to be in touch for so long."""
WAITS: Mapping[Later, timedelta] = {
    "tomorrow": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}


@dataclass(frozen=True)
class Lineup:
    """The list: whose turn it is, and who was put off until when (None: until brought back)."""

    turns: Sequence[tuple[Turn, FamilyLine]]
    more: int
    """How many families follow those."""
    put_off: Sequence[tuple[FamilyLine, date | None]]


async def line_up(store: Store, clock: Clock, viewer: Viewer, *, most: int = MOST_LISTED) -> Lineup:
    """The families of an educator's classes, or of a school, in the order of their turns."""
    now = clock.now()
    on = await today(store, viewer, now)
    waiting = await store.families.waiting(seen_by=viewer, on=on)
    put_off = await store.turns.put_off_by(viewer, on)
    here = [each for each in waiting if each.family_id not in put_off]
    turns = whose_turn(await _histories(store, viewer, here, now), on)
    shown = [*(turn.family_id for turn in turns[:most]), *put_off]
    lines = await store.families.lines(shown, seen_by=viewer, on=on)
    by_id = {line.family_id: line for line in lines}
    return Lineup(
        [(turn, by_id[turn.family_id]) for turn in turns[:most] if turn.family_id in by_id],
        len(turns[most:]),
        [(by_id[each], until) for each, until in put_off.items() if each in by_id],
    )


async def turns_among(
    store: Store, clock: Clock, viewer: Viewer, lines: Sequence[FamilyLine]
) -> list[Turn]:
    """The turns of some families in sight; whoever was put off by one person keeps theirs."""
    now = clock.now()
    on = await today(store, viewer, now)
    ids = [line.family_id for line in lines]
    waiting = await store.families.waiting(seen_by=viewer, on=on, among=ids)
    return whose_turn(await _histories(store, viewer, waiting, now), on)


async def wants_good_news_first(store: Store, clock: Clock, viewer: Viewer, family_id: str) -> bool:
    """Whether a concern was logged for a family that has heard no good news this term."""
    now = clock.now()
    on = await today(store, viewer, now)
    waiting = await store.families.waiting(seen_by=viewer, on=on, among=[family_id])
    found = await _histories(store, viewer, waiting, now)
    return any(each.wants_good_news_first for each in found)


async def put_off(store: Store, clock: Clock, viewer: Viewer, family_id: str, later: Later) -> None:
    """Leave a family out of the viewer's own list for a while; `NotFound` when it is not theirs."""
    on = await today(store, viewer, clock.now())
    await store.families.one(family_id, seen_by=viewer, on=on)
    until = None if later == "not_mine" else on + WAITS[later]
    await store.turns.put_off(family_id, until, by=viewer)


async def _histories(
    store: Store, viewer: Viewer, waiting: Sequence[Waiting], now: datetime
) -> list[History]:
    school = await school_of(store, viewer)
    zone = zone_of(school.time_zone) if school else NOWHERE
    ids = [each.family_id for each in waiting]
    on = now.astimezone(zone).date()
    due, unanswered, suggested, replied, there = await asyncio.gather(
        due_by_family(store, viewer, on),
        unanswered_by_family(store, ids, viewer, now),
        suggested_by_family(store, ids, viewer, now, on),
        store.mail.replied_at(ids, now - REPLIES_WITHIN),
        _interpreting(store, viewer, school, waiting, now.astimezone(zone)),
    )
    prompts, began = _Prompts(due, unanswered, suggested, replied), term_began_on(school, on)
    oldest = now - LOOKS_BACK
    told = [_history(each, oldest, zone, began, there.get(each.interpreted)) for each in waiting]
    # As most have none, and a copy of each took a tenth of the page.
    some = due.keys() | unanswered.keys() | suggested.keys() | replied.keys()
    return [prompts.beside(each, zone) if each.family_id in some else each for each in told]


def _history(
    waiting: Waiting,
    oldest: datetime,
    zone: ZoneInfo,
    term_began: date | None,
    interpreting: Interpreting | None,
) -> History:
    spoken_on = _day(waiting.spoken_at, zone, oldest)
    return History(
        waiting.family_id,
        told_on=_day(waiting.good_news_at, zone),
        tried_on=_day(waiting.tried_at, zone, oldest),
        spoken_on=spoken_on,
        spoken_about=waiting.spoken_about if spoken_on else None,
        concern_on=_day(waiting.concern_at, zone, oldest),
        term_began=term_began,
        interpreting=interpreting,
    )


async def _interpreting(
    store: Store,
    viewer: Viewer,
    school: SchoolChanged | None,
    waiting: Sequence[Waiting],
    now: datetime,
) -> dict[tuple[str, ...], Interpreting | None]:
    """When the languages that families of a list need are interpreted next at their school."""
    needed = {each.interpreted for each in waiting} - {()}
    if school is None or not needed:
        return {}
    known = await store.interpreters.listed(seen_by=viewer)
    called = [each for each in known if each.school_id in {DISTRICT, school.school_id}]
    return {each: next_hours(called, each, now, school.no_school_days) for each in needed}


@dataclass(frozen=True)
class _Prompts:
    """What there is to do, to ask or to tell already, by family."""

    due: Mapping[str, date]
    unanswered: Mapping[str, Invitation]
    suggested: Mapping[str, Suggested]
    replied: Mapping[str, datetime]

    def beside(self, history: History, zone: ZoneInfo) -> History:
        """A family's history with its prompts."""
        invitation = self.unanswered.get(history.family_id)
        suggested = self.suggested.get(history.family_id)
        achieved_at = suggested.suggestion.achieved_at if suggested else None
        return replace(
            history,
            follow_up_on=self.due.get(history.family_id),
            unanswered=invitation,
            answer_by=_day(invitation.closes_at, zone) if invitation else None,
            suggested=suggested,
            suggested_on=_day(achieved_at, zone),
            replied_on=_day(self.replied.get(history.family_id), zone),
        )


def _day(at: datetime | None, zone: ZoneInfo, oldest: datetime | None = None) -> date | None:
    if at is None or (oldest and at < oldest):
        return None
    return at.astimezone(zone).date()


def term_began_on(school: SchoolChanged | None, on: date) -> date | None:
    """The day on which the newest term of a school began; None where no term is known."""
    terms = school.terms if school else ()
    return max((each.begins for each in terms if each.begins <= on), default=None)
