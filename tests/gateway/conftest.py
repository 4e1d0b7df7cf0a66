"""A gateway of the test's own, on a real database."""

import itertools
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from services.gateway.actions import Gate
from services.gateway.actions.accounts import create_account
from services.gateway.app import build
from services.gateway.domain.accounts import Account, AccountDraft
from services.gateway.passwords import Passwords
from services.gateway.store import KEPT
from shared import messages as m
from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.directory import EDUCATORS, SCHOOLS
from shared.directory import KEPT as DIRECTORY
from shared.identity import KeyPair, TokenIssuer, new_key_pair
from shared.inbox import INBOX
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Units
from shared.service import Service
from shared.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "three small rivers"


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    """One pair of keys for the session."""
    return new_key_pair()


@pytest.fixture
def clock() -> SetClock:
    """Stands still at nine in the morning."""
    return SetClock(NOW)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """An empty database with two schools and two members of the staff."""
    database = connect(mongo_uri, f"{database_name}_gateway")
    await database.ensure(OUTBOX, INBOX, *DIRECTORY, *KEPT)
    for school in (
        m.SchoolChanged(school_id="maple", name="Maple Elementary"),
        m.SchoolChanged(school_id="oak", name="Oak Middle"),
    ):
        row = {"_id": school.school_id, **school.model_dump(mode="json"), "version": 1}
        await database[SCHOOLS].insert_one(row)
    for educator in (
        m.EducatorChanged(
            educator_id="ana",
            given_name="Ana",
            family_name="Rivera",
            email="ana@maple.example",
            school_ids=("maple",),
        ),
        m.EducatorChanged(educator_id="bo", given_name="Bo", family_name="Lind", active=False),
    ):
        row = {"_id": educator.educator_id, **educator.model_dump(mode="json"), "version": 1}
        await database[EDUCATORS].insert_one(row)
    yield database
    close(database)


@pytest.fixture
def gate(database: Database, clock: SetClock, keys: KeyPair) -> Gate:
    """What the gateway's actions stand on; ids count up."""
    numbers = itertools.count(1)
    mint = lambda: f"id-{next(numbers):04d}"  # noqa: E731 - one line says it
    units = Units(database, "gateway", clock, mint)
    return Gate(database, units, TokenIssuer(keys.private, clock), clock, mint, Passwords())


@pytest.fixture
async def district(gate: Gate) -> Account:
    """A district user who can sign in with `PASSWORD`."""
    draft = AccountDraft(login="dee@district.example", name="Dee Park", role="district")
    account, _ = await create_account(gate, draft, None, password=PASSWORD)
    return account


@pytest.fixture
async def educator(gate: Gate) -> Account:
    """An educator of the roster who can sign in with `PASSWORD`."""
    draft = AccountDraft(
        login="ana@maple.example", name="Ana Rivera", role="educator", educator_id="ana"
    )
    account, _ = await create_account(gate, draft, None, password=PASSWORD)
    return account


@pytest.fixture
def settings(keys: KeyPair) -> Settings:
    """The gateway's settings on an address of its own."""
    return Settings.model_validate(
        {
            "environment": "test",
            "service": "gateway",
            "public_url": "http://door.example",
            "identity_private_key": keys.private,
            "identity_public_keys": keys.public,
        }
    )


@pytest.fixture
async def service(
    settings: Settings, database: Database, clock: SetClock, gate: Gate
) -> AsyncIterator[Service]:
    """The whole gateway, not started: pages and API answer, nothing runs in the background."""
    bus = LocalBus(database.beside(f"{database.name}_bus"), clock)
    yield build(settings, database, bus, clock=clock, mint=gate.mint)
    await bus.stop()


@pytest.fixture
async def browser(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody's browser at the front door."""
    async with browsing(service) as client:
        yield client


def browsing(service: Service) -> httpx2.AsyncClient:
    """Another browser, with cookies of its own."""
    transport = httpx2.ASGITransport(app=service.app)
    headers = {"Accept": "text/html"}
    return httpx2.AsyncClient(transport=transport, base_url="http://door.example", headers=headers)


async def csrf(client: httpx2.AsyncClient, path: str) -> str:
    """The token in the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get(path)).text)
    assert found is not None
    return found.group(1)


async def enter(client: httpx2.AsyncClient, login: str, password: str = PASSWORD) -> None:
    """Sign in as people do: by the form."""
    token = await csrf(client, "/sign-in")
    form = {"login": login, "password": password, "csrf_token": token}
    answer = await client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text
