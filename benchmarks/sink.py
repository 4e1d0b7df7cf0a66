"""A mail service that takes every letter at once and writes down when: `python -m benchmarks.sink`.

A process of its own, and lean, so that what is measured is our way to the mail service.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

from embedded.mongod import dies_with_parent
from tests.journeys.waiting import eventually

_END = b"\r\n.\r\n"
_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """One letter: its delivery, when DATA was said, when the end was answered; Unix seconds."""

    delivery_id: str
    data_at: float
    taken_at: float


class _Line(asyncio.Protocol):
    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger.open("a", encoding="ascii", buffering=1)
        self._unread = b""
        self._data_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(b"220 sink\r\n")

    def connection_lost(self, _error: Exception | None) -> None:
        self._ledger.close()

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while self._data_at or b"\r\n" in self._unread:
            mark = _END if self._data_at else b"\r\n"
            said, found, rest = self._unread.partition(mark)
            if not found:
                return
            self._unread = rest
            self._take(said) if self._data_at else self._answer(said)

    def _answer(self, said: bytes) -> None:
        match said[:4].upper():
            case b"EHLO":
                self._transport.write(b"250-sink\r\n250 SIZE 10000000\r\n")
            case b"DATA":
                self._data_at = time.time()
                self._transport.write(b"354 go on\r\n")
            case b"QUIT":
                self._transport.write(b"221 bye\r\n")
                self._transport.close()
            case _:
                self._transport.write(b"250 OK\r\n")

    def _take(self, letter: bytes) -> None:
        found = _ID.search(letter)
        now = time.time()
        self._transport.write(b"250 taken\r\n")
        if found:
            self._ledger.write(f"{found[1].decode()} {self._data_at:.6f} {now:.6f}\n")
        self._data_at = 0.0


@contextmanager
def open_sink(port: int, ledger: Path) -> Iterator[None]:
    """The mail service on a port of this machine; what it takes is appended to `ledger`."""
    log = ledger.with_suffix(".log")
    with log.open("wb") as output:
        sink = subprocess.Popen(
            [*dies_with_parent("KILL"), sys.executable, "-m", __name__, str(port), str(ledger)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(ledger.exists, 30, lambda: f"no sink:\n{log.read_text('utf-8')}")
        yield
    finally:
        sink.kill()
        sink.wait()


def read_ledger(ledger: Path) -> dict[str, Taken]:
    """What it took so far, by delivery; only whole lines."""
    whole = ledger.read_text("ascii").rpartition("\n")[0]
    rows = (line.split() for line in whole.splitlines())
    return {name: Taken(name, float(data), float(taken)) for name, data, taken in rows}


async def _serve(port: int, ledger: Path) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: _Line(ledger), "127.0.0.1", port
    )
    ledger.touch()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
