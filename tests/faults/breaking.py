"""Faults of processes, of the servers, of disks and of clocks."""

import asyncio
import random

from cli.door import SERVICES
from tests.faults.kinds import BY_SERVICE, kind
from tests.faults.lab import Lab

ALARM_SECONDS = 12.0
"""RabbitMQ looks at its disk now and then; so long it has to be full to be noticed."""
LEAVES = 20 * 1024 * 1024
"""Less than RabbitMQ wants to have (50 MB), so that it takes nothing more."""


def _of_service(target: str) -> str:
    return f"process {target}"


# --- services -------------------------------------------------------------------------------------


@kind("service", 30, SERVICES, holds=_of_service, way=BY_SERVICE.__getitem__)
async def kill_service(lab: Lab, target: str, chance: random.Random) -> None:
    """`kill -9`; it is away for a moment, or a few seconds."""
    await _away(lab, target, chance.choice((0.0, 0.0, 0.5, 3.0)), gently=False)


@kind("service", 5, SERVICES, holds=_of_service, way=BY_SERVICE.__getitem__)
async def stop_service(lab: Lab, target: str, chance: random.Random) -> None:
    """SIGTERM, as at each update."""
    await _away(lab, target, chance.uniform(0, 2), gently=True)


@kind("service", 9, SERVICES, holds=_of_service, way=BY_SERVICE.__getitem__)
async def pause_service(lab: Lab, target: str, chance: random.Random) -> None:
    """SIGSTOP for seconds; beyond the relay's lease (4 s) half of the time."""
    await _paused(lab, target, chance.uniform(1, 8))


@kind("service", 1.5, SERVICES, holds=_of_service, way=BY_SERVICE.__getitem__)
async def pause_service_beyond_lease(lab: Lab, target: str, chance: random.Random) -> None:
    """SIGSTOP beyond the lease of claims (20 s) and what heartbeats forgive."""
    await _paused(lab, target, chance.uniform(21, 35))


async def _away(lab: Lab, target: str, seconds: float, *, gently: bool) -> None:
    process = lab.process(target)
    lab.down.add(target)
    try:
        await asyncio.to_thread(process.stop if gently else process.kill)
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(process.start)
        lab.down.discard(target)


async def _paused(lab: Lab, target: str, seconds: float) -> None:
    process = lab.process(target)
    process.pause()
    try:
        await asyncio.sleep(seconds)
    finally:
        process.resume()


# --- the broker -----------------------------------------------------------------------------------


@kind("broker", 2, ("broker",), way="fact")
async def kill_broker(lab: Lab, _: str, chance: random.Random) -> None:
    """`kill -9` of the node; the fault ends when it is started again."""
    await lab.broker.kill()
    await asyncio.sleep(chance.uniform(0, 2))
    await lab.broker.start()


@kind("broker", 0.7, ("broker",), way="fact")
async def stop_broker(lab: Lab, _: str, chance: random.Random) -> None:
    """Shut down in order."""
    await lab.broker.stop()
    await asyncio.sleep(chance.uniform(0, 1))
    await lab.broker.start()


@kind("broker", 0.7, ("broker",), way="fact")
async def pause_broker(lab: Lab, _: str, chance: random.Random) -> None:
    """SIGSTOP of the node: connections stay, nobody answers."""
    lab.broker.pause()
    try:
        await asyncio.sleep(chance.uniform(1, 9))
    finally:
        lab.broker.resume()


# --- the database ---------------------------------------------------------------------------------


@kind("database", 3, ("primary",), holds="database", way="fact")
async def kill_primary(lab: Lab, _: str, chance: random.Random) -> None:
    """`kill -9` of the node that takes writes; the others elect."""
    at = await lab.cluster.until_primary()
    lab.cluster.kill(at)
    await asyncio.sleep(chance.uniform(0.5, 5))
    await lab.cluster.start(at)


@kind("database", 1.5, ("secondary",), holds="database", way="contact")
async def kill_secondary(lab: Lab, _: str, chance: random.Random) -> None:
    """`kill -9` of one that follows."""
    at = (await lab.cluster.until_primary() + chance.choice((1, 2))) % 3
    lab.cluster.kill(at)
    await asyncio.sleep(chance.uniform(0.5, 5))
    await lab.cluster.start(at)


@kind("database", 1.5, ("primary",), holds="database", way="fact")
async def pause_primary(lab: Lab, _: str, chance: random.Random) -> None:
    """SIGSTOP of the node that takes writes, so long that it is no more the one."""
    at = await lab.cluster.until_primary()
    lab.cluster.pause(at)
    try:
        await asyncio.sleep(chance.uniform(1, 8))
    finally:
        lab.cluster.resume(at)


@kind("database", 3, ("primary",), holds="database", way="fact")
async def step_down(lab: Lab, _: str, __: random.Random) -> None:
    """The primary gives way, as for maintenance."""
    await lab.cluster.step_down()


# --- disks ----------------------------------------------------------------------------------------


@kind("disk", 0.5, ("mongo0", "mongo1", "mongo2"), holds="database", way="fact", on_disk=True)
async def full_disk_of_a_node(lab: Lab, target: str, chance: random.Random) -> None:
    """A node of MongoDB finds its disk full, and ends by itself; then there is room again."""
    lab.disks[target].fill()
    try:
        await asyncio.sleep(chance.uniform(4, 10))
    finally:
        lab.disks[target].relieve()
    await lab.cluster.mend()


@kind("disk", 0.3, ("broker",), way="fact", on_disk=True)
async def full_disk_of_the_broker(lab: Lab, _: str, chance: random.Random) -> None:
    """The broker is short of disk, and takes nothing more from publishers."""
    lab.disks["broker"].fill(leave=LEAVES)
    try:
        await asyncio.sleep(ALARM_SECONDS + chance.uniform(0, 5))
    finally:
        lab.disks["broker"].relieve()
    await lab.broker.start()


# --- clocks ---------------------------------------------------------------------------------------


@kind("clock", 3, SERVICES, holds="clock {}".format, way=BY_SERVICE.__getitem__)
async def step_clock(lab: Lab, target: str, chance: random.Random) -> None:
    """The clock of one service jumps, by seconds, minutes or an hour, and back."""
    step = chance.choice((-3600, -120, -20, 20, 120, 3600))
    file = lab.house.clock(target)
    file.write_text(str(step))
    try:
        await asyncio.sleep(chance.uniform(1, 8))
    finally:
        file.write_text("0")
