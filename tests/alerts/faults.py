"""What breaks, for the alerts: told or written by the test as the fault itself would leave it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aio_pika
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from shared.bus.definitions import ADMINISTRATOR
from shared.bus.topology import AGAIN, INGRESS_EXCHANGE, MESSAGES_EXCHANGE, failed_exchange
from shared.clock import new_id
from shared.directory import FAMILIES, REGISTER
from shared.envelope import Envelope
from shared.messages import FlagsAsOf, Message, NoticeAccepted, NoticeRequested
from shared.outbox import OUTBOX
from tests.journeys.house import SYSTEM, House

Rows = AsyncDatabase[dict[str, Any]]


def sealed(message: Message, source: str) -> Envelope:
    """A message as a service tells it, with a fresh id."""
    now = datetime.now(UTC)
    return Envelope.seal(message, id=new_id(), source=f"/partners/{source}", time=now, sequence=1)


async def publish(house: House, exchange: str, key: str, *bodies: bytes) -> None:
    """Publish as the administrator; returns when the broker has all of them."""
    async with await aio_pika.connect(house.amqp_url(ADMINISTRATOR)) as connection:
        channel = await connection.channel()
        target = await channel.get_exchange(exchange, ensure=False)
        kept = aio_pika.DeliveryMode.PERSISTENT
        for body in bodies:
            await target.publish(aio_pika.Message(body, delivery_mode=kept), key)


async def ask_for_letters_to_nobody(house: House, count: int) -> None:
    """Requests about an event that notifications has not heard of: tried again and again."""
    asked = [
        NoticeRequested(notice_id=new_id(), kind="invitation", about=new_id(), household_ids=())
        for _ in range(count)
    ]
    bodies = [sealed(each, "contacts").to_json() for each in asked]
    await publish(house, MESSAGES_EXCHANGE, NoticeRequested.TYPE, *bodies)


async def flood_events(house: House, count: int) -> None:
    """One message, very often, for events alone."""
    body = sealed(FlagsAsOf(number=0, as_of=datetime.now(UTC)), "contacts").to_json()
    await publish(house, failed_exchange("events"), AGAIN, *[body] * count)


async def flood_ingress(house: House, count: int) -> None:
    """Something that is no message, very often, from another system."""
    await publish(house, INGRESS_EXCHANGE, f"ext.{SYSTEM}.nothing", *[b"no message"] * count)


class Databases:
    """The databases of a house, open for what a broken disk or an old backup would do to them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._client = AsyncMongoClient[dict[str, Any]](house.mongo_uri)
        self._lost: dict[str, Any] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def of(self, service: str) -> Rows:
        """One service's own."""
        return self._client[f"{self._house.databases}{service}"]

    async def lose_a_family(self, service: str) -> None:
        """A replica lacks a family, as after a restore from yesterday."""
        assert await self.of(service)[FAMILIES].find_one_and_delete({})

    async def miss_flags(self, service: str, count: int) -> None:
        """Contacts told of so many flags more than ever came here (fewer, if negative)."""
        changed = await self.of(service)[REGISTER].update_one({}, {"$inc": {"number": count}})
        assert changed.matched_count

    async def age_flags(self, service: str, by: timedelta) -> None:
        """The newest word on flags came so long ago."""
        row = await self.of(service)[REGISTER].find_one({})
        assert row
        # In the database, because nobody wants to wait for so long.
        older = {"$set": {"as_of": row["as_of"] - by}}
        await self.of(service)[REGISTER].update_one({"_id": row["_id"]}, older)

    async def fill_outbox(self, count: int) -> None:
        """Notifications has so much to tell."""
        told = [sealed(_taken(), "notifications") for _ in range(count)]
        rows = [
            {
                "_id": each.id,
                "aggregate": each.subject,
                "sequence": each.sequence,
                "envelope": each.model_dump(mode="json", exclude_none=True),
                "sent_at": None,
            }
            for each in told
        ]
        await self.of("notifications")[OUTBOX.name].insert_many(rows)


def _taken() -> NoticeAccepted:
    return NoticeAccepted(
        delivery_id=new_id(), kind="invitation", about="x", household_id=new_id(), family_ids=(),
        accepted_at=datetime.now(UTC),
    )  # fmt: skip
