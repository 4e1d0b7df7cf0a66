"""Asks for the same thing at a steady rate whatever comes back: `python -m benchmarks.torrent`.

A process of its own, so that it is not slowed by what it measures, nor slows it down more than it
must. It heeds no Retry-After and never waits for an answer before it asks again (an open loop).
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from embedded.mongod import dies_with_parent

CONNECTIONS = 500
"""More than this are not kept open at once; who finds none is counted as not sent."""
ANSWER_SECONDS = 60


@dataclass
class Torrent:
    """What came back."""

    sent: int = 0
    not_sent: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    broken: int = 0
    """Connections that ended without an answer."""
    without_retry_after: int = 0
    """Refusals (429, 503) that did not say when to come again."""
    accepted: list[str] = field(default_factory=list)
    """The ids of the contacts that were answered 201."""
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        """How often it was told to come again."""
        return self.statuses.get("503", 0) + self.statuses.get("429", 0)

    @property
    def strange(self) -> int:
        """Answers that are neither an acceptance nor a refusal."""
        return sum(self.statuses.values()) - self.statuses.get("201", 0) - self.refused


@dataclass(frozen=True)
class Order:
    """What to ask, how often a second, for how long; bodies are taken in turn."""

    url: str
    token: str
    rate: float
    seconds: float
    bodies: Sequence[str]

    def requests(self) -> list[bytes]:
        """As they go over the wire."""
        place = urlsplit(self.url)
        return [
            (
                f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
            ).encode()
            for body in self.bodies
        ]


class _Line(asyncio.Protocol):
    """One connection, with at most one question on it."""

    def __init__(self, flood: "_Flood") -> None:
        self._flood = flood
        self._unread = b""
        self._asked = False
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def ask(self, request: bytes) -> None:
        self._asked = True
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, found, body = self._unread.partition(b"\r\n\r\n")
        if not found:
            return
        headers = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        if len(body) < int(headers.get(b"content-length", b"0")):
            return
        self._unread, self._asked = b"", False
        self._flood.answered(head[9:12].decode(), headers, body)
        if headers.get(b"connection") == b"close":
            self.transport.close()
        else:
            self._flood.idle.append(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._flood.lost(self, asked=self._asked)


class _Flood:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._requests = order.requests()
        self._next = 0
        self.idle: deque[_Line] = deque()
        self.open = 0
        self.came = Torrent()
        self._opening: set[asyncio.Task[None]] = set()

    def answered(self, status: str, headers: dict[bytes, bytes], body: bytes) -> None:
        came = self.came
        came.statuses[status] = came.statuses.get(status, 0) + 1
        if status == "201":
            came.accepted.append(json.loads(body)["contact_id"])
        elif status in {"429", "503"} and b"retry-after" not in headers:
            came.without_retry_after += 1

    def lost(self, line: _Line, *, asked: bool) -> None:
        self.open -= 1
        self.came.broken += asked
        if line in self.idle:
            self.idle.remove(line)

    async def run(self) -> Torrent:
        began, count = time.perf_counter(), int(self._order.rate * self._order.seconds)
        for number in range(count):
            ahead = began + number / self._order.rate - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            elif number % 50 == 0:
                await asyncio.sleep(0)  # late; answers have to be read all the same
            self._ask()
        self.came.seconds = time.perf_counter() - began
        ends = time.perf_counter() + ANSWER_SECONDS
        while self._under_way and time.perf_counter() < ends:  # noqa: ASYNC110 - another program's
            await asyncio.sleep(0.1)
        self.came.broken += self._under_way
        return self.came

    @property
    def _under_way(self) -> int:
        return self.came.sent - sum(self.came.statuses.values()) - self.came.broken

    def _ask(self) -> None:
        request = self._requests[self._next % len(self._requests)]
        self._next += 1
        if self.idle:
            self.came.sent += 1
            self.idle.pop().ask(request)
        elif self.open < CONNECTIONS:
            self.came.sent += 1
            self.open += 1
            task = asyncio.create_task(self._connect(request))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        else:
            self.came.not_sent += 1

    async def _connect(self, request: bytes) -> None:
        place = urlsplit(self._order.url)
        loop = asyncio.get_running_loop()
        try:
            _, line = await loop.create_connection(
                lambda: _Line(self), str(place.hostname), place.port or 80
            )
        except OSError:
            self.open -= 1
            self.came.broken += 1
            return
        line.ask(request)


async def pour(order: Order, folder: Path) -> Torrent:
    """Run it as a process of its own, to its end; gives what came back."""
    asked, came = folder / "order.json", folder / "came.json"
    asked.write_text(json.dumps(asdict(order)))
    running = await asyncio.to_thread(
        subprocess.run,
        [*dies_with_parent("KILL"), sys.executable, "-m", __name__, str(asked), str(came)],
        check=True,
        timeout=order.seconds + 2 * ANSWER_SECONDS,
    )
    assert running.returncode == 0
    told: dict[str, Any] = json.loads(came.read_text())
    return Torrent(**told)


async def _main(asked: Path, came: Path) -> None:
    torrent = await _Flood(Order(**json.loads(asked.read_text()))).run()
    came.write_text(json.dumps(asdict(torrent)))


if __name__ == "__main__":
    uvloop.run(_main(Path(sys.argv[1]), Path(sys.argv[2])))
