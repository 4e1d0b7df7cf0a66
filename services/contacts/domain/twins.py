"""One conversation told twice: by the educator who logged it, and by a system that saw it.

Both are kept. They are shown, and counted toward goals, as one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from services.contacts.domain.contact import HERE
from shared.messages import Channel, Direction

APART = timedelta(minutes=15)
"""So far may the times be from each other: who writes a call down afterwards rounds its time."""


class Told(Protocol):
    """A contact, as far as it matters here."""

    @property
    def family_id(self) -> str: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def educator_id(self) -> str | None: ...
    @property
    def origin(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...


T = TypeVar("T", bound=Told)


def twins(contacts: Iterable[T]) -> list[tuple[T, T]]:
    """Pairs of what a system told and what an educator logged of the same conversation.

    A system tells of one conversation once: of two of its contacts only the nearer in time is the
    twin of a logged one. A contact of an educator is never the twin of a colleague's.
    """
    held = sorted(contacts, key=lambda each: each.occurred_at)
    logged = [each for each in held if each.origin == HERE]
    told = [each for each in held if each.origin != HERE]
    near = sorted(
        (
            (abs(one.occurred_at - other.occurred_at), here, there)
            for here, one in enumerate(logged)
            for there, other in enumerate(told)
            if _may_be_one(one, other)
        ),
        key=lambda pair: (pair[0], pair[1], pair[2]),
    )
    pairs: list[tuple[T, T]] = []
    taken: set[tuple[int, str]] = set()
    used: set[int] = set()
    for _, here, there in near:
        of_system = (here, told[there].origin)
        if of_system not in taken and there not in used:
            taken.add(of_system)
            used.add(there)
            pairs.append((told[there], logged[here]))
    return pairs


def each_once(contacts: Iterable[T]) -> list[T]:
    """The contacts without those that are the twin of another."""
    held = list(contacts)
    again = {id(told) for told, _ in twins(held)}
    return [each for each in held if id(each) not in again]


def _may_be_one(logged: Told, told: Told) -> bool:
    same = (logged.family_id, logged.channel, logged.direction) == (
        told.family_id,
        told.channel,
        told.direction,
    )
    known = told.educator_id is None or told.educator_id == logged.educator_id
    return same and known and abs(logged.occurred_at - told.occurred_at) <= APART
