"""Faults of wires, of the mail service, and of what travels on the bus."""

import asyncio
import random
from collections.abc import Callable

from tests.faults.kinds import kind, way_of_wire
from tests.faults.lab import Lab
from tests.faults.progress import Way
from tests.faults.proxy import Proxy
from tests.faults.sink import MODES
from tests.journeys.house import SYSTEM

WIRES = (
    *(f"{name}:{end}" for name in ("contacts", "notifications", "events", "reports", "gateway")
      for end in ("mongo", "broker")),
    f"{SYSTEM}:broker",
)  # fmt: skip
MAIL = "notifications:mail"


async def wires_of(lab: Lab, target: str) -> list[Proxy]:
    """The proxies of a wire; to MongoDB those of all nodes, the primary's first."""
    service, _, end = target.partition(":")
    if end == "mail":
        return [lab.house.mail]
    wires = lab.house.wires[service]
    if end == "broker":
        return [wires.broker]
    first = await lab.cluster.primary() or 0
    return [wires.nodes[(first + step) % len(wires.nodes)] for step in range(len(wires.nodes))]


def _way(target: str) -> Way | None:
    return "letter" if target == MAIL else way_of_wire(target)


ALL = (*WIRES, MAIL)


@kind("network", 3, ALL, way=_way)
async def cut_wire(lab: Lab, target: str, chance: random.Random) -> None:
    """Every connection of a wire ends, in order or with a reset."""
    reset = chance.random() < 0.5
    for wire in await wires_of(lab, target):
        wire.reset() if reset else wire.cut()


@kind("network", 4, ALL, way=_way)
async def cut_mid_frame(lab: Lab, target: str, chance: random.Random) -> None:
    """A connection ends in the middle of what is being said on it."""
    wire = (await wires_of(lab, target))[0]
    way = chance.choice(("up", "down"))
    wire.cut_after(chance.randint(1, 6000), "up" if way == "up" else "down")
    await _until_struck(wire, "cut_after", 3)


@kind("network", 2, ALL, way=_way)
async def black_hole(lab: Lab, target: str, chance: random.Random) -> None:
    """A wire swallows all that is said on it."""
    await _for_some_time(lab, target, chance.uniform(1, 10), lambda wire: wire.black_hole())


@kind("network", 1, ALL, way=_way)
async def refuse_wire(lab: Lab, target: str, chance: random.Random) -> None:
    """Connections are cut, and nobody gets a new one."""

    def refuse(wire: Proxy) -> None:
        wire.refuse()
        wire.cut()

    await _for_some_time(lab, target, chance.uniform(1, 5), refuse)


@kind("network", 2, ALL, way=_way)
async def delay_wire(lab: Lab, target: str, chance: random.Random) -> None:
    """All that is said comes late, by up to half a second."""
    late = chance.uniform(0.02, 0.3)
    await _for_some_time(lab, target, chance.uniform(2, 6), lambda wire: wire.delay(late, 0.2))


@kind("network", 1.5, ALL, way=_way)
async def trickle_wire(lab: Lab, target: str, chance: random.Random) -> None:
    """All that is said comes in small pieces."""
    most = chance.randint(20, 400)
    await _for_some_time(
        lab, target, chance.uniform(1, 4), lambda wire: wire.trickle(most, pause=0.003)
    )


@kind("network", 4, tuple(each for each in WIRES if each.endswith("mongo")), way=_way)
async def drop_commit_reply(lab: Lab, target: str, _: random.Random) -> None:
    """MongoDB has committed, and its answer is lost with the connection."""
    wire = (await wires_of(lab, target))[0]
    wire.drop_reply(after=b"commitTransaction")
    await _until_struck(wire, "drop_reply", 5)


@kind("network", 3, tuple(each for each in WIRES if each.endswith("broker")), way=_way)
async def drop_confirm(lab: Lab, target: str, _: random.Random) -> None:
    """The broker has the message, and its confirmation is lost with the connection."""
    wire = (await wires_of(lab, target))[0]
    wire.drop_reply(after=b"partners.ingress" if target.startswith(SYSTEM) else b"partners.")
    await _until_struck(wire, "drop_reply", 5)


async def _until_struck(wire: Proxy, name: str, seconds: float) -> None:
    before, loop = wire.struck[name], asyncio.get_running_loop()
    ends = loop.time() + seconds
    while wire.struck[name] == before and loop.time() < ends:  # noqa: ASYNC110 - a thread's
        await asyncio.sleep(0.05)
    wire.heal()


async def _for_some_time(
    lab: Lab, target: str, seconds: float, act: Callable[[Proxy], None]
) -> None:
    wires = await wires_of(lab, target)
    for wire in wires:
        act(wire)
    try:
        await asyncio.sleep(seconds)
    finally:
        for wire in wires:
            wire.heal()


# --- the mail service -----------------------------------------------------------------------------


@kind("mail", 9, MODES, holds="mail", way="letter")
async def mail_misbehaves(lab: Lab, target: str, chance: random.Random) -> None:
    """The mail service says or does something else than it should, at one stage of some letters."""
    # An address that is refused for good gets no more letters: one at a time.
    few = 1 if target == "550@rcpt" else chance.randint(1, 8)
    lab.sink.order(target, few)
    await asyncio.sleep(chance.uniform(1, 3))
    lab.sink.behave()
