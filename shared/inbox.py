"""A message has its effect once, however often it arrives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.envelope import Envelope
from shared.mongo import Kept
from shared.outbox import Units, Work

KEPT_FOR = timedelta(days=400)
"""Longer than the retry ladder, the dead letters and any replay."""

INBOX = Kept(
    "inbox",
    indexes=(
        IndexModel(
            [("at", ASCENDING)],
            name="forget",
            expireAfterSeconds=int(KEPT_FOR.total_seconds()),
        ),
    ),
)


class AlreadyDone(Exception):
    """This message was handled before."""


@dataclass
class Inbox:
    """Remembers, in the transaction of the effect, what was handled."""

    units: Units

    async def once(self, envelope: Envelope, effect: Callable[[Work], Awaitable[None]]) -> bool:
        """Run the effect in one transaction unless it ran before; False for a duplicate."""

        async def body(work: Work) -> None:
            row = {"_id": f"{self.units.service}|{envelope.key}", "at": work.now}
            try:
                await self.units.database[INBOX.name].insert_one(row, session=work.session)
            except DuplicateKeyError as known:
                raise AlreadyDone from known
            await effect(work)

        try:
            await self.units.run(body, cause=envelope)
        except AlreadyDone:
            return False
        return True
