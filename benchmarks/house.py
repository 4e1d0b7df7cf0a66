"""The whole platform with a small district in it, each service a process, as Compose runs them."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from benchmarks.sink import open_sink
from benchmarks.stage import Stage
from embedded.load import load
from embedded.sample import make_district
from shared.clock import SystemClock
from shared.identity import TokenIssuer, Viewer
from tests.journeys.house import House

STUDENTS = 400


@asynccontextmanager
async def loaded_house(stage: Stage) -> AsyncIterator[tuple[House, Path]]:
    """Everything, at rest, with `STUDENTS` students; and the ledger of a lean mail service."""
    with TemporaryDirectory() as folder:
        async with stage.broker.vhost() as vhost:
            databases, ledger = f"bench_{uuid.uuid4().hex[:6]}_", Path(folder) / "taken"
            house = House(stage.broker, vhost, stage.mongo_uri, databases, Path(folder))
            try:
                await house.open()
                await asyncio.to_thread(_load, house)
                await house.quiet()
                # It stores and shows letters, for the demo; here that would be measured, too.
                house.services["mailbox"].kill()
                with open_sink(house.smtp_port, ledger):
                    yield house, ledger
            finally:
                house.close()


def _load(house: House) -> None:
    district = make_district(students=STUDENTS, today=datetime.now(UTC).date())
    with house.open_door() as door:
        load(door, district, house.password, lambda _: None)


@asynccontextmanager
async def client_of(house: House, service: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody of the district who asks a service."""
    issuer = TokenIssuer(house.secret["identity_private_key"], SystemClock())
    token = issuer.issue(Viewer(account_id="benchmark", role="district"))
    # Straight at the service: the front door of the tests is not what Compose has.
    async with httpx2.AsyncClient(
        base_url=house.services[service].url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as client:
        yield client
