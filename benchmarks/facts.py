"""The facts that are folded: a busy week of three schools, the same each time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import get_args

import aio_pika

from shared.clock import new_id
from shared.envelope import Envelope
from shared.messages import (
    ContactLogged,
    FamilyChanged,
    Message,
    Outcome,
    SchoolChanged,
    StudentFacts,
    Tone,
)

SCHOOLS, CLASSES, FAMILIES, DAYS = 3, 60, 1000, 5
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)


def directory() -> list[Envelope]:
    """Schools and families, which have to be known before contacts count."""
    schools = [
        seal(SchoolChanged(school_id=f"school-{n}", name=f"School {n}")) for n in range(SCHOOLS)
    ]
    return schools + [seal(_family(n)) for n in range(FAMILIES)]


def contacts(count: int) -> list[bytes]:
    """So many contacts as they travel, each of which touches five documents: the district's,
    the school's and the class's counter of its day, the family's month, and the ledger or inbox.
    """
    chance = Random(1116)  # noqa: S311 - the same facts each time
    tones, outcomes = get_args(Tone), get_args(Outcome)
    found = []
    for _ in range(count):
        family = chance.randrange(FAMILIES)
        contact = ContactLogged(
            contact_id=new_id(),
            family_id=f"family-{family}",
            student_ids=(f"student-{family}",),
            educator_id=f"educator-{family % CLASSES}",
            school_id=f"school-{family % SCHOOLS}",
            class_ids=(f"class-{family % CLASSES}",),
            channel=chance.choice(("call", "text", "email")),
            tone=chance.choice(tones),
            outcome=chance.choice(outcomes),
            occurred_at=NOW - timedelta(days=chance.randrange(DAYS)),
        )
        found.append(seal(contact).to_json())
    return found


def seal(message: Message) -> Envelope:
    """As contacts sends it."""
    return Envelope.seal(message, id=new_id(), source="/partners/contacts", time=NOW, sequence=1)


def _family(number: int) -> FamilyChanged:
    student = StudentFacts(
        student_id=f"student-{number}",
        given_name="Sam",
        family_name="Bench",
        school_id=f"school-{number % SCHOOLS}",
    )
    return FamilyChanged(family_id=f"family-{number}", students=(student,), guardians=())


async def fill(url: str, queue: str, bodies: Sequence[bytes]) -> None:
    """Lay messages into a queue, stored and confirmed."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for start in range(0, len(bodies), 500):
            stored = (
                channel.default_exchange.publish(
                    aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT), queue
                )
                for body in bodies[start : start + 500]
            )
            await asyncio.gather(*stored)
