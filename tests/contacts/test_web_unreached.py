"""The list of families whom letters do not reach, with the reason and another way."""

from datetime import timedelta

from shared.directory import HOUSEHOLDS
from shared.identity import Viewer
from tests.contacts.conftest import NOW, Office, staff_viewer
from tests.contacts.site import ContactsSite
from tests.contacts.test_web_overview import ids


async def test_whom_mail_does_not_reach_is_a_list_until_a_letter_arrives(
    site: ContactsSite, district: Office, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    coordinator = staff_viewer("coordinator", school_id)
    store, database = district.desk.store, district.desk.database
    before = await ids(site, coordinator, show="unreachable")
    family_id = next(iter(await ids(site, coordinator) - before))
    home = (await store.directory.households_of(family_id))[0]
    row = {"household_id": home.household_id, "family_ids": [family_id], "version": 1}
    came_back = {**row, "_id": "d1", "delivery_id": "d1", "state": "came_back", "at": NOW}
    await database["letters"].insert_one(came_back)
    assert family_id in await ids(site, coordinator, show="unreachable")
    later = NOW + timedelta(minutes=5)
    arrived = {**row, "_id": "d2", "delivery_id": "d2", "state": "handed_over", "at": later}
    await database["letters"].insert_one(arrived)
    assert await ids(site, coordinator, show="unreachable") == before
    await database[HOUSEHOLDS].update_one({"_id": home.household_id}, {"$set": {"mailbox": None}})
    assert family_id in await ids(site, coordinator, show="unreachable")


async def test_a_third_silence_and_a_letter_held_back_stand_with_their_reason(
    site: ContactsSite, district: Office, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    coordinator = staff_viewer("coordinator", school_id)
    store, database = district.desk.store, district.desk.database
    family_id = next(
        iter(await ids(site, coordinator) - await ids(site, coordinator, show="unreachable"))
    )
    home = (await store.directory.households_of(family_id))[0]
    row = {"household_id": home.household_id, "family_ids": [family_id], "version": 1}
    for number in ("1", "2", "3"):
        over = {"school_id": school_id, "title": "Night", "cancelled": False, "version": 1}
        closed = {"closes_at": NOW - timedelta(days=int(number)), "facts": {}}
        await database["school_events"].insert_one({"_id": number, **over, **closed})
        letter = {"kind": "invitation", "about": number, "state": "handed_over", "at": NOW}
        await database["letters"].insert_one(
            {"_id": number, "delivery_id": number, **row, **letter}
        )
    browser = site.browser(coordinator)
    shown = await browser.get("/contacts/school?show=unreachable&size=200")
    assert "No answer to the last three invitations" in shown.text
    answer = {"event_id": "2", "answer": "no", "party_size": 0, "at": NOW}
    await database["replies"].insert_one({"_id": "r", "rsvp_id": "r", **row, **answer})
    assert family_id not in await ids(site, coordinator, show="unreachable")
    held = {"state": "not_sent", "needs_a_person": True, "reason": "Because of it."}
    late = {**row, **held, "_id": "4", "delivery_id": "4", "at": NOW + timedelta(minutes=1)}
    await database["letters"].insert_one(late)
    shown = await browser.get("/contacts/school?show=unreachable&size=200")
    assert "Because of it." in shown.text
    assert "a flag may stand there" in shown.text
