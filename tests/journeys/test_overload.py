"""Programs that ask for far more than can be done: they are told to wait, people go on working.

How quick that is, measures `python -m benchmarks.overload`; here it only has to be right.
"""

import asyncio
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from benchmarks.torrent import Order, pour
from shared.clock import SystemClock
from shared.identity import TokenIssuer, Viewer
from shared.messages import ContactLogged
from tests.journeys.cast import Cast

CONTACTS = "/contacts/api/v1/contacts"
A_SECOND = 1000
SECONDS = 4


async def test_a_torrent_is_refused_in_order_and_what_was_accepted_counts_once(
    cast: Cast, tmp_path: Path
) -> None:
    home, contacts = cast.take(), cast.house.services["contacts"]
    issuer = TokenIssuer(cast.house.secret["identity_private_key"], SystemClock())
    token = issuer.issue(Viewer(account_id="torrent", role="district"))
    before = cast.figures()["total"]
    order = Order(
        url=contacts.url + CONTACTS,
        token=token,
        rate=A_SECOND,
        seconds=SECONDS,
        bodies=[f'{{"family_id":"{home.family_id}"}}'],
    )

    pouring = asyncio.create_task(pour(order, tmp_path))
    while not pouring.done():
        page = await asyncio.to_thread(cast.educator.open, home.path)
        assert page.status == 200
    came = await pouring

    assert came.refused > 0
    assert (came.strange, came.broken, came.without_retry_after) == (0, 0, 0)
    await cast.house.quiet()
    cast.reports_say(contacts=before + len(came.accepted))
    assert await _in_ledger(cast, came.accepted) == len(came.accepted)


async def _in_ledger(cast: Cast, contact_ids: list[str]) -> int:
    wanted = {"envelope.type": ContactLogged.TYPE, "envelope.subject": {"$in": contact_ids}}
    async with AsyncMongoClient[dict[str, Any]](cast.house.mongo_uri) as client:
        ledger = client[f"{cast.house.databases}reports"]["ledger"]
        return await ledger.count_documents(wanted)
