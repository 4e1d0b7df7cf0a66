"""Puts a district into the empty platform, and finds out who may act in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient

from embedded.load import load
from embedded.sample import make_district
from tests.faults.lab import Lab
from tests.faults.people import Order, guests_of, pupils_of
from tests.faults.quiet import until_quiet
from tests.journeys.cast import Cast
from tests.journeys.house import SYSTEM
from tests.journeys.outside import register
from tests.journeys.waiting import eventually

STUDENTS, SCHOOLS = 200, 1
EVENINGS = 2
RATES = {"contacts": 12.0, "batches": 1.2, "messages": 10.0, "answers": 1.5}
"""A second, at pace 1; a batch holds 50."""
QUIET_SECONDS = 300.0
LETTERS_SECONDS = 120.0


async def furnished(lab: Lab, prefix: str) -> Order:
    """A roster, two evenings and their letters; gives what the load needs to know."""
    district = make_district(students=STUDENTS, schools=SCHOOLS, today=datetime.now(UTC).date())

    def enter() -> None:
        with lab.house.open_door() as door:
            load(door, district, lab.house.password, lambda _: None)

    await asyncio.to_thread(enter)
    # The roster has to be with everybody before anybody plans an evening.
    await until_quiet(lab, QUIET_SECONDS)
    return await asyncio.to_thread(_ordered, lab, Cast(lab.house, district), prefix)


def _ordered(lab: Lab, cast: Cast, prefix: str) -> Order:
    house, client = lab.house, register(cast)
    for number in range(EVENINGS):
        _invite(cast, number)
    with MongoClient[dict[str, Any]](house.mongo_uri) as mongo:
        _until_invited(mongo, house.databases)
        pupils = pupils_of(mongo, house.databases, datetime.now(UTC).date())
        guests = list(guests_of(mongo, house.databases, lab.folder / "mail.jsonl"))
    cast.leave()
    return Order(
        prefix=prefix,
        ledger=str(lab.folder / "publisher.jsonl"),
        urls={name: house.services[name].url for name in ("gateway", "contacts", "events")},
        amqp_url=house.amqp_url(SYSTEM),
        private_key=house.secret["identity_private_key"],
        client_id=client.client_id,
        system=SYSTEM,
        pupils=pupils,
        guests=guests,
        rates=RATES,
    )


def _until_invited(mongo: MongoClient[dict[str, Any]], databases: str) -> None:
    letters = mongo[f"{databases}notifications"]["deliveries"]
    waits = {"state": {"$ne": "accepted"}, "mailbox": {"$ne": None}}
    eventually(
        lambda: (
            letters.count_documents({"kind": "invitation"}) and not letters.count_documents(waits)
        ),
        LETTERS_SECONDS,
        lambda: f"invitations do not leave: {letters.find_one(waits)}",
    )


def _invite(cast: Cast, number: int) -> None:
    day = (datetime.now(UTC) + timedelta(days=21 + number)).date()
    cast.coordinator.submit(
        cast.coordinator.open("/events/new"),
        "/events/new",
        {
            "title": f"Evening {number}",
            "audience": "school",
            "day": day.isoformat(),
            "starts": "18:00",
            "ends": "20:00",
            "place": "Library",
            "description": "Bring a book that you like.",
            "language": "en",
            "act": "publish",
        },
    )
