"""A family that left is erased by two people, after its time and never under a hold."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.actions import erasing
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.actions.strengths import add_strength
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.erasing import Erasure, Retention, WhyDraft, free_from
from shared.directory import FAMILIES
from shared.errors import Conflict, Forbidden
from shared.identity import Viewer
from shared.messages import FamilyChanged, FamilyErased, HouseholdChanged
from tests.contacts.conftest import EVERYTHING, Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

WHY = WhyDraft(reason="The family asked for it.")
WORDS = "Wonderful reading today!"
NOTE = "Grandma is ill."


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 100))
def test_the_time_of_keeping_ends_on_the_same_day_of_a_later_year(left: date, years: int) -> None:
    free = free_from(left, Retention(years=years))
    assert free is not None
    assert free.year == left.year + years
    assert (free.month, free.day) in {(left.month, left.day), (3, 1)}


@dataclass
class Leaving:
    """A family with words about it, and the two people of the district."""

    office: Office
    family: FamilyChanged
    one: Viewer
    other: Viewer

    @property
    def family_id(self) -> str:
        return self.family.family_id

    async def leave(self) -> None:
        """As an import leaves a family that the roster has no more."""
        desk = self.office.desk
        row = await desk.store.erasing.family(self.family_id)
        gone = {**row, "active": False, "digest": "", "version": row["version"] + 1}
        gone["own"] = {**row["own"], "left_at": desk.units.clock.now()}
        await desk.database[FAMILIES].replace_one({"_id": self.family_id}, gone)

    async def keep_for(self, years: int) -> None:
        desk = self.office.desk
        await erasing.set_retention(desk.store, desk.units, Retention(years=years), self.one)

    async def ask(self) -> Erasure:
        desk = self.office.desk
        return await erasing.ask(desk.store, desk.units, self.family_id, WHY, self.one)

    async def agree(self, erasure: Erasure, by: Viewer | None = None) -> Erasure:
        desk = self.office.desk
        return await erasing.agree(desk.store, desk.units, erasure.erasure_id, by or self.other)

    async def everything(self) -> str:
        """All that contacts keeps, as one text."""
        database, found = self.office.desk.database, []
        for kept in EVERYTHING:
            found += [repr(row) async for row in database[kept.name].find()]
        return "\n".join(found)


@pytest.fixture
async def leaving(district: Office, family: FamilyChanged, teacher: Viewer) -> Leaving:
    desk = district.desk
    draft = ContactDraft(family_id=family.family_id, words=WORDS, note=NOTE)
    await log_contact(desk.store, desk.units, draft, teacher)
    student = family.students[0].student_id
    await add_strength(desk.store, desk.units, family.family_id, student, "dinosaurs", teacher)
    one = staff_viewer("district").model_copy(update={"account_id": "one", "name": "The one"})
    other = one.model_copy(update={"account_id": "other", "name": "The other"})
    return Leaving(district, family, one, other)


async def test_names_and_words_are_gone_and_counts_stay(leaving: Leaving) -> None:
    database = leaving.office.desk.database
    count = await database["contacts"].count_documents({"family_id": leaving.family_id})
    await leaving.leave()
    await leaving.keep_for(0)
    asked = await leaving.ask()
    await leaving.office.forget_told()
    done = await leaving.agree(asked)
    assert done.state == "done"
    assert done.blanked["strengths"] == 1
    assert await database["contacts"].count_documents({"family_id": leaving.family_id}) == count
    kept = await leaving.everything()
    names = {each.family_name for each in leaving.family.students}
    given = {each.given_name for each in leaving.family.students}
    about = [line for line in kept.split("\n") if leaving.family_id in line]
    assert about
    for words in (WORDS, NOTE, "dinosaurs", *names, *given):
        assert not [line for line in about if words in line], words
    assert WORDS not in kept
    assert NOTE not in kept


async def test_the_others_are_told_once_with_ids_alone(leaving: Leaving) -> None:
    await leaving.leave()
    await leaving.keep_for(0)
    asked = await leaving.ask()
    await leaving.office.forget_told()
    await leaving.agree(asked)
    told = [each.open() for each in await leaving.office.told()]
    [erased] = [each for each in told if isinstance(each, FamilyErased)]
    [family] = [each for each in told if isinstance(each, FamilyChanged)]
    homes = [each for each in told if isinstance(each, HouseholdChanged)]
    assert set(erased.student_ids) == {each.student_id for each in leaving.family.students}
    assert {each.given_name for each in family.students} == {""}
    assert {each.household_id for each in homes} == set(erased.household_ids)
    assert all(each.mailbox is None and not each.greeting for each in homes)
    assert len(erased.contact_ids) == 1


async def test_a_family_in_the_roster_is_not_erased(leaving: Leaving) -> None:
    await leaving.keep_for(0)
    with pytest.raises(Conflict, match="in the roster"):
        await leaving.ask()


async def test_the_time_of_keeping_has_to_be_over(leaving: Leaving) -> None:
    await leaving.leave()
    await leaving.keep_for(1)
    with pytest.raises(Conflict, match="is not over yet"):
        await leaving.ask()
    leaving.office.clock.move(timedelta(days=366))
    assert (await leaving.ask()).state == "asked"


async def test_whoever_asked_does_not_agree(leaving: Leaving) -> None:
    await leaving.leave()
    await leaving.keep_for(0)
    asked = await leaving.ask()
    with pytest.raises(Forbidden, match="Somebody else"):
        await leaving.agree(asked, leaving.one)
    with pytest.raises(Conflict, match="asked for this already"):
        await leaving.ask()


async def test_a_hold_stands_against_it_until_it_is_lifted(leaving: Leaving) -> None:
    desk, family_id = leaving.office.desk, leaving.family_id
    await leaving.leave()
    await leaving.keep_for(0)
    asked = await leaving.ask()
    held = await erasing.hold(desk.store, desk.units, family_id, WHY, leaving.other)
    with pytest.raises(Conflict, match="a hold"):
        await leaving.agree(asked)
    await erasing.lift(desk.store, desk.units, family_id, held.hold_id, leaving.one)
    assert (await leaving.agree(asked)).state == "done"


async def test_declined_nothing_is_erased(leaving: Leaving) -> None:
    desk = leaving.office.desk
    await leaving.leave()
    await leaving.keep_for(0)
    asked = await leaving.ask()
    await erasing.decline(desk.store, desk.units, asked.erasure_id, leaving.other)
    with pytest.raises(Conflict, match="decided already"):
        await leaving.agree(asked)
    assert WORDS in await leaving.everything()


async def test_an_adult_of_another_family_keeps_the_name(
    leaving: Leaving, district: Office
) -> None:
    database = district.desk.database
    adult = leaving.family.guardians[0]
    other: dict[str, Any] = await district.desk.store.erasing.family(leaving.family_id)
    await database[FAMILIES].insert_one({**other, "_id": "other", "family_id": "other"})
    await leaving.leave()
    await leaving.keep_for(0)
    await leaving.agree(await leaving.ask())
    row = await district.desk.store.erasing.family(leaving.family_id)
    assert adult.given_name in {each["given_name"] for each in row["guardians"]}
    assert {each["given_name"] for each in row["students"]} == {""}


async def test_by_page_one_asks_and_another_agrees(site: ContactsSite, leaving: Leaving) -> None:
    await leaving.leave()
    first, second = site.browser(leaving.one), site.browser(leaving.other)
    page = f"/contacts/families/{leaving.family_id}/erasure"
    too_early = await fill_in(first, page, reason="They asked.")
    assert too_early.status_code == 422
    assert "is not over yet" in too_early.text
    list_ = "/contacts/erasures"
    await fill_in(first, f"{list_}/retention", form_at=list_, years="0")
    assert (await fill_in(first, page, reason="They asked.")).headers["location"] == list_
    assert "Agree and erase" not in (await first.get(list_)).text
    assert "Agree and erase" in (await second.get(list_)).text
    [asked] = (await site.program(leaving.one).get("/contacts/api/v1/erasures")).json()["items"]
    await fill_in(second, f"{list_}/{asked['erasure_id']}/agree", form_at=list_)
    shown = (await second.get(f"/contacts/families/{leaving.family_id}")).text
    assert "What was kept of this family was erased." in shown
    assert leaving.family.students[0].given_name not in shown


async def test_nobody_but_the_district_reads_of_it(site: ContactsSite, leaving: Leaving) -> None:
    principal = staff_viewer("principal", leaving.family.students[0].school_id)
    for path in ("/contacts/erasures", f"/contacts/families/{leaving.family_id}/erasure"):
        assert (await site.browser(principal).get(path)).status_code == 403
