"""The whole platform with a small district, wires that can be cut, and Prometheus watching it."""

import random
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient

from embedded.load import load
from embedded.sample import make_district
from tests.alerts.monitor import Monitor
from tests.faults.proxy import Proxies, Proxy
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.servers import Broker

STUDENTS = 60
WATCHED = ("gateway", "contacts", "events", "notifications", "reports")


@dataclass
class WiredHouse(House):
    """A house in which contacts reaches its database, and letters the mailbox, by our wires."""

    proxies: Proxies = field(default_factory=Proxies)
    to_database: Proxy = field(init=False)
    to_mail: Proxy = field(init=False)

    def __post_init__(self) -> None:
        mongo = urlsplit(self.mongo_uri)
        assert mongo.port
        chance = random.Random(1)  # noqa: S311 - nothing secret
        self.to_database = self.proxies.add(Proxy("127.0.0.1", mongo.port, chance))
        self.to_mail = self.proxies.add(Proxy("127.0.0.1", self.smtp_port, chance))

    def _settings(self, name: str) -> dict[str, str]:
        settings = super()._settings(name)
        if name == "notifications":
            settings["PARTNERS_SMTP_PORT"] = str(self.to_mail.port)
        if name == "contacts":
            port = self.to_database.port
            settings["PARTNERS_MONGO_URI"] = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        return settings


@pytest.fixture(scope="module")
async def house(
    rabbit: Broker, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WiredHouse]:
    """Every service as a process of its own."""
    prefix = f"alerts_{uuid.uuid4().hex[:8]}_"
    async with rabbit.vhost() as vhost:
        house = WiredHouse(rabbit, vhost, mongo_uri, prefix, tmp_path_factory.mktemp("house"))
        try:
            await house.open()
            yield house
        finally:
            house.close()
            house.proxies.close()
    async with AsyncMongoClient[dict[str, object]](mongo_uri) as client:
        for name in await client.list_database_names():
            if name.startswith(prefix):
                await client.drop_database(name)


@pytest.fixture(scope="module")
def cast(house: WiredHouse) -> Iterator[Cast]:
    """The people of a small district."""
    district = make_district(students=STUDENTS, today=datetime.now(UTC).date())
    with house.open_door() as door:
        load(door, district, house.password, lambda _: None)
    cast = Cast(house, district)
    yield cast
    cast.leave()


@pytest.fixture(scope="module")
def monitor(house: WiredHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """Prometheus, asking every process of the house and the broker."""
    monitor = Monitor(tmp_path_factory.mktemp("prometheus"))
    targets = {f"{name}:8000": house.services[name].url.removeprefix("http://") for name in WATCHED}
    targets["rabbitmq:15692"] = f"127.0.0.1:{house.broker.metrics_port}"
    monitor.start(targets, house.vhost)
    yield monitor
    monitor.stop()
