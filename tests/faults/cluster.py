"""A MongoDB replica set of three nodes on this machine, of which any can be killed or paused.

Its members know each other by their real addresses; clients of the lab reach each member through
a proxy of their own, which renames the members in what the server tells of them (`Proxy.rename`).
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from embedded.mongod import (
    REPLICA_SET,
    TRANSACTION_SECONDS,
    MongodFailed,
    dies_with_parent,
    find_mongod,
)
from embedded.ports import free_port
from tests.faults.proxy import Proxies, Proxy

SIZE = 3
START_SECONDS = 60.0
STOP_SECONDS = 20.0
ANSWER_MS = 1000
SETTINGS = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}
_Client = AsyncMongoClient[dict[str, Any]]


@dataclass
class Node:
    """One mongod; its address and its data stay when it dies."""

    folder: Path
    port: int = field(default_factory=free_port)
    _running: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self) -> str:
        """This node alone, whatever its state."""
        return f"mongodb://{self.address}/?directConnection=true"

    @property
    def runs(self) -> bool:
        """Whether its process is there; a paused one is."""
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        """Start it unless it runs; it dies with the thread that started it."""
        if self.runs:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "mongod.out").open("ab") as output:
            self._running = subprocess.Popen(
                _command(self.folder, self.port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def listens(self) -> None:
        """Wait until it takes connections; `MongodFailed` with its own words when it ended."""
        ends = time.monotonic() + START_SECONDS
        while not _takes_connections(self.port):
            if not self.runs or time.monotonic() > ends:
                raise MongodFailed(f"no mongod on {self.address}: {self.told()}")
            await asyncio.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Shut it down in order; a paused one is woken first."""
        self.resume()
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Stop it where it stands: it answers nobody, and its connections stay open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused one go on."""
        self._signal(signal.SIGCONT)

    def told(self) -> str:
        """The end of its log."""
        log = self.folder / "mongod.log"
        return log.read_text(encoding="utf-8", errors="replace")[-3000:] if log.exists() else ""

    def _signal(self, how: signal.Signals) -> None:
        if self.runs:
            os.kill(self.pid, how)

    def _end(self, how: signal.Signals) -> None:
        if self._running is None:
            return
        self._signal(how)
        self._running.wait(STOP_SECONDS)
        self._running = None


class Cluster:
    """The set; nodes are known by their place, 0 to 2.

    `folders` puts the data of single nodes elsewhere, such as on a small disk of their own.
    """

    def __init__(self, folder: Path, folders: Mapping[int, Path] | None = None) -> None:
        places = folders or {}
        self.nodes = [Node(places.get(at, folder / f"mongo{at}")) for at in range(SIZE)]

    @property
    def addresses(self) -> list[str]:
        """Where the nodes really are, in their order."""
        return [node.address for node in self.nodes]

    @property
    def uri(self) -> str:
        """The set by its real addresses, for the checker and for set-up."""
        return uri_of(self.addresses)

    async def open(self) -> None:
        """Start all nodes, make them a set and wait for its first primary."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            await node.listens()
        members = [{"_id": at, "host": host} for at, host in enumerate(self.addresses)]
        config = {"_id": REPLICA_SET, "members": members, "settings": SETTINGS}
        async with _Client(self.nodes[0].uri) as client:
            await client.admin.command("replSetInitiate", config)
        await self.until_primary()
        await self.until_whole()

    def close(self) -> None:
        """End all nodes; their data is not needed any more."""
        for node in self.nodes:
            node.kill()

    def kill(self, at: int) -> None:
        """Kill a node (kill -9)."""
        self.nodes[at].kill()

    def pause(self, at: int) -> None:
        """Stop a node where it stands (SIGSTOP)."""
        self.nodes[at].pause()

    def resume(self, at: int) -> None:
        """Let a paused node go on."""
        self.nodes[at].resume()

    async def start(self, at: int) -> None:
        """Start a dead node and wait until it takes connections (it may then still catch up)."""
        self.nodes[at].start()
        await self.nodes[at].listens()

    async def mend(self) -> None:
        """Every node runs again, none is paused, and there is a primary."""
        for node in self.nodes:
            node.resume()
            node.start()
        for node in self.nodes:
            await node.listens()
        await self.until_primary()

    async def primary(self) -> int | None:
        """The place of the node that takes writes; None while there is none."""
        said = await self._said()
        leading = [at for at, each in enumerate(said) if each.get("isWritablePrimary")]
        # One that was paused may for a moment believe that it still leads: the later election wins.
        return max(leading, key=lambda at: str(said[at].get("electionId")), default=None)

    async def until_primary(self, seconds: float = START_SECONDS) -> int:
        """Wait for a primary; gives its place. `TimeoutError` when there is none in time."""
        async with asyncio.timeout(seconds):
            while (found := await self.primary()) is None:  # noqa: ASYNC110 - another program's
                await asyncio.sleep(0.1)
        return found

    async def until_whole(self, seconds: float = START_SECONDS) -> None:
        """Wait until one node leads and all others follow it."""
        async with asyncio.timeout(seconds):
            while not _whole(await self._said()):  # noqa: ASYNC110 - another program's
                await asyncio.sleep(0.1)

    async def step_down(self, seconds: int = 5) -> int:
        """Make the primary give way, for `seconds` at least; gives the place of the old one."""
        leading = await self.until_primary()
        command = {"replSetStepDown": seconds, "secondaryCatchUpPeriodSecs": min(seconds, 4)}
        async with _Client(self.nodes[leading].uri) as client:
            await client.admin.command(command)
        return leading

    async def _said(self) -> list[dict[str, Any]]:
        return await asyncio.gather(*(_hello(node) for node in self.nodes))


def uri_of(addresses: Sequence[str]) -> str:
    """A set by the addresses of its members, or of proxies before them."""
    return f"mongodb://{','.join(addresses)}/?replicaSet={REPLICA_SET}"


def before(cluster: Cluster, proxies: Proxies, chance: random.Random) -> list[Proxy]:
    """A proxy before each node, for one client that finds all nodes through these alone."""
    ports = [free_port() for _ in cluster.nodes]
    renamed = {
        node.address.encode(): f"127.0.0.1:{port}".encode()
        for node, port in zip(cluster.nodes, ports, strict=True)
    }
    return [
        proxies.add(Proxy("127.0.0.1", node.port, chance, port=port, rename=renamed))
        for node, port in zip(cluster.nodes, ports, strict=True)
    ]


async def _hello(node: Node) -> dict[str, Any]:
    if not node.runs:
        return {}
    client = _Client(node.uri, serverSelectionTimeoutMS=ANSWER_MS, socketTimeoutMS=ANSWER_MS)
    try:
        async with asyncio.timeout(2), client:
            return await client.admin.command("hello")
    except (PyMongoError, OperationFailure, TimeoutError):
        return {}


def _whole(said: Sequence[Mapping[str, Any]]) -> bool:
    leading = sum(bool(each.get("isWritablePrimary")) for each in said)
    following = sum(bool(each.get("secondary")) for each in said)
    return (leading, following) == (1, len(said) - 1)


def _takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _command(folder: Path, port: int) -> list[str]:
    settings = {
        "--dbpath": str(folder),
        "--port": str(port),
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "256",
        "--logpath": str(folder / "mongod.log"),
    }
    parameters = (
        "diagnosticDataCollectionEnabled=false",
        "shutdownTimeoutMillisForSignaledShutdown=0",
        f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}",
    )
    command = [*dies_with_parent("KILL"), str(find_mongod()), "--nounixsocket", "--quiet"]
    command += [word for pair in settings.items() for word in pair]
    command += ["--logappend"]
    return command + [word for each in parameters for word in ("--setParameter", each)]
