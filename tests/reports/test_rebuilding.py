"""Rebuilding from the ledger: byte-equal, resumable, and fair to what arrives meanwhile."""

from datetime import timedelta

import pytest

from services.reports.actions import Desk
from services.reports.actions import rebuilding as r
from services.reports.actions.exporting import figures_as_of
from services.reports.actions.rebuilding import (
    Rebuilder,
    ask_for_rebuild,
    progress_of_rebuild,
)
from services.reports.store import Generation
from services.reports.store.jobs import JOBS, Rebuild
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import Conflict
from tests.reports.conftest import digest, hear, hear_in_batches
from tests.reports.making import (
    MAPLE,
    NOW,
    accepted,
    bounced,
    contact,
    counted,
    family,
    retracted,
    school,
    seal,
    story,
)


async def rebuilt(desk: Desk) -> Rebuild:
    await ask_for_rebuild(desk)
    await Rebuilder(desk, desk.units.mint).turn()
    job = await progress_of_rebuild(desk)
    assert job is not None
    return job


async def test_rebuilt_figures_are_byte_equal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(r, "AT_ONCE", 17)
    told = story()
    await hear_in_batches(desk, told, 30)
    before = await digest(desk)
    job = await rebuilt(desk)
    assert (job.state, job.equal, job.done, job.total) == ("done", True, len(told), len(told))
    assert job.digest_before == job.digest_after == before == await digest(desk)
    assert (await desk.ledger.head()).generation == 2
    assert (await rebuilt(desk)).equal


async def test_a_rebuild_of_nothing_is_done_at_once(desk: Desk) -> None:
    job = await rebuilt(desk)
    assert (job.state, job.equal, job.total) == ("done", True, 0)


async def test_a_rebuild_mends_figures_and_says_that_they_differed(desk: Desk) -> None:
    told = story(contacts=10)
    await hear_in_batches(desk, told, 30)
    await desk.generation(1).families.update_one(
        {"_id": "family-1"}, {"$inc": {"m.2026-11.told": 5}}
    )
    job = await rebuilt(desk)
    assert job.equal is False
    assert await digest(desk) == counted(told).digest()


async def test_messages_that_arrive_meanwhile_are_in_the_new_figures(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(r, "AT_ONCE", 25)
    told = story()
    late = [seal(contact(f"late-{n}", "family-2"), time=NOW) for n in range(20)]
    late += [seal(retracted("c1"), 9), seal(school("new"))]
    await hear_in_batches(desk, told, 50)
    arriving = iter(late)
    fold_some = Rebuilder._fold_some

    async def fold_while_more_arrives(
        self: Rebuilder, job: Rebuild, figures: Generation
    ) -> Rebuild:
        for envelope in [each for _, each in zip(range(4), arriving, strict=False)]:
            await hear(desk, envelope)
        return await fold_some(self, job, figures)

    monkeypatch.setattr(Rebuilder, "_fold_some", fold_while_more_arrives)
    job = await rebuilt(desk)
    assert job.equal
    assert await digest(desk) == counted([*told, *late]).digest()
    await hear(desk, contact("after", "family-3"))
    everything = [*told, *late, seal(contact("after", "family-3"))]
    assert await digest(desk) == counted(everything).digest()


async def test_a_rebuild_goes_on_after_a_crash(
    desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(r, "AT_ONCE", 20)
    await hear_in_batches(desk, story(), 50)
    await ask_for_rebuild(desk)
    first = Rebuilder(desk, desk.units.mint)
    fold_some = Rebuilder._fold_some
    folded = 0

    async def fold_twice(self: Rebuilder, job: Rebuild, figures: Generation) -> Rebuild:
        nonlocal folded
        folded += 1
        if folded == 3:
            raise RuntimeError("crash")
        return await fold_some(self, job, figures)

    monkeypatch.setattr(Rebuilder, "_fold_some", fold_twice)
    with pytest.raises(RuntimeError):
        await first.turn()
    half = await progress_of_rebuild(desk)
    assert half is not None
    assert (half.state, half.done) == ("folding", 40)
    second = Rebuilder(desk, desk.units.mint)
    await second.turn()
    assert await progress_of_rebuild(desk) == half, "the first still holds the lease"
    clock.move(timedelta(seconds=16))
    await second.turn()
    job = await progress_of_rebuild(desk)
    assert job is not None
    assert (job.state, job.equal) == ("done", True)


async def test_a_crash_after_the_change_over_folds_nothing_twice(desk: Desk) -> None:
    await hear_in_batches(desk, story(contacts=10), 50)
    await rebuilt(desk)
    await desk.database[JOBS.name].update_one(
        {}, {"$set": {"state": "comparing", "open": True}, "$unset": {"finished_at": ""}}
    )
    await hear(desk, contact("between", "family-1"))
    before = await digest(desk)
    await Rebuilder(desk, desk.units.mint).turn()
    job = await progress_of_rebuild(desk)
    assert job is not None
    assert (job.state, job.equal) == ("done", True)
    assert await digest(desk) == before


async def test_two_who_rebuild_at_once_never_fold_the_same_twice(desk: Desk) -> None:
    await hear_in_batches(desk, story(contacts=5), 50)
    await ask_for_rebuild(desk)
    job = await Rebuilder(desk, desk.units.mint)._begin(
        await desk.jobs.open() or pytest.fail("none is open")
    )
    figures = Generation(desk.database, job.generation)
    rebuilder = Rebuilder(desk, desk.units.mint)
    await rebuilder._fold_some(job, figures)
    once = await figures.digest()
    with pytest.raises(Conflict):
        await rebuilder._fold_some(job, figures)
    assert await figures.digest() == once


async def test_asking_twice_gives_the_rebuild_under_way(desk: Desk) -> None:
    first = await ask_for_rebuild(desk)
    assert (await ask_for_rebuild(desk)).job_id == first.job_id


async def test_a_school_in_another_time_zone_gets_its_days_anew(desk: Desk) -> None:
    midnight = NOW.replace(hour=5, minute=30)
    told = [seal(school()), seal(family("okafor"))]
    told += [seal(contact("1", occurred_at=midnight)), seal(contact("2"))]
    await hear(desk, *told)
    await hear(desk, seal(school(zone="America/Chicago"), 2))
    job = await desk.jobs.open()
    assert job is not None
    assert job.reason == "a school's time zone changed"
    await Rebuilder(desk, desk.units.mint).turn()
    days = await desk.reading.days(MAPLE, "", NOW.date() - timedelta(days=9), NOW.date())
    assert set(days) == {"2026-11-23", "2026-11-24"}
    await hear(desk, seal(retracted("1"), 2))
    days = await desk.reading.days(MAPLE, "", NOW.date() - timedelta(days=9), NOW.date())
    assert not any(days["2026-11-23"].values())


async def test_figures_as_of_a_day_know_only_what_was_recorded_by_then(
    desk: Desk, clock: SetClock
) -> None:
    first: list[Envelope] = [seal(accepted("d", "okafor")), seal(school()), seal(family("okafor"))]
    await hear(desk, *first, seal(contact("1")))
    evening = clock.move(timedelta(hours=4))
    late = [seal(bounced("d", "okafor"), 2), seal(retracted("1"), 2), seal(contact("2"))]
    await hear_in_batches(desk, late, 2)
    then = await figures_as_of(desk, evening)
    assert then.digest() == counted([*first, seal(contact("1"))]).digest()
    now = await figures_as_of(desk, clock.move(timedelta(seconds=1)))
    assert now.digest() == await digest(desk)
