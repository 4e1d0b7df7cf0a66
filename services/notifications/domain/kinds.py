"""The kinds of letters, and the manners that each kind has."""

from dataclasses import dataclass
from typing import Literal

from shared.errors import Permanent
from shared.messages import Category

KindName = Literal[
    "good_news", "note", "invitation", "rsvp_confirmation", "event_changed", "cancelled",
    "announcement", "follow_ups_due",
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What holds for all letters of one kind."""

    name: KindName
    category: Category
    taken_back: bool = False
    """Rests for the take-back time before it leaves."""
    routine: bool = False
    """Counts against the attention budget. Never so for a note that a person wrote to one family,
    nor for what wants an answer by a date (DESIGN section 7)."""
    asked_for: bool = False
    """Answers the family's own act, so that no earlier "stop" is meant by it."""
    on_paper: bool = False
    """Makes sense in a backpack, days later, where mail reaches nobody."""
    first: bool = False
    """One person waits for it, so it goes before letters to a whole school."""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("good_news", "good_news", taken_back=True, on_paper=True, first=True),
        Kind("note", "school", taken_back=True, on_paper=True, first=True),
        Kind("invitation", "events", taken_back=True, on_paper=True),
        Kind("rsvp_confirmation", "events", asked_for=True, first=True),
        Kind("event_changed", "events", on_paper=True),
        Kind("cancelled", "events", on_paper=True),
        Kind("announcement", "school", taken_back=True, routine=True, on_paper=True),
        # To staff: what protects families means nothing for it (`gates`, ADR 22).
        Kind("follow_ups_due", "school"),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of that name; `Permanent` when we write no such letters."""
    kind = KINDS.get(name)
    if kind is None:
        raise Permanent(f"no letter of the kind {name!r}; there are: {', '.join(sorted(KINDS))}")
    return kind
