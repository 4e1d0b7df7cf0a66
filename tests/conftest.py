"""What every test may ask for; a server starts when the first test that needs it runs."""

import logging
import os
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from pymongo import AsyncMongoClient

from tests.servers import Broker, choose
from tests.servers.docker import DockerServers
from tests.servers.local import LocalServers

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("partners", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("partners")


def pytest_report_header() -> str:
    """Say in the header which servers this run uses, and why."""
    choice = choose(os.environ.get("SERVERS", ""))
    return f"servers: {choice.where} ({choice.why}; SERVERS=local or docker chooses)"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A test that sets logging up writes to its own captured stream, which ends with it."""
    handlers, configured = list(logging.root.handlers), structlog.get_config()
    yield
    for handler in set(logging.root.handlers) - set(handlers):
        logging.root.removeHandler(handler)
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[DockerServers | LocalServers]:
    """RabbitMQ and MongoDB of this run; nothing is started yet."""
    chosen = choose(os.environ.get("SERVERS", "")).servers()
    yield chosen
    await chosen.close()


@pytest.fixture(scope="session")
async def mongo_uri(servers: DockerServers | LocalServers) -> str:
    """The address of a real MongoDB, primary of a replica set of one.

    It deletes nothing by its own clock: tests have clocks that stand at a day of their choice.
    """
    uri = await servers.mongo_uri()
    async with AsyncMongoClient[dict[str, object]](uri) as client:
        await client.admin.command({"setParameter": 1, "ttlMonitorEnabled": False})
    return uri


@pytest.fixture(scope="session")
async def rabbit(servers: DockerServers | LocalServers) -> Broker:
    """A real RabbitMQ that a test may stop, kill and start again (leave it running)."""
    return await servers.broker()


@pytest.fixture
async def amqp_url(rabbit: Broker) -> AsyncIterator[str]:
    """The address of an empty virtual host of this test's own, as administrator (takes 0.6 s)."""
    async with rabbit.vhost() as name:
        yield rabbit.url(name)


@pytest.fixture
async def database_name(mongo_uri: str) -> AsyncIterator[str]:
    """A name for this test's databases; all whose name begins with it are dropped afterwards."""
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield prefix
    async with AsyncMongoClient[dict[str, object]](mongo_uri) as client:
        for name in await client.list_database_names():
            if name.startswith(prefix):
                await client.drop_database(name)
