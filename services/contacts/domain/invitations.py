"""Invitations to school events, as far as a missing answer is a reason to call."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from shared.messages import EventFacts, Record

ASKED_WITHIN = timedelta(days=14)
"""A missing answer is a reason in the last two weeks; before, families may take their time."""


class Invitation(Record):
    """To a school event; families may answer until it closes."""

    event_id: str
    school_id: str
    title: str
    closes_at: datetime
    cancelled: bool = False

    @classmethod
    def to(cls, facts: EventFacts, *, cancelled: bool = False) -> Self:
        """As events tells it: it closes on the day to reply by, without one when it begins."""
        return cls(
            event_id=facts.event_id,
            school_id=facts.school_id,
            title=facts.title,
            closes_at=min(facts.reply_by or facts.starts_at, facts.starts_at),
            cancelled=cancelled,
        )

    def asks(self, now: datetime) -> bool:
        """Whether a missing answer to it is a reason to call now."""
        return not self.cancelled and now < self.closes_at <= now + ASKED_WITHIN


def unanswered(
    invitations: Iterable[Invitation],
    invited: Mapping[str, Collection[str]],
    answered: Mapping[str, Collection[str]],
    now: datetime,
) -> dict[str, Invitation]:
    """The invitation that each family has not answered; of several, the one that closes first.

    `invited` and `answered`: the families by event. One household's answer is the family's: nobody
    is called for what somebody at home has answered.
    """
    found: dict[str, Invitation] = {}
    for each in sorted(invitations, key=lambda one: (one.closes_at, one.event_id)):
        if not each.asks(now):
            continue
        silent = set(invited.get(each.event_id, ())) - set(answered.get(each.event_id, ()))
        for family_id in silent:
            found.setdefault(family_id, each)
    return found
