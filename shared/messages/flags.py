"""Custody and do-not-contact: one aggregate with a contiguous sequence."""

from datetime import datetime
from typing import Literal

from shared.messages.base import Message


class FlagsChanged(Message):
    """One guardian's flags for one student are now these. `sequence` has no gaps."""

    TYPE = "org.partners.flags.changed.v1"
    OWNER = "contacts"
    ABOUT = "about"

    about: Literal["flags"] = "flags"
    number: int
    guardian_id: str
    student_id: str
    do_not_contact: bool = False
    custody: bool = False
    household_ids: tuple[str, ...] = ()


class FlagsAsOf(Message):
    """Sent every minute: the newest number in the register of flags."""

    TYPE = "org.partners.flags.as-of.v1"
    OWNER = "contacts"
    ABOUT = "about"

    about: Literal["flags"] = "flags"
    number: int
    as_of: datetime


class FlagsApplied(Message):
    """A service acts on every flag up to this number. Sent by notifications and by events."""

    TYPE = "org.partners.flags.applied.v1"
    OWNER = "*"
    ABOUT = "service"

    service: str
    number: int
