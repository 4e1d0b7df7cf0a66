"""While one request reads, a question is asked once; afterwards, and for changes, anew."""

import asyncio
from dataclasses import dataclass, field

import pytest

from shared.once import asked_once, reading


@dataclass
class Shelf:
    """Something that can be asked, and counts how often it was."""

    asked: list[str] = field(default_factory=list)

    @asked_once
    async def book(self, title: str, *, edition: int = 1) -> str:
        """Every asking gives another answer."""
        await asyncio.sleep(0)
        self.asked.append(title)
        if title == "lost":
            raise KeyError(title)
        return f"{title} {edition} {len(self.asked)}"


async def test_the_same_is_asked_once_while_reading() -> None:
    shelf = Shelf()
    with reading():
        assert await shelf.book("stars") == await shelf.book("stars") == "stars 1 1"


async def test_those_who_ask_at_once_ask_together() -> None:
    shelf = Shelf()
    with reading():
        answers = await asyncio.gather(*(shelf.book("stars") for _ in range(8)))
    assert set(answers) == {"stars 1 1"}


async def test_other_words_are_another_question() -> None:
    shelf, other = Shelf(), Shelf()
    with reading():
        for one in (shelf.book("stars"), shelf.book("moons"), shelf.book("stars", edition=2)):
            await one
        await other.book("stars")
    assert shelf.asked == ["stars", "moons", "stars"]
    assert other.asked == ["stars"]


async def test_nothing_is_kept_outside_and_afterwards() -> None:
    shelf = Shelf()
    with reading():
        await shelf.book("stars")
    with reading():
        await shelf.book("stars")
    await shelf.book("stars")
    await shelf.book("stars")
    assert len(shelf.asked) == 4


async def test_a_task_that_outlives_the_request_asks_anew() -> None:
    shelf, ended = Shelf(), asyncio.Event()

    async def later() -> str:
        await ended.wait()
        return await shelf.book("stars")

    with reading():
        await shelf.book("stars")
        task = asyncio.create_task(later())
        await asyncio.sleep(0)
    ended.set()
    assert await task == "stars 1 2"


async def test_an_error_reaches_everybody_who_asked() -> None:
    shelf = Shelf()
    with reading():
        for _ in range(2):
            with pytest.raises(KeyError):
                await shelf.book("lost")
    assert shelf.asked == ["lost"]
