"""Whose turn it is: which family should hear good news next, and why.

Following the list reaches every family: whoever calls its first family, again and again, has given
each of n families its turn after n calls, whatever happened before (tests/contacts/test_turns.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from services.contacts.domain.interpreters import Hours, Interpreting
from services.contacts.domain.invitations import Invitation
from services.contacts.domain.suggestions import Suggested
from shared.messages import Language, Record, Tone

RESTS_FOR = timedelta(days=1)
"""Whoever spoke with school today or yesterday waits behind the others."""

Cause = Literal[
    "concern_first", "never_told", "told", "tried", "last_about", "follow_up_due", "unanswered",
    "achieved", "interpreter", "replied", "rests",
]  # fmt: skip
"""Why a family stands where it does; pages put it into words."""


class Reason(Record):
    """One reason, with the day that it is about, and for `last_about` what that contact was.

    `unanswered`: `what` is the school event, which waits for an answer until the day.
    `achieved`: `student` is the given name, `what` was achieved, and `system` says so.
    `replied`: somebody answered a letter on that day, and nobody was in touch since.
    `interpreter`: the family needs one for `language`, who is there in the `hours` of that day.
    """

    cause: Cause
    on: date | None = None
    tone: Tone | None = None
    student: str | None = None
    what: str | None = None
    system: str | None = None
    language: Language | None = None
    hours: Hours | None = None


@dataclass(frozen=True)
class Waiting:
    """A family in sight, as far as its turn needs it."""

    family_id: str
    interpreted: tuple[Language, ...] = ()
    """The languages of those in it who need an interpreter."""
    good_news_at: datetime | None = None
    """When it last heard good news, by anybody or by letter."""
    tried_at: datetime | None = None
    """When somebody last brought good news, whether or not anybody was there to hear it."""
    concern_at: datetime | None = None
    spoken_at: datetime | None = None
    """The last contact of any kind."""
    spoken_about: Tone | None = None


@dataclass(frozen=True)
class History:
    """What is known of one family; days are the school's."""

    family_id: str
    told_on: date | None = None
    """When it last heard good news, by anybody or by letter."""
    tried_on: date | None = None
    """When somebody last brought good news, whether or not anybody was there to hear it."""
    spoken_on: date | None = None
    """The last contact of any kind."""
    spoken_about: Tone | None = None
    concern_on: date | None = None
    term_began: date | None = None
    follow_up_on: date | None = None
    """The earliest day of an open follow-up that has come."""
    unanswered: Invitation | None = None
    """The invitation that waits for the family's answer; of several, the one that closes first."""
    answer_by: date | None = None
    suggested: Suggested | None = None
    """What another system saw, as long as nobody told the family."""
    suggested_on: date | None = None
    replied_on: date | None = None
    """When somebody last answered a letter by mail."""
    interpreting: Interpreting | None = None
    """When an interpreter is there next, where the family needs one."""

    @property
    def turn_on(self) -> date | None:
        """When it last had its turn."""
        if self.told_on and self.tried_on:
            return max(self.told_on, self.tried_on)
        return self.told_on or self.tried_on

    def rests(self, today: date) -> bool:
        """Whether somebody spoke with it so lately that it can wait."""
        return self.spoken_on is not None and self.spoken_on >= today - RESTS_FOR

    @property
    def wants_good_news_first(self) -> bool:
        """A concern was logged this term, and nothing good was even tried: that comes first now."""
        began = self.term_began or date.min
        if self.concern_on is None or self.concern_on < began:
            return False
        if self.told_on is not None and self.told_on >= began:
            return False
        return self.turn_on is None or self.turn_on < self.concern_on


@dataclass(frozen=True)
class Turn:
    """A family in the list."""

    history: History
    today: date

    @property
    def family_id(self) -> str:
        """Whose turn it is."""
        return self.history.family_id

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it stands there; found when asked for, since pages show the first of hundreds."""
        return _reasons(self.history, self.today)


def whose_turn(histories: Iterable[History], today: date) -> list[Turn]:
    """All of them, in the order in which they should hear from school.

    Those with a concern and no good news this term first, then those who never heard any, then
    whoever waits longest; among those who wait equally long, whoever a follow-up is due for, then
    whoever has not answered an invitation, then whoever another system has good news of. Behind
    them, in the same order, those who spoke with school just now. Neither follow-up nor invitation
    nor suggestion moves anybody before who waits longer, so that every family is reached.
    """
    ordered = sorted(histories, key=lambda each: _place(each, today))
    return [Turn(each, today) for each in ordered]


def _place(each: History, today: date) -> tuple[bool, bool, date, date, date, date, date, str]:
    return (
        each.rests(today),
        not each.wants_good_news_first,
        each.turn_on or date.min,
        each.follow_up_on or date.max,
        each.answer_by or date.max,
        each.suggested_on or date.max,
        each.spoken_on or date.min,
        each.family_id,
    )


def _reasons(each: History, today: date) -> tuple[Reason, ...]:
    found = []
    first = each.wants_good_news_first
    if first:
        found.append(Reason(cause="concern_first", on=each.concern_on))
    if each.told_on:
        found.append(Reason(cause="told", on=each.told_on))
    elif not first:
        found.append(Reason(cause="never_told"))
    told_on = each.told_on or date.min
    if each.tried_on and each.tried_on > told_on:
        found.append(Reason(cause="tried", on=each.tried_on))
    elif each.spoken_on and each.spoken_on > (each.concern_on or told_on if first else told_on):
        found.append(Reason(cause="last_about", on=each.spoken_on, tone=each.spoken_about))
    found += _prompts(each)
    if each.rests(today):
        found.append(Reason(cause="rests", on=each.spoken_on))
    return tuple(found)


def _prompts(each: History) -> list[Reason]:
    """What there is to do or to tell already, and when an interpreter is there."""
    found = []
    if each.replied_on and each.replied_on >= (each.spoken_on or date.min):
        found.append(Reason(cause="replied", on=each.replied_on))
    if each.follow_up_on:
        found.append(Reason(cause="follow_up_due", on=each.follow_up_on))
    if each.unanswered:
        found.append(Reason(cause="unanswered", on=each.answer_by, what=each.unanswered.title))
    if each.suggested:
        news = each.suggested.suggestion
        found.append(
            Reason(
                cause="achieved",
                on=each.suggested_on,
                student=each.suggested.student,
                what=news.what,
                system=news.system,
            )
        )
    if there := each.interpreting:
        found.append(
            Reason(cause="interpreter", on=there.on, language=there.language, hours=there.hours)
        )
    return found
