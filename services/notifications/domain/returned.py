"""What a mail that came back says: which letter did not arrive, why, and whether there is hope."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["bounce", "delay", "complaint", "auto_reply", "reply", "other", "unreadable"]
"""`other` is mail of a machine that reports no failure: receipts, news of success, lists."""

Cause = Literal[
    "no_mailbox", "no_domain", "moved", "takes_no_mail", "disabled", "full", "too_big", "blocked",
    "not_reached", "busy", "broken", "unclear",
]  # fmt: skip

HOPELESS: frozenset[Cause] = frozenset({"no_mailbox", "no_domain", "moved", "takes_no_mail"})
"""The address itself does not work. Everything else may be different the next time: a mailbox is
emptied, a block is lifted, an account is opened again."""

NOT_THE_ADDRESS: frozenset[Cause] = frozenset({"blocked", "too_big"})
"""About our name with that mail service, or about the letter: it counts against no address."""

SOFT_LETTERS = 5
"""So many letters that came back for now, in so many days, and we rest for so many."""
SOFT_WINDOW = timedelta(days=14)
SOFT_REST = timedelta(days=30)
COUNTS_FOR = timedelta(days=30)
"""A report that comes later after its letter counts for nothing: mail systems give up within a
week (RFC 5321, 4.5.4.1), and what was forwarded or published since may be in strangers' hands."""


@dataclass(frozen=True)
class Report:
    """What a mail system said about one recipient."""

    recipient: str = ""
    """Lower case; "" where the mail names none."""
    formerly: str = ""
    """The address as we had written it, where the recipient's system sent the letter on."""
    final: bool = True
    """The letter will not arrive. False: it is still being tried."""
    status: str = "5.0.0"
    """Class, subject and detail as in RFC 3463; `x.0.0` where only the class is known."""
    cause: Cause = "unclear"
    said: str = ""

    @property
    def permanent(self) -> bool:
        """The system that refused it says that trying again won't help."""
        return self.final and self.status.startswith("5")

    @property
    def hopeless(self) -> bool:
        """No letter to this address can ever arrive."""
        return self.permanent and self.cause in HOPELESS

    def names(self, mailbox: str) -> bool:
        """Whether it is about this address; one that names nobody may be about any."""
        named = {self.recipient, self.formerly} - {""}
        return not named or mailbox.lower() in named


@dataclass(frozen=True)
class OwnWords:
    """What a person wrote in a mail, apart from what they quote."""

    text: str = ""
    whole: str = ""
    """All words of the mail, with what is quoted; bounded."""
    shortened: bool = False
    files: int = 0
    """How many came with it."""


@dataclass(frozen=True)
class Returned:
    """One mail that came back, read; with reports where it is a bounce, delay or complaint."""

    kind: Kind
    reports: tuple[Report, ...] = ()
    letters: tuple[str, ...] = ()
    """Message-IDs of letters that it returns or answers, without their brackets."""
    message_id: str = ""
    subject: str = ""
    sender: str = ""
    words: OwnWords | None = None
    """Where a person wrote."""
