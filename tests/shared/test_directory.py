"""The replica of who is who: the newest state wins, and nobody sees more than they may."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import directory as replica
from shared.clock import SetClock, new_id
from shared.directory import Directory
from shared.envelope import Envelope
from shared.identity import Role, Viewer
from shared.messages import (
    Assignment,
    CaseloadEntry,
    EducatorChanged,
    FamilyChanged,
    FlagsAsOf,
    FlagsChanged,
    HouseholdChanged,
    Message,
    SchoolChanged,
    StudentFacts,
)
from shared.mongo import close, connect
from shared.outbox import OUTBOX, Units, Work

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
BEGINS, ENDS = date(2026, 9, 1), date(2027, 1, 31)


class Told:
    """Tells the directory things, as contacts does."""

    def __init__(self, directory: Directory, units: Units) -> None:
        self.directory = directory
        self.units = units

    async def tell(self, message: Message, version: int = 1) -> bool:
        cause = Envelope.seal(
            message, id=new_id(), source="/partners/contacts", time=NOW, sequence=version
        )

        async def body(work: Work) -> bool:
            return await self.directory.apply(message, work)

        return await self.units.run(body, cause=cause)

    async def flag(self, number: int, student_id: str = "s1", *, barred: bool = True) -> int:
        flag = FlagsChanged(
            number=number, guardian_id="g1", student_id=student_id, do_not_contact=barred
        )

        async def body(work: Work) -> int:
            await self.directory.apply_flag(flag, work)
            return await self.directory.contiguous(work)

        return await self.units.run(body)

    async def as_of(self, number: int, when: datetime = NOW) -> None:
        async def body(work: Work) -> None:
            await self.directory.note_as_of(FlagsAsOf(number=number, as_of=when), work)

        await self.units.run(body)


@pytest.fixture
async def told(mongo_uri: str, database_name: str) -> AsyncIterator[Told]:
    database = connect(mongo_uri, database_name)
    await database.ensure(OUTBOX, *replica.KEPT)
    yield Told(Directory(database), Units(database, "events", SetClock(NOW), new_id))
    close(database)


def family(family_id: str, class_id: str = "c1", school_id: str = "maple") -> FamilyChanged:
    student = StudentFacts(
        student_id=f"{family_id}-s",
        given_name="Ana",
        family_name="Gómez",
        school_id=school_id,
        enrollments=(Assignment(class_id=class_id, begins=BEGINS, ends=ENDS),),
    )
    return FamilyChanged(family_id=family_id, students=(student,), guardians=())


def viewer(role: Role, *schools: str, educator_id: str | None = None) -> Viewer:
    return Viewer(
        account_id="a1", role=role, school_ids=frozenset(schools), educator_id=educator_id
    )


async def test_a_lower_version_never_replaces_a_higher_one(told: Told) -> None:
    assert await told.tell(SchoolChanged(school_id="maple", name="new"), version=3)
    assert not await told.tell(SchoolChanged(school_id="maple", name="old"), version=2)
    assert not await told.tell(SchoolChanged(school_id="maple", name="same"), version=3)
    school = await told.directory.school("maple")
    assert school
    assert school.name == "new"
    assert await told.tell(SchoolChanged(school_id="maple", name="newer"), version=4)


@pytest.mark.parametrize(
    ("on", "sees"),
    [
        (BEGINS - timedelta(days=15), False),
        (BEGINS - timedelta(days=14), True),
        (date(2026, 11, 24), True),
        (ENDS, True),
        (ENDS + timedelta(days=1), False),
    ],
)
async def test_an_educator_sees_own_pupils_from_14_days_before_until_the_class_ends(
    told: Told, on: date, sees: bool
) -> None:
    await told.tell(family("f1"))
    assignment = Assignment(class_id="c1", begins=BEGINS, ends=ENDS)
    await told.tell(
        EducatorChanged(
            educator_id="e1", given_name="Luz", family_name="Rivera", assignments=(assignment,)
        )
    )
    educator = viewer("educator", "maple", educator_id="e1")
    assert await told.directory.sees_family(educator, "f1", on) is sees


@pytest.mark.parametrize(
    ("on", "active", "sees"),
    [
        (BEGINS - timedelta(days=1), True, False),
        (BEGINS, True, True),
        (ENDS, True, True),
        (ENDS + timedelta(days=1), True, False),
        (BEGINS, False, False),
    ],
)
async def test_an_educator_sees_a_family_that_was_given_from_its_first_to_its_last_day(
    told: Told, on: date, active: bool, sees: bool
) -> None:
    await told.tell(family("f1"))
    await told.tell(family("f2"))
    await told.tell(
        EducatorChanged(
            educator_id="e1",
            given_name="Kim",
            family_name="Ray",
            caseload=(CaseloadEntry(family_id="f1", begins=BEGINS, ends=ENDS),),
            active=active,
        )
    )
    educator = viewer("educator", "maple", educator_id="e1")
    assert await told.directory.sees_family(educator, "f1", on) is sees
    assert await told.directory.family_ids_seen_by(educator, on) == (["f1"] if sees else [])
    _, given = await told.directory.in_charge_of(educator, on)
    assert given == ({"f1"} if sees else set())


async def test_a_pupil_who_left_the_class_is_out_of_the_educators_sight(told: Told) -> None:
    left = date(2026, 10, 1)
    moved = family("f1")
    short = Assignment(class_id="c1", begins=BEGINS, ends=left)
    student = moved.students[0].model_copy(update={"enrollments": (short,)})
    await told.tell(moved.model_copy(update={"students": (student,)}))
    assignment = Assignment(class_id="c1", begins=BEGINS, ends=ENDS)
    await told.tell(
        EducatorChanged(
            educator_id="e1", given_name="Luz", family_name="Rivera", assignments=(assignment,)
        )
    )
    educator = viewer("educator", educator_id="e1")
    assert await told.directory.sees_family(educator, "f1", left)
    assert not await told.directory.sees_family(educator, "f1", left + timedelta(days=1))


@pytest.mark.parametrize(
    ("role", "schools", "sees"),
    [
        ("coordinator", ("maple",), True),
        ("principal", ("oak",), False),
        ("office", ("maple", "oak"), True),
        ("district", (), True),
        ("educator", ("maple",), False),
        ("helper", ("maple",), False),
    ],
)
async def test_a_school_role_sees_its_own_school(
    told: Told, role: Role, schools: tuple[str, ...], sees: bool
) -> None:
    await told.tell(family("f1"))
    day = NOW.date()
    assert await told.directory.sees_family(viewer(role, *schools), "f1", day) is sees
    assert (await told.directory.family_ids_seen_by(viewer(role, *schools), day) == ["f1"]) is sees


async def test_a_household_is_invited_when_a_pupil_attends_the_class(told: Told) -> None:
    await told.tell(family("f1", "c1"))
    await told.tell(family("f2", "c2"))
    for name in ("f1", "f2"):
        await told.tell(
            HouseholdChanged(
                household_id=f"h-{name}",
                guardian_ids=("g1",),
                family_ids=(name,),
                student_ids=(f"{name}-s",),
            )
        )
    day = NOW.date()
    everyone = await told.directory.households_in("maple", (), day)
    assert [each.household_id for each in everyone] == ["h-f1", "h-f2"]
    some = await told.directory.households_in("maple", ("c2",), day)
    assert [each.household_id for each in some] == ["h-f2"]


async def test_flags_are_fresh_only_without_a_gap_and_under_five_minutes(told: Told) -> None:
    assert not await told.directory.flags_fresh(NOW)
    await told.as_of(0)
    assert await told.directory.flags_fresh(NOW)
    await told.as_of(2)
    await told.flag(2)
    assert not await told.directory.flags_fresh(NOW)
    await told.flag(1)
    assert await told.directory.flags_fresh(NOW + timedelta(minutes=5))
    assert not await told.directory.flags_fresh(NOW + timedelta(minutes=5, seconds=1))


async def test_a_flag_that_is_told_again_changes_nothing(told: Told) -> None:
    await told.flag(1)
    assert await told.flag(1, barred=False) == 1
    assert await told.directory.barred(["g1"], ["s1"])


async def test_of_flags_taken_in_at_once_the_last_one_sees_all(told: Told) -> None:
    seen = await asyncio.gather(*(told.flag(number) for number in range(1, 9)))
    assert max(seen) == 8


async def test_the_latest_flag_for_two_people_is_in_force(told: Told) -> None:
    await told.flag(1)
    assert await told.directory.barred(["g0", "g1"], ["s1", "s2"])
    assert not await told.directory.barred(["g1"], ["s2"])
    await told.flag(2, barred=False)
    assert not await told.directory.barred(["g1"], ["s1"])
