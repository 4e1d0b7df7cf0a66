"""The load, as a process of its own: `python -m tests.faults.load ORDER.json`, until told to stop.

Contacts by the staff's API, batches and single messages of another system by HTTP and AMQP, answers
of families by their links. Whoever gets no clear answer asks again with the same key, as a good
program does; what is never answered is `unclear`. Standard input says `rate TIMES`, or `stop`.
"""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import uvloop

from shared.clock import SystemClock
from shared.identity import TokenIssuer
from tests.faults.acting import Acting, logging_contacts, sending_batches
from tests.faults.answering import answering_invitations
from tests.faults.ledger import Ledger
from tests.faults.people import Order
from tests.faults.telling import Teller

Doing = Callable[[Acting], Awaitable[None]]
TIMEOUT_SECONDS = 15.0
WORKERS = {"contacts": 24, "batches": 10, "messages": 16, "answers": 6}


@dataclass
class Pace:
    """So many turns a second for all workers of one stream; a late one is not made up for."""

    rate: float
    _next: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self, times: float) -> None:
        """Wait for the next turn."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._next > now:
                await asyncio.sleep(self._next - now)
            self._next = max(self._next, now - 1.0) + 1.0 / max(self.rate * times, 0.001)


@dataclass
class Load:
    """All streams."""

    acting: Acting
    streams: dict[str, tuple[Pace, Doing]]

    async def run(self) -> None:
        """Until the acting stops; then what is under way is brought to its end."""
        async with asyncio.TaskGroup() as group:
            for name, (pace, doing) in self.streams.items():
                for _ in range(WORKERS[name]):
                    group.create_task(self._work(pace, doing))

    async def _work(self, pace: Pace, doing: Doing) -> None:
        while not self.acting.stopping.is_set():
            await pace.turn(self.acting.times)
            if not self.acting.stopping.is_set():
                await doing(self.acting)


async def _main(order: Order) -> None:
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS)
            )
            for name, url in order.urls.items()
        }
        teller = await stack.enter_async_context(Teller(order.amqp_url, order.system))
        acting = Acting(
            order=order,
            ledger=Ledger(Path(order.ledger), order.prefix),
            clients=clients,
            issuer=TokenIssuer(order.private_key, SystemClock()),
            chance=random.Random(order.prefix),  # noqa: S311 - a seeded run has to be the same
        )
        doing: dict[str, Doing] = {
            "contacts": logging_contacts,
            "batches": sending_batches,
            "messages": teller.telling,
            "answers": answering_invitations,
        }
        streams = {name: (Pace(order.rates[name]), do) for name, do in doing.items()}
        orders = asyncio.create_task(_listen(acting))
        await Load(acting, streams).run()
        orders.cancel()


async def _listen(acting: Acting) -> None:
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        word, _, much = line.decode().strip().partition(" ")
        if word == "rate":
            acting.times = float(much)
        elif word == "stop":
            break
    acting.stopping.set()


if __name__ == "__main__":
    uvloop.run(_main(Order.of(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
