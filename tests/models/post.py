"""A mail room in several processes, and a mail service that does what a history says.

The service stands at the port of the mailer: thousands of histories have no time for SMTP, whose
own words and cuts are tried with real connections in `tests/notifications/test_mailer.py`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from services.notifications.actions.room import MailPlace, MailRoom
from services.notifications.actions.sending import Sender
from services.notifications.domain.codes import Codes
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.post import (
    Accepted,
    Addressed,
    Busy,
    NotYet,
    Outcome,
    Refusal,
    Unclear,
)
from services.notifications.domain.settings import starting_settings
from services.notifications.handlers import handlers
from services.notifications.store import Store
from shared.bus.handlers import Handlers
from shared.clock import Clock, Mint
from shared.directory import Directory
from shared.envelope import Envelope
from shared.errors import DependencyDown
from shared.inbox import Inbox
from shared.links import Links
from shared.mongo import Database, answering
from shared.outbox import Units, Work
from tests.models.power import Power

Does = Literal["takes", "busy", "refuses", "no_such_address", "cut_taken", "cut_lost", "away"]
DOES: tuple[Does, ...] = (
    "takes", "busy", "refuses", "no_such_address", "cut_taken", "cut_lost", "away",
)  # fmt: skip
KEY = "a-key-for-tests-that-is-long-enough"
URL = "https://partners.schools.example"


@dataclass
class MailService:
    """What it does with letters to each address, and which letters it heard to their end."""

    does: dict[str, Does] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    """How often each letter was said to its end: the service may have it."""
    copies: Counter[str] = field(default_factory=Counter)
    """How often it has each letter for sure."""


class Watching(Protocol):
    """Looks at each letter at the moment at which the service hears its end."""

    async def __call__(self, delivery_id: str, *, slept: bool) -> None:
        """`slept`: the sender was asleep on the way here."""


@dataclass
class Line:
    """One process's way to the mail service; what a `Mailer` is."""

    service: MailService
    power: Power
    watching: Watching
    slept: bool = False

    async def send(self, letter: Addressed, in_time: Callable[[], bool]) -> Outcome:
        """As the mailer: `DependencyDown` and `NotYet` when nothing was said about it."""
        async with answering():
            await self.power.step("MAIL")
        does = self.service.does.get(letter.recipient, "takes")
        if does == "away":
            raise DependencyDown("the mail service")
        if not in_time():
            return NotYet()
        match does:
            case "busy":
                return Busy("450 later")
            case "refuses":
                return Refusal("550 no")
            case "no_such_address":
                return Refusal("550 no such person", address=True)
            case _:
                return await self._end(letter, does)

    async def _end(self, letter: Addressed, does: Does) -> Outcome:
        async with answering():
            await self.power.step("the dot")
        await self.watching(letter.delivery_id, slept=self.slept)
        self.service.heard[letter.delivery_id] += 1
        self.service.copies[letter.delivery_id] += does != "cut_lost"
        try:
            lost = await self.power.step("the 250")
        except Exception:  # noqa: BLE001 - the line is cut
            lost = True
        return Unclear("no answer to the end") if lost or does != "takes" else Accepted("250 ok")

    async def ping(self) -> None:
        """Whether it answers somebody."""
        if "away" in self.service.does.values():
            raise DependencyDown("the mail service")

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Process:
    """One process of notifications: it hears messages, and it sends."""

    power: Power
    room: MailRoom
    inbox: Inbox
    handlers: Handlers
    line: Line
    sender: Sender
    asleep: "asyncio.Task[Any] | None" = None

    async def hear(self, envelope: Envelope) -> bool:
        """Handle one message, as the consumer does."""
        handler, message = self.handlers.by_type[envelope.type], envelope.open()

        async def effect(work: Work) -> None:
            await handler(message, work)

        return await self.inbox.once(envelope, effect)


def opened(
    database: Database,
    power: Power,
    clock: Clock,
    mint: Mint,
    service: MailService,
    watch: Watching,
) -> Process:
    """A new process over the same database."""
    units = Units(database, "notifications", clock, mint)
    room = MailRoom(
        units=units,
        store=Store(database),
        directory=Directory(database),
        place=MailPlace("Riverton Schools", "school@schools.example"),
        starting=starting_settings("demo"),
        answer_links=Links("rsvp", [KEY], URL, clock),
        stop_links=Links("unsubscribe", [KEY], URL, clock),
        address_links=Links("address", [KEY], URL, clock),
        page_links=Links("household", [KEY], URL, clock),
        feed_links=Links("calendar", [KEY], URL, clock),
        codes=Codes([KEY]),
        drafts_start_accepted=True,
    )
    line = Line(service, power, watch)
    sender = Sender(room, line)  # type: ignore[arg-type]
    return Process(power, room, Inbox(units), handlers(room), line, sender)


async def all_rows(database: Database) -> dict[str, Delivery]:
    """Every delivery, by id."""
    rows = database["deliveries"].find()
    return {
        row["_id"]: Delivery.model_validate({**row, "delivery_id": row["_id"]})
        async for row in rows
    }
