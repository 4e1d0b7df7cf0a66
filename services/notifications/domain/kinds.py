"""The kinds of letters, and the manners that each kind has."""

from dataclasses import dataclass
from typing import Literal

from shared.errors import Permanent
from shared.messages import Category

KindName = Literal[
    "good_news", "note", "invitation", "rsvp_confirmation", "event_changed", "cancelled",
    "announcement", "digest", "follow_ups_due", "address_confirm", "address_told", "family_reply",
    "reply_answer", "system_notice", "event_reminder", "answer_reminder", "waitlist",
    "lunch_drawn", "lunch", "visit_proposed", "visit", "shift", "policy", "survey",
]  # fmt: skip

MUST: frozenset[Category] = frozenset({"safety", "legal"})
"""Nobody can switch these off: families have to be told (DESIGN section 7)."""


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
    gathers: bool = False
    """May come in one letter with others (`gathering`, ADR 27). Never so for what one person wrote
    to one family, what the family asked for, and what puts right what the family was told."""
    asked_for: bool = False
    """Answers the family's own act, so that no earlier "stop" is meant by it."""
    on_paper: bool = False
    """Makes sense in a backpack, days later, where mail reaches nobody."""
    first: bool = False
    """One person waits for it, so it goes before letters to a whole school."""
    fixed_address: bool = False
    """Goes to the very address that it was written for, also when the household reads another; what
    it says is about that address, so it tells a family nothing of their child."""

    @property
    def must(self) -> bool:
        """Skips preferences, quiet hours and the budget; never flags or hard bounces."""
        return self.category in MUST


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("good_news", "good_news", taken_back=True, on_paper=True, first=True),
        Kind("note", "school", taken_back=True, on_paper=True, first=True),
        Kind("invitation", "events", taken_back=True, on_paper=True, gathers=True),
        Kind("rsvp_confirmation", "events", asked_for=True, first=True),
        Kind("event_changed", "events", on_paper=True),
        Kind("cancelled", "events", on_paper=True),
        # Each is of use on one morning only, and goes to who said that they come or is still asked
        # (ADR 35): neither is routine, waits for others, or rides in a backpack.
        Kind("event_reminder", "events"),
        Kind("answer_reminder", "events"),
        Kind("announcement", "school", taken_back=True, routine=True, on_paper=True, gathers=True),
        # Carries others: what a family can stop by it are the categories of those (`categories`).
        Kind("digest", "school", routine=True),
        Kind("system_notice", "school", routine=True, gathers=True),
        # The family put itself on the list. By backpack a seat would be gone: a person calls.
        Kind("waitlist", "events", asked_for=True, first=True),
        # Each wants an answer by a date, and a family may refuse such letters; what was agreed with
        # it, it has to hear also when it did (ADR 33).
        Kind("lunch_drawn", "events", on_paper=True, first=True),
        Kind("lunch", "events", asked_for=True, on_paper=True, first=True),
        Kind("visit_proposed", "school", on_paper=True, first=True),
        Kind("visit", "school", asked_for=True, on_paper=True, first=True),
        Kind("shift", "events", asked_for=True, on_paper=True, first=True),
        # Families have a right to get it (ESSA, section 1116).
        Kind("policy", "legal", taken_back=True, on_paper=True),
        # By a date, so that it is neither routine nor gathered.
        Kind("survey", "school", taken_back=True, on_paper=True),
        # To staff: what protects families means nothing for it (`gates`, ADR 22).
        Kind("follow_ups_due", "school"),
        # To staff as well: no "stop" of a parent who works here, too, is meant by it.
        Kind("family_reply", "school", asked_for=True, first=True),
        Kind("reply_answer", "school", asked_for=True, first=True),
        # Whoever gives us another address must not do so unnoticed.
        Kind("address_confirm", "safety", first=True, fixed_address=True),
        Kind("address_told", "safety", first=True, fixed_address=True),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of that name; `Permanent` when we write no such letters."""
    kind = KINDS.get(name)
    if kind is None:
        raise Permanent(f"no letter of the kind {name!r}; there are: {', '.join(sorted(KINDS))}")
    return kind
