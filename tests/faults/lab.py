"""The lab: the whole platform as processes, every wire between them one that can be cut.

Each service reaches each node of MongoDB and the broker through proxies of its own, and the mail
service through one; so a fault of a wire hits one service and nobody else.
"""

import asyncio
import contextlib
import os
import random
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.door import SERVICES
from embedded.ports import free_port
from tests.faults import clocks
from tests.faults.cluster import SIZE, Cluster, before, uri_of
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxies, Proxy
from tests.faults.sink import Sink, open_sink
from tests.faults.warm import Warm, WarmProcess
from tests.journeys.house import SYSTEM, House
from tests.journeys.process import Process
from tests.servers.local import LocalBroker

PATCH = "tests.faults.clocks:from_environment"
DATABASES = "lab_"
DISKS = (*(f"mongo{at}" for at in range(SIZE)), "broker")
"""What has a small disk of its own."""
DISK_MEGABYTES = 4096
"""Enough for a long run's data; what is full is filled on purpose."""


@dataclass(frozen=True)
class Wires:
    """The proxies of one service: one for each node of MongoDB, one for the broker."""

    nodes: list[Proxy]
    broker: Proxy

    @property
    def mongo_uri(self) -> str:
        """The replica set by these proxies."""
        return uri_of([f"127.0.0.1:{each.port}" for each in self.nodes])


@dataclass
class LabHouse(House):
    """The house of the journeys, with faulty wires, and clocks that can be set."""

    warm: Warm = field(kw_only=True)
    wires: Mapping[str, Wires] = field(kw_only=True)
    mail: Proxy = field(kw_only=True)

    def mongo_uri_of(self, name: str) -> str:
        """By the wires of the service."""
        return self.wires[name].mongo_uri if name in self.wires else self.mongo_uri

    def amqp_url(self, user: str) -> str:
        """By the wire of the service; the outside system has one, the administrator has none."""
        url = super().amqp_url(user)
        if user not in self.wires:
            return url
        return url.replace(f":{self.broker.port}/", f":{self.wires[user].broker.port}/")

    def clock(self, name: str) -> Path:
        """The file that says by how many seconds a service's clock is wrong."""
        return self.folder / f"{name}.clock"

    def _process(self, name: str) -> Process:
        cold = super()._process(name)
        log = self.folder / "logs" / f"{name}.log"
        return WarmProcess(cold.name, cold.command, cold.settings, log, warm=self.warm, patch=PATCH)

    def _settings(self, name: str) -> dict[str, str]:
        own = {clocks.VARIABLE: str(self.clock(name))}
        if name == "notifications":
            own["PARTNERS_SMTP_PORT"] = str(self.mail.port)
        return super()._settings(name) | own


@dataclass(frozen=True)
class Disk:
    """A small disk of its own, that can be filled."""

    folder: Path

    def fill(self, leave: int = 0) -> None:
        """Take all that is free, but `leave` bytes."""
        with self._filling.open("wb") as file:
            while (size := self._free - leave) > 0:
                # What runs here writes meanwhile, and may be faster.
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, file.seek(0, os.SEEK_END) + size)
                    return

    @property
    def _free(self) -> int:
        free = os.statvfs(self.folder)
        return free.f_bavail * free.f_frsize

    def relieve(self) -> None:
        """Give back what `fill` took."""
        self._filling.unlink(missing_ok=True)

    @property
    def _filling(self) -> Path:
        return self.folder / "filling"


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """A tmpfs on this folder; None where nobody may mount one."""
    folder.mkdir(parents=True)
    size = f"size={DISK_MEGABYTES}m"
    mounted = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False, capture_output=True
    ).returncode  # fmt: skip
    try:
        yield Disk(folder) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


@dataclass
class Lab:
    """Everything that can be broken, and what is needed to look at it."""

    folder: Path
    cluster: Cluster
    broker: LocalBroker
    proxies: Proxies
    house: LabHouse
    sink: Sink
    ledger: Ledger
    """For what the lab itself tells."""
    disks: Mapping[str, Disk]
    """By what has its data there (`DISKS`); none where nobody may mount one."""
    down: set[str] = field(default_factory=set)
    """Services that a fault holds down: their end is no surprise."""
    fell: list[str] = field(default_factory=list)
    """Services that ended by themselves, and were started again."""

    def process(self, name: str) -> Process:
        """A service."""
        return self.house.services[name]

    async def keep_up(self) -> None:
        """Start again what ended by itself, as Compose does; runs until it is cancelled."""
        while True:
            for name in SERVICES:
                process = self.process(name)
                if name not in self.down and process.ends() is not None:
                    self.fell.append(f"{name} ended with {process.ends()}")
                    await asyncio.to_thread(process.start)
            await asyncio.sleep(0.3)

    async def mend(self) -> None:
        """Whatever was broken works again, and clocks are right."""
        self.proxies.heal()
        self.sink.behave()
        for disk in self.disks.values():
            disk.relieve()
        for name in SERVICES:
            self.house.clock(name).write_text("0")
        self.broker.resume()
        await self.broker.start()
        await self.cluster.mend()
        for name in SERVICES:
            process = self.process(name)
            if process.ends() is not None:
                await asyncio.to_thread(process.start)
            process.resume()
        self.down.clear()


@asynccontextmanager
async def opened(folder: Path, chance: random.Random, key: str) -> AsyncIterator[Lab]:
    """The lab with an empty platform, everything at work; ended afterwards, its data kept."""
    (folder / "logs").mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        disks = {name: stack.enter_context(small_disk(folder / name)) for name in DISKS}
        proxies = Proxies()
        stack.callback(proxies.close)
        cluster = Cluster(folder, {at: folder / DISKS[at] / "data" for at in range(SIZE)})
        stack.callback(cluster.close)
        broker_folder = folder / "broker" / "data"
        broker_folder.mkdir()
        broker = LocalBroker(broker_folder)
        stack.push_async_callback(broker.close)
        await asyncio.gather(cluster.open(), broker.start())
        warm = Warm(folder / "warm.log")
        stack.callback(warm.close)
        vhost = await stack.enter_async_context(broker.vhost())
        house = _house(folder, vhost, cluster, broker, proxies, warm, chance)
        stack.callback(house.close)
        await house.open()
        house.services.pop("mailbox").kill()
        sink = stack.enter_context(
            open_sink(house.smtp_port, folder / "mail.jsonl", rf"{key}\w-\d+")
        )
        there = {name: disk for name, disk in disks.items() if disk is not None}
        ledger = Ledger(folder / "publisher.jsonl", f"{key}B")
        yield Lab(folder, cluster, broker, proxies, house, sink, ledger, there)


def _house(
    folder: Path,
    vhost: str,
    cluster: Cluster,
    broker: LocalBroker,
    proxies: Proxies,
    warm: Warm,
    chance: random.Random,
) -> LabHouse:
    def wires() -> Wires:
        here = proxies.add(Proxy("127.0.0.1", broker.port, chance))
        return Wires(before(cluster, proxies, chance), here)

    smtp_port = free_port()
    house = LabHouse(
        broker,
        vhost,
        cluster.uri,
        DATABASES,
        folder,
        smtp_port=smtp_port,
        warm=warm,
        wires={name: wires() for name in (*SERVICES, SYSTEM)},
        mail=proxies.add(Proxy("127.0.0.1", smtp_port, chance)),
    )
    for name in SERVICES:
        house.clock(name).write_text("0")
    return house
