"""Families that letters do not reach, why, and by which other way to try."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Why = Literal["no_address", "came_back", "held_back", "silent"]
"""`held_back`: neither mail nor paper may go to a household, for the reason that notifications
gave. `silent`: it answered none of the last three invitations that it got."""
Route = Literal["call", "call_interpreted", "backpack", "visit", "page_first"]
SILENCES = 3
_WEIGHT: tuple[Why, ...] = ("held_back", "came_back", "no_address", "silent")


@dataclass(frozen=True)
class Trouble:
    """Why letters do not reach a family."""

    why: Why
    reason: str = ""
    """In the words of notifications."""

    def worse(self, other: "Trouble | None") -> "Trouble":
        """Of two households of a family, the one that is looked at first."""
        if other is None or _WEIGHT.index(self.why) <= _WEIGHT.index(other.why):
            return self
        return other


def is_silent(invitations: Sequence[str], answered: Collection[str]) -> bool:
    """Whether a household left the last three invitations unanswered.

    `invitations`: the events, those that closed last first; only such as it got a letter about and
    as are over, so that nobody counts as silent who still may answer.
    """
    last = invitations[:SILENCES]
    return len(last) == SILENCES and not any(each in answered for each in last)


def suggested_route(trouble: Trouble, *, phone: bool, interpreter: bool) -> Route:
    """The way to try next. Where letters are held back a flag may stand, so that nobody is called
    before somebody has looked.
    """
    if trouble.why == "held_back":
        return "page_first"
    if phone:
        return "call_interpreted" if interpreter else "call"
    return "visit" if trouble.why == "silent" else "backpack"
