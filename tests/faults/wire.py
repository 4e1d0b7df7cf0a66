"""One connection through the proxy: two ends, and between them the bytes of two directions."""

import asyncio
import socket
import struct
from collections import Counter, deque
from collections.abc import Iterator
from typing import Literal, Protocol, cast

Way = Literal["up", "down"]
"""`up` is from the client to the server."""
QUEUED = 32
"""Pieces that wait in one direction of a slow wire before the sender is held back."""


class Rules(Protocol):
    """What decides about connections: the proxy."""

    target: tuple[str, int]
    struck: Counter[str]

    @property
    def is_holed(self) -> bool:
        """Whether a new connection leads nowhere."""

    @property
    def is_slow(self) -> bool:
        """Whether bytes have to wait."""

    def judge(self, wire: "Wire", way: Way, data: bytes) -> bytes:
        """What of these bytes goes on; may end the connection."""

    def waits(self) -> float:
        """For how many seconds a piece that has just come in waits."""

    def pieces(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        """How data goes out: seconds to wait, then bytes to send."""

    def joined(self, wire: "Wire", *, there: bool) -> None:
        """Keep count of the connections."""


class Wire:
    """One connection: `client` is its end towards the client, `server` the other."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.client, self.server = End(self), End(self)
        self.up = Flow(self, "up", self.client, self.server)
        self.down = Flow(self, "down", self.server, self.client)
        self.client.gives, self.client.gets = self.up, self.down
        self.server.gives, self.server.gets = self.down, self.up
        self.eaten = False
        """Bytes of it are lost, so it can never go on."""
        self.dropping = False
        """The next words of the server are swallowed."""
        self.over = False
        self._joining: asyncio.Task[None] | None = None

    def began(self) -> None:
        """A client is here: find the server for it."""
        self.rules.joined(self, there=True)
        if self.rules.is_holed:
            self.eaten = True
            self.rules.struck["black_hole"] += 1
        else:
            self._joining = asyncio.create_task(self._join())

    async def _join(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.server, *self.rules.target)
        except OSError:
            self.end("", reset=True)
            return
        if self.over:
            self.server.abort(reset=False)
        self.up.go_on()

    def end(self, name: str, *, reset: bool, last: tuple[Way, bytes] | None = None) -> None:
        """End both sides, after the last bytes of a direction if given; `name` is for the count."""
        if self.over:
            return
        if name:
            self.rules.struck[name] += 1
        self._is_over()
        for flow in (self.up, self.down):
            if last and last[0] == flow.way:
                flow.outlet.close(last[1])
            else:
                flow.outlet.abort(reset=reset)

    def lost(self, end: "End") -> None:
        """One side went away: the other gets what was said before, then its end."""
        if self.over:
            return
        if not self.eaten:
            end.gives.finish()
        elif end is self.client:
            self.end("", reset=False)

    def closed(self, flow: "Flow") -> None:
        """All of one direction has gone out, and nobody is left to hear the other."""
        self._is_over()
        flow.outlet.close()

    def _is_over(self) -> None:
        self.over = True
        self.rules.joined(self, there=False)
        self.up.stop()
        self.down.stop()


class End(asyncio.Protocol):
    """One side of a connection: what it says goes into one flow, what it hears comes from one."""

    gives: "Flow"
    gets: "Flow"

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not checked: uvloop's transports are no subclasses of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        if self is self._wire.client:
            self._wire.began()

    def data_received(self, data: bytes) -> None:
        wire, way = self._wire, self.gives.way
        if not wire.over and (kept := wire.rules.judge(wire, way, data)):
            self.gives.take(kept)

    def connection_lost(self, _: Exception | None) -> None:
        self._wire.lost(self)

    def pause_writing(self) -> None:
        self.gets.hold(full=True)

    def resume_writing(self) -> None:
        self.gets.hold(full=False)

    def close(self, last: bytes = b"") -> None:
        """End in order, after all that was written."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(last)
            self.transport.close()

    def abort(self, *, reset: bool) -> None:
        """End now; what was not yet sent is lost."""
        if self.transport is None or self.transport.is_closing():
            return
        if reset:
            wire = self.transport.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Flow:
    """The bytes of one direction: straight on, or through a queue while the wire is slow."""

    def __init__(self, wire: Wire, way: Way, inlet: End, outlet: End) -> None:
        self.way, self.outlet = way, outlet
        self._wire, self._inlet = wire, inlet
        self._queue: deque[tuple[float, bytes]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._full = self._last = False

    def take(self, data: bytes) -> None:
        """Pass on, now or in turn."""
        here = self.outlet.transport
        # What came while the outlet was being reached goes first.
        waits = self._queue or self._task is not None
        if here and not waits and not self._wire.rules.is_slow:
            # It may have ended a moment ago, and nobody was told yet.
            if not here.is_closing():
                here.write(data)
            return
        due = asyncio.get_running_loop().time() + self._wire.rules.waits()
        self._queue.append((due, data))
        self.go_on()
        self._ease()

    def go_on(self) -> None:
        """Let what waits go out, if the outlet is there."""
        if self._task is None and self.outlet.transport and (self._queue or self._last):
            self._task = asyncio.create_task(self._slowly())

    def hold(self, *, full: bool) -> None:
        """Whether the outlet can't take more for now."""
        self._full = full
        self._ease()

    def finish(self) -> None:
        """Nothing more comes in: end the connection when all has gone out."""
        self._last = True
        self.go_on()

    def stop(self) -> None:
        """Forget what waits."""
        self._queue.clear()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _slowly(self) -> None:
        now = asyncio.get_running_loop().time
        while self._queue:
            due, data = self._queue[0]
            await asyncio.sleep(max(0.0, due - now()))
            for seconds, piece in self._wire.rules.pieces(data):
                await asyncio.sleep(seconds)
                if self.outlet.transport and not self.outlet.transport.is_closing():
                    self.outlet.transport.write(piece)
            self._queue.popleft()
            self._ease()
        self._task = None
        if self._last:
            self._wire.closed(self)

    def _ease(self) -> None:
        wire = self._inlet.transport
        if wire is None or wire.is_closing():
            return
        if self._full or len(self._queue) >= QUEUED:
            wire.pause_reading()
        else:
            wire.resume_reading()
