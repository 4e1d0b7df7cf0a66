"""Erasing what is kept of a family: when that may be, and who has to agree.

Names and words go, counts stay. It takes two members of the district's staff, waits until the
family has left and the district's time of keeping is over, and yields to a hold (records that
somebody has asked for must not be destroyed: FERPA, 34 CFR 99.10(e)).
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.errors import Conflict, Forbidden, Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import Record

State = Literal["asked", "done", "declined"]
ERASES: frozenset[Role] = frozenset({"district"})
YEARS = 5
"""Kept so long after a family has left, unless the district's own schedule says otherwise."""
MOST_YEARS = 100
Why = Annotated[str, Field(min_length=3, max_length=500)]


class WhyDraft(Record):
    """A reason; it stays when the family is erased, so that it names nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Why


class Retention(Record):
    """How many years the district keeps what is known of a family that has left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    years: Annotated[int, Field(ge=0, le=MOST_YEARS)] = YEARS


class Hold(Record):
    """Nothing of this family is erased, because somebody has asked for it."""

    hold_id: str
    family_id: str
    reason: str
    account_id: str
    name: str
    at: datetime
    lifted_by: str = ""
    lifted_at: datetime | None = None


class Erasure(Record):
    """One request to erase, and what became of it."""

    erasure_id: str
    family_id: str
    reason: str
    state: State = "asked"
    account_id: str
    name: str
    at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    blanked: dict[str, int] = Field(default_factory=dict)
    """How much of each sort was blanked."""


class Standing(Record):
    """What speaks for and against erasing a family today."""

    family_id: str
    in_roster: bool
    left_on: date | None
    free_from: date | None
    """The first day on which it may be erased; None: it is not known yet."""
    holds: tuple[Hold, ...]
    erased: bool = False
    open: Erasure | None = None

    def hindrance(self, today: date) -> str:
        """Why it may not be erased today; empty when it may."""
        if self.erased:
            return N_("This family was erased already.")
        if self.in_roster:
            return N_("The family is in the roster. It can be erased after it has left.")
        if self.holds:
            return N_("There is a hold on this family. Lift it first, if it is over.")
        if self.free_from is None or today < self.free_from:
            return N_("The time of keeping that the district has set is not over yet.")
        return ""


def free_from(left_on: date | None, retention: Retention) -> date | None:
    """The day on which the time of keeping is over."""
    if left_on is None:
        return None
    try:
        return left_on.replace(year=left_on.year + retention.years)
    except ValueError:  # February 29
        return date(left_on.year + retention.years, 3, 1)


def may_ask(standing: Standing, today: date) -> None:
    """`Conflict` with the reason when it may not be asked for."""
    if standing.open:
        raise Conflict(N_("Somebody has asked for this already; somebody else has to agree."))
    if said := standing.hindrance(today):
        raise Conflict(said)


def may_agree(erasure: Erasure, standing: Standing, by: Viewer, today: date) -> None:
    """`Forbidden` for whoever asked, `Conflict` when it was decided or something stands against."""
    if erasure.state != "asked":
        raise Conflict(N_("This was decided already."))
    if erasure.account_id == by.account_id:
        raise Forbidden(N_("Somebody else at the district has to agree, not who asked."))
    if said := standing.hindrance(today):
        raise Conflict(said)


def may_hold(standing: Standing) -> None:
    """`Refused` when there is nothing left to hold."""
    if standing.erased:
        raise Refused(N_("This family was erased already."))
