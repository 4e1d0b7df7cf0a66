"""The embedded database: starts, keeps its data, survives being killed, says what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from embedded import mongod
from embedded.mongod import MongodFailed, start_mongod

Document = dict[str, object]

ORPHANING_PROGRAM = """
import asyncio, os, pathlib, sys
from embedded.mongod import start_mongod
running = asyncio.run(start_mongod(pathlib.Path(sys.argv[1])))
print(running.pid, flush=True)
os.kill(os.getpid(), 9)
"""


async def test_data_is_there_after_a_restart_on_another_port(tmp_path: Path) -> None:
    first = await start_mongod(tmp_path)
    async with AsyncMongoClient[Document](first.uri) as client:
        await client.school.families.insert_one({"_id": "f1"})
    await first.stop()

    second = await start_mongod(tmp_path)
    async with AsyncMongoClient[Document](second.uri) as client:
        assert await client.school.families.find_one() == {"_id": "f1"}
    await second.stop()
    assert first.uri != second.uri


async def test_a_transaction_works_at_once(tmp_path: Path) -> None:
    running = await start_mongod(tmp_path)
    async with AsyncMongoClient[Document](running.uri) as client, client.start_session() as session:
        async with await session.start_transaction():
            await client.school.families.insert_one({"_id": "f1"}, session=session)
        assert await client.school.families.count_documents({}) == 1
    await running.stop()


async def test_a_second_platform_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    running = await start_mongod(tmp_path)
    with pytest.raises(MongodFailed, match="in use by process"):
        await start_mongod(tmp_path)
    await running.stop()


async def test_a_mongod_whose_platform_was_killed_is_replaced(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", ORPHANING_PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr

    running = await start_mongod(tmp_path)
    assert running.pid != int(killed.stdout)
    await running.stop()


async def test_a_missing_library_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text(
        "#!/bin/sh\n"
        "echo 'mongod: error while loading shared libraries: libcurl.so.4: cannot open' >&2\n"
        "exit 127\n",
        encoding="ascii",
    )
    broken.chmod(0o755)
    monkeypatch.setattr(mongod, "find_mongod", lambda: broken)
    with pytest.raises(MongodFailed, match="apt-get install libcurl4"):
        await start_mongod(tmp_path / "data")


async def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    running = await start_mongod(tmp_path / "one")
    port = int(running.uri.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(MongodFailed, match=f"Port {port} is in use"):
        await start_mongod(tmp_path / "two", port)
    await running.stop()
