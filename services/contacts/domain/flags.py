"""Custody and do-not-contact flags, per guardian and student, and what they do to a household."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.errors import Refused
from shared.messages import FlagsChanged, HouseholdChanged, Record

ACTING = ("events", "notifications")
"""The services that must act on a flag before it is in force."""


class FlagDraft(Record):
    """What a principal or the district decides about one adult and one pupil."""

    guardian_id: Annotated[str, Field(min_length=1, max_length=64)]
    student_id: Annotated[str, Field(min_length=1, max_length=64)]
    do_not_contact: bool = False
    custody: bool = False
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    """Why, such as the number of a court order. Stays with the school."""


class FlagEntry(Record):
    """One line of the register. The newest of a pair holds; both false: lifted."""

    number: int
    guardian_id: str
    student_id: str
    do_not_contact: bool = False
    custody: bool = False
    household_ids: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""
    """The account of who decided."""
    at: datetime
    applied: dict[str, datetime] = Field(default_factory=dict)
    """Since when each service acts on it."""

    @property
    def pair(self) -> tuple[str, str]:
        """The adult and the pupil."""
        return self.guardian_id, self.student_id

    @property
    def bars(self) -> bool:
        """Whether the adult gets nothing about the pupil."""
        return self.do_not_contact or self.custody

    @property
    def in_force_since(self) -> datetime | None:
        """Since when every service that writes or answers acts on it; None: not yet."""
        if not all(name in self.applied for name in ACTING):
            return None
        return max(self.applied[name] for name in ACTING)

    def told(self) -> FlagsChanged:
        """The entry as other services are told of it, without the reason."""
        return FlagsChanged.model_validate(
            self.model_dump(exclude={"reason", "by", "at", "applied"})
        )


def differs(draft: FlagDraft, now: FlagEntry | None) -> None:
    """`Refused` when a decision would change nothing."""
    before = (now.do_not_contact, now.custody) if now else (False, False)
    if before == (draft.do_not_contact, draft.custody):
        raise Refused("The flags are like this already; nothing was changed.")


def pupils_under_flags(
    guardian_ids: Iterable[str], student_ids: Iterable[str], flags: Iterable[FlagEntry]
) -> tuple[str, ...]:
    """The pupils about whom a household may hear: nothing about a child whom one of its adults is
    barred from, because they read the same mailbox.
    """
    adults = set(guardian_ids)
    barred = {flag.student_id for flag in flags if flag.bars and flag.guardian_id in adults}
    return tuple(each for each in student_ids if each not in barred)


def under_flags(
    household: HouseholdChanged, roster_students: Iterable[str], flags: Iterable[FlagEntry]
) -> HouseholdChanged:
    """The household with just the pupils that the flags leave it; every link of it ends."""
    pupils = pupils_under_flags(household.guardian_ids, roster_students, flags)
    return household.model_copy(
        update={"student_ids": pupils, "link_version": household.link_version + 1}
    )
