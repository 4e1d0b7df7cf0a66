"""Mail that came back is handed in by LMTP or SMTP, over a real line."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.notifications.intake.listening import LARGEST, MOST_CONNECTIONS, Listener
from shared.errors import DependencyDown
from tests.notifications.returns.conftest import GOMEZ, HOME, Returning
from tests.notifications.returns.mailing import bounce


class Line:
    """One conversation, as a mail server leads it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def answer(self) -> str:
        """What is said to us, all lines of it."""
        lines = []
        while True:
            line = (await self._reader.readline()).decode().rstrip()
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, text: str) -> str:
        """Say a line, and hear the answer."""
        self._writer.write(f"{text}\r\n".encode())
        return await self.answer()

    async def letter(self, raw: bytes, to: str, hello: str = "LHLO relay.example") -> str:
        """Hand in one mail, and hear what is said at its end."""
        await self.say(hello)
        assert (await self.say("MAIL FROM:<>")).startswith("250")
        assert (await self.say(f"RCPT TO:<{to}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")
        body = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
        self._writer.write(body)
        return await self.say("\r\n.")

    def hang_up(self) -> None:
        """End it."""
        self._writer.close()


class Post:
    """A listener that keeps what it takes in a list, until told otherwise."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str]] = []
        self.trouble: Exception | None = None
        self.listener = Listener("127.0.0.1", 0, HOME.takes, self.take)
        self._lines: list[Line] = []

    async def take(self, raw: bytes, to: str) -> None:
        if self.trouble:
            raise self.trouble
        self.taken.append((raw, to))

    async def line(self) -> Line:
        port = await self.listener.opened()
        line = Line(*await asyncio.open_connection("127.0.0.1", port))
        self._lines.append(line)
        return line

    async def greeted(self) -> Line:
        line = await self.line()
        assert (await line.answer()).startswith("220")
        return line

    async def close(self) -> None:
        for line in self._lines:
            line.hang_up()
        await self.listener.stop()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """Listening on a free port."""
    made = Post()
    made.listener.start()
    yield made
    await made.close()


@pytest.mark.parametrize("hello", ["LHLO relay.example", "EHLO relay.example"])
async def test_both_protocols_are_spoken(post: Post, hello: str) -> None:
    line, to = await post.greeted(), HOME.to("letter-1")
    assert await line.letter(bounce(), to, hello) == "250 2.0.0 Kept"
    ((raw, recipient),) = post.taken
    assert recipient == to
    assert raw.replace(b"\r\n", b"\n").strip() == bounce().strip()


async def test_nothing_is_taken_for_others(post: Post) -> None:
    line = await post.greeted()
    await line.say("LHLO relay.example")
    await line.say("MAIL FROM:<someone@else.example>")
    for other in ("family@else.example", "bounces+aaaaaaaaaaaaaaaaaaaa@mail.schools.example"):
        assert (await line.say(f"RCPT TO:<{other}>")).startswith("550 5.1.1")
    assert (await line.say("RCPT TO:<bounces@mail.schools.example>")).startswith("250")
    second = await line.say(f"RCPT TO:<{HOME.to('letter-2')}>")
    assert second.startswith("452 4.5.3")


@pytest.mark.parametrize("trouble", [DependencyDown("the database"), RuntimeError("a mistake")])
async def test_what_could_not_be_kept_is_asked_for_again(post: Post, trouble: Exception) -> None:
    line, to = await post.greeted(), HOME.to("letter-1")
    post.trouble = trouble
    assert (await line.letter(bounce(), to)).startswith("451 4.3.0")
    post.trouble = None
    assert (await line.letter(bounce(), to)).startswith("250")
    assert len(post.taken) == 1


async def test_what_is_far_too_large_is_refused(post: Post) -> None:
    line = await post.greeted()
    raw = bounce() + b"x" * 70 * 1000 + (b"y" * 70 + b"\n") * (LARGEST // 70)
    assert (await line.letter(raw, HOME.to("letter-1")))[:1] == "5"
    assert post.taken == []
    assert (await line.say("NOOP")).startswith("250")


async def test_a_long_line_is_no_reason_to_refuse(post: Post) -> None:
    line = await post.greeted()
    raw = bounce() + b"z" * 5_000 + b"\n"
    assert (await line.letter(raw, HOME.to("letter-1"))).startswith("250")


async def test_too_many_at_once_are_asked_to_come_again(post: Post) -> None:
    first = [await post.greeted() for _ in range(MOST_CONNECTIONS)]
    late = await post.line()
    assert (await late.answer()).startswith("421")
    await first[0].say("QUIT")
    for _ in range(100):
        another = await post.line()
        if (await another.answer()).startswith("220"):
            break
    else:
        pytest.fail("no room after one had gone")


async def test_who_hangs_up_in_the_middle_has_handed_in_nothing(post: Post) -> None:
    line = await post.greeted()
    await line.say("LHLO relay.example")
    await line.say("MAIL FROM:<>")
    await line.say(f"RCPT TO:<{HOME.to('letter-1')}>")
    await line.say("DATA")
    line.hang_up()
    other = await post.greeted()
    assert (await other.letter(bounce(), HOME.to("letter-1"))).startswith("250")
    assert len(post.taken) == 1


async def test_from_the_line_to_the_letter(returning: Returning, post: Post) -> None:
    row = await returning.write()

    async def take(raw: bytes, to: str) -> None:
        assert to == HOME.to(row.delivery_id)
        await returning.comes_back(raw, row)

    post.listener.take_in = take
    line = await post.greeted()
    assert (await line.letter(bounce(GOMEZ), HOME.to(row.delivery_id))).startswith("250")
    assert (await returning.row(row)).state == "dead"
