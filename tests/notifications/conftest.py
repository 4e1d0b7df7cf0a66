"""A mail room over a real database, its handlers, and a real SMTP sink."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest

from services.notifications.actions.room import MailPlace, MailRoom
from services.notifications.actions.sending import Sender
from services.notifications.actions.spreading import spread
from services.notifications.app import build
from services.notifications.domain.codes import Codes
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings, starting_settings
from services.notifications.domain.sight import Sight
from services.notifications.handlers import handlers
from services.notifications.mailer import Mailer, MailService
from services.notifications.store import KEPT, Store
from services.notifications.store.deliveries import Wanted
from shared.bus.handlers import Handlers
from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.directory import Directory
from shared.envelope import Envelope
from shared.identity import KeyPair, new_key_pair
from shared.inbox import INBOX, Inbox
from shared.links import Links
from shared.messages import FlagsAsOf, Message
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Units, Work
from shared.settings import Settings
from tests.notifications.making import NOW, Adult, educator, family, school
from tests.notifications.sink import Sink, running
from tests.notifications.site import URL, Site

KEY = "a-key-for-tests-that-is-long-enough"
EVERYTHING = Sight(everything=True)


@pytest.fixture(scope="session")
async def shelves(mongo_uri: str) -> AsyncIterator[Database]:
    """A database of notifications with its indexes, made once: that takes most of a second."""
    database = connect(mongo_uri, f"test_notifications_{uuid.uuid4().hex[:12]}")
    await database.ensure(OUTBOX, INBOX, *KEPT)
    yield database
    await database.drop()
    close(database)


@pytest.fixture
async def database(shelves: Database) -> Database:
    """The same, empty."""
    return await emptied(shelves)


async def emptied(shelves: Database) -> Database:
    """Forget everything in it."""
    names = ("leases", *(kept.name for kept in (OUTBOX, INBOX, *KEPT)))
    await asyncio.gather(*(shelves[name].delete_many({}) for name in names))
    return shelves


@pytest.fixture
def clock() -> SetClock:
    """Stands at ten in the morning of a school day."""
    return SetClock(NOW)


@dataclass
class Bench:
    """A mail room with its hands: messages go in, letters come out, and rows can be looked at."""

    room: MailRoom
    clock: SetClock
    inbox: Inbox
    handlers: Handlers
    sink: Sink
    sender: Sender

    async def tell(self, *messages: Message, version: int = 1, at: datetime | None = None) -> None:
        """Let messages come in, as from their owners, with this version of their aggregates."""
        for message in messages:
            envelope = Envelope.seal(
                message,
                id=self.room.units.mint(),
                source="/partners/tests",
                time=at or self.clock.now(),
                sequence=version,
            )
            handler = self.handlers.by_type[message.TYPE]

            async def effect(
                work: Work, handler: object = handler, message: Message = message
            ) -> None:
                await handler(message, work)  # type: ignore[operator]

            await self.inbox.once(envelope, effect)

    async def know(self, *messages: Message) -> None:
        """Take in who is who in one go, and that there are no flags."""

        async def body(work: Work) -> None:
            for message in messages:
                work.cause = Envelope.seal(message, id="m", source="/x", time=work.now, sequence=1)
                await self.room.directory.apply(message, work)
            await self.room.directory.note_as_of(FlagsAsOf(number=0, as_of=NOW), work)

        await self.room.units.run(body)

    async def settle(self) -> None:
        """Write all deliveries and send what is due."""
        while await spread(self.room):
            pass
        while await self.sender.tick():
            pass

    async def rows(self, **wanted: str) -> list[Delivery]:
        """All deliveries, the oldest first."""
        asked = Wanted(**wanted)  # type: ignore[arg-type]
        found = await self.room.store.deliveries.newest(asked, seen_by=EVERYTHING, limit=10_000)
        return found[::-1]

    async def row(self, household: str, **wanted: str) -> Delivery:
        """The one delivery of a household."""
        (found,) = await self.rows(household_id=f"household-{household}", **wanted)
        return found

    async def told(self) -> list[Envelope]:
        """What notifications told the other services, in order."""
        cursor = self.room.store.database["outbox"].find().sort("_id", 1)
        return [Envelope.model_validate(row["envelope"]) async for row in cursor]

    async def told_types(self) -> list[str]:
        """The short names of what was told, flags apart."""
        names = [
            each.type.removeprefix("org.partners.").removesuffix(".v1")
            for each in await self.told()
        ]
        return [name for name in names if not name.startswith("flags")]

    async def set(self, **settings: object) -> None:
        """Change the district's settings."""
        new = MailSettings.model_validate({**starting_settings("demo").model_dump(), **settings})

        async def body(work: Work) -> None:
            await self.room.store.choices.keep_settings(new, "test", work)

        await self.room.units.run(body)


@pytest.fixture
async def bench(database: Database, clock: SetClock) -> AsyncIterator[Bench]:
    """Maple Elementary is known, its flags are fresh, mail leaves at once."""
    async with open_bench(database, clock) as made:
        yield made


@asynccontextmanager
async def open_bench(database: Database, clock: SetClock | None = None) -> AsyncIterator[Bench]:
    """The same over an empty database, for as long as somebody needs it."""
    clock = clock or SetClock(NOW)
    numbers = itertools.count(1)
    units = Units(database, "notifications", clock, lambda: f"id-{next(numbers):06d}")
    url = "https://partners.schools.example"
    room = MailRoom(
        units=units,
        store=Store(database),
        directory=Directory(database),
        place=MailPlace("Riverton Schools", "school@schools.example"),
        starting=starting_settings("demo"),
        answer_links=Links("rsvp", [KEY], url, clock),
        stop_links=Links("unsubscribe", [KEY], url, clock),
        address_links=Links("address", [KEY], url, clock),
        page_links=Links("household", [KEY], url, clock),
        feed_links=Links("calendar", [KEY], url, clock),
        codes=Codes([KEY]),
        drafts_start_accepted=True,
    )
    async with running(Sink()) as sink:
        mailer = Mailer(MailService("127.0.0.1", sink.port, tls="none", timeout_seconds=3))
        made = Bench(room, clock, Inbox(units), handlers(room), sink, Sender(room, mailer))
        await made.know(
            school(),
            educator(),
            *family("gomez", Adult("ana", "gomez", "es"), Adult("luis", "gomez", "es")),
            *family("li", Adult("wei", "li", "zh"), class_id="school-1-5b"),
            *family("smith", Adult("kim", "kim"), Adult("pat", "pat", "ar")),
        )
        yield made
        await mailer.close()


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    """The gateway's key pair."""
    return new_key_pair()


@pytest.fixture
async def site(bench: Bench, keys: KeyPair, database_name: str) -> AsyncIterator[Site]:
    """The whole service as `app.build` makes it, over the same database as the mail room."""
    settings = Settings.model_validate(
        {
            "environment": "test",
            "public_url": URL,
            "identity_public_keys": keys.public,
            "rsvp_keys": KEY,
            "unsubscribe_keys": KEY,
            "household_keys": KEY,
            "calendar_keys": KEY,
            "smtp_host": "127.0.0.1",
            "smtp_port": bench.sink.port,
            "smtp_tls": "none",
            "mail_from": "school@schools.example",
            "district_name": "Riverton Schools",
        }
    )
    database = bench.room.store.database
    bus = LocalBus(database.beside(database_name), bench.clock)
    service = build(settings, database, bus, clock=bench.clock, mint=bench.room.units.mint)
    yield Site(service, bus, bench.clock, keys)
    await bus.stop()
