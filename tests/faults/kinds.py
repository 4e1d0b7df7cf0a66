"""The kinds of faults: what each breaks, on what, how often, and by what one sees that it is over.

A fault function returns when its fault has ended; what takes longer is recovery, and measured.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.lab import Lab
from tests.faults.progress import Way

Strike = Callable[[Lab, str, random.Random], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One kind; `weight` is how often it comes, beside the others."""

    name: str
    group: str
    weight: float
    targets: Sequence[str]
    strike: Strike
    holds: Callable[[str], str]
    """What it needs for itself: nothing else breaks that meanwhile."""
    way: Callable[[str], Way | None]
    """By which path one sees that it is over; None: it leaves nothing out of order."""
    on_disk: bool = False
    """Whether it needs small disks of the lab's own."""


KINDS: dict[str, Kind] = {}
BY_SERVICE: dict[str, Way] = {
    "gateway": "batch",
    "contacts": "contact",
    "events": "answer",
    "notifications": "letter",
    "reports": "fact",
    "phones": "message",
}
WAYS: tuple[Way, ...] = ("contact", "batch", "message", "answer", "fact", "letter")
_ALONG: dict[str, frozenset[Way]] = {
    "gateway": frozenset({"batch"}),
    "contacts": frozenset({"contact", "fact", "letter"}),
    "events": frozenset({"answer"}),
    "notifications": frozenset({"letter"}),
    "reports": frozenset({"fact"}),
    "phones": frozenset({"message"}),
}
"""Which paths lead through a service."""
_SERVERS = frozenset({"broker", "database", "disk"})


def bars(kind: Kind, target: str) -> frozenset[Way]:
    """The paths on which a fault may stand in the way while it lasts."""
    if kind.way(target) is None:
        return frozenset()
    if kind.group in _SERVERS:
        return frozenset(WAYS)
    return _ALONG.get(target.partition(":")[0], frozenset({"letter"}))


def way_of_wire(target: str) -> Way | None:
    """The path on which a wire lies, `contacts:mongo`: what of it works only with this wire."""
    service, _, end = target.partition(":")
    # Contacts saves without the broker, and tells later: only what arrives shows that it tells.
    return "fact" if (service, end) == ("contacts", "broker") else BY_SERVICE[service]


def kind(
    group: str,
    weight: float,
    targets: Sequence[str],
    *,
    holds: Callable[[str], str] | str = "",
    way: Callable[[str], Way | None] | Way | None = None,
    on_disk: bool = False,
) -> Callable[[Strike], Strike]:
    """Register a kind under the name of its function; by default it holds its target alone."""

    def register(strike: Strike) -> Strike:
        name = strike.__name__
        held = holds if callable(holds) else (lambda target: holds or target)
        seen = way if callable(way) else (lambda _: way)
        KINDS[name] = Kind(name, group, weight, targets, strike, held, seen, on_disk)
        return strike

    return register
