"""What passes between us and the mail service: an addressed letter, and the answer to it."""

from dataclasses import dataclass


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


@dataclass(frozen=True)
class Refusal:
    """It was not taken and never will be (5xx). `address`: it is the recipient that was refused."""

    said: str
    address: bool = False


@dataclass(frozen=True)
class Unclear:
    """The end of the letter was sent and no answer came: both sides may hold it (RFC 1047)."""

    said: str


Outcome = Accepted | Busy | Refusal | Unclear
