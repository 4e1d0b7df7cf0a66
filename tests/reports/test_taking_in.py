"""Batches on a real database: ledger and figures in one transaction."""

import asyncio

import pytest

from services.reports.actions import Desk, take_in
from services.reports.domain.coverage import Tally, cells_of
from services.reports.store.ledger import LEDGER
from shared import messages as m
from shared.clock import SetClock
from shared.directory import Directory
from shared.envelope import Envelope
from shared.errors import Permanent
from shared.identity import Viewer
from shared.outbox import Units
from tests.reports.conftest import digest, hear, hear_in_batches
from tests.reports.making import (
    MAPLE,
    NOW,
    ROOM_4,
    accepted,
    contact,
    counted,
    educator,
    facts,
    family,
    school,
    seal,
    seeded,
    story,
)


async def test_stored_figures_are_those_of_the_model(desk: Desk) -> None:
    told = story()
    await hear_in_batches(desk, told, 20)
    assert await digest(desk) == counted(told).digest()


@pytest.mark.parametrize("size", [1, 7, 500])
async def test_shuffled_and_doubled_messages_give_the_same_figures(desk: Desk, size: int) -> None:
    told = story(contacts=20)
    shuffled = [*told, *told[::2]]
    seeded(size).shuffle(shuffled)
    await hear_in_batches(desk, shuffled, size)
    assert await digest(desk) == counted(told).digest()
    assert await desk.database[LEDGER.name].count_documents({}) == len(told)
    assert (await desk.ledger.head()).place == len(told)


async def test_a_batch_with_one_bad_message_keeps_nothing_of_it(desk: Desk) -> None:
    good = seal(contact("1"))
    bad = good.model_copy(update={"id": "bad", "data": {"contact_id": "2"}})
    with pytest.raises(Permanent, match="do not fit"):
        await take_in(desk, [seal(school()), good, bad])
    assert (await desk.ledger.head()).place == 0
    assert await desk.database[LEDGER.name].count_documents({}) == 0


async def test_a_failure_between_ledger_and_figures_keeps_neither(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hear(desk, school(), family("okafor"))
    before = await digest(desk)

    async def fail(*_: object) -> None:
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as patch:
        patch.setattr("services.reports.store.figures.Generation.write", fail)
        with pytest.raises(RuntimeError):
            await hear(desk, contact("1"), school("new"))
    assert await digest(desk) == before
    await hear(desk, contact("1"), school("new"))
    assert (
        await digest(desk)
        == counted(
            [seal(each) for each in (school(), family("okafor"), contact("1"), school("new"))]
        ).digest()
    )


async def test_an_id_that_comes_again_with_something_else_is_dead_with_that_reason(
    desk: Desk,
) -> None:
    await hear(desk, school(), seal(contact("1"), id="same"))
    before = await digest(desk)
    with pytest.raises(Permanent, match="used before"):
        await hear(desk, seal(contact("2"), id="same"))
    await hear(desk, seal(contact("1"), id="same"))
    assert await digest(desk) == before


async def test_two_replicas_at_once_count_everything_once(desk: Desk, clock: SetClock) -> None:
    other = Desk.over(Units(desk.database, "reports", clock, desk.units.mint))
    told = story(contacts=30)

    async def some(one: Desk, mine: list[Envelope]) -> None:
        await hear_in_batches(one, mine, 10)

    middle = len(told) // 2
    await asyncio.gather(some(desk, told[: middle + 10]), some(other, told[middle - 10 :]))
    assert await digest(desk) == counted(told).digest()


async def test_the_ledger_keeps_each_message_as_it_came_with_its_place(desk: Desk) -> None:
    envelope = seal(contact("1"))
    await hear(desk, school(), envelope)
    row = await desk.database[LEDGER.name].find_one({"_id": envelope.key})
    assert row is not None
    assert Envelope.model_validate(row["envelope"]) == envelope
    assert (row["place"], row["about"], row["recorded_at"]) == (2, "contact|1", NOW)


async def test_what_waited_for_its_school_is_counted_when_it_comes(desk: Desk) -> None:
    await hear(desk, contact("1"), accepted("2", "okafor"))
    await hear(desk, family("okafor"))
    figures = desk.generation(1)
    assert await figures.counts.count_documents({}) == 0
    assert await figures.waiting.count_documents({}) == 2
    await hear(desk, school())
    assert await figures.waiting.count_documents({}) == 0
    found = await desk.reading.family("okafor")
    assert found is not None
    assert found.marks == {"2026-11.told": 2, "2026-11.good": 2, "2026-11.reached": 1}


async def test_a_new_process_goes_on_where_the_last_one_stopped(desk: Desk) -> None:
    told = story(contacts=12)
    for number, envelope in enumerate(told):
        fresh = Desk.over(desk.units) if number % 3 == 0 else desk
        await take_in(fresh, [envelope])
    assert await digest(desk) == counted(told).digest()


async def test_the_replica_ignores_older_words_and_opens_what_a_teacher_may_see(
    desk: Desk,
) -> None:
    await hear(desk, seal(school(name="New name"), 2), seal(school(), 1))
    await hear(desk, seal(school(name="Old name"), 1, id="late"))
    await hear(desk, educator("rivera", ROOM_4), family("okafor"), family("li", class_id="other"))
    directory = Directory(desk.database)
    found = await directory.school(MAPLE)
    assert found is not None
    assert found.name == "New name"
    teacher = Viewer(account_id="a", role="educator", educator_id="rivera")
    assert await directory.sees_family(teacher, "okafor", NOW.date())
    assert not await directory.sees_family(teacher, "li", NOW.date())


async def test_the_databases_tallies_are_those_of_the_model(desk: Desk) -> None:
    told = story()
    none = m.FamilyChanged(family_id="alone", students=family("alone").students, guardians=())
    told += [seal(none), seal(family("gone", active=False)), seal(contact("z", "stranger"))]
    await hear_in_batches(desk, told, 50)
    rows = [(row.state, row.marks) for row in counted(told).families.values() if row.state]
    for months in (["2026-11"], ["2026-10", "2026-12"]):
        assert await desk.reading.cells(months) == cells_of(rows, months)
    by_month = await desk.reading.by_month(["2026-10", "2026-11"])
    assert by_month["2026-10"] == Tally(13, 0, 0, 0)
    assert by_month["2026-11"] == cells_of(rows, ["2026-11"]).total


async def test_reading_pages_never_touches_the_ledger(desk: Desk) -> None:
    await hear_in_batches(desk, story(contacts=10), 50)
    await desk.database[LEDGER.name].drop()
    assert (await desk.reading.days("", "", NOW.date(), NOW.date()))["2026-11-24"]
    assert (await desk.reading.cells(["2026-11"])).total.families == 12
    assert facts([]) == []
