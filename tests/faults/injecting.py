"""Messages told twice, out of order, or unreadable: what the bus may bring, put in on purpose."""

import asyncio
import json
import random

from shared.bus.topology import INGRESS_EXCHANGE, subscribers
from shared.external import FamilyContacted
from tests.faults.kinds import kind
from tests.faults.lab import Lab
from tests.faults.ledger import Ledger
from tests.journeys.bus import Tap
from tests.journeys.house import SYSTEM

LOGGED = "org.partners.contact.logged.v1"
LISTENS_SECONDS = 1.5
WINDOW = 100


@kind("bus", 3, ("messages",), holds="messages")
async def repeat_messages(lab: Lab, _: str, chance: random.Random) -> None:
    """A fifth of what is told is told again, byte for byte, to everybody."""
    async with Tap(lab.house) as tap:
        await asyncio.sleep(LISTENS_SECONDS)
        for message in await tap.heard():
            if chance.random() < 0.2:
                await tap.repeat(message)


@kind("bus", 2, ("messages",), holds="messages")
async def shuffle_messages(lab: Lab, _: str, chance: random.Random) -> None:
    """A hundred messages come again in any order, old versions after new ones."""
    async with Tap(lab.house) as tap:
        await asyncio.sleep(LISTENS_SECONDS)
        heard = (await tap.heard())[:WINDOW]
        chance.shuffle(heard)
        for message in heard:
            await tap.repeat(message)


POISONS = ("cut off", "no object", "deep", "wrong types", "oversized", "not for them")


@kind("bus", 3, POISONS, holds="poison")
async def poison(lab: Lab, target: str, chance: random.Random) -> None:
    """What no service can read, or may keep, among all that is good."""
    for _ in range(chance.randint(1, 5)):
        key = lab.ledger.key()
        if target == "not for them":
            await _among_messages(lab, lab.ledger, key)
        else:
            await _from_outside(lab, lab.ledger, key, _body(target, key))


async def _among_messages(lab: Lab, ledger: Ledger, key: str) -> None:
    """On the bus itself, as no program but a broken one could: dead with everybody who hears it."""
    ledger.intend(key, "poison", way="amqp", services=list(subscribers(LOGGED)))
    async with Tap(lab.house) as tap:
        await tap.tell(b'{"id": "' + key.encode() + b'"', LOGGED, key)
    ledger.answer(key, "accepted")


async def _from_outside(lab: Lab, ledger: Ledger, key: str, body: bytes) -> None:
    ledger.intend(key, "poison", way="amqp", services=["gateway"])
    async with Tap(lab.house) as tap:
        await tap.send(body, INGRESS_EXCHANGE, f"ext.{SYSTEM}.{FamilyContacted.TYPE}")
    ledger.answer(key, "accepted")


def _body(how: str, key: str) -> bytes:
    whole = {
        "specversion": "1.0",
        "id": key,
        "source": f"/ext/{SYSTEM}",
        "type": FamilyContacted.TYPE,
        "data": {"student_sourced_id": 7, "channel": "smoke signals"},
    }
    match how:
        case "cut off":
            return json.dumps(whole).encode()[:-9]
        case "no object":
            return json.dumps([key]).encode()
        case "deep":
            return b'{"id":"' + key.encode() + b'","data":' + b"[" * 5000 + b"]" * 5000 + b"}"
        case "oversized":
            return json.dumps(whole | {"data": {"words": "x" * 400_000}}).encode()
        case _:
            return json.dumps(whole).encode()
