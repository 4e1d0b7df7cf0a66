"""People are served at once; programs take turns, and fewer of them while a person waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.web.turns import Turns


class Programs:
    """Programs that ask, and work until they are told to end."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._asking: list[asyncio.Task[None]] = []
        self._end = asyncio.Semaphore(0)
        self.begun: list[int] = []

    async def ask(self, count: int) -> None:
        asking = [self._work(len(self._asking) + number) for number in range(count)]
        self._asking += [asyncio.create_task(each) for each in asking]
        await _settled()

    async def end(self, count: int) -> None:
        for _ in range(count):
            self._end.release()
        await _settled()

    async def give_up(self, number: int) -> None:
        self._asking[number].cancel()
        await _settled()

    async def all_done(self) -> None:
        await self.end(len(self._asking))
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _work(self, number: int) -> None:
        async with self._turns.program():
            self.begun.append(number)
            await self._end.acquire()


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@asynccontextmanager
async def programs(turns: Turns) -> AsyncIterator[Programs]:
    asked = Programs(turns)
    async with asyncio.timeout(5):
        yield asked
        await asked.all_done()


async def test_programs_take_turns_in_the_order_in_which_they_asked() -> None:
    async with programs(Turns(at_work=2)) as asked:
        await asked.ask(4)
        assert asked.begun == [0, 1]
        await asked.end(1)
        assert asked.begun == [0, 1, 2]
    assert asked.begun == [0, 1, 2, 3]


async def test_a_person_never_waits_and_programs_give_way_to_one() -> None:
    turns = Turns(at_work=3, beside_people=1)
    async with programs(turns) as asked:
        await asked.ask(2)
        with turns.person():
            await asked.ask(2)
            assert asked.begun == [0, 1]
            await asked.end(1)
            assert asked.begun == [0, 1], "one is at work, which is enough beside a person"
            await asked.end(1)
            assert asked.begun == [0, 1, 2], "people never shut programs out"
        await _settled()
        assert asked.begun == [0, 1, 2, 3]


@pytest.mark.parametrize("number", [0, 1])
async def test_who_gives_up_at_work_or_waiting_leaves_the_turn_to_the_next(number: int) -> None:
    async with programs(Turns(at_work=1)) as asked:
        await asked.ask(3)
        await asked.give_up(number)
        await asked.end(1)
        assert asked.begun == ([0, 1, 2] if number == 0 else [0, 2])


async def test_a_turn_that_fails_is_free_again() -> None:
    turns = Turns(at_work=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with turns.program():
                raise ZeroDivisionError
    async with programs(turns) as asked:
        await asked.ask(1)
        assert asked.begun == [0]
