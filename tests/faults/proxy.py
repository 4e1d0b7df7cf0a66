"""A wire that can be cut: a TCP proxy whose faults are switched on and off while bytes run through.

Every fault may be switched from any thread; it takes effect in the next turn of the proxy's loop.
"""

import asyncio
import contextlib
import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

import uvloop

from embedded.ports import free_port
from tests.faults.wire import Way, Wire

Found = TypeVar("Found")
ANSWER_SECONDS = 10
PRIORITY = -10


class Proxy:
    """Listens on `port` of this machine and joins every connection to the target.

    `rename` replaces addresses in what the server says, so that a client that is told of other
    members of a cluster finds these through its own proxies too; old and new are equally long.
    `chance` decides jitter and sizes, so that a run can be repeated by its seed.
    """

    def __init__(
        self,
        target_host: str,
        target_port: int,
        chance: random.Random,
        *,
        port: int = 0,
        rename: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self.target = (target_host, target_port)
        self.port = port or free_port()
        self.passed: dict[Way, int] = {"up": 0, "down": 0}
        """Bytes that went through."""
        self.struck: Counter[str] = Counter()
        """How many connections each fault has hit, by its name: whether it had any effect."""
        self._rename = tuple((rename or {}).items())
        if wrong := [old for old, new in self._rename if len(old) != len(new)]:
            raise ValueError(f"a renamed address must keep its length: {wrong}")
        self._chance = chance
        self._wires: set[Wire] = set()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop
        self._listening: asyncio.Task[None] | None = None
        self._holed = self._refusing = False
        self._delay = self._spread = self._pause = 0.0
        self._most = 0
        self._left: dict[Way, int] = {}
        self._drop_after: bytes | None = None

    async def start(self) -> None:
        """Begin to listen, in the running loop."""
        self._loop = asyncio.get_running_loop()
        await self._listen()

    async def stop(self) -> None:
        """Stop listening and cut everything."""
        self._silence()
        self._end("", reset=False)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._wires)

    @property
    def listens(self) -> bool:
        """Whether it takes new connections."""
        return self._server is not None

    # --- faults ---

    def cut(self) -> None:
        """Close every connection now; new ones are welcome."""
        self._soon(lambda: self._end("cut", reset=False))

    def reset(self) -> None:
        """End every connection with RST now; new ones are welcome."""
        self._soon(lambda: self._end("reset", reset=True))

    def cut_after(self, count: int, way: Way) -> None:
        """Cut, once, the connection that carries the byte after `count` more in this direction."""
        self._left[way] = count

    def drop_reply(self, after: bytes = b"") -> None:
        """Swallow, once, what a server says next on one connection, and cut that.

        With `after` it is the reply to the next request that holds these bytes: `commitTransaction`
        for MongoDB, the exchange's name for a publisher's confirm.
        """
        self._drop_after = after

    def black_hole(self) -> None:
        """Take every byte and every new connection, pass nothing on, answer nothing."""
        self._holed = True

    def refuse(self) -> None:
        """Refuse new connections (nothing listens); the open ones go on."""
        self._refusing = True
        self._soon(self._silence)

    def delay(self, seconds: float, spread: float = 0.0) -> None:
        """Every piece waits so long in each direction, up to `spread` seconds longer."""
        self._delay, self._spread = seconds, spread

    def trickle(self, most: int = 5, pause: float = 0.01) -> None:
        """Pass on at most so many bytes at a time, with `pause` seconds before each."""
        self._most, self._pause = most, pause

    def heal(self) -> None:
        """Switch every fault off. A connection whose bytes a black hole ate is cut."""
        self._delay = self._spread = self._pause = 0.0
        self._most = 0
        self._left.clear()
        self._drop_after = None
        self._holed = False
        self._soon(self._mend)

    # --- what the connections ask (the `Rules` of a wire) ---

    @property
    def is_holed(self) -> bool:
        """Whether a new connection leads nowhere."""
        return self._holed

    @property
    def is_slow(self) -> bool:
        """Whether bytes have to wait."""
        return bool(self._delay or self._spread or self._most)

    def judge(self, wire: Wire, way: Way, data: bytes) -> bytes:
        """What of these bytes goes on; may end the connection."""
        if self._holed or wire.eaten:
            self.struck["black_hole"] += not wire.eaten
            wire.eaten = True
            return b""
        if way == "up":
            # An empty `after` is in everything.
            if self._drop_after and self._drop_after in data:
                wire.dropping, self._drop_after = True, None
        elif wire.dropping or self._drop_after == b"":
            self._drop_after = None if self._drop_after == b"" else self._drop_after
            wire.end("drop_reply", reset=False)
            return b""
        else:
            # Whole in one piece: a member names addresses in its first, short answers only.
            for old, new in self._rename:
                data = data.replace(old, new)
        return self._up_to_the_cut(wire, way, data)

    def _up_to_the_cut(self, wire: Wire, way: Way, data: bytes) -> bytes:
        left = self._left.get(way)
        if left is not None and left < len(data):
            del self._left[way]
            self.passed[way] += left
            wire.end("cut_after", reset=False, last=(way, data[:left]))
            return b""
        if left is not None:
            self._left[way] = left - len(data)
        self.passed[way] += len(data)
        return data

    def waits(self) -> float:
        """For how many seconds a piece that has just come in waits."""
        return self._delay + self._chance.uniform(0, self._spread)

    def pieces(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        """How data goes out: seconds to wait, then bytes to send."""
        while data and self._most:
            size = self._chance.randint(1, self._most)
            yield self._pause, data[:size]
            data = data[size:]
        if data:
            yield 0.0, data

    def joined(self, wire: Wire, *, there: bool) -> None:
        """Keep count of the connections."""
        (self._wires.add if there else self._wires.discard)(wire)

    # --- inside the loop ---

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await self._loop.create_server(
                lambda: Wire(self).client, "127.0.0.1", self.port
            )

    def _silence(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _mend(self) -> None:
        for wire in [each for each in self._wires if each.eaten]:
            wire.end("", reset=False)
        if self._refusing:
            self._refusing = False
            self._listening = self._loop.create_task(self._listen())

    def _end(self, name: str, *, reset: bool) -> None:
        for wire in list(self._wires):
            wire.end(name, reset=reset)

    def _soon(self, act: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(act)


class Proxies:
    """A thread with a loop of its own, so that a busy orchestrator does not slow what runs here."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        self._loop.call_soon_threadsafe(_go_first)
        self._running: list[Proxy] = []

    def add(self, proxy: Proxy) -> Proxy:
        """Start a proxy here; gives it back, listening."""
        self._do(proxy.start())
        self._running.append(proxy)
        return proxy

    def heal(self) -> None:
        """Switch every fault of every proxy off."""
        for proxy in self._running:
            proxy.heal()

    def close(self) -> None:
        """Cut everything and end the thread."""
        with contextlib.suppress(TimeoutError):
            for proxy in self._running:
                self._do(proxy.stop())
            self._do(_end_of_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_SECONDS)
        self._loop.close()

    def _do(self, act: Coroutine[Any, Any, Found]) -> Found:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(ANSWER_SECONDS)


def _go_first() -> None:
    """A wire needs no processor; so this thread waits for one no longer than it has to, if it may.

    Niceness is a thread's own on Linux.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PRIORITY)


async def _end_of_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # What was aborted is closed in the next turns of the loop.
    for _ in range(3):
        await asyncio.sleep(0)
