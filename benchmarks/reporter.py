"""One process of reports that folds: `python -m benchmarks.reporter URI DATABASE BROKER`.

Says "ready", begins when it is told a line, and ends with whoever started it.
"""

import asyncio
import sys

import uvloop

from services.reports.actions import Desk
from services.reports.handlers import fold_batches
from shared import telemetry
from shared.bus.handlers import Consumer
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock, new_id
from shared.deadletters import DeadLetters
from shared.inbox import Inbox
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import connect
from shared.outbox import Units


async def _fold(uri: str, name: str, broker: str) -> None:
    database = connect(uri, name)
    units = Units(database, "reports", SystemClock(), new_id)
    desk = Desk.over(units)
    await desk.begin()
    consumer = Consumer("reports", Inbox(units), fold=fold_batches(desk), probes=(database.ping,))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await RabbitBus(broker).consume(
        consumer, DeadLetters(database, "reports", SystemClock(), new_id)
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    telemetry.setup(service="reports", level="ERROR")
    collect_rarely()
    give_way_soon()
    uvloop.run(_fold(*sys.argv[1:4]))
