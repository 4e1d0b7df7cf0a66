"""What one reading of a page has looked up already: the same question is asked once.

Every read names its viewer, and looks up what that viewer may see; on one page that is the same
row eight times. While a request that only reads is answered, such an answer is kept, and forgotten
when it has been given. A request that changes something asks each time: it must see what it wrote.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class _Reading:
    answers: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)
    over: bool = False
    """A task that was begun by a request and lives longer asks anew."""


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Answers of what is `asked_once` are kept until the end of this."""
    begun = _Reading()
    before = _reading.set(begun)
    try:
        yield
    finally:
        _reading.reset(before)
        begun.over = True
        begun.answers.clear()


def asked_once(
    ask: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """For a method that reads by values which can be keys; also those who ask at once ask once.

    Whoever is given the answer must not change it.
    """

    @wraps(ask)
    async def asked(*args: P.args, **named: P.kwargs) -> T:
        now = _reading.get()
        if now is None or now.over:
            return await ask(*args, **named)
        key = (ask.__qualname__, id(args[0]), args[1:], tuple(sorted(named.items())))
        if key not in now.answers:
            now.answers[key] = asyncio.create_task(ask(*args, **named))
        answer: T = await now.answers[key]
        return answer

    return asked
