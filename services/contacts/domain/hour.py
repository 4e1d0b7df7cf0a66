"""The interpreter hour: whom to call in which ten minutes while an interpreter is there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from services.contacts.domain.interpreters import base_of

SLOT_MINUTES = 10
"""A good-news call with an interpreter takes about so long."""


@dataclass(frozen=True)
class Span:
    """From when until when on one day, by the school's clock."""

    begins: time
    ends: time


@dataclass(frozen=True)
class Adult:
    """A parent or caregiver, as far as it matters whether to call."""

    name: str
    phone: str
    language: str
    interpreter: bool
    barred: bool = False
    """Whether the adult must not be contacted."""


@dataclass(frozen=True)
class Home:
    """A family and its adults."""

    family_id: str
    adults: tuple[Adult, ...]


@dataclass(frozen=True)
class Call:
    """A family, the adults to call, and when."""

    slot: Span
    family_id: str
    adults: tuple[Adult, ...]


@dataclass(frozen=True)
class Plan:
    """An hour filled with calls."""

    calls: tuple[Call, ...] = ()
    free: tuple[Span, ...] = ()
    """Slots for which no family is left."""
    later: tuple[str, ...] = ()
    """Families who come when there is another hour, in the order of their turns."""
    silent: tuple[str, ...] = ()
    """Families of whom no number is known, though somebody may be called."""


def slots_of(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The ten minutes of some hours, by time; spans that overlap give each minute once."""
    slots: list[Span] = []
    free_from = 0
    for span in sorted(spans, key=lambda each: (each.begins, each.ends)):
        begins = max(_minutes(span.begins, up=True), free_from)
        while begins + SLOT_MINUTES <= _minutes(span.ends):
            slots.append(Span(_time(begins), _time(begins + SLOT_MINUTES)))
            begins += SLOT_MINUTES
        free_from = max(free_from, begins)
    return tuple(slots)


def plan_hour(homes: Sequence[Home], spans: Iterable[Span], languages: Collection[str]) -> Plan:
    """Give the families their ten minutes, in the order in which they come.

    Only adults who speak one of the languages, need an interpreter and may be contacted are called.
    """
    calls: list[Call] = []
    later: list[str] = []
    silent: list[str] = []
    slots = slots_of(spans)
    for home in homes:
        meant = _meant(home.adults, languages)
        numbers = tuple(each for each in meant if each.phone)
        if not meant:
            continue
        if not numbers:
            silent.append(home.family_id)
        elif len(calls) < len(slots):
            calls.append(Call(slots[len(calls)], home.family_id, numbers))
        else:
            later.append(home.family_id)
    return Plan(tuple(calls), slots[len(calls) :], tuple(later), tuple(silent))


def _meant(adults: Iterable[Adult], languages: Collection[str]) -> list[Adult]:
    spoken = {base_of(each) for each in languages}
    return [
        each
        for each in adults
        if each.interpreter and not each.barred and base_of(each.language) in spoken
    ]


def _minutes(at: time, *, up: bool = False) -> int:
    whole = at.hour * 60 + at.minute
    return whole + 1 if up and (at.second or at.microsecond) else whole


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
