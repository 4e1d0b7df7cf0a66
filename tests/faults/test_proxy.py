"""The wires of the lab: each fault does what its name says, and nothing while it is off."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

import pytest

from tests.faults.proxy import Proxies, Proxy

SECONDS = 10
CHANCE = random.Random(1)  # noqa: S311 - a seeded run has to be the same each time


@dataclass
class Echo:
    """Says back what it hears, a line at a time, and keeps it."""

    heard: bytes = b""
    port: int = 0
    ends: list[BaseException | None] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.read(65536):
                self.heard += line
                writer.write(line)
            self.ends.append(None)
        except ConnectionError as error:
            self.ends.append(error)
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    server = await asyncio.start_server(echo.talk, "127.0.0.1", 0)
    echo.port = server.sockets[0].getsockname()[1]
    yield echo
    server.close()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[Proxy]:
    with closing(Proxies()) as proxies:
        yield proxies.add(Proxy("127.0.0.1", echo.port, CHANCE))


@dataclass
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, words: bytes) -> bytes:
        self.writer.write(words)
        return await self.hear(len(words))

    async def hear(self, count: int) -> bytes:
        async with asyncio.timeout(SECONDS):
            return await self.reader.readexactly(count)

    async def hears_the_end(self) -> bytes:
        async with asyncio.timeout(SECONDS):
            return await self.reader.read()

    async def hears_nothing(self) -> bool:
        try:
            async with asyncio.timeout(0.2):
                return not await self.reader.read(1)
        except TimeoutError:
            return True


@asynccontextmanager
async def calling(proxy: Proxy) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


async def test_all_goes_through_in_both_directions(proxy: Proxy) -> None:
    words = random.Random(2).randbytes(3_000_000)  # noqa: S311
    async with calling(proxy) as caller:
        caller.writer.write(words)
        assert await caller.hear(len(words)) == words
    assert proxy.passed == {"up": len(words), "down": len(words)}


async def test_a_client_that_goes_is_gone_for_the_server(proxy: Proxy, echo: Echo) -> None:
    async with calling(proxy) as caller:
        await caller.ask(b"a")
        assert proxy.open == 1
    await _until(lambda: echo.ends == [None] and proxy.open == 0)


async def test_cut_ends_what_is_open_and_lets_new_ones_in(proxy: Proxy) -> None:
    async with calling(proxy) as caller:
        await caller.ask(b"a")
        proxy.cut()
        assert await caller.hears_the_end() == b""
    async with calling(proxy) as caller:
        assert await caller.ask(b"again") == b"again"
    assert proxy.struck == {"cut": 1}


async def test_reset_is_a_reset_for_both(proxy: Proxy, echo: Echo) -> None:
    async with calling(proxy) as caller:
        await caller.ask(b"a")
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await caller.hears_the_end()
    await _until(lambda: len(echo.ends) == 1)
    assert isinstance(echo.ends[0], ConnectionResetError)


async def test_a_cut_after_some_bytes_falls_into_the_middle_once(proxy: Proxy, echo: Echo) -> None:
    proxy.cut_after(10, "up")
    async with calling(proxy) as caller:
        await caller.ask(b"1234")
        caller.writer.write(b"567890abcdef")
        await caller.hears_the_end()
    assert echo.heard == b"1234567890"
    async with calling(proxy) as caller:
        assert await caller.ask(b"a frame of many bytes") == b"a frame of many bytes"


async def test_a_reply_can_be_cut_in_its_middle(proxy: Proxy) -> None:
    proxy.cut_after(3, "down")
    async with calling(proxy) as caller:
        caller.writer.write(b"reply")
        assert await caller.hears_the_end() == b"rep"


async def test_the_reply_to_a_given_request_is_lost_though_it_was_carried_out(
    proxy: Proxy, echo: Echo
) -> None:
    proxy.drop_reply(after=b"commit")
    async with calling(proxy) as caller:
        assert await caller.ask(b"begin") == b"begin"
        caller.writer.write(b"commit now")
        assert await caller.hears_the_end() == b""
    assert echo.heard == b"begincommit now"
    assert proxy.struck == {"drop_reply": 1}
    async with calling(proxy) as caller:
        assert await caller.ask(b"commit") == b"commit"


async def test_any_next_reply_can_be_lost(proxy: Proxy) -> None:
    proxy.drop_reply()
    async with calling(proxy) as caller:
        caller.writer.write(b"x")
        assert await caller.hears_the_end() == b""
    async with calling(proxy) as caller:
        assert await caller.ask(b"x") == b"x"


async def test_a_black_hole_takes_everything_and_says_nothing(proxy: Proxy, echo: Echo) -> None:
    async with calling(proxy) as before, calling(proxy) as idle:
        await before.ask(b"a")
        await idle.ask(b"b")
        proxy.black_hole()
        before.writer.write(b"lost")
        async with calling(proxy) as during:
            during.writer.write(b"lost too")
            assert await during.hears_nothing()
            assert await before.hears_nothing()
            proxy.heal()
            assert await during.hears_the_end() == b""
        assert await before.hears_the_end() == b""
        assert await idle.ask(b"c") == b"c"
    assert echo.heard == b"abc"


async def test_refused_is_refused_until_healed(proxy: Proxy) -> None:
    async with calling(proxy) as before:
        await before.ask(b"a")
        proxy.refuse()
        await _until(lambda: proxy.listens is False)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await before.ask(b"b") == b"b"
    proxy.heal()
    await _until(lambda: proxy.listens)
    async with calling(proxy) as caller:
        assert await caller.ask(b"c") == b"c"


async def test_a_delay_holds_bytes_up_and_keeps_their_order(proxy: Proxy) -> None:
    proxy.delay(0.1, spread=0.05)
    began = asyncio.get_running_loop().time()
    async with calling(proxy) as caller:
        for number in range(10):
            caller.writer.write(b"%d" % number)
            await caller.writer.drain()
            await asyncio.sleep(0.001)
        assert await caller.hear(10) == b"0123456789"
        assert asyncio.get_running_loop().time() - began >= 0.2
        proxy.heal()
        assert await caller.ask(b"quick") == b"quick"


async def test_a_trickle_is_whole_in_the_end(proxy: Proxy) -> None:
    words = bytes(range(200))
    proxy.trickle(most=5, pause=0.001)
    async with calling(proxy) as caller:
        assert await caller.ask(words) == words


async def test_the_last_words_of_a_slow_wire_arrive_before_its_end(
    proxy: Proxy, echo: Echo
) -> None:
    proxy.delay(0.1)
    async with calling(proxy) as caller:
        caller.writer.write(b"the last words")
        await caller.writer.drain()
    await _until(lambda: echo.heard == b"the last words")


async def test_where_nobody_listens_the_client_is_told(echo: Echo) -> None:
    with closing(Proxies()) as proxies:
        proxy = proxies.add(Proxy("127.0.0.1", 9, CHANCE))
        with pytest.raises(ConnectionResetError):
            async with calling(proxy) as caller:
                await caller.hears_the_end()


async def test_addresses_are_renamed_in_what_the_server_says_only(echo: Echo) -> None:
    with closing(Proxies()) as proxies:
        names = {b"127.0.0.1:11111": b"127.0.0.1:22222"}
        proxy = proxies.add(Proxy("127.0.0.1", echo.port, CHANCE, rename=names))
        async with calling(proxy) as caller:
            assert await caller.ask(b"at 127.0.0.1:11111.") == b"at 127.0.0.1:22222."
    assert echo.heard == b"at 127.0.0.1:11111."


def test_a_new_name_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="keep its length"):
        Proxy("127.0.0.1", 1, CHANCE, rename={b"a": b"bc"})


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110 - it is another thread we wait for
            await asyncio.sleep(0.01)
