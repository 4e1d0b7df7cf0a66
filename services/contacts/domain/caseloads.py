"""A family given to an educator by hand: why, by whom, and until which day."""

from datetime import date, datetime, timedelta
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import CaseloadEntry, Record

LONGEST = timedelta(days=366)
"""A school year; whoever still needs the family then is given it again."""
MOST_OF_EDUCATOR = 400
"""A counselor has about 250 to 400 pupils; each entry travels with the educator's message."""
GIVES: frozenset[Role] = frozenset({"coordinator", "principal"})


class CaseloadDraft(Record):
    """To whom a family is given, why, and until which day (included)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    educator_id: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(min_length=3, max_length=300)]
    ends: date


class Caseload(Record):
    """One such entry. It gives sight of the family from `begins` to `ends`, both included."""

    caseload_id: str
    family_id: str
    educator_id: str
    educator: str
    """The name, as it was then."""
    reason: str
    begins: date
    ends: date
    given_by: str
    given_by_name: str = ""
    given_at: datetime
    ended_at: datetime | None = None
    """When somebody ended it before its day."""

    @classmethod
    def given(
        cls,
        caseload_id: str,
        family_id: str,
        draft: CaseloadDraft,
        educator: str,
        by: Viewer,
        now: datetime,
        today: date,
    ) -> Self:
        """A new entry, from today. `Refused` for a last day that can't be."""
        if draft.ends < today:
            raise Refused(N_("The last day has passed already. Choose a later one."))
        if draft.ends > today + LONGEST:
            raise Refused(N_("The last day is more than a year away. Choose an earlier one."))
        return cls(
            caseload_id=caseload_id,
            family_id=family_id,
            educator_id=draft.educator_id,
            educator=educator,
            reason=" ".join(draft.reason.split()),
            begins=today,
            ends=draft.ends,
            given_by=by.account_id,
            given_by_name=by.name,
            given_at=now,
        )

    def ended(self, now: datetime) -> Self:
        """The same entry, over from now on. `Conflict` when it was over already."""
        if self.ended_at:
            raise Conflict(N_("This was ended already."))
        return self.model_copy(update={"ended_at": now})

    def runs(self, on: date) -> bool:
        """Whether it gives sight of the family on a day."""
        return self.ended_at is None and self.begins <= on <= self.ends

    def told(self) -> CaseloadEntry:
        """As the other services are told of it, without the reason."""
        return CaseloadEntry(family_id=self.family_id, begins=self.begins, ends=self.ends)
