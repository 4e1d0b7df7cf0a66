"""Gateway, contacts and reports that answer on a port, and the command that talks with it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import cast

import pytest
import structlog
import uvicorn
from typer.testing import CliRunner, Result

from cli.commands import commands as app
from embedded.ports import free_port
from services.contacts.app import build as build_contacts
from services.gateway.actions import Gate
from services.gateway.actions.first_steps import first_steps
from services.gateway.app import build
from services.reports.app import build as build_reports
from shared import web
from shared.bus.local import LocalBus
from shared.clock import SystemClock
from shared.deadletters import DeadLetters
from shared.identity import new_key_pair
from shared.mongo import close, connect
from shared.settings import Settings

SECRET = "ps_" + "operator-of-the-tests" * 2
Partners = Callable[..., Awaitable[Result]]


@dataclass(frozen=True)
class Front:
    """A gateway that answers, and the environment by which the command finds it."""

    url: str
    gate: Gate
    dead: DeadLetters
    bus: LocalBus

    @property
    def environment(self) -> dict[str, str]:
        """An operator's credentials."""
        return {
            "PARTNERS_URL": self.url,
            "PARTNERS_CLIENT_ID": "operator",
            "PARTNERS_CLIENT_SECRET": SECRET,
        }


@pytest.fixture
def quiet() -> Iterator[None]:
    """The server's log lines would land in what the command prints, because both live here."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture
async def front(mongo_uri: str, database_name: str, quiet: None) -> AsyncIterator[Front]:
    """Gateway, contacts and reports, started, with an operator and a district user."""
    keys, port, clock = new_key_pair(), free_port(), SystemClock()
    settings = Settings.model_validate(
        {
            "environment": "test",
            "service": "gateway",
            "public_url": f"http://127.0.0.1:{port}",
            "identity_private_key": keys.private,
            "identity_public_keys": keys.public,
        }
    )
    database = connect(mongo_uri, f"{database_name}_gateway")
    bus = LocalBus(database.beside(f"{database_name}_bus"), clock)
    gateway = build(settings, database, bus)
    contacts = build_contacts(settings, database.beside(f"{database_name}_contacts"), bus)
    reports = build_reports(settings, database.beside(f"{database_name}_reports"), bus)
    services = (gateway, contacts, reports)
    for service in services:
        await service.start()
    gate = cast("Gate", gateway.app.state.gate)
    await first_steps(
        gate,
        login="district@district.example",
        name="District office",
        password="three small rivers",
        operator_secret=SECRET,
    )
    front = web.Front({"contacts": contacts.app, "reports": reports.app}, gateway.app)
    config = uvicorn.Config(front, port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.01)
    dead = DeadLetters(database, "gateway", clock, gate.mint)
    yield Front(settings.public_url, gate, dead, bus)
    server.should_exit = True
    await serving
    for service in services:
        await service.stop()
    await bus.stop()
    close(database)


async def run(*words: str, env: dict[str, str | None] | None = None, stdin: str = "") -> Result:
    """Run the command in a thread, so that the server in this loop can answer it."""
    nothing = dict.fromkeys(("PARTNERS_URL", "PARTNERS_CLIENT_ID", "PARTNERS_CLIENT_SECRET"), None)
    given = {
        **nothing,
        "PARTNERS_PROFILE": "/nowhere/profile.toml",
        "COLUMNS": "200",
        **(env or {}),
    }
    return await asyncio.to_thread(CliRunner().invoke, app, words, input=stdin, env=given)


@pytest.fixture
def partners(front: Front) -> Partners:
    """The command with an operator's credentials for `front`."""

    async def with_credentials(*words: str, stdin: str = "") -> Result:
        return await run(*words, env={**front.environment}, stdin=stdin)

    return with_credentials


def flat(text: str) -> str:
    """Without line breaks, which depend on the width of the terminal."""
    return re.sub(r"\s+", " ", text)
