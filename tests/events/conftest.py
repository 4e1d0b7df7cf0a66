"""A desk over a real database: Maple with two classes, four families, one teacher of room 4."""

import itertools
import uuid
from collections.abc import AsyncIterator

import pytest

from services.events.actions import Desk, plan_event, publish_event
from services.events.app import build
from services.events.domain import SchoolEvent
from services.events.store import KEPT
from shared import web
from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.directory import Directory
from shared.envelope import Envelope
from shared.identity import KeyPair, Viewer, new_key_pair
from shared.inbox import INBOX
from shared.messages import FlagsAsOf, FlagsChanged, Message
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Units, Work
from shared.settings import Settings
from tests.events import making
from tests.events.making import CEDAR, MAPLE, NOW, ROOM_4, ROOM_5, draft
from tests.events.site import RSVP_KEY, URL, EventsSite

TEACHER = Viewer(
    account_id="account-rivera",
    role="educator",
    educator_id="educator-rivera",
    school_ids=frozenset({MAPLE}),
)
OFFICE = Viewer(account_id="account-office", role="office", school_ids=frozenset({MAPLE}))
PRINCIPAL = Viewer(account_id="account-head", role="principal", school_ids=frozenset({MAPLE}))
COORDINATOR = Viewer(account_id="account-co", role="coordinator", school_ids=frozenset({MAPLE}))
OTHER_OFFICE = Viewer(account_id="account-cedar", role="office", school_ids=frozenset({CEDAR}))
DISTRICT = Viewer(account_id="account-district", role="district")


@pytest.fixture(scope="session")
async def kept_database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database of the events service, made once: indexes take longer than most tests."""
    database = connect(mongo_uri, f"test_events_{uuid.uuid4().hex[:12]}")
    await database.ensure(OUTBOX, INBOX, web.IDEMPOTENCY, *KEPT)
    yield database
    await database.drop()
    await database.beside(f"{database.name}_bus").drop()
    close(database)


@pytest.fixture
async def database(kept_database: Database) -> AsyncIterator[Database]:
    """The same database, empty for each test."""
    yield kept_database
    for kept in (OUTBOX, INBOX, web.IDEMPOTENCY, *KEPT):
        await kept_database[kept.name].delete_many({})


@pytest.fixture
def clock() -> SetClock:
    """Stands at Monday morning, ten days before the event."""
    return SetClock(NOW)


@pytest.fixture
def units(database: Database, clock: SetClock) -> Units:
    """Counts its ids, so that they read well in failures."""
    numbers = itertools.count(1)
    return Units(database, "events", clock, lambda: f"id-{next(numbers):04d}")


@pytest.fixture
async def desk(units: Units) -> Desk:
    """Everything that actions need, with the people of Maple known."""
    desk = Desk.over(units, Directory(units.database))
    await know(
        desk,
        making.school(),
        making.school(CEDAR, "Cedar Middle"),
        making.educator("educator-rivera", ROOM_4),
        *making.family("okafor"),
        *making.family("garcia", language="es"),
        *making.family("haddad", language="ar"),
        *making.family("li", ROOM_5, language="zh"),
        *making.family("smith", "class-cedar", CEDAR),
        FlagsAsOf(number=0, as_of=NOW),
    )
    return desk


async def know(desk: Desk, *messages: Message, version: int = 1) -> None:
    """Let the replica take in messages, as if contacts had sent them with this version."""

    async def body(work: Work) -> None:
        for message in messages:
            work.cause = Envelope.seal(
                message, id="m", source="/partners/contacts", time=work.now, sequence=version
            )
            if isinstance(message, FlagsAsOf):
                await desk.directory.note_as_of(message, work)
            elif isinstance(message, FlagsChanged):
                await desk.directory.apply_flag(message, work)
            else:
                await desk.directory.apply(message, work)

    await desk.units.run(body)


async def told(desk: Desk, kind: type[Message]) -> list[Envelope]:
    """The messages of one type in the outbox, oldest first."""
    rows = desk.units.database[OUTBOX.name].find({"envelope.type": kind.TYPE}).sort("_id", 1)
    return [Envelope.model_validate(row["envelope"]) async for row in rows]


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    """The gateway's key pair."""
    return new_key_pair()


@pytest.fixture
async def site(desk: Desk, clock: SetClock, keys: KeyPair) -> AsyncIterator[EventsSite]:
    """The whole service as `app.build` makes it; pages and API answer, nothing runs behind."""
    settings = Settings.model_validate(
        {
            "environment": "test",
            "public_url": URL,
            "identity_public_keys": keys.public,
            "rsvp_keys": RSVP_KEY,
            "mail_from": "school@lakeside.example",
        }
    )
    database = desk.units.database
    bus = LocalBus(database.beside(f"{database.name}_bus"), clock)
    service = build(settings, database, bus, clock=clock, mint=desk.units.mint)
    yield EventsSite(service, bus, desk, clock, keys)
    await bus.stop()


@pytest.fixture
async def event(desk: Desk) -> SchoolEvent:
    """The evening at Maple, published to the whole school."""
    event = await plan_event(desk, draft(), OFFICE)
    return await publish_event(desk, event.event_id, OFFICE)
