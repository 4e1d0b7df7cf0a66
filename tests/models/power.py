"""A process that can end, lose an answer or fall asleep before any of its steps to the outside.

A step is one request to the database, a commit, or what a stand-in for another server says is one.
So a crash can be tried between any two effects that anybody else could see, named or not.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from pymongo.errors import AutoReconnect

from shared.errors import DependencyDown
from shared.mongo import Collection, Database, Document, Session, answering

T = TypeVar("T")
How = Literal["cut", "away", "lost", "asleep"]
"""The process ends; the server does not answer; it acts, but its answer is lost; SIGSTOP."""

_READS = frozenset({"find", "aggregate"})
_ACTS = frozenset(
    {
        "bulk_write", "count_documents", "delete_many", "delete_one", "distinct", "find_one",
        "find_one_and_update", "insert_many", "insert_one", "replace_one", "update_many",
        "update_one",
    }
)  # fmt: skip


class PowerCut(BaseException):
    """The process ends here; no handler of errors sees it."""


@dataclass(frozen=True)
class Fault:
    """What happens, and how many steps go well before it does."""

    how: How
    after: int


@dataclass
class Power:
    """What one process runs on."""

    fault: Fault | None = None
    left: int = 0
    dead: bool = False
    struck: str = ""
    """Before which step the fault came, for the story of a failure."""
    _asleep: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def arm(self, fault: Fault | None) -> None:
        """Let a fault come; at most one, once."""
        self.fault, self.left, self.struck = fault, fault.after if fault else 0, ""

    async def step(self, name: str, *, within: bool = False) -> bool:
        """Before each step; True when its answer is to be lost. `within` a transaction: no sleep.

        Who sleeps within a transaction bars others from its documents until the server ends it,
        which takes seconds; here that would be waiting and nothing else.
        """
        if self._asleep.is_set() and not within:
            await self._woken.wait()
        if self.dead:
            raise PowerCut(name)
        if self.fault is None:
            return False
        if self.left:
            self.left -= 1
            return False
        if self.fault.how == "asleep" and within:
            return False
        how, self.fault, self.struck = self.fault.how, None, name
        if how == "cut":
            self.dead = True
            raise PowerCut(name)
        if how == "away":
            raise AutoReconnect(f"no answer to {name}")
        if how == "asleep":
            self._woken.clear()
            self._asleep.set()
            await self._woken.wait()
            return await self.step(name)
        return True

    async def until_asleep(self) -> None:
        """Wait for the fault that lets it sleep."""
        await self._asleep.wait()

    def wake(self) -> None:
        """SIGCONT."""
        self._asleep.clear()
        self._woken.set()


async def run(power: Power, act: Awaitable[T], fault: Fault | None = None) -> "T | asyncio.Task[T]":
    """Act under a fault; gives the task itself when it fell asleep. Raises `PowerCut` and others.

    After a power cut nothing of the process is left when this returns.
    """
    others = asyncio.all_tasks()
    power.arm(fault)
    task: asyncio.Task[T] = asyncio.ensure_future(act)
    return await finish(power, task, others)


async def finish(
    power: Power, task: "asyncio.Task[T]", others: "set[asyncio.Task[Any]] | None" = None
) -> "T | asyncio.Task[T]":
    """Wait until a task has ended or sleeps."""
    asleep = asyncio.create_task(power.until_asleep())
    await asyncio.wait({task, asleep}, return_when=asyncio.FIRST_COMPLETED)
    asleep.cancel()
    with suppress(asyncio.CancelledError):
        await asleep
    if not task.done():
        return task
    power.arm(None)
    if power.dead and others is not None:
        await _ended(asyncio.all_tasks() - others - {task})
    return task.result()


async def _ended(strays: "set[asyncio.Task[Any]]") -> None:
    # What else the dead process was at ends at its next step.
    if strays:
        await asyncio.gather(*strays, return_exceptions=True)


@dataclass
class Mains(Database):
    """A service's database, as a process with this power reaches it."""

    power: Power = field(default_factory=Power)

    def __getitem__(self, collection: str) -> Collection:
        wired = Wired(super().__getitem__(collection), collection, self.power)
        return cast("Collection", wired)

    def beside(self, name: str) -> "Mains":
        """Another database of the same server, by the same power."""
        return Mains(self.client, name, power=self.power)

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """As ever; the commit is a step of its own, whose answer can be lost, and so is the end."""
        lost = False

        async def to_commit(session: Session) -> T:
            nonlocal lost
            result = await body(session)
            lost = await self.power.step("commit", within=True)
            return result

        async with answering():
            await self.power.step("begin")
            result = await super().transaction(to_commit)
            lost = lost or await self.power.step("committed")
        if lost:
            raise DependencyDown("the database")
        return result


class Wired:
    """A collection behind a power line."""

    def __init__(self, behind: Any, name: str, power: Power) -> None:
        """`name` is for the story of a failure."""
        self._behind, self._name, self._power = behind, name, power

    def __getattr__(self, act: str) -> Any:
        there = getattr(self._behind, act)
        if act in _READS:
            return self._read(act, there)
        return self._act(act, there) if act in _ACTS else there

    def _read(self, act: str, there: Callable[..., Any]) -> Callable[..., Any]:
        def read(*words: Any, **more: Any) -> Reading:
            within = more.get("session") is not None
            step = f"{self._name}.{act}"
            return Reading(there(*words, **more), lambda: self._power.step(step, within=within))

        return read

    def _act(self, act: str, there: Callable[..., Any]) -> Callable[..., Any]:
        async def do(*words: Any, **more: Any) -> Any:
            step, within = f"{self._name}.{act}", more.get("session") is not None
            lost = await self._power.step(step, within=within)
            result = await there(*words, **more)
            if lost:
                raise AutoReconnect(f"the answer to {step} was lost")
            return result

        return do


class Reading:
    """A cursor; the step is where it is read."""

    def __init__(self, cursor: Any, step: Callable[[], Awaitable[bool]]) -> None:
        """`step` is called before the first row."""
        self._cursor, self._step = cursor, step

    def sort(self, *words: Any) -> "Reading":
        """In an order."""
        return Reading(self._cursor.sort(*words), self._step)

    def limit(self, number: int) -> "Reading":
        """So many at most."""
        return Reading(self._cursor.limit(number), self._step)

    async def to_list(self, length: int | None = None) -> list[Document]:
        """All rows."""
        await self._step()
        rows: list[Document] = await self._cursor.to_list(length)
        return rows

    async def __aiter__(self) -> AsyncIterator[Document]:
        await self._step()
        async for row in self._cursor:
            yield row
