"""The service as it runs: started with its bus, it carries imports on and tells by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from services.contacts.app import build
from services.contacts.handlers import handlers
from shared.bus.local import LocalBus
from shared.bus.topology import CONSUMES
from shared.clock import SystemClock
from shared.identity import KeyPair
from shared.mongo import Database
from shared.settings import Settings
from tests.contacts.conftest import Office
from tests.contacts.site import URL


async def test_a_roster_that_was_uploaded_before_the_start_comes_in_by_itself(
    office: Office, database: Database, keys: KeyPair, package: Path
) -> None:
    job = await office.upload(package)
    settings = Settings(
        environment="test", public_url=URL, identity_public_keys=keys.public, district_name="Maple"
    )
    bus = LocalBus(database.beside(f"{database.name}_bus"), SystemClock())
    service = build(settings, database, bus)
    await service.start()
    try:
        await _until(lambda: _ended(office, job.import_id))
        await _until(lambda: _told_how_far_flags_go(office))
        await _until(lambda: _all_sent(database))
        await service.ready()
    finally:
        await service.stop()
        await bus.stop()
        await database.beside(f"{database.name}_bus").drop()
    assert (await office.desk.store.imports.one(job.import_id)).state == "done"


async def _until(come: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await come():  # noqa: ASYNC110 - the service tells nobody when it is done
            await asyncio.sleep(0.05)


async def _ended(office: Office, import_id: str) -> bool:
    return (await office.desk.store.imports.one(import_id)).ended


async def _told_how_far_flags_go(office: Office) -> bool:
    return bool(await office.told("flags.as-of"))


async def _all_sent(database: Database) -> bool:
    return await database["outbox"].count_documents({"sent_at": None}) == 0


def test_every_message_of_the_queue_has_a_handler(office: Office) -> None:
    held = handlers(office.desk)
    held.check()
    assert set(held.by_type) == {kind.TYPE for kind in CONSUMES["contacts"]}
