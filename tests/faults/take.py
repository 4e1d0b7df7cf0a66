"""One short run: what is meant and answered goes into the publisher's ledger as it happens."""

import email
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2

from shared.external import FamilyContacted, InvitationAnswered
from tests.journeys.cast import Cast, Home
from tests.journeys.outside import PhoneSystem, contacted, message

LATE = time(2, 30)
"""In UTC; at the schools of the sample it is still the evening of the day before."""


@dataclass(frozen=True)
class People:
    """Who acts, and how: found out once, since it costs requests."""

    cast: Cast
    phones: PhoneSystem
    home: Home
    """A family of one pupil, in the educator's class."""
    student_id: str
    school_id: str
    educator_id: str
    household_id: str
    neighbours: tuple[Home, ...]
    """Four more families with pupils in that class, none of separated parents."""
    library: PhoneSystem
    """A system that may have families told something."""
    event_id: str
    invitation: str
    """The link in the household's letter."""
    headers: Mapping[str, str]
    """With which the educator's browser may post to the API."""


@dataclass
class Take:
    """One run and its folder."""

    folder: Path
    people: People
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _number: int = 0
    _sent: dict[str, dict[str, Any]] = field(default_factory=dict)

    # --- what is done -----------------------------------------------------------------------------

    def contact(self, *, letter: bool = True) -> str:
        """The educator logs good news by the API; gives the key."""
        who, key = self.people, self._key()
        occurred = datetime.combine(self.began.date() - timedelta(days=2), LATE, UTC)
        facts = {
            "family_id": who.home.family_id,
            "student_ids": [who.student_id],
            "channel": "call",
            "tone": "good_news",
            "outcome": "reached",
            "occurred_at": occurred.isoformat(),
        }
        mailboxes = list(who.home.mailboxes) if letter else []
        also = {"school_id": who.school_id, "educator_id": who.educator_id}
        self._intend(
            key, "contact", way="http", letter=letter, mailboxes=mailboxes, **facts, **also
        )
        self._sent[key] = facts | {"note": key, "words": key if letter else ""}
        self.send(key)
        return key

    def send(self, key: str) -> None:
        """Send a contact; sent again, it has the same key and so means the same."""
        answer = self._ask("POST", "/contacts/api/v1/contacts", json=self._sent[key], key=key)
        self._answer(key, answer, answer.json()["contact_id"] if answer.is_success else None)

    def undo(self, of: str) -> None:
        """The educator takes a contact back."""
        key = self._key()
        self._intend(key, "undo", way="http", of=of)
        number = self.answers[of]
        self._answer(key, self._ask("DELETE", f"/contacts/api/v1/contacts/{number}"), number)

    def correct(self, of: str) -> None:
        """The educator corrects the note of a contact."""
        key = self._key()
        self._intend(key, "correct", way="http", of=of)
        path = f"/contacts/api/v1/contacts/{self.answers[of]}"
        answer = self._ask("PATCH", path, json={"note": key})
        self._answer(key, answer, self.answers[of])

    def put_off(self, follow_up_id: str, day: date) -> None:
        """The educator takes more time for something; no figure knows of that."""
        path = f"/contacts/api/v1/follow-ups/{follow_up_id}"
        answer = self._ask("PATCH", path, json={"due_on": day.isoformat()})
        assert answer.is_success, answer.text

    def phone(self, *, letter: bool = True) -> str:
        """The phone system tells of a call by HTTP."""
        who, key = self.people, self._key()
        said = contacted(who.cast, who.home, key if letter else "") | {"id": key}
        mailboxes = list(who.home.mailboxes) if letter else []
        named = ("channel", "tone", "outcome", "occurred_at", "student_sourced_id",
                 "educator_sourced_id")  # fmt: skip
        facts = {name: said["data"][name] for name in named}
        also = {"family_id": who.home.family_id, "school_id": who.school_id}
        self._intend(key, "family_contacted", way="http", letter=letter, mailboxes=mailboxes,
                     **facts, **also)  # fmt: skip
        (result,) = who.phones.post(said)
        self._said(key, str(result["result"]), 202, None)
        return key

    async def call(self) -> str:
        """The phone system tells of a call by AMQP."""
        who, key = self.people, self._key()
        said = contacted(who.cast, who.home) | {"id": key}
        named = ("channel", "tone", "outcome", "occurred_at", "student_sourced_id",
                 "educator_sourced_id")  # fmt: skip
        facts = {name: said["data"][name] for name in named}
        also = {"family_id": who.home.family_id, "school_id": who.school_id}
        self._intend(key, "family_contacted", way="amqp", letter=False, mailboxes=[], **facts,
                     **also)  # fmt: skip
        await who.phones.publish(said)
        self._said(key, "accepted", None, None)
        return key

    def answer(self, answer: str, party_size: int) -> str:
        """The family answers by its link."""
        who, key = self.people, self._key()
        self._intend(key, "rsvp", way="link", event_id=who.event_id, answer=answer,
                     household_id=who.household_id, party_size=party_size)  # fmt: skip
        family = who.cast.browser()
        page = family.open(who.invitation)
        values = {"answer": answer} | ({"party_size": str(party_size)} if party_size else {})
        thanks = family.submit(page, "/events/rsvp/", values)
        assert thanks.url.endswith("/thanks"), thanks.text
        self._said(key, "accepted", thanks.status, None)
        return key

    async def answer_elsewhere(self, answer: str, party_size: int) -> None:
        """The family answers in the phone system, which tells so by AMQP."""
        who, key = self.people, self._key()
        self._intend(key, "rsvp", way="amqp", event_id=who.event_id, answer=answer,
                     household_id=who.household_id, party_size=party_size)  # fmt: skip
        facts = {
            "event_id": who.event_id,
            "guardian_email": who.home.mailboxes[0],
            "answer": answer,
            "party_size": party_size,
            "answered_at": datetime.now(UTC).isoformat(),
        }
        await who.phones.publish(message(InvitationAnswered.TYPE, facts) | {"id": key})
        self._said(key, "accepted", None, None)

    def mean_fact(self, service: str, kind: str) -> str:
        """In the place of a service something is told, and the household is to hear of it."""
        key = self._key()
        self._intend(key, "fact", way="bus", service=service, type=kind, letter=True,
                     mailboxes=[*self.people.home.mailboxes[:1]])  # fmt: skip
        return key

    def told(self, key: str) -> None:
        """The broker has it."""
        self._said(key, "accepted", None, None)

    async def poison(self) -> None:
        """Something that no service can read, and something that none may keep."""
        who, key, kind = self.people, self._key(), FamilyContacted.TYPE
        self._intend(key, "poison", way="amqp", services=["gateway"])
        await who.phones.publish(b"{" + key.encode(), kind)
        self._said(key, "accepted", None, None)
        key = self._key()
        self._intend(key, "poison", way="amqp", services=["contacts"], reason="voicemail")
        wrong = contacted(who.cast, who.home, channel="text", outcome="voicemail") | {"id": key}
        await who.phones.publish(wrong)
        self._said(key, "accepted", None, None)

    async def history(self) -> None:
        """A little of everything."""
        self.contact()
        self.phone()
        self.undo(self.contact(letter=False))
        self.answer("yes", 3)
        self.answer("maybe", 2)
        await self.poison()

    # --- what is written down ---------------------------------------------------------------------

    @property
    def answers(self) -> dict[str, str]:
        """The ids that answers gave, by key."""
        lines = (self.folder / "publisher.jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines]
        return {row["key"]: row["id"] for row in rows if row.get("id")}

    def describe(self, **said: object) -> None:
        """Write `run.json`."""
        row = {"began": self.began.isoformat(), "seed": 0, **said}
        (self.folder / "run.json").write_text(json.dumps(row))

    def keep_mail(self, letters: list[dict[str, Any]]) -> None:
        """Write `mail.jsonl` from what the mailbox caught."""
        with (self.folder / "mail.jsonl").open("w") as file:
            file.writelines(json.dumps(_mail_row(each)) + "\n" for each in letters)

    def _key(self) -> str:
        self._number += 1
        return f"TAKE-{self._number:06d}"

    def _ask(self, method: str, path: str, *, key: str = "", **sent: Any) -> httpx2.Response:
        client = self.people.cast.educator.client
        headers = {**self.people.headers, **({"Idempotency-Key": key} if key else {})}
        return client.request(method, self.people.cast.house.url + path, headers=headers, **sent)

    def _intend(self, key: str, what: str, **meant: object) -> None:
        self._write(op="intent", key=key, what=what, **meant)

    def _answer(self, key: str, answer: httpx2.Response, number: str | None) -> None:
        said = "accepted" if answer.is_success else "refused"
        # The door says 502 when a service died over a request: who knows what it had done.
        said = "unclear" if answer.is_server_error else said
        self._said(key, said, answer.status_code, number)

    def _said(self, key: str, said: str, status: int | None, number: str | None) -> None:
        self._write(op="answer", key=key, said=said, status=status, id=number, tries=1)

    def _write(self, **row: object) -> None:
        row["at"] = datetime.now(UTC).isoformat()
        with (self.folder / "publisher.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")


def _mail_row(letter: Mapping[str, Any]) -> dict[str, Any]:
    message = email.message_from_bytes(letter["raw"], policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain",))
    words = str(body.get_content()).split() if body else []
    keys = [word for word in words if word.startswith("TAKE-")]
    return {
        "at": str(letter["at"]),
        "rcpt": list(letter["to"]),
        "message_id": str(message["Message-ID"]),
        "key": keys[0] if keys else None,
        "replied": "250",
        "taken": True,
    }
