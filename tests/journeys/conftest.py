"""The house in which all journeys take place: opened once, with a small sample district."""

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from pymongo import AsyncMongoClient

from embedded.load import Loaded, accept_translations, load
from embedded.sample import make_district
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.outside import PhoneSystem, register
from tests.servers import Broker

STUDENTS = 220


@pytest.fixture(scope="package")
async def house(
    rabbit: Broker, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Every service as a process of its own; ends with the last journey."""
    prefix = f"journeys_{uuid.uuid4().hex[:8]}_"
    async with rabbit.vhost() as vhost:
        house = House(rabbit, vhost, mongo_uri, prefix, tmp_path_factory.mktemp("house"))
        try:
            await house.open()
            yield house
        finally:
            house.close()
    async with AsyncMongoClient[dict[str, object]](mongo_uri) as client:
        for name in await client.list_database_names():
            if name.startswith(prefix):
                await client.drop_database(name)


@pytest.fixture(scope="package")
def loaded(house: House) -> Loaded:
    """The district with its roster, its accounts, its schools live and its languages on."""
    district = make_district(students=STUDENTS, today=datetime.now(UTC).date())
    with house.open_door() as door:
        loaded = load(door, district, house.password, lambda _: None)
    accept_translations(house.url, district.picks.coordinator.email, house.password)
    return loaded


@pytest.fixture(scope="package")
def cast(house: House, loaded: Loaded) -> Iterator[Cast]:
    """The people of the district, in their browsers."""
    cast = Cast(house, loaded.district)
    yield cast
    cast.leave()


@pytest.fixture(scope="package")
def phones(cast: Cast) -> PhoneSystem:
    """The district's phone system, which tells of calls."""
    return register(cast)
