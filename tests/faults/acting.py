"""What staff and another school system do under load, each act with its lines in the ledger."""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from shared.external import FamilyContacted
from shared.identity import TokenIssuer, Viewer
from tests.faults.ledger import Ledger
from tests.faults.people import Order, Pupil
from tests.journeys.outside import BATCH

CONTACTS = "/contacts/api/v1/contacts"
MESSAGES = "/api/v1/messages"
IN_BATCH = 50
WITH_LETTER, UNDONE = 0.08, 0.03
"""Shares of the contacts. A letter costs as much as ten contacts that have none."""
WITH_LETTER_OUTSIDE = 0.02
GIVES_UP_AFTER = 120.0
"""Seconds after which one who gets no clear answer asks no more."""
TOKEN_LASTS = timedelta(minutes=5)


@dataclass
class Acting:
    """Who acts, and by what."""

    order: Order
    ledger: Ledger
    clients: Mapping[str, httpx2.AsyncClient]
    issuer: TokenIssuer
    chance: random.Random
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    times: float = 1.0
    logged: "deque[tuple[str, str, Pupil]]" = field(default_factory=lambda: deque(maxlen=200))
    """Keys and ids of contacts that may be undone."""
    busy: set[str] = field(default_factory=set)
    """Households of whom somebody answers at this moment."""
    _tokens: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def bearer(self, viewer: Viewer) -> dict[str, str]:
        """The header of somebody who is signed in."""
        made, token = self._tokens.get(viewer.account_id, (datetime.min.replace(tzinfo=UTC), ""))
        if datetime.now(UTC) - made > TOKEN_LASTS:
            made, token = datetime.now(UTC), self.issuer.issue(viewer)
            self._tokens[viewer.account_id] = made, token
        return {"Authorization": f"Bearer {token}"}

    def noted(self, key: str, answer: "Answer", said: str = "", number: str | None = None) -> None:
        """Write an answer into the ledger; `said` where it is not the answer's own word."""
        self.ledger.answer(
            key,
            said or answer.said,
            status=answer.status,
            number=number,
            tries=answer.tries,
            asked=answer.asked,
        )

    async def asked(self, service: str, method: str, path: str, **sent: Any) -> "Answer":
        """Ask, again and again until the answer is clear."""
        ends, tries, unclear = asyncio.get_running_loop().time() + GIVES_UP_AFTER, 0, False
        while True:
            tries, asked = tries + 1, time.time()
            try:
                answer = await self.clients[service].request(method, path, **sent)
            except httpx2.TransportError:
                status, body, where = 0, None, ""
            else:
                status, where = answer.status_code, answer.headers.get("location", "")
                body = answer.json() if "json" in answer.headers.get("content-type", "") else None
            # What is under way already, too much, or not at work: ask again.
            again = status in {0, 408, 429} or status >= 500 or _is_running(status, body)
            if not again or asyncio.get_running_loop().time() > ends:
                return Answer(status, body, where, tries, asked, again or unclear)
            unclear = unclear or status in {0, 500, 502}
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))


def _is_running(status: int, body: Any) -> bool:
    # Of a key that was sent before; any other conflict is an answer.
    return status == httpx2.codes.CONFLICT and "with this key" in str((body or {}).get("detail"))


@dataclass(frozen=True)
class Answer:
    """The last one; `unclear` when one before, or this, leaves open what was done."""

    status: int
    body: Any
    where: str
    tries: int
    asked: float
    """When the last try began, in Unix seconds."""
    unclear: bool

    @property
    def said(self) -> str:
        """In the ledger's words."""
        if 200 <= self.status < 400:
            return "accepted"
        return "unclear" if self.unclear or not self.status else "refused"


def _occurred(chance: random.Random) -> str:
    # Some days ago: a clock that is wrong by an hour does not make it the future.
    ago = timedelta(minutes=chance.randint(60 * 24, 60 * 24 * 5))
    return (datetime.now(UTC) - ago).replace(microsecond=0).isoformat()


async def logging_contacts(acting: Acting) -> None:
    """An educator logs a contact, or undoes one."""
    chance = acting.chance
    if acting.logged and chance.random() < UNDONE:
        await _undo(acting, *acting.logged.popleft())
        return
    pupil, key = chance.choice(acting.order.pupils), acting.ledger.key()
    letter = chance.random() < WITH_LETTER
    facts: dict[str, Any] = {
        "family_id": pupil.family_id,
        "student_ids": [pupil.student_id],
        "channel": chance.choice(("call", "text", "in_person")),
        "tone": "good_news" if letter else chance.choice(("good_news", "information")),
        "outcome": "reached",
        "occurred_at": _occurred(chance),
    }
    meant = {**facts, "school_id": pupil.school_id, "educator_id": pupil.educator_id}
    boxes = pupil.mailboxes if letter else ()
    acting.ledger.intend(key, "contact", way="http", letter=letter, mailboxes=boxes, **meant)
    answer = await acting.asked(
        "contacts",
        "POST",
        CONTACTS,
        json={**facts, "note": key, "words": key if letter else ""},
        headers={**acting.bearer(educator(pupil)), "Idempotency-Key": key},
    )
    number = answer.body["contact_id"] if answer.said == "accepted" else None
    acting.noted(key, answer, number=number)
    if number and not letter:
        acting.logged.append((key, number, pupil))


async def _undo(acting: Acting, of: str, number: str, pupil: Pupil) -> None:
    key = acting.ledger.key()
    acting.ledger.intend(key, "undo", way="http", of=of)
    headers = acting.bearer(educator(pupil))
    answer = await acting.asked("contacts", "DELETE", f"{CONTACTS}/{number}", headers=headers)
    # Undone before, by a first try of which nobody heard.
    said = "unclear" if answer.said == "refused" and answer.tries > 1 else answer.said
    acting.noted(key, answer, said, number)


def educator(pupil: Pupil) -> Viewer:
    """The educator of a pupil, as the gateway would have signed them in."""
    return Viewer(
        account_id=f"account-{pupil.educator_id}",
        role="educator",
        educator_id=pupil.educator_id,
        school_ids=frozenset({pupil.school_id}),
    )


# --- another system -------------------------------------------------------------------------------


def outside_fact(acting: Acting, way: str) -> dict[str, Any]:
    """A fact of another system, written down before it is told."""
    chance, key = acting.chance, acting.ledger.key()
    pupil = chance.choice(acting.order.pupils)
    letter = chance.random() < WITH_LETTER_OUTSIDE
    data = {
        "student_sourced_id": pupil.student_sourced_id,
        "educator_sourced_id": pupil.educator_sourced_id,
        "channel": "call",
        "tone": "good_news",
        "outcome": "reached",
        "occurred_at": _occurred(chance),
    }
    also = {"family_id": pupil.family_id, "school_id": pupil.school_id}
    acting.ledger.intend(
        key,
        "family_contacted",
        way=way,
        system=acting.order.system,
        letter=letter,
        mailboxes=pupil.mailboxes if letter else (),
        **data,
        **also,
    )
    return {
        "specversion": "1.0",
        "id": key,
        "source": f"/ext/{acting.order.system}",
        "type": FamilyContacted.TYPE,
        # When it happened. What seems to lie in the future is refused, and rightly so, also by a
        # gateway whose own clock is an hour late.
        "time": data["occurred_at"],
        "datacontenttype": "application/json",
        "data": {**data, "words": key if letter else ""},
    }


async def sending_batches(acting: Acting) -> None:
    """Some facts at once by HTTP."""
    messages = [outside_fact(acting, "http") for _ in range(IN_BATCH)]
    system = acting.order.system
    viewer = Viewer(
        account_id=acting.order.client_id,
        role="system",
        system=system,
        scopes=frozenset({"messages:write"}),
    )
    answer = await acting.asked(
        "gateway",
        "POST",
        MESSAGES,
        content=json.dumps(messages),
        headers={**acting.bearer(viewer), "Content-Type": BATCH},
    )
    results = {each["id"]: each for each in (answer.body or {}).get("results", ())}
    for message in messages:
        result = results.get(message["id"], {}).get("result")
        said = {"accepted": "accepted", "duplicate": "accepted", "refused": "refused"}.get(
            str(result), answer.said if answer.said != "accepted" else "unclear"
        )
        acting.noted(message["id"], answer, said)
