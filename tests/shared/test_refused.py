"""What the bus refuses is tried again later and later, a few at a time, and never out of order."""

from datetime import timedelta

import pytest

from shared.clock import SetClock
from shared.envelope import Envelope
from shared.messages import EducatorChanged
from shared.outbox import Relay, Units, Work
from shared.refused import FIRST, LONGEST, SHORTEST
from tests.shared.test_outbox import Listening, clock, database, tell, units

__all__ = ["clock", "database", "units"]


class Counting(Listening):
    """Counts every try, also of what it refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    async def publish(self, envelope: Envelope) -> None:
        self.tries += 1
        await super().publish(envelope)


async def all_swept(relay: Relay) -> None:
    while await relay.sweep():
        pass


@pytest.fixture
def listening() -> Counting:
    return Counting()


@pytest.fixture
def relay(units: Units, listening: Counting) -> Relay:
    return Relay(units, listening, "me")


async def test_a_later_version_waits_for_one_that_was_refused(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    listening.refused = {"oak"}
    await tell(units, "oak", 1)
    await all_swept(relay)
    listening.refused = set()
    await tell(units, "oak", 2)
    await all_swept(relay)
    assert listening.told == []
    clock.move(SHORTEST)
    await all_swept(relay)
    assert listening.told == [("oak", 1), ("oak", 2)]


async def test_tries_become_rare_and_end_with_the_first_success(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    schools = [f"s{number}" for number in range(3 * FIRST)]
    listening.refused = set(schools)
    for school_id in schools:
        await tell(units, school_id, 1)
    await all_swept(relay)
    assert listening.tries == len(schools)
    for _ in range(60):
        clock.move(timedelta(seconds=1))
        await all_swept(relay)
    again = listening.tries - len(schools)
    # After 1, 2, 4 and 8 seconds, then every 15.
    assert again == FIRST * (4 + (60 - 15) // LONGEST.seconds)

    listening.refused = set()
    clock.move(LONGEST)
    await all_swept(relay)
    assert {told for told, _ in listening.told} == set(schools)


async def test_what_nobody_ever_takes_bars_nothing_of_its_own_kind(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    never = {f"n{number}" for number in range(FIRST)}
    listening.refused = never | {"later"}
    for school_id in (*sorted(never), "later"):
        await tell(units, school_id, 1)
    await all_swept(relay)
    listening.refused = never
    for _ in range(4):
        clock.move(LONGEST)
        await all_swept(relay)
    assert ("later", 1) in listening.told


async def test_one_kind_does_not_wait_for_another(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    async def body(work: Work) -> None:
        person = EducatorChanged(educator_id="rivera", given_name="A", family_name="R")
        work.emit(person, sequence=1)

    await tell(units, "oak", 1)
    await units.run(body)
    listening.refused = {"oak", "rivera"}
    await all_swept(relay)
    listening.refused = {"oak"}
    clock.move(SHORTEST)
    await all_swept(relay)
    assert listening.told == [("rivera", 1)]


async def test_a_clock_that_was_set_back_does_not_lengthen_the_wait(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    listening.refused = {"oak"}
    await tell(units, "oak", 1)
    await all_swept(relay)
    listening.refused = set()
    clock.move(timedelta(hours=-1))
    await all_swept(relay)
    assert listening.told == [("oak", 1)]


async def test_what_another_relay_set_aside_unseen_is_held_to_and_told_within_the_longest_wait(
    units: Units, relay: Relay, listening: Counting, clock: SetClock
) -> None:
    await all_swept(relay)  # it has looked: nothing is refused
    listening.refused = {"oak"}
    await tell(units, "oak", 1)
    slept = Relay(units, listening, "it slept, and lost its lease")
    await all_swept(slept)
    listening.refused = set()
    await tell(units, "oak", 2)
    await all_swept(relay)
    assert listening.told == []
    clock.move(LONGEST)
    await all_swept(relay)
    assert listening.told == [("oak", 1), ("oak", 2)]
