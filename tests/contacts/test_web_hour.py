"""The interpreter hour as a coordinator opens it, and what a table and paper get of it."""

import csv
import io
import re
from datetime import timedelta

import pytest

from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.flags import FlagDraft
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.mongo import Document
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.site import ContactsSite

PATH = "/contacts/interpreters/hour"
TUESDAY = {"language": "ar", "day": "2026-12-01", "from": "14:00", "to": "16:00"}


@pytest.fixture
async def needing(district: Office, coordinator: Viewer) -> list[FamilyChanged]:
    """Three families of the school with numbers, the only ones who need Arabic interpreted."""
    families = district.desk.database["dir_families"]
    everybody: Document = {"guardians.$[].interpreter": False}
    await families.update_many({"guardians.0": {"$exists": True}}, {"$set": everybody})
    [school_id] = coordinator.school_ids
    query = {"active": True, "students.school_id": school_id, "guardians.0": {"$exists": True}}
    rows = await families.find(query).sort("_id", 1).limit(3).to_list(None)
    for row in rows:
        reach = [
            {"guardian_id": each["guardian_id"], "phone": f"555 01{number:02}", "email": ""}
            for number, each in enumerate(row["guardians"])
        ]
        changes = {"guardians.$[].interpreter": True, "guardians.$[].language": "ar-IQ"}
        await families.update_one({"_id": row["_id"]}, {"$set": {**changes, "own.reach": reach}})
    return await district.desk.store.directory.families([row["_id"] for row in rows])


async def listed(site: ContactsSite, viewer: Viewer, **query: str) -> list[dict[str, str]]:
    """The rows of the table."""
    answer = await site.browser(viewer).get(f"{PATH}.csv", params={**TUESDAY, **query})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_one_list_for_all_educators_in_ten_minutes_each(
    site: ContactsSite, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    page = await site.browser(coordinator).get(PATH, params=TUESDAY)
    assert page.status_code == 200
    text = page.text.replace("\u202f", " ")
    times = re.findall(r'data-label="Time"><b>([^<]+)', text)
    assert times == ["2:00 PM", "2:10 PM", "2:20 PM"]
    assert "9 slots are free." in text
    assert "Arabic · Tuesday, Dec 1, 2026" in text
    assert 'href="tel:5550100"' in text
    rows = await listed(site, coordinator)
    assert [row["begins"] for row in rows] == ["14:00", "14:10", "14:20"]
    assert {row["family_id"] for row in rows} == {each.family_id for each in needing}
    assert all(row["educators"] for row in rows)
    assert all("No good news from school yet" in row["why"] for row in rows)


async def test_they_come_in_the_order_of_their_turns(
    site: ContactsSite, district: Office, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    first = (await listed(site, coordinator))[0]["family_id"]
    draft = ContactDraft(family_id=first)
    await log_contact(district.desk.store, district.desk.units, draft, coordinator)
    site.clock.move(timedelta(days=3))
    assert [row["family_id"] for row in await listed(site, coordinator)][-1] == first


async def test_who_must_not_be_contacted_is_never_in_the_list(
    site: ContactsSite, district: Office, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    family = needing[0]
    [school_id] = coordinator.school_ids
    for guardian in family.guardians:
        flag = FlagDraft(
            guardian_id=guardian.guardian_id,
            student_id=family.students[0].student_id,
            do_not_contact=True,
            reason="Order 26-114",
        )
        await district.desk.register.decide(flag, staff_viewer("principal", school_id))
    rows = await listed(site, coordinator)
    assert {row["family_id"] for row in rows} == {each.family_id for each in needing[1:]}
    page = await site.browser(coordinator).get(PATH, params=TUESDAY)
    assert family.family_id not in page.text


async def test_who_does_not_fit_waits_and_who_has_no_number_is_named(
    site: ContactsSite, district: Office, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    families = district.desk.database["dir_families"]
    await families.update_one({"_id": needing[2].family_id}, {"$set": {"own.reach": []}})
    page = await site.browser(coordinator).get(PATH, params={**TUESDAY, "to": "14:15"})
    assert "1 family more waits for the next hour." in page.text
    assert "No phone number is known" in page.text
    assert f"/contacts/families/{needing[2].family_id}" in page.text


async def test_an_interpreter_brings_languages_and_hours(
    site: ContactsSite, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    [school_id] = coordinator.school_ids
    huda = {
        "school_id": school_id,
        "name": "Huda Nasser",
        "languages": ["so", "ar"],
        "phone": "555 0177",
        "hours": [{"weekday": 1, "begins": "09:00", "ends": "09:20"}],
        "independent": True,
    }
    made = await site.program(coordinator).post("/contacts/api/v1/interpreters", json=huda)
    who = {"interpreter": made.json()["interpreter_id"]}
    browser = site.browser(coordinator)
    tuesday = await browser.get(PATH, params={**who, "day": "2026-12-01"})
    assert tuesday.text.count('data-label="Time"') == 2
    assert "555 0177" in tuesday.text
    assert "; interpreter" not in tuesday.text
    form = re.search(r'href="(/contacts/families/[^"]+/log\?interpreter=[^"]+)"', tuesday.text)
    assert form
    assert re.search(rf'value="{who["interpreter"]}" selected', (await browser.get(form[1])).text)
    wednesday = await browser.get(PATH, params={**who, "day": "2026-12-02"})
    assert "Huda Nasser has no hours on Wednesday." in wednesday.text


async def test_without_a_choice_the_page_asks_for_one_and_nonsense_is_said(
    site: ContactsSite, coordinator: Viewer, needing: list[FamilyChanged]
) -> None:
    browser = site.browser(coordinator)
    empty = await browser.get(PATH)
    assert "Choose an hour" in empty.text
    assert ">Arabic<" in empty.text
    for wrong, said in (
        ({"to": "13:00"}, "Hours end after they begin"),
        ({"from": "noon"}, "from when until when"),
        ({"day": "tomorrow"}, "Please write a date"),
    ):
        page = await browser.get(PATH, params={**TUESDAY, **wrong})
        assert page.status_code == 422
        assert said in page.text
    nobody = await browser.get(PATH, params={**TUESDAY, "language": "fi"})
    assert "Nobody to call" in nobody.text
    assert (await browser.get(f"{PATH}.csv")).status_code == 422


async def test_it_is_for_coordinators_and_principals_of_the_own_school(
    site: ContactsSite, teacher: Viewer, needing: list[FamilyChanged]
) -> None:
    [school_id] = teacher.school_ids
    for viewer in (teacher, staff_viewer("office", school_id), staff_viewer("district")):
        for path in (PATH, f"{PATH}.csv"):
            assert (await site.browser(viewer).get(path, params=TUESDAY)).status_code == 403
    assert len(await listed(site, staff_viewer("principal", school_id))) == 3
    assert await listed(site, staff_viewer("coordinator", "elsewhere")) == []
