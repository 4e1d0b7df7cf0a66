"""Whose turn it is: people's requests are worked on at once, programs' a few at a time.

Each step of a person's page waits for one step of everything else that is under way in the process,
so that while a person is waiting hardly any program's request is begun.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

AT_WORK = 8
"""Programs' requests that are worked on at one moment; the others wait inside. With more none is
done sooner, and with fewer the database waits for us."""
BESIDE_PEOPLE = 2
"""So many while a person waits: not none, so that people never shut programs out."""


class Turns:
    """Turns of one process, in the order in which programs asked for them."""

    def __init__(self, at_work: int = AT_WORK, beside_people: int = BESIDE_PEOPLE) -> None:
        """How many programs' requests are worked on: with nobody waiting, and beside people."""
        self._most = at_work
        self._beside_people = beside_people
        self._people = 0
        self._programs = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @contextmanager
    def person(self) -> Iterator[None]:
        """A person's request: it never waits, and programs' that have not begun wait for it."""
        self._people += 1
        try:
            yield
        finally:
            self._people -= 1
            self._let_in()

    @asynccontextmanager
    async def program(self) -> AsyncIterator[None]:
        """A program's request, when its turn has come."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            await turn
            yield
        finally:
            if turn.done() and not turn.cancelled():
                self._programs -= 1
            self._let_in()

    def _let_in(self) -> None:
        most = self._beside_people if self._people else self._most
        while self._waiting and self._programs < most:
            turn = self._waiting.popleft()
            if not turn.done():  # whoever waited may have gone
                self._programs += 1
                turn.set_result(None)
