"""When all is quiet: nothing waits in queues and outboxes, no letter is on its way."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aio_pika
from pymongo import AsyncMongoClient

from cli.door import SERVICES
from shared.bus.definitions import ADMINISTRATOR
from shared.bus.topology import queues
from tests.faults.lab import Lab

QUIET_FOR = 3
"""So many looks in a row: between two a message may be on its way from here to there."""
LOOK_SECONDS = 1.0


async def until_quiet(lab: Lab, seconds: float) -> tuple[bool, dict[str, int]]:
    """Whether it came in time, and what was still under way at the last look."""
    ends, quiet_for, waiting = time.monotonic() + seconds, 0, dict[str, int]()
    async with AsyncMongoClient[dict[str, Any]](lab.house.mongo_uri) as mongo:
        while time.monotonic() < ends:
            waiting = await under_way(lab, mongo)
            quiet_for = 0 if waiting else quiet_for + 1
            if quiet_for == QUIET_FOR:
                return True, {}
            await asyncio.sleep(LOOK_SECONDS)
    return False, waiting


async def under_way(lab: Lab, mongo: AsyncMongoClient[dict[str, Any]]) -> dict[str, int]:
    """What waits, by where; only where something does."""
    found = await in_queues(lab)
    for name in SERVICES:
        rows = mongo[f"{lab.house.databases}{name}"]["outbox"]
        found[f"outbox of {name}"] = await rows.count_documents({"sent_at": None})
    letters = mongo[f"{lab.house.databases}notifications"]["deliveries"]
    due: Mapping[str, Any] = {
        "$or": [
            {"state": {"$in": ["pending", "retry"]}, "due_at": {"$lte": datetime.now(UTC)}},
            {"state": {"$in": ["claimed", "handing"]}},
        ]
    }
    found["letters"] = await letters.count_documents(due)
    return {name: number for name, number in found.items() if number}


async def in_queues(lab: Lab) -> dict[str, int]:
    """How many messages each queue of the services holds that nobody has taken yet."""
    async with await aio_pika.connect(lab.house.amqp_url(ADMINISTRATOR)) as connection:
        channel = await connection.channel()
        found: dict[str, int] = {}
        for service in SERVICES:
            for each in queues(service):
                queue = await channel.declare_queue(each.name, passive=True)
                found[each.name] = queue.declaration_result.message_count or 0
        return found
