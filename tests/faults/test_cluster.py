"""The replica set of the lab: it elects anew when a node dies, stands still or gives way."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from embedded.mongod import TRANSACTION_SECONDS
from tests.faults.cluster import Cluster, before, uri_of
from tests.faults.proxy import Proxies, Proxy

pytestmark = pytest.mark.faults
SECONDS = 40
CHANCE = random.Random(3)  # noqa: S311 - a seeded run has to be the same each time
Client = AsyncMongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        await cluster.open()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
async def whole(cluster: Cluster) -> Cluster:
    """All nodes at work, whatever the test before did to them."""
    await cluster.mend()
    await cluster.until_whole()
    return cluster


async def test_a_killed_primary_is_followed_by_another_and_comes_back(whole: Cluster) -> None:
    first = await whole.until_primary()
    await _write(whole.uri, "before")
    whole.kill(first)
    second = await whole.until_primary()
    assert second != first
    await _write(whole.uri, "meanwhile")
    await whole.start(first)
    await whole.until_whole()
    assert await _read(whole.uri) >= {"before", "meanwhile"}


async def test_a_paused_primary_is_followed_by_another_and_gives_way(whole: Cluster) -> None:
    first = await whole.until_primary()
    whole.pause(first)
    assert await whole.until_primary() != first
    whole.resume(first)
    await whole.until_whole()
    assert await whole.primary() != first


async def test_a_primary_gives_way_when_asked(whole: Cluster) -> None:
    first = await whole.step_down()
    await whole.until_whole()
    assert await whole.primary() != first


async def test_an_abandoned_transaction_ends_after_seconds(whole: Cluster) -> None:
    at = await whole.until_primary()
    async with Client(whole.nodes[at].uri) as client:
        said = await client.admin.command({"getParameter": 1, "transactionLifetimeLimitSeconds": 1})
    assert said["transactionLifetimeLimitSeconds"] == TRANSACTION_SECONDS


async def test_a_client_behind_proxies_finds_every_member_through_them(whole: Cluster) -> None:
    with closing(Proxies()) as proxies:
        mine = before(whole, proxies, CHANCE)
        async with Client(uri_of([_at(each) for each in mine])) as client:
            await client.proof.kept.insert_one({"words": "by proxy"})
            known = {f"{host}:{port}" for host, port in client.nodes}
            assert known == {_at(each) for each in mine}

            # Cut off from the old primary, it follows the set to the new one, by its proxy.
            first = await whole.until_primary()
            mine[first].black_hole()
            whole.kill(first)
            await whole.until_primary()
            await _patiently(client, "after")
        assert all(each.passed["down"] for each in mine)


async def test_a_write_whose_answer_was_lost_was_made(whole: Cluster) -> None:
    with closing(Proxies()) as proxies:
        mine = before(whole, proxies, CHANCE)
        at = await whole.until_primary()
        async with Client(uri_of([_at(each) for each in mine]), retryWrites=False) as client:
            await client.proof.kept.insert_one({"words": "warm"})
            mine[at].drop_reply(after=b"insert")
            with pytest.raises(PyMongoError):
                await client.proof.kept.insert_one({"words": "unsure"})
    assert mine[at].struck["drop_reply"] == 1
    assert "unsure" in await _read(whole.uri)


def _at(proxy: Proxy) -> str:
    return f"127.0.0.1:{proxy.port}"


async def _write(uri: str, words: str) -> None:
    async with Client(uri) as client:
        await client.proof.kept.insert_one({"words": words})


async def _patiently(client: Client, words: str) -> None:
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                await client.proof.kept.insert_one({"words": words})
            except PyMongoError:
                await asyncio.sleep(0.1)
            else:
                return


async def _read(uri: str) -> set[str]:
    async with Client(uri) as client:
        return {each["words"] async for each in client.proof.kept.find()}
