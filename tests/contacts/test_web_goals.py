"""Goals, as an educator, a principal and the district see them."""

from datetime import timedelta

import pytest

from embedded.sample import District
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from shared.identity import Viewer
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.outside import fact, hear
from tests.contacts.site import ContactsSite, fill_in

PATH = "/contacts/goals"
API = "/contacts/api/v1/goals/mine"
DISTRICT = f"{PATH}/settings/district"


async def month(site: ContactsSite, viewer: Viewer) -> tuple[int, int]:
    """Done and asked for this month, by the API."""
    answer = await site.program(viewer).get(API)
    assert answer.status_code == 200
    found = answer.json()["progress"]["month"]
    return found["done"], found["goal"]


@pytest.fixture
async def families(site: ContactsSite, teacher: Viewer) -> list[str]:
    """The teacher's families, in the order of their turns."""
    answer = await site.program(teacher).get("/contacts/api/v1/next")
    return [each["family"]["family_id"] for each in answer.json()["items"]]


async def log(district: Office, viewer: Viewer, family_id: str, **facts: object) -> str:
    draft = ContactDraft.model_validate({"family_id": family_id, **facts})
    return (await log_contact(district.desk.store, district.desk.units, draft, viewer)).contact_id


async def test_good_news_and_a_hello_count_and_a_concern_does_not(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    assert (await month(site, teacher))[0] == 0
    await log(district, teacher, families[0])
    await log(district, teacher, families[1], tone="hello", outcome="voicemail")
    await log(district, teacher, families[2], tone="concern")
    await log(district, teacher, families[3], outcome="no_answer")
    assert (await month(site, teacher))[0] == 2
    page = await site.browser(teacher).get(PATH)
    assert "Nobody but you sees these figures." in page.text
    assert "2 of " in page.text


async def test_the_goal_is_never_more_than_the_own_families(
    site: ContactsSite, teacher: Viewer, families: list[str]
) -> None:
    done, goal = await month(site, teacher)
    assert done == 0
    assert 0 < goal <= min(20, len(families))


async def test_what_is_taken_back_counts_no_more(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    contact_id = await log(district, teacher, families[0])
    assert (await month(site, teacher))[0] == 1
    await site.program(teacher).delete(f"/contacts/api/v1/contacts/{contact_id}")
    assert (await month(site, teacher))[0] == 0


async def test_the_figures_of_one_are_not_those_of_a_colleague(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    [school_id] = teacher.school_ids
    await log(district, staff_viewer("coordinator", school_id), families[0])
    found = (await site.program(teacher).get(API)).json()["progress"]
    assert found["month"]["done"] == 0
    assert found["round"]["done"] == 1
    for role in ("principal", "coordinator", "office", "district"):
        viewer = staff_viewer(role, *([] if role == "district" else [school_id]))
        assert (await site.program(viewer).get(API)).status_code == 403


async def test_a_new_month_begins_at_nothing(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    await log(district, teacher, families[0])
    site.clock.move(timedelta(days=8))
    assert (await month(site, teacher))[0] == 0


async def test_the_school_sees_how_far_it_is_and_nobodys_name(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    [school_id] = teacher.school_ids
    await log(district, teacher, families[0])
    page = await site.browser(staff_viewer("principal", school_id)).get(PATH)
    assert page.status_code == 200
    assert "1 of " in page.text
    assert "are seen by that educator alone" in page.text
    assert teacher.name not in page.text


async def test_only_the_district_opens_the_figures_and_then_each_educator_is_told(
    site: ContactsSite, district: Office, teacher: Viewer, families: list[str]
) -> None:
    [school_id] = teacher.school_ids
    await log(district, teacher, families[0])
    principal = staff_viewer("principal", school_id)
    own = f"{PATH}/settings/{school_id}"
    sent = {"a_month": "10", "every_family_each": "term", "opened": "true"}
    assert (await fill_in(site.browser(principal), own, **sent)).status_code == 303
    assert "Nobody but you" in (await site.browser(teacher).get(PATH)).text
    opening = await fill_in(site.browser(staff_viewer("district")), DISTRICT, **sent)
    assert opening.status_code == 303
    assert "Nobody but you" not in (await site.browser(teacher).get(PATH)).text
    assert "see these figures" in (await site.browser(teacher).get(PATH)).text
    page = await site.browser(principal).get(PATH)
    assert teacher.name in page.text


async def test_a_school_has_its_own_goals_until_it_takes_those_of_the_district_again(
    site: ContactsSite, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    principal = site.browser(staff_viewer("principal", school_id))
    own = f"{PATH}/settings/{school_id}"
    assert (await fill_in(principal, own, a_month="3")).status_code == 303
    assert (await month(site, teacher))[1] == 3
    assert "This school has goals of its own." in (await principal.get(own)).text
    back = await fill_in(principal, f"{own}/district", form_at=own)
    assert back.status_code == 303
    assert (await month(site, teacher))[1] != 3


async def test_a_goal_that_makes_no_sense_is_refused_with_a_sentence(
    site: ContactsSite, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    principal = site.browser(staff_viewer("principal", school_id))
    answer = await fill_in(principal, f"{PATH}/settings/{school_id}", a_month="-4")
    assert answer.status_code == 422
    assert "Please write 1 or more." in answer.text


async def test_goals_of_other_schools_and_of_the_district_are_not_a_principals(
    site: ContactsSite, teacher: Viewer
) -> None:
    elsewhere = site.browser(staff_viewer("principal", "elsewhere"))
    [school_id] = teacher.school_ids
    for place in (school_id, "district"):
        assert (await elsewhere.get(f"{PATH}/settings/{place}")).status_code == 404
    assert (await site.browser(teacher).get(DISTRICT)).status_code == 403


async def test_the_district_comes_to_the_settings_and_the_office_has_no_goals(
    site: ContactsSite, teacher: Viewer
) -> None:
    answer = await site.browser(staff_viewer("district")).get(PATH)
    assert answer.headers["location"] == DISTRICT
    office = site.browser(staff_viewer("office", *teacher.school_ids))
    assert (await office.get(PATH)).status_code == 404


async def test_a_call_that_the_telephone_system_told_as_well_counts_and_is_shown_once(
    site: ContactsSite, sample: District, teacher: Viewer
) -> None:
    told = fact(sample)
    at = told.data["occurred_at"]
    await hear(Office(site.desk, site.clock), told)
    student = await site.desk.store.families.of_student(sample.picks.good_news.student_ids[0])
    assert student is not None
    family_id = student.family_id
    browser = site.browser(teacher)
    alone = (await browser.get(f"/contacts/families/{family_id}")).text
    assert "from phones" in alone
    assert (await month(site, teacher))[0] == 1
    draft = {"family_id": family_id, "occurred_at": at}
    logged = await site.program(teacher).post("/contacts/api/v1/contacts", json=draft)
    assert logged.status_code == 201
    page = (await browser.get(f"/contacts/families/{family_id}")).text
    assert "Also told by phones" in page
    assert "from phones" not in page
    assert (await month(site, teacher))[0] == 1
    both = await site.program(teacher).get(f"/contacts/api/v1/contacts?family_id={family_id}")
    assert len(both.json()["items"]) == 2
