"""What passes between us and the mail service: an addressed letter, and the answer to it."""

from dataclasses import dataclass
from datetime import timedelta

from services.notifications.domain import reasons


@dataclass(frozen=True)
class Addressed:
    """One letter ready for the mail service. `sender` is where what bounces comes back."""

    delivery_id: str
    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True)
class Accepted:
    """The mail service answers for it from now on."""

    said: str = ""


@dataclass(frozen=True)
class Busy:
    """It was surely not taken, and may be tried again later (4xx, or cut before the end)."""

    said: str
    cut: bool = False
    """The line broke: nobody asked us to wait for long."""
    rests: bool = False
    """The service closes the line (421): it asks us to leave it alone, not only about this one."""


@dataclass(frozen=True)
class Refusal:
    """It was not taken and never will be (5xx). `address`: it is the recipient that was refused."""

    said: str
    address: bool = False


@dataclass(frozen=True)
class Unclear:
    """The end of the letter was sent and no answer came: both sides may hold it (RFC 1047)."""

    said: str


@dataclass(frozen=True)
class NotYet:
    """Nothing was said about it to anybody, so this was no try; `wait` until it is looked at."""

    said: str = ""
    reason: str = reasons.MAIL_SERVICE_DOWN
    wait: timedelta = timedelta(0)


Outcome = Accepted | Busy | Refusal | Unclear | NotYet
