"""An import that is cut off, or whose process is killed, goes on by itself and tells all once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.contacts.actions import applying
from shared.mongo import Database
from tests.contacts.conftest import Office, office_over


async def test_an_import_cut_off_at_each_step_comes_to_the_same_end(
    office: Office,
    package: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 40)
    job = await office.upload(package, package.parent / "contacts.csv")
    cuts = 0
    while not (await office.desk.store.imports.one(job.import_id)).ended:
        await database["leases"].delete_many({})  # the dead process's lease has run out
        working = asyncio.create_task(office_over(database).desk.importer.work())
        cuts += await _cut_at_next_step(office, job.import_id, working)
    assert cuts >= 5
    await database["leases"].delete_many({})
    await office.desk.importer.work()
    await _all_told_once(office, job.import_id)


async def _cut_at_next_step(office: Office, import_id: str, working: asyncio.Task[None]) -> int:
    before = await office.desk.store.imports.one(import_id)
    while not working.done():
        now = await office.desk.store.imports.one(import_id)
        if (now.state, now.applied) != (before.state, before.applied):
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return 1
        await asyncio.sleep(0)
    await working
    return 0


async def _all_told_once(office: Office, import_id: str) -> None:
    done = await office.desk.store.imports.one(import_id)
    assert done.state == "done", done.reasons
    told = await office.told()
    subjects = [(each.type, each.subject) for each in told]
    assert len(subjects) == len(set(subjects))
    assert len(told) == done.total
    assert {each.version for each in told} == {1}
    for name in ("import_plan", "import_uploads", "roster_staged"):
        assert await office.desk.database[name].count_documents({}) == 0, name


@pytest.fixture
async def quick_aborts(database: Database) -> AsyncIterator[None]:
    """The server forgets a dead process's transaction after 3 seconds, not a minute."""
    name = "transactionLifetimeLimitSeconds"
    admin = database.beside("admin")._raw
    before = await admin.command({"getParameter": 1, name: 1})
    await admin.command({"setParameter": 1, name: 3})
    yield
    await admin.command({"setParameter": 1, name: before[name]})


@pytest.mark.faults
async def test_an_import_whose_process_is_killed_goes_on(
    office: Office, package: Path, database: Database, mongo_uri: str, quick_aborts: None
) -> None:
    job = await office.upload(package, package.parent / "contacts.csv")
    words = [mongo_uri, database.name, office.clock.now().isoformat()]
    process = subprocess.Popen([sys.executable, "-c", WORKER, *words])
    try:
        while (await office.desk.store.imports.one(job.import_id)).applied == 0:
            assert process.poll() is None
            await asyncio.sleep(0.005)
    finally:
        process.kill()
        process.wait()
    assert not (await office.desk.store.imports.one(job.import_id)).ended
    office.clock.move(timedelta(minutes=5))
    await office.desk.importer.work()
    await _all_told_once(office, job.import_id)


WORKER = """
import asyncio, sys
from datetime import datetime

from services.contacts.actions import applying
from services.contacts.actions.desk import Desk
from shared.clock import SetClock, new_id
from shared.mongo import connect
from shared.outbox import Units

applying.CHUNK = 5

async def main():
    database = connect(sys.argv[1], sys.argv[2])
    clock = SetClock(datetime.fromisoformat(sys.argv[3]))
    await Desk(Units(database, "contacts", clock, new_id)).importer.work()

asyncio.run(main())
"""
