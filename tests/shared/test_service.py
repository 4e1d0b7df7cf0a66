"""Background work stops when it is told to, also in the very moment in which it is woken."""

import asyncio
from collections.abc import Awaitable

import pytest

from shared.bus.base import Incoming
from shared.errors import DependencyDown
from shared.outbox import Relay, Units
from shared.service import Every, with_room
from shared.web.admission import Admission
from tests.shared.test_outbox import Listening, clock, database, units

__all__ = ["clock", "database", "units"]


async def ends(stopping: Awaitable[None]) -> bool:
    """Whether it ends within some seconds; a lost cancellation would last for ever."""
    task = asyncio.ensure_future(stopping)
    done, _ = await asyncio.wait([task], timeout=5)
    task.cancel()
    return bool(done)


async def test_work_that_is_woken_while_it_is_stopped_stops() -> None:
    turn = asyncio.Event()

    async def act() -> None:
        turn.set()

    every = Every(60.0, act, "tests")
    every.start()
    await turn.wait()
    await asyncio.sleep(0.01)
    every.woken.set()
    await asyncio.sleep(0)
    assert await ends(every.stop())


async def test_a_relay_that_is_woken_while_it_is_stopped_stops(units: Units) -> None:
    relay = Relay(units, Listening(), holder="one")
    for _ in range(10):
        relay.start()
        await asyncio.sleep(0.05)
        units.told.set()
        await asyncio.sleep(0)
        assert await ends(relay.stop())


async def test_nothing_comes_in_from_outside_while_too_much_waits_to_be_told() -> None:
    taken: list[Incoming] = []

    async def intake(incoming: Incoming) -> None:
        taken.append(incoming)

    door, incoming = Admission("tests", most_backlog=10, backlog=11), Incoming(b"", "ext.sis.x")
    patient = with_room(intake, door)
    # The bus keeps it, and asks again a second later (`settle.patiently`).
    with pytest.raises(DependencyDown):
        await patient(incoming)
    door.backlog = 10
    await patient(incoming)
    assert taken == [incoming]
