"""A transaction whose process is gone holds nobody up; one of a living process is left alone."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from embedded.mongod import dies_with_parent
from shared.mongo import Database, Kept, Session, close, connect
from shared.mongo_left_open import LeftOpen

OPENS = """
import sys, time
from pymongo import MongoClient
client = MongoClient(sys.argv[1])
session = client.start_session()
session.start_transaction()
client[sys.argv[2]].kept.insert_one({"_id": "the same"}, session=session)
print("open", flush=True)
time.sleep(600)
"""
SOON = 5
"""Seconds; the server itself would take ten and more."""


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    opened = connect(mongo_uri, database_name)
    await opened.ensure(Kept("kept"))
    yield opened
    close(opened)


@pytest.fixture
def other(
    database: Database, mongo_uri: str, database_name: str
) -> Iterator["subprocess.Popen[str]"]:
    """Another process, in the middle of a transaction."""
    words = [sys.executable, "-c", OPENS, mongo_uri, database_name]
    with subprocess.Popen(
        [*dies_with_parent("KILL"), *words], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "open\n"
        yield running
        running.kill()


async def write(database: Database) -> None:
    async def body(session: Session) -> None:
        await database["kept"].insert_one({"_id": "the same"}, session=session)

    await database.transaction(body)


async def test_what_a_killed_process_left_open_is_ended_by_whoever_it_holds_up(
    database: Database, other: "subprocess.Popen[str]"
) -> None:
    other.kill()
    other.wait()
    async with asyncio.timeout(SOON):
        await write(database)
    assert await database["kept"].count_documents({}) == 1


async def test_a_living_process_keeps_its_transaction(
    database: Database, other: "subprocess.Popen[str]"
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SOON / 2):
            await write(database)
    assert await LeftOpen(database.client).end() == 0
    other.kill()
    other.wait()
    async with asyncio.timeout(SOON):
        # The server takes a moment to see that the connection is gone.
        while not await LeftOpen(database.client).end():  # noqa: ASYNC110 - another program's
            await asyncio.sleep(0.05)


async def test_one_looks_once_a_second_at_most(
    database: Database, other: "subprocess.Popen[str]"
) -> None:
    left_open = LeftOpen(database.client)
    assert await left_open.end() == 0
    other.kill()
    other.wait()
    assert await left_open.end() == 0
    await asyncio.sleep(1.1)
    assert await left_open.end() >= 1
