"""Contacts on a real database: its store, its units of work, and a district that was imported."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from embedded.sample import District, make_district, write_package
from services.contacts.actions.desk import Desk
from services.contacts.actions.importing import receive_roster
from services.contacts.app import build
from services.contacts.domain.importing import Import
from services.contacts.store import KEPT
from shared.bus.local import LocalBus
from shared.clock import SetClock, new_id
from shared.envelope import Envelope
from shared.identity import KeyPair, Viewer, new_key_pair
from shared.inbox import INBOX
from shared.messages import FamilyChanged
from shared.mongo import Database, Document, close, connect
from shared.outbox import OUTBOX, Units
from shared.settings import Settings
from shared.web import IDEMPOTENCY
from tests.contacts.site import URL, ContactsSite

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
EVERYTHING = (OUTBOX, INBOX, IDEMPOTENCY, *KEPT)


@dataclass
class Office:
    """A desk, and what tests want to know of it."""

    desk: Desk
    clock: SetClock

    async def told(self, kind: str = "") -> list[Envelope]:
        """What waits in the outbox, of one kind such as `family.changed`, in its order."""
        rows = await self.desk.database["outbox"].find().sort("_id", 1).to_list(None)
        found = [Envelope.model_validate(row["envelope"]) for row in rows]
        return [each for each in found if kind in each.type]

    async def forget_told(self) -> None:
        await self.desk.database["outbox"].delete_many({})

    async def bring(self, roster: Path | None, contacts: Path | None = None) -> Import:
        """Upload a roster and carry it as far as it goes."""
        job = await self.upload(roster, contacts)
        await self.desk.importer.work()
        return await self.desk.store.imports.one(job.import_id)

    async def upload(self, roster: Path | None, contacts: Path | None = None) -> Import:
        return await receive_roster(
            self.desk.store,
            self.desk.units,
            {roster.name: pieces(roster)} if roster else {},
            {contacts.name: pieces(contacts)} if contacts else {},
            "account-district",
        )


async def pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(300_000):
            yield piece


def office_over(database: Database) -> Office:
    clock = SetClock(NOW)
    return Office(Desk(Units(database, "contacts", clock, new_id)), clock)


@pytest.fixture(scope="session")
async def kept_database(mongo_uri: str) -> AsyncIterator[Database]:
    """A database of the contacts service, made once: indexes take longer than most tests."""
    database = connect(mongo_uri, f"test_contacts_{uuid.uuid4().hex[:12]}")
    await database.ensure(*EVERYTHING)
    yield database
    await database.drop()
    close(database)


@pytest.fixture
async def database(kept_database: Database) -> AsyncIterator[Database]:
    """The same database, empty for each test."""
    yield kept_database
    for kept in EVERYTHING:
        await kept_database[kept.name].delete_many({})
    await kept_database["leases"].delete_many({})


@pytest.fixture
async def office(database: Database) -> Office:
    return office_over(database)


@pytest.fixture(scope="session")
def sample() -> District:
    return make_district(students=200, schools=2, today=TODAY)


@pytest.fixture(scope="session")
def package(sample: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(sample, tmp_path_factory.mktemp("roster"))


@pytest.fixture(scope="session")
async def imported(kept_database: Database, package: Path) -> dict[str, list[Document]]:
    """The sample district as an import leaves it, so that it is imported only once."""
    office = office_over(kept_database)
    job = await office.bring(package, package.parent / "contacts.csv")
    assert job.state == "done", job.reasons
    await office.forget_told()
    rows = {kept.name: await kept_database[kept.name].find().to_list(None) for kept in EVERYTHING}
    for name in rows:
        await kept_database[name].delete_many({})
    return {name: held for name, held in rows.items() if held}


@pytest.fixture
async def district(imported: dict[str, list[Document]], office: Office) -> Office:
    """An office whose database holds the sample district."""
    for name, rows in imported.items():
        await office.desk.database[name].insert_many(rows)
    return office


@pytest.fixture
async def family(district: Office, sample: District) -> FamilyChanged:
    """The family that the sample's good news is about."""
    student = sample.picks.good_news.student_ids[0]
    found = await district.desk.store.directory.family_of_student(student)
    assert found is not None
    return found


@pytest.fixture
def teacher(sample: District) -> Viewer:
    """A teacher of the sample district."""
    return educator_viewer(sample, sample.picks.educator.id)


@pytest.fixture
def coordinator(teacher: Viewer) -> Viewer:
    """The coordinator of that teacher's school."""
    [school_id] = teacher.school_ids
    return staff_viewer("coordinator", school_id)


@pytest.fixture
def school_id(teacher: Viewer) -> str:
    """The teacher's only school."""
    [school_id] = teacher.school_ids
    return school_id


def educator_viewer(sample: District, educator_id: str) -> Viewer:
    educator = next(each for each in sample.educators if each.id == educator_id)
    return Viewer(
        account_id=f"account-{educator.id}",
        role="educator",
        educator_id=educator.id,
        school_ids=frozenset({educator.school_id}),
        name=f"{educator.given_name} {educator.family_name}",
    )


def staff_viewer(role: str, *school_ids: str) -> Viewer:
    return Viewer.model_validate(
        {
            "account_id": f"account-{role}-{'-'.join(school_ids)}",
            "role": role,
            "school_ids": school_ids,
            "name": f"The {role}",
        }
    )


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def site(district: Office, keys: KeyPair) -> ContactsSite:
    """The built service over the district, behind its front door; nothing runs."""
    settings = Settings(
        environment="test", public_url=URL, identity_public_keys=keys.public, district_name="Maple"
    )
    database = district.desk.database
    bus = LocalBus(database.beside(f"{database.name}_bus"), district.clock)
    service = build(settings, database, bus, clock=district.clock)
    return ContactsSite(service, district.desk, district.clock, keys)
