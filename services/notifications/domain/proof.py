"""What is known of some letters, in numbers: sent or not and why, in which language, and then.

What the mail service and the families themselves say is all there is. No letter holds a picture
that tells when it is opened, and no link that is counted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.notifications.domain import reasons
from services.notifications.domain.delivery import State

CAME_BACK = frozenset({reasons.CAME_BACK, reasons.CAME_BACK_THIS_TIME})
_SENT: frozenset[State] = frozenset({"accepted", "unknown"})
_WAITS: frozenset[State] = frozenset({"held", "pending", "claimed", "handing", "retry"})


@dataclass(frozen=True)
class Alike:
    """Letters of which the same is known, and how many there are."""

    state: State
    reason: str
    language: str
    channel: str
    translated: bool
    number: int


@dataclass(frozen=True)
class Spoken:
    """What was sent in one language."""

    language: str
    number: int
    translated: int
    """Of these with typed words that a machine translated."""


@dataclass(frozen=True)
class Proof:
    """The figures of a notice, an event, a family or a sender."""

    letters: int
    households: int
    sent: int
    """Handed over and not come back; the few that may not have arrived are among them."""
    unclear: int
    waiting: int
    within_another: int
    not_sent: tuple[tuple[str, int], ...]
    """Why, the most frequent reason first."""
    not_arrived: tuple[tuple[str, int], ...]
    came_back: int
    replied: int
    languages: tuple[Spoken, ...]
    channels: tuple[tuple[str, int], ...]


def prove(groups: Sequence[Alike], *, households: int, replied: int) -> Proof:
    """Fold what is alike into figures."""
    sent = [each for each in groups if each.state in _SENT]
    dead = [each for each in groups if each.state == "dead"]
    return Proof(
        letters=_sum(groups),
        households=households,
        sent=_sum(sent),
        unclear=_sum(each for each in sent if each.state == "unknown"),
        waiting=_sum(each for each in groups if each.state in _WAITS),
        within_another=_sum(each for each in groups if each.state == "merged"),
        not_sent=_by((each.reason, each) for each in groups if each.state == "suppressed"),
        not_arrived=_by((each.reason, each) for each in dead),
        came_back=_sum(each for each in dead if each.reason in CAME_BACK),
        replied=replied,
        languages=_spoken(sent),
        channels=_by((each.channel, each) for each in sent),
    )


def _spoken(sent: Sequence[Alike]) -> tuple[Spoken, ...]:
    machine = dict(_by((each.language, each) for each in sent if each.translated))
    return tuple(
        Spoken(language, number, machine.get(language, 0))
        for language, number in _by((each.language, each) for each in sent)
    )


def _by(named: Iterable[tuple[str, Alike]]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for name, each in named:
        counted[name] += each.number
    return tuple(sorted(counted.items(), key=lambda row: (-row[1], row[0])))


def _sum(groups: Iterable[Alike]) -> int:
    return sum(each.number for each in groups)
