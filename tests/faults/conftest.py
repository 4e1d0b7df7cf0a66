"""The house of the fault tests, opened once for all of them."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from embedded.load import load
from embedded.sample import Family, Shape, make_district
from tests.faults.scene import Scene, WarmHouse, at_the_database
from tests.faults.take import People
from tests.faults.warm import Warm
from tests.journeys.cast import Cast
from tests.journeys.evenings import publish
from tests.journeys.outside import register, register_library
from tests.servers import Broker

STUDENTS = 50
NEIGHBOURS = 4


@pytest.fixture(scope="package")
async def scene(
    rabbit: Broker, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """The house, opened once, with a small district and one published evening."""
    folder, prefix = tmp_path_factory.mktemp("bugs"), f"bugs_{uuid.uuid4().hex[:8]}_"
    warm = Warm(folder / "warm.log")
    try:
        async with rabbit.vhost() as vhost:
            house = WarmHouse(rabbit, vhost, mongo_uri, prefix, folder, warm=warm)
            with at_the_database(mongo_uri) as mongo:
                try:
                    await house.open()
                    scene = Scene(house, _people(house), mongo)
                    await scene.quiet()
                    scene.remember()
                    yield scene
                    scene.people.cast.leave()
                finally:
                    house.close()
                    for name in mongo.list_database_names():
                        if name.startswith(prefix):
                            mongo.drop_database(name)
    finally:
        warm.close()


def _people(house: WarmHouse) -> People:
    district = make_district(students=STUDENTS, schools=1, today=datetime.now(UTC).date())
    with house.open_door() as door:
        load(door, district, house.password, lambda _: None)
        (educator,) = door.get("/api/v1/educators", sourced_id=district.picks.educator.id)
    cast = Cast(house, district)
    home = cast.take(_simple)
    card = cast.card(home.family_id)
    (student,) = card["family"]["students"]
    (household,) = [each for each in card["households"] if each["mailbox"]]
    evening = publish(cast)
    letter = cast.letter(home.mailboxes[0], evening.title)
    page = cast.educator.open(f"{home.path}/log")
    (token,) = page.form(f"{home.path}/log").fields["csrf_token"]
    return People(
        cast=cast,
        phones=register(cast),
        library=register_library(cast),
        home=home,
        neighbours=tuple(cast.take(_together) for _ in range(NEIGHBOURS)),
        student_id=student["student_id"],
        school_id=student["school_id"],
        educator_id=educator["educator_id"],
        household_id=household["household_id"],
        event_id=evening.event_id,
        invitation=letter.link("/events/rsvp/"),
        headers={"X-CSRF-Token": token, "Origin": house.url},
    )


def _simple(family: Family) -> bool:
    return len(family.student_ids) == 1


def _together(family: Family) -> bool:
    return family.shape is not Shape.SEPARATED
