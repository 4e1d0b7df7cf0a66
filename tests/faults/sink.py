"""A mail service that misbehaves on order: `python -m tests.faults.sink PORT LEDGER`.

What it takes is on disk in its ledger before it says 250, so that the ledger knows more than the
sender. Orders come on standard input, a line each: `MODE COUNT`; the next COUNT letters (or
connections) are treated so. A mode is `REPLY@STAGE` (such as `450@rcpt`), or one of `WILD`.
"""

import asyncio
import email
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

from embedded.mongod import dies_with_parent
from tests.journeys.waiting import eventually

STAGES = ("connect", "mail", "rcpt", "data", "end")
REPLIES = (
    *(f"421@{stage}" for stage in STAGES),
    *(f"450@{stage}" for stage in STAGES[1:]),
    "550@rcpt",
    "554@end",
)
WILD = ("drip", "silent@connect", "silent@end", "cut@data", "cut@end", "cut_kept@end")
"""`drip`: a byte at a time. `silent`: half-open. `cut_kept@end` has taken the letter, and cuts."""
MODES = (*REPLIES, *WILD)
DROP_SECONDS = 0.05
_END = b"\r\n.\r\n"
_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)
_LINK = re.compile(rb"/events/rsvp/[\w.-]+")
_ADDRESS = re.compile(rb"<([^>]*)>")


class Service:
    """The ledger, and what is ordered."""

    def __init__(self, ledger: Path, key: re.Pattern[bytes]) -> None:
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._key = key
        self._mode, self._left = "", 0

    def order(self, line: str) -> None:
        """Take an order; an empty one ends what was ordered."""
        words = line.split()
        self._mode, self._left = (words[0], int(words[1])) if words else ("", 0)

    def mode(self, stage: str) -> str:
        """How this stage of this letter is treated; empty: as it should be. Uses one up."""
        what, _, where = self._mode.partition("@")
        if not self._left or (where or "mail") != stage:
            return ""
        self._left -= 1
        return what

    def write(self, recipients: list[str], letter: bytes, replied: str, *, taken: bool) -> None:
        """Put a letter, taken or not, into the ledger, on disk."""
        number = _ID.search(letter)
        key, link = self._found_in(letter)
        row = {
            "at": datetime.now(UTC).isoformat(),
            "rcpt": recipients,
            "message_id": number[1].decode() if number else None,
            "key": key,
            "link": link,
            "replied": replied,
            "taken": taken,
        }
        os.write(self._ledger, json.dumps(row).encode() + b"\n")
        if taken:
            os.fsync(self._ledger)

    def _found_in(self, letter: bytes) -> tuple[str | None, str | None]:
        """The key of the run, or else the link to answer, in the words of a letter."""
        if found := self._key.search(letter):
            return found[0].decode(), None
        # In many a language the text goes out encoded, and long lines are broken.
        body = email.message_from_bytes(letter, policy=policy.default).get_body(("plain",))
        words = str(body.get_content()).encode() if isinstance(body, EmailMessage) else b""
        found, link = self._key.search(words), _LINK.search(words)
        return found[0].decode() if found else None, link[0].decode() if link else None


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._unread = b""
        self._recipients: list[str] = []
        self._in_letter = self._cutting = self._silent = self._dripping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        if not self._treated("connect"):
            self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        if self._silent:
            return
        self._unread += data
        if self._cutting and self._in_letter:
            self._transport.abort()
            return
        while (mark := _END if self._in_letter else b"\r\n") in self._unread:
            said, _, self._unread = self._unread.partition(mark)
            self._take(said) if self._in_letter else self._answer(said)
            if self._transport.is_closing() or self._silent:
                return

    def _answer(self, said: bytes) -> None:
        match said[:4].upper():
            case b"EHLO":
                self._say(b"250-sink\r\n250 SIZE 10000000\r\n")
            case b"MAIL":
                self._recipients.clear()
                self._unless_treated("mail")
            case b"RCPT":
                found = _ADDRESS.search(said)
                self._recipients.append(found[1].decode() if found else "")
                self._unless_treated("rcpt")
            case b"DATA":
                if not self._treated("data"):
                    self._begin()
            case b"QUIT":
                self._say(b"221 bye\r\n", last=True)
            case _:
                self._say(b"250 OK\r\n")

    def _unless_treated(self, stage: str) -> None:
        if not self._treated(stage):
            self._say(b"250 OK\r\n")

    def _begin(self) -> None:
        self._in_letter = True
        self._say(b"354 go on\r\n")

    def _take(self, letter: bytes) -> None:
        self._in_letter = False
        if self._treated("end", letter):
            return
        self._service.write(self._recipients, letter, "250", taken=True)
        self._say(b"250 taken\r\n")

    def _treated(self, stage: str, letter: bytes = b"") -> bool:
        """Whether this stage was answered as ordered, so that nothing else is to be said."""
        mode = self._service.mode(stage)
        if mode.isdecimal():
            if mode[0] == "5" or stage == "end":
                self._service.write(self._recipients, letter, mode, taken=False)
            self._say(f"{mode} as ordered\r\n".encode(), last=mode == "421")
        elif mode == "silent":
            self._silent = True
        elif mode == "cut" and stage == "data":
            self._cutting = True
            return False
        elif mode == "drip":
            self._dripping = True
            return False
        elif mode in {"cut", "cut_kept"}:
            taken = mode == "cut_kept"
            self._service.write(self._recipients, letter, "", taken=taken)
            self._transport.abort()
        return bool(mode)

    def _say(self, words: bytes, *, last: bool = False) -> None:
        # Each drop calls for the next: a loop that was held up runs timers before what is due
        # "soon", so that drops which are all ordered at once could change places.
        now, left = (words[:1], words[1:]) if self._dripping else (words, b"")
        self._transport.write(now)
        if left:
            again = partial(self._say, left, last=last)
            asyncio.get_running_loop().call_later(DROP_SECONDS, again)
        elif last:
            self._transport.close()


class Sink:
    """The lab's handle on it."""

    def __init__(self, running: "subprocess.Popen[bytes]", log: Path) -> None:
        self._running = running
        self._log = log

    def heard(self) -> int:
        """How many orders it has taken."""
        return self._log.read_text("utf-8").count("heard\n")

    def order(self, mode: str, count: int) -> None:
        """Treat the next `count` letters or connections so."""
        self._tell(f"{mode} {count}\n")

    def behave(self) -> None:
        """End what was ordered."""
        self._tell("\n")

    def _tell(self, line: str) -> None:
        assert self._running.stdin is not None
        self._running.stdin.write(line.encode())
        self._running.stdin.flush()


@contextmanager
def open_sink(port: int, ledger: Path, key: str) -> Iterator[Sink]:
    """The mail service on a port of this machine; `key` is the pattern of a run's keys."""
    log = ledger.with_suffix(".log")
    with log.open("wb") as output:
        running = subprocess.Popen(
            [
                *dies_with_parent("KILL"),
                sys.executable,
                "-m",
                __name__,
                str(port),
                str(ledger),
                key,
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(ledger.exists, 30, lambda: f"no sink: {log.read_text('utf-8')}")
        yield Sink(running, log)
    finally:
        running.kill()
        running.wait()
        assert running.stdin is not None
        running.stdin.close()


async def _serve(port: int, ledger: Path, key: str) -> None:
    loop = asyncio.get_running_loop()
    service = Service(ledger, re.compile(key.encode()))
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    await loop.create_server(lambda: Line(service), "127.0.0.1", port)
    async for line in orders:
        service.order(line.decode())
        sys.stdout.write("heard\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
