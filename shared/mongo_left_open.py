"""Ends transactions that nobody can end any more, since the connection of their process is gone.

MongoDB keeps such a transaction open until its time is up (with us ten seconds), and keeps others
from all that it has written. A process that is killed leaves as many behind as it had messages in
hand; the broker gives these to its successor at once, which would wait for the ghosts of its own
work, and after the next kill again.
"""

import time
from dataclasses import dataclass
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError

from shared import telemetry

LOOK_SECONDS = 1.0
_OF_OUR_USER: dict[str, Any] = {
    "$currentOp": {"allUsers": False, "idleConnections": True, "idleSessions": True}
}
"""Whoever may use a database may see and end sessions of their own, without further rights."""
_WANTED = {"$project": {"type": 1, "connectionId": 1, "lsid": 1, "transaction.parameters": 1}}


@dataclass
class LeftOpen:
    """Looks for them when somebody is in the way, once a second at most."""

    client: AsyncIOMotorClient[dict[str, Any]]
    _looked_at: float = float("-inf")

    async def end(self) -> int:
        """End what is found; gives how many. A server that does not answer is others' to notice."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return 0
        self._looked_at = now
        try:
            left = await self._find()
            if left:
                await self.client.admin.command("killSessions", left)
        except PyMongoError as error:
            telemetry.failed("mongo", error)
            return 0
        if left:
            telemetry.logger("mongo").info("ended transactions left open", count=len(left))
        return len(left)

    async def _find(self) -> list[dict[str, Any]]:
        """Sessions with a transaction whose connection is not among those that there are."""
        connections: set[int] = set()
        open_ones: list[dict[str, Any]] = []
        async for row in self.client.admin.aggregate([_OF_OUR_USER, _WANTED]):
            if row["type"] != "idleSession":
                connections.add(row.get("connectionId", 0))
            elif row.get("transaction"):
                open_ones.append(row)
        return [
            {"id": row["lsid"]["id"]}
            for row in open_ones
            if row.get("connectionId", 0) not in connections
        ]
