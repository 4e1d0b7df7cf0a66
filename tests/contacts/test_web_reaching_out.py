"""The coordinator's list of families that letters do not reach, with the reason and another way."""

from datetime import timedelta

from services.contacts.domain.reaching_out import Trouble
from shared.identity import Viewer
from tests.contacts.conftest import NOW, TODAY, Office, staff_viewer
from tests.contacts.site import ContactsSite


async def test_a_third_silence_and_a_letter_held_back_stand_with_their_reason(
    site: ContactsSite, district: Office, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    coordinator = staff_viewer("coordinator", school_id)
    store, database = district.desk.store, district.desk.database
    families = await store.families.listed(seen_by=coordinator, on=TODAY, most=100)
    ids = [each.family_id for each in families]
    lost = await store.overview.unreachable(ids, NOW)
    family_id = next(each for each in ids if each not in lost)
    [home, *_] = await store.directory.households_of(family_id)
    row = {"household_id": home.household_id, "family_ids": [family_id], "version": 1}
    for number in ("1", "2", "3"):
        over = {"school_id": school_id, "title": "Night", "cancelled": False, "version": 1}
        closed = {"closes_at": NOW - timedelta(days=int(number)), "facts": {}}
        await database["school_events"].insert_one({"_id": number, **over, **closed})
        got = {"kind": "invitation", "about": number, "state": "handed_over", "at": NOW}
        await database["letters"].insert_one({"_id": number, "delivery_id": number, **row, **got})
    assert (await store.overview.unreachable(ids, NOW))[family_id] == Trouble("silent")
    answer = {"event_id": "2", "answer": "no", "party_size": 0, "at": NOW}
    await database["replies"].insert_one({"_id": "r", "rsvp_id": "r", **row, **answer})
    assert family_id not in await store.overview.unreachable(ids, NOW)

    held = {"state": "not_sent", "needs_a_person": True, "reason": "Because of it."}
    late = {**row, **held, "_id": "4", "delivery_id": "4", "at": NOW + timedelta(minutes=1)}
    await database["letters"].insert_one(late)
    shown = await site.browser(coordinator).get("/contacts/school?show=unreachable&size=200")
    assert "Because of it." in shown.text
    assert "a flag may stand there" in shown.text
