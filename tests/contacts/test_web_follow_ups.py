"""Follow-ups as a teacher, a colleague, a coordinator and a former teacher see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from embedded.sample import District
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.outbox import Work
from tests.contacts.conftest import TODAY, Office, educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

PAGE = "/contacts/follow-ups"
API = "/contacts/api/v1/follow-ups"
WHAT = "Send the reading list"
IN_3_DAYS = (TODAY + timedelta(days=3)).isoformat()


@dataclass(frozen=True)
class Home:
    """A family whose child the teacher has in a class."""

    family: FamilyChanged
    school_id: str

    @property
    def page(self) -> str:
        return f"/contacts/families/{self.family.family_id}"

    @property
    def name(self) -> str:
        return self.family.students[0].family_name


@pytest.fixture
async def home(district: Office, sample: District, teacher: Viewer) -> Home:
    student = sample.picks.good_news.student_ids[0]
    family = await district.desk.store.directory.family_of_student(student)
    assert family is not None
    [school_id] = teacher.school_ids
    return Home(family, school_id)


async def make(site: ContactsSite, viewer: Viewer, home: Home, **fields: object) -> dict[str, Any]:
    sent = {"family_id": home.family.family_id, "what": WHAT, "due_on": IN_3_DAYS, **fields}
    answer = await site.program(viewer).post(API, json=sent)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(site: ContactsSite, viewer: Viewer, **narrow: str) -> list[dict[str, Any]]:
    answer = await site.program(viewer).get(API, params=narrow)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def whats(site: ContactsSite, viewer: Viewer, **narrow: str) -> list[str]:
    return [each["follow_up"]["what"] for each in await listed(site, viewer, **narrow)]


async def end_classes(district: Office, teacher: Viewer) -> None:
    """The teacher has no class any more, as after a roster that says so."""
    rows = district.desk.database["dir_educators"]
    await rows.update_one({"_id": teacher.educator_id}, {"$set": {"assignments": []}})


@pytest.fixture
def coordinator(home: Home) -> Viewer:
    return staff_viewer("coordinator", home.school_id)


async def test_it_is_made_with_the_contact_that_it_comes_from(
    site: ContactsSite, teacher: Viewer, home: Home
) -> None:
    browser = site.browser(teacher)
    form = {"follow_up_what": WHAT, "follow_up_on": IN_3_DAYS}
    saved = await fill_in(browser, f"{home.page}/log", **form)
    assert saved.status_code == 303
    [found] = await listed(site, teacher)
    assert saved.headers["location"].endswith(found["follow_up"]["contact_id"])
    assert (found["when"], found["standing"]) == ("this_week", "theirs")
    page = await browser.get(PAGE)
    assert WHAT in page.text
    assert home.name in page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"follow_up_what": WHAT}, "by which day"),
        ({"follow_up_on": IN_3_DAYS}, "Write what there is to do"),
        ({"follow_up_what": WHAT, "follow_up_on": "2026-11-23"}, "today or a later day"),
    ],
)
async def test_half_a_follow_up_keeps_neither_it_nor_the_contact_and_loses_no_word(
    site: ContactsSite,
    district: Office,
    teacher: Viewer,
    home: Home,
    fields: Mapping[str, str],
    said: str,
) -> None:
    answer = await fill_in(site.browser(teacher), f"{home.page}/log", note="Kept", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept" in answer.text
    assert await listed(site, teacher) == []
    assert await district.told("contact.logged") == []


async def test_it_is_made_on_the_familys_page_and_shown_there(
    site: ContactsSite, teacher: Viewer, home: Home
) -> None:
    browser = site.browser(teacher)
    sent = {"what": WHAT, "due_on": IN_3_DAYS, "assigned_to": ""}
    answer = await fill_in(browser, f"{home.page}/follow-ups", form_at=home.page, **sent)
    assert answer.status_code == 303
    assert WHAT in (await browser.get(home.page)).text
    wrong = await fill_in(
        browser, f"{home.page}/follow-ups", form_at=home.page, **{**sent, "due_on": "2020-01-01"}
    )
    assert wrong.status_code == 303
    assert "Choose today or a later day." in (await browser.get(home.page)).text
    assert len(await listed(site, teacher)) == 1


async def test_done_undone_put_off_and_handed_over(
    site: ContactsSite, teacher: Viewer, coordinator: Viewer, home: Home
) -> None:
    browser = site.browser(teacher)
    it = await make(site, teacher, home)
    at = f"{PAGE}/{it['follow_up_id']}"
    await fill_in(browser, f"{at}/settle", form_at=PAGE, state="done")
    assert await whats(site, teacher) == []
    done = await browser.get(f"{PAGE}?closed=true")
    assert WHAT in done.text
    await fill_in(browser, f"{at}/settle", form_at=f"{PAGE}?closed=true", state="open")
    assert await whats(site, teacher) == [WHAT]
    later = (TODAY + timedelta(days=20)).isoformat()
    await fill_in(browser, f"{at}/put-off", form_at=PAGE, due_on=later)
    [found] = await listed(site, teacher)
    assert (found["follow_up"]["due_on"], found["when"]) == (later, "later")
    await fill_in(browser, f"{at}/hand-over", form_at=PAGE, to="school")
    assert await whats(site, teacher) == []
    assert await whats(site, teacher, of="made") == [WHAT]
    assert await whats(site, coordinator, of="adrift") == [WHAT]
    assert (
        "1 follow-up of your school needs somebody."
        in (await site.browser(coordinator).get(PAGE)).text
    )


async def test_a_colleague_of_the_child_takes_it_and_a_stranger_can_not_be_given_it(
    site: ContactsSite, district: Office, sample: District, teacher: Viewer, home: Home
) -> None:
    staff = await district.desk.store.directory.educators()
    classes = {one.class_id for each in home.family.students for one in each.enrollments}
    others = [each for each in staff if each.educator_id != teacher.educator_id]
    colleague = next(e for e in others if any(a.class_id in classes for a in e.assignments))
    stranger = next(e for e in others if not any(a.class_id in classes for a in e.assignments))
    await make(site, teacher, home, assigned_to=colleague.educator_id)
    assert await whats(site, teacher) == []
    assert await whats(site, educator_viewer(sample, colleague.educator_id)) == [WHAT]
    sent = {"family_id": home.family.family_id, "what": WHAT, "due_on": IN_3_DAYS}
    refused = await site.program(teacher).post(
        API, json={**sent, "assigned_to": stranger.educator_id}
    )
    assert refused.status_code == 422
    unseen = educator_viewer(sample, stranger.educator_id)
    assert (await site.program(unseen).post(API, json=sent)).status_code == 404


async def test_a_former_teacher_is_told_that_the_coordinator_has_it_and_nothing_else(
    site: ContactsSite, district: Office, teacher: Viewer, coordinator: Viewer, home: Home
) -> None:
    it = await make(site, teacher, home)
    await end_classes(district, teacher)
    answer = await site.program(teacher).get(API)
    assert (answer.json()["items"], answer.json()["hidden"]) == ([], 1)
    page = (await site.browser(teacher).get(PAGE)).text
    assert "The coordinator of the school takes it up." in page
    assert home.name not in page
    assert WHAT not in page
    at = f"{API}/{it['follow_up_id']}"
    assert (await site.program(teacher).get(at)).status_code == 404
    assert (await site.program(teacher).patch(at, json={"state": "done"})).status_code == 404
    [found] = await listed(site, coordinator, of="adrift")
    assert found["standing"] == "out_of_sight"
    taken = await site.program(coordinator).patch(at, json={"assigned_to": ""})
    assert taken.status_code == 200
    assert await whats(site, coordinator) == [WHAT]
    assert await whats(site, coordinator, of="adrift") == []


async def test_what_somebody_leaves_behind_is_the_coordinators_to_see(
    site: ContactsSite, district: Office, teacher: Viewer, coordinator: Viewer, home: Home
) -> None:
    await make(site, teacher, home)
    assert await whats(site, coordinator, of="adrift") == []
    rows = district.desk.database["dir_educators"]
    await rows.update_one({"_id": teacher.educator_id}, {"$set": {"active": False}})
    [found] = await listed(site, coordinator, of="adrift")
    assert found["standing"] == "left"
    page = await site.browser(coordinator).get(f"{PAGE}?of=adrift")
    assert "does not work at the school any more" in page.text


async def test_a_school_sees_its_own_and_nobody_elses(
    site: ContactsSite, teacher: Viewer, coordinator: Viewer, home: Home
) -> None:
    it = await make(site, teacher, home)
    assert await whats(site, coordinator, of="school") == [WHAT]
    elsewhere = staff_viewer("coordinator", "elsewhere")
    assert await whats(site, elsewhere, of="school") == []
    assert (await site.program(elsewhere).get(f"{API}/{it['follow_up_id']}")).status_code == 404
    office = staff_viewer("office", home.school_id)
    assert (await site.program(office).get(API, params={"of": "school"})).status_code == 403
    assert WHAT not in (await site.browser(office).get(home.page)).text
    assert WHAT in (await site.browser(coordinator).get(home.page)).text


async def test_a_long_list_goes_on_by_the_day_and_shows_each_once(
    site: ContactsSite, teacher: Viewer, home: Home
) -> None:
    for number in range(5):
        await make(site, teacher, home, what=f"Thing {number}")
    program, seen, after = site.program(teacher), list[str](), None
    while True:
        params = {"size": "2", **({"after": after} if after else {})}
        answer = (await program.get(API, params=params)).json()
        seen += [each["follow_up"]["what"] for each in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert sorted(seen) == [f"Thing {number}" for number in range(5)]
    assert (await program.get(API, params={"after": "bm8"})).status_code == 422


async def test_the_same_request_twice_makes_one_and_an_old_version_is_refused(
    site: ContactsSite, teacher: Viewer, home: Home
) -> None:
    sent = {"family_id": home.family.family_id, "what": WHAT, "due_on": IN_3_DAYS}
    program = site.program(teacher)
    key = {"Idempotency-Key": "once"}
    first, second = [(await program.post(API, json=sent, headers=key)).json() for _ in range(2)]
    assert first == second
    at = f"{API}/{first['follow_up_id']}"
    assert (await program.patch(at, json={"state": "done", "version": 1})).status_code == 200
    late = await program.patch(at, json={"state": "open", "version": 1})
    assert late.status_code == 409
    assert (await program.patch(at, json={"state": "open", "due_on": IN_3_DAYS})).status_code == 422


async def test_one_that_is_due_is_a_reason_and_decides_among_equals(
    site: ContactsSite, teacher: Viewer, home: Home
) -> None:
    async def next_ones() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await site.program(teacher).get("/contacts/api/v1/next")
        ).json()["items"]
        return found

    last = (await next_ones())[-1]["family"]["family_id"]
    at_last = {"family_id": last, "due_on": TODAY.isoformat()}
    await make(site, teacher, home, **at_last)
    first = (await next_ones())[0]
    assert first["family"]["family_id"] == last
    assert [each["cause"] for each in first["reasons"]] == ["never_told", "follow_up_due"]
    page = await site.browser(teacher).get("/contacts/next")
    assert "A follow-up is due: Nov 24, 2026" in page.text


async def test_what_is_open_for_a_family_that_joined_another_goes_along_with_it(
    site: ContactsSite, district: Office, teacher: Viewer, home: Home
) -> None:
    lines = (await site.program(teacher).get("/contacts/api/v1/next")).json()["items"]
    ids = [each["family"]["family_id"] for each in lines]
    joined = next(each for each in ids if each != home.family.family_id)
    await make(site, teacher, home)
    done = await make(site, teacher, home, what="Was done before")
    at = f"{API}/{done['follow_up_id']}"
    assert (await site.program(teacher).patch(at, json={"state": "done"})).status_code == 200

    async def join(work: Work) -> None:
        follow_ups = district.desk.store.follow_ups
        await follow_ups.hand_on([home.family.family_id], joined, work)

    await district.desk.units.run(join)
    [found] = await listed(site, teacher)
    assert found["follow_up"]["family_id"] == joined
    [closed] = await listed(site, teacher, closed="true")
    assert closed["follow_up"]["family_id"] == home.family.family_id
