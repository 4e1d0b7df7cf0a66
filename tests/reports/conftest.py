"""A reports desk over a real database."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from services.reports.actions import Desk, take_in
from services.reports.app import build
from services.reports.store import KEPT
from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.identity import KeyPair, new_key_pair
from shared.inbox import INBOX
from shared.messages import Message
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Units
from shared.settings import Settings
from tests.reports.house import House
from tests.reports.making import (
    NOW,
    OAK,
    ROOM_4,
    ROOM_5,
    accepted,
    answer,
    bounced,
    contact,
    educator,
    event,
    family,
    school,
    seal,
)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """An empty database of the reports service."""
    database = connect(mongo_uri, f"{database_name}_reports")
    await database.ensure(OUTBOX, INBOX, *KEPT)
    yield database
    close(database)


@pytest.fixture
def clock() -> SetClock:
    """Stands at ten in the morning of a Tuesday in November."""
    return SetClock(NOW)


@pytest.fixture
def mint() -> Callable[[], str]:
    """Ids that count up, so that they read well in failures."""
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers):04d}"


@pytest.fixture
async def desk(database: Database, clock: SetClock, mint: Callable[[], str]) -> Desk:
    """Everything that actions need."""
    desk = Desk.over(Units(database, "reports", clock, mint))
    await desk.begin()
    return desk


async def hear(desk: Desk, *messages: Message | Envelope) -> None:
    """Take in messages as one batch."""
    await take_in(desk, [each if isinstance(each, Envelope) else seal(each) for each in messages])


async def hear_in_batches(desk: Desk, envelopes: Sequence[Envelope], size: int) -> None:
    """Take in messages, some at a time."""
    for start in range(0, len(envelopes), size):
        await take_in(desk, envelopes[start : start + size])


async def digest(desk: Desk) -> str:
    """The stored figures, named by their content."""
    head = await desk.ledger.head()
    return await desk.generation(head.generation).digest()


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
async def house(
    database: Database, clock: SetClock, mint: Callable[[], str], keys: KeyPair
) -> AsyncIterator[House]:
    """The whole service, not started."""
    settings = Settings.model_validate(
        {
            "environment": "test",
            "service": "reports",
            "public_url": "http://door.example",
            "identity_public_keys": keys.public,
        }
    )
    bus = LocalBus(database.beside(f"{database.name}_bus"), clock)
    service = build(settings, database, bus, clock=clock, mint=mint)
    desk: Desk = service.app.state.desk
    await desk.begin()
    yield House(service, desk, keys, clock)
    await bus.stop()


@pytest.fixture
async def busy(house: House) -> House:
    """Maple with 31 families in three languages, Oak with 12; half of them told."""
    told: list[Envelope] = [seal(school()), seal(school(OAK)), seal(educator("rivera", ROOM_4))]
    languages = ["en"] * 16 + ["es"] * 11 + ["ar"] * 4
    for n, language in enumerate(languages):
        told.append(seal(family(f"m{n}", language=language, grade="03" if n % 2 else "04")))
        if n % 2:
            told.append(seal(contact(f"c{n}", f"m{n}")))
    told += [seal(family(f"o{n}", OAK, grade="07", class_id="room-9")) for n in range(12)]
    told += [
        seal(contact("v", "o1", school_id=OAK, class_ids=(), outcome="voicemail", tone="hello")),
        seal(contact("n", "o2", school_id=OAK, class_ids=(), outcome="no_answer", channel="text")),
        seal(contact("x", "m0", class_ids=(ROOM_5,), tone="concern", origin="/ext/sis")),
        seal(answer("r", "m2", said="maybe")),
        seal(accepted("d", "m4")),
        seal(accepted("e", "m6")),
        seal(bounced("e", "m6"), 2),
        seal(event()),
    ]
    await hear_in_batches(house.desk, told, 100)
    return house
