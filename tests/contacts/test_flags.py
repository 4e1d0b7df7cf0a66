"""Custody and do-not-contact: one register, contiguous numbers, households that follow it."""

import asyncio
from pathlib import Path

import pytest

from embedded.sample import District
from services.contacts.actions.flags import OWN_ADDRESS, note_applied
from services.contacts.domain.flags import FlagDraft, FlagEntry, pupils_under_flags
from shared.envelope import Envelope
from shared.errors import Forbidden, NotFound, Refused
from shared.identity import Viewer
from shared.messages import FamilyChanged, FlagsApplied, HouseholdChanged
from shared.outbox import Work
from tests.contacts.conftest import NOW, Office, staff_viewer


@pytest.fixture
async def family(district: Office, sample: District) -> FamilyChanged:
    student = sample.picks.separated.student_ids[0]
    found = await district.desk.store.directory.family_of_student(student)
    assert found is not None
    return found


def draft(family: FamilyChanged, who: int = 0, **flags: bool) -> FlagDraft:
    return FlagDraft(
        guardian_id=family.guardians[who].guardian_id,
        student_id=family.students[0].student_id,
        reason="Order 26-114",
        **flags,
    )


def principal(family: FamilyChanged) -> Viewer:
    return staff_viewer("principal", family.students[0].school_id)


async def test_a_flag_is_told_with_its_number_and_ends_the_links(
    district: Office, family: FamilyChanged
) -> None:
    directory = district.desk.store.directory
    before = {h.household_id: h for h in await directory.households_of(family.family_id)}
    entry = await district.desk.register.decide(draft(family, custody=True), principal(family))
    [flag] = await district.told("flags.changed")
    assert (flag.version, flag.data["number"]) == (1, 1)
    assert flag.data["household_ids"] == list(entry.household_ids)
    assert "Order" not in str(flag.data)
    [told] = await district.told("household.changed")
    household = HouseholdChanged.model_validate(told.data)
    assert household.link_version == before[household.household_id].link_version + 1
    assert family.students[0].student_id not in household.student_ids


async def test_the_other_parents_household_is_left_alone(
    district: Office, family: FamilyChanged
) -> None:
    await district.desk.register.decide(draft(family, custody=True), principal(family))
    other = family.guardians[1].guardian_id
    [household] = await district.desk.store.directory.households_of_guardian(other)
    assert household.link_version == 1
    assert family.students[0].student_id in household.student_ids


async def test_numbers_have_no_gap_however_many_decide_at_once(
    district: Office, sample: District
) -> None:
    families = []
    for student in sample.students[:12]:
        found = await district.desk.store.directory.family_of_student(student.id)
        if found and found.guardians:
            families.append((found, student.id))
    by = staff_viewer("district")
    decisions = [
        FlagDraft(
            guardian_id=family.guardians[0].guardian_id,
            student_id=student,
            do_not_contact=True,
            reason="asked to",
        )
        for family, student in families
    ]
    await asyncio.gather(*(district.desk.register.decide(each, by) for each in decisions))
    numbers = sorted(each.data["number"] for each in await district.told("flags.changed"))
    assert numbers == list(range(1, len(decisions) + 1))
    assert await district.desk.store.directory.contiguous() == len(decisions)


async def test_a_flag_that_changes_nothing_is_refused(
    district: Office, family: FamilyChanged
) -> None:
    with pytest.raises(Refused, match="already"):
        await district.desk.register.decide(draft(family), principal(family))
    assert await district.desk.store.flags.number() == 0


async def test_no_import_lifts_a_flag_and_the_principal_does(
    district: Office, family: FamilyChanged, package: Path
) -> None:
    register, store = district.desk.register, district.desk.store
    await register.decide(draft(family, do_not_contact=True), principal(family))
    await district.forget_told()
    await district.bring(package, package.parent / "contacts.csv")
    assert await district.told() == []
    who, student = family.guardians[0].guardian_id, family.students[0].student_id
    assert await store.directory.barred([who], [student])
    await register.decide(draft(family), principal(family))
    assert not await store.directory.barred([who], [student])
    [household] = await store.directory.households_of_guardian(who)
    assert student in household.student_ids
    assert household.link_version == 3


async def test_only_the_principal_of_that_school_and_the_district_decide(
    district: Office, family: FamilyChanged
) -> None:
    for by in (
        staff_viewer("coordinator", family.students[0].school_id),
        staff_viewer("principal", "elsewhere"),
    ):
        with pytest.raises(Forbidden):
            await district.desk.register.decide(draft(family, custody=True), by)


async def test_two_people_who_do_not_belong_together_are_not_found(
    district: Office, family: FamilyChanged
) -> None:
    stranger = draft(family, custody=True).model_copy(update={"guardian_id": "nobody"})
    with pytest.raises(NotFound):
        await district.desk.register.decide(stranger, staff_viewer("district"))


async def test_the_register_says_how_far_it_goes(district: Office, family: FamilyChanged) -> None:
    await district.desk.register.say_as_of()
    await district.desk.register.decide(draft(family, custody=True), principal(family))
    await district.desk.register.say_as_of()
    said = await district.told("flags.as-of")
    assert [each.data["number"] for each in said] == [0, 1]


async def test_a_flag_is_in_force_when_letters_and_events_act_on_it(
    district: Office, family: FamilyChanged
) -> None:
    await district.desk.register.decide(draft(family, custody=True), principal(family))

    async def applied(service: str) -> FlagEntry:
        said = FlagsApplied(service=service, number=1)
        cause = Envelope.seal(said, id=service, source="/x", time=NOW, sequence=1)

        async def body(work: Work) -> None:
            await note_applied(district.desk.store, said, work)

        await district.desk.units.run(body, cause=cause)
        return (await district.desk.store.flags.in_force())[0]

    assert (await applied("events")).in_force_since is None
    assert (await applied("notifications")).in_force_since == NOW


async def test_a_household_written_beside_a_flag_is_mended(
    district: Office, family: FamilyChanged
) -> None:
    await district.desk.register.decide(draft(family, custody=True), principal(family))
    who, student = family.guardians[0].guardian_id, family.students[0].student_id
    await district.desk.database["dir_households"].update_one(
        {"guardian_ids": who}, {"$push": {"student_ids": student}}
    )
    assert await district.desk.register.mend() == 1
    [household] = await district.desk.store.directory.households_of_guardian(who)
    assert student not in household.student_ids
    assert await district.desk.register.mend() == 0


def test_a_mailbox_shared_with_a_barred_adult_hears_nothing_of_the_child() -> None:
    flag = FlagEntry(number=1, guardian_id="father", student_id="ana", custody=True, at=NOW)
    assert pupils_under_flags(["mother", "father"], ["ana", "luis"], [flag]) == ("luis",)
    lifted = flag.model_copy(update={"custody": False})
    assert pupils_under_flags(["father"], ["ana"], [lifted]) == ("ana",)


async def test_who_shares_the_mailbox_of_a_flagged_adult_is_to_be_asked_for_an_own_address(
    district: Office, sample: District
) -> None:
    store = district.desk.store
    families = [await store.directory.family_of_student(each.id) for each in sample.students]
    homes = [
        household
        for each in families
        if each
        for household in await store.directory.households_of(each.family_id)
    ]
    shared = next(
        home for home in homes if len(home.guardian_ids) > 1 and home.mailbox and home.student_ids
    )
    together = await store.directory.family(shared.family_ids[0])
    assert together is not None
    asked = FlagDraft(
        guardian_id=shared.guardian_ids[0],
        student_id=together.students[0].student_id,
        reason="Order 26-114",
        custody=True,
    )
    await district.desk.register.decide(asked, principal(together))
    [task] = await district.desk.database["follow_ups"].find().to_list(None)
    assert (task["family_id"], task["what"]) == (together.family_id, OWN_ADDRESS)
    assert (task["assignee"]["account_id"], task["assignee"]["educator_id"]) == (None, None)
    lifted = asked.model_copy(update={"custody": False})
    await district.desk.register.decide(lifted, principal(together))
    assert await district.desk.database["follow_ups"].count_documents({}) == 1
