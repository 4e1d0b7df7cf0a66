"""What every state machine stands on: a loop of its own, a real database, and a count of runs."""

import asyncio
import itertools
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, currently_in_test_context, note, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from shared.mongo import Database, Kept, connect
from tests.models.power import Fault, Mains, Power

T = TypeVar("T")
_ALL = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

HANGS_AFTER = 30
"""Seconds; no rule takes more than one on a loaded machine."""

# In `make test` the same histories each time, so that a red run is the change's own doing; `make
# model` tries new ones each time and prints what reproduces a failure.
PROFILES = {
    "ci": settings(derandomize=True, stateful_step_count=20),
    "many": settings(stateful_step_count=30),
}


def profile() -> str:
    """`HYPOTHESIS_PROFILE`, else "ci"."""
    name = os.environ.get("HYPOTHESIS_PROFILE", "ci")
    if name not in PROFILES:
        raise pytest.UsageError(f"HYPOTHESIS_PROFILE={name} is none of {', '.join(PROFILES)}")
    return name


def faults(most: int = 14, how: Sequence[str] = ("cut", "away", "lost")) -> Any:
    """No fault, or one before one of the next steps."""
    return st.none() | st.builds(Fault, st.sampled_from(how), st.integers(0, most))


@dataclass
class Tally:
    """How many histories a machine ran, and how many steps they had."""

    sequences: int = 0
    steps: int = 0


@dataclass
class Shelf:
    """A loop and an empty database, made once for all histories of one machine."""

    loop: asyncio.AbstractEventLoop
    database: Database
    tally: Tally = field(default_factory=Tally)
    kept: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    """In the words of whoever found what was wrong."""

    async def ensure(self, *kept: Kept) -> None:
        """Make the collections."""
        await self.database.ensure(*kept)
        self.kept |= {each.name for each in kept}

    async def empty(self) -> None:
        """Delete what the last history left; dropping would take a hundred times as long."""
        names = (*self.kept, "leases")
        await asyncio.gather(*(self.database[name].delete_many({}) for name in names))

    def reached_by(self, power: Power) -> Mains:
        """The database as one process reaches it."""
        return Mains(self.database.client, self.database.name, power=power)


class Machine(RuleBasedStateMachine):
    """A history over real code. Each rule is a coroutine that `do` runs on the machine's loop."""

    KEPT: ClassVar[Sequence[Kept]] = ()
    CI: ClassVar[int] = 25
    MANY: ClassVar[int] = 1500
    """How many histories in `make test` and in `make model`."""

    def __init__(self, shelf: Shelf) -> None:
        """Empty the database and begin."""
        super().__init__()
        self.shelf = shelf
        self.database = shelf.database
        self.broken = False
        self.wrongs: list[str] = []
        self._numbers = itertools.count(1)
        self.do(self._begin())

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        """Run one rule."""
        self.shelf.tally.steps += 1
        try:
            done = self.shelf.loop.run_until_complete(_in_time(act))
        except BaseException as error:
            self.broken = True
            self.shelf.failures.append(self.wrongs[0] if self.wrongs else str(error))
            assert not self.wrongs, self.wrongs[0]
            raise
        self.broken = bool(self.wrongs)
        self.shelf.failures += self.wrongs[:1]
        assert not self.wrongs, self.wrongs[0]
        return done

    def must(self, holds: bool, words: str) -> None:
        """For a stand-in, whose caller would take an assertion for its own trouble."""
        if not holds:
            self.wrongs.append(words)

    def mint(self) -> str:
        """Ids that count up, so that they read well in failures."""
        return f"id-{next(self._numbers):05d}"

    async def begin(self) -> None:
        """What holds at the start."""

    async def at_rest(self) -> None:
        """When all faults are over: bring everything to its end, and see that it is right."""

    async def end(self) -> None:
        """Whatever happened: leave nothing running."""

    def teardown(self) -> None:
        """Hypothesis calls this after the last rule of each history."""
        self.shelf.tally.sequences += 1
        try:
            if not self.broken:
                self.do(self.at_rest())
        finally:
            self.shelf.loop.run_until_complete(self.end())

    async def _begin(self) -> None:
        await self.shelf.empty()
        await self.begin()


M = TypeVar("M", bound=Machine)


class Ground:
    """Opens shelves, and runs machines on them."""

    def __init__(self, uri: str, name: str, record: Callable[[str, object], None]) -> None:
        """`name` begins the names of all its databases; `record` keeps the tally for the report."""
        self.uri, self.name, self.record = uri, name, record
        self.loop = asyncio.new_event_loop()
        self._opened: list[Database] = []

    def shelf(self, machine: type[Machine]) -> Shelf:
        """A database with what the machine keeps."""
        return self.loop.run_until_complete(self._shelf(machine))

    async def _shelf(self, machine: type[Machine]) -> Shelf:
        database = connect(self.uri, self.name)
        self._opened.append(database)
        shelf = Shelf(self.loop, database)
        await shelf.ensure(*machine.KEPT)
        return shelf

    def holds(self, machine: type[Machine]) -> None:
        """Try to break it by as many histories as the profile asks for."""
        shelf, how = self.shelf(machine), PROFILES[profile()]
        number = machine.CI if profile() == "ci" else machine.MANY
        run_state_machine_as_test(
            lambda: machine(shelf),  # type: ignore[arg-type]
            settings=settings(
                how,
                max_examples=number,
                deadline=None,
                print_blob=True,
                report_multiple_bugs=False,
                suppress_health_check=_ALL,
            ),
        )
        self.record("sequences", (machine.__name__, shelf.tally.sequences, shelf.tally.steps))

    def finds(self, broken: type[Machine], words: str) -> None:
        """See that histories break a machine over code that is wrong on purpose."""
        shelf = self.shelf(broken)
        # What is wrong may show only sometimes; Hypothesis tries again, and says that, too.
        with pytest.raises((AssertionError, Flaky)):
            run_state_machine_as_test(
                lambda: broken(shelf),  # type: ignore[arg-type]
                settings=settings(
                    PROFILES["ci"],
                    max_examples=500,
                    deadline=None,
                    phases=[Phase.generate],
                    report_multiple_bugs=False,
                    suppress_health_check=_ALL,
                ),
            )
        assert any(re.search(words, each) for each in shelf.failures), shelf.failures

    def finds_in(self, broken: type[M], history: Callable[[M], None], words: str) -> None:
        """See that one history breaks a machine over code that is wrong on purpose.

        For machines so large that random histories meet a given mistake too seldom.
        """
        machine = broken(self.shelf(broken))
        try:
            with pytest.raises(AssertionError, match=words):
                history(machine)
        finally:
            self.loop.run_until_complete(machine.end())

    def close(self) -> None:
        """Forget the databases; end the loop."""
        self.loop.run_until_complete(self._close())
        self.loop.close()

    async def _close(self) -> None:
        for database in self._opened:
            await database.drop()
            database.client.close()


@asynccontextmanager
async def told(power: Power) -> AsyncIterator[None]:
    """Put into the story of a failure where a fault struck."""
    try:
        yield
    finally:
        if power.struck and currently_in_test_context():
            note(f"  (before {power.struck})")


async def _in_time(act: Coroutine[Any, Any, T]) -> T:
    try:
        return await asyncio.wait_for(act, HANGS_AFTER)
    except TimeoutError as late:
        raise AssertionError(f"it hangs: not done within {HANGS_AFTER} seconds") from late
