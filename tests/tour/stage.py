"""What the tour stands on: a running platform, the people who walk through it, and its mailbox."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cli.door import Door
from embedded.sample import District, Family
from embedded.visitor import Unexpected, Visitor

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1


class Differs(Exception):
    """Something is not as it should be."""


def expect(true: object, otherwise: str) -> None:
    """The tour stops at the first difference."""
    if not true:
        raise Differs(otherwise)


def eventually(what: str, ask: Callable[[], T | None], seconds: float = PATIENCE_SECONDS) -> T:
    """Ask until there is an answer; `Differs` when there is none in time."""
    ends = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise Differs(f"{what} did not come within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


@dataclass
class Stage:
    """Everything that a step of the tour may use."""

    url: str
    door: Door
    district: District
    district_login: str
    password: str
    amqp_url: str = ""
    mail: Visitor = field(init=False)
    educator: Visitor = field(init=False)
    coordinator: Visitor = field(init=False)
    office: Visitor = field(init=False)
    """The district user's browser."""
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("mail", "educator", "coordinator", "office"):
            setattr(self, name, Visitor(self.url))

    def close(self) -> None:
        """Close all browsers."""
        for each in (self.mail, self.educator, self.coordinator, self.office):
            each.client.close()

    # --- the sample's people ----------------------------------------------------------------------

    def mailboxes(self, family: Family) -> list[str]:
        """The addresses of a sample family, in lower case."""
        guardians = (self.district.guardian[each] for each in family.guardian_ids)
        return sorted({each.email.lower() for each in guardians if each.email})

    def child(self, family: Family) -> str:
        """A name to search for: the first child's, given name and family name."""
        student = self.district.student[family.student_ids[0]]
        return f"{student.given_name} {student.family_name}"

    # --- the mailbox ------------------------------------------------------------------------------

    def letters(self, mailbox: str) -> list[dict[str, Any]]:
        """The letters to an address, newest first."""
        found = self.mail.json("/mailbox/api/v1/letters", to=mailbox)
        assert isinstance(found, list)
        return found

    def letter(self, mailbox: str, with_words: str) -> dict[str, Any]:
        """The newest letter to an address with these words in it; waits for it."""

        def ask() -> dict[str, Any] | None:
            fitting = (each for each in self.letters(mailbox) if with_words in each["text"])
            return next(fitting, None)

        return eventually(f"a letter to {mailbox}", ask)

    def letter_to(self, family: Family, with_words: str) -> dict[str, Any]:
        """The newest letter with these words to whichever address the family reads; waits."""

        def ask() -> dict[str, Any] | None:
            found = (each for mailbox in self.mailboxes(family) for each in self.letters(mailbox))
            return next((each for each in found if with_words in each["text"]), None)

        return eventually(f"a letter to {' or '.join(self.mailboxes(family))}", ask)

    def raw(self, letter: dict[str, Any]) -> str:
        """A letter as it was sent."""
        return self.mail.client.get(f"{self.url}/mailbox/{letter['letter_id']}/raw").text

    # --- pages ------------------------------------------------------------------------------------

    def family_page(self, who: Visitor, family: Family) -> str:
        """The path of a family's page, found by searching for a child's name."""
        shown = who.open(f"/contacts/?q={self.child(family)}")
        return shown.link("/contacts/families/")


def header(raw: str, name: str) -> str:
    """One header of a letter as it was sent, unfolded."""
    found = re.search(rf"(?im)^{name}: (.*(?:\r?\n[ \t].*)*)", raw)
    return re.sub(r"\r?\n[ \t]", " ", found[1]).strip() if found else ""


def secret(folder: Path, name: str) -> str:
    """A file of the secrets folder; `Unexpected` says how to get it."""
    path = folder / name
    if not path.exists():
        raise Unexpected(f"{path} is missing: run `make secrets`, or name the folder by --secrets")
    return path.read_text().strip()
