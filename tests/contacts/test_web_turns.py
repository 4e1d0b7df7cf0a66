"""Who next, as a teacher and a coordinator see it, with the reasons in words."""

import re
from collections.abc import Mapping
from datetime import timedelta

import httpx2
import pytest

from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.flags import FlagDraft
from shared.identity import Viewer
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.interpreting import API as INTERPRETERS
from tests.contacts.interpreting import add
from tests.contacts.site import ContactsSite, fill_in

PATH = "/contacts/next"
API = "/contacts/api/v1/next"


async def listed(site: ContactsSite, viewer: Viewer) -> list[str]:
    """The families in their order, by the API."""
    answer = await site.program(viewer).get(API)
    return [each["family"]["family_id"] for each in answer.json()["items"]]


async def causes(site: ContactsSite, viewer: Viewer, family_id: str) -> list[str]:
    """Why a family stands where it does, by the API."""
    answer = await site.program(viewer).get(API)
    [found] = [each for each in answer.json()["items"] if each["family"]["family_id"] == family_id]
    return [each["cause"] for each in found["reasons"]]


async def log(district: Office, viewer: Viewer, family_id: str, **facts: object) -> None:
    draft = ContactDraft.model_validate({"family_id": family_id, **facts})
    await log_contact(district.desk.store, district.desk.units, draft, viewer)


async def put_off(browser: httpx2.AsyncClient, family_id: str, **fields: object) -> httpx2.Response:
    return await fill_in(browser, f"{PATH}/later", form_at=PATH, family_id=family_id, **fields)


@pytest.fixture
async def first(site: ContactsSite, teacher: Viewer) -> str:
    """The family that comes first while nobody has talked with anybody."""
    return (await listed(site, teacher))[0]


async def test_one_family_comes_first_with_the_reason_and_the_way_to_call(
    site: ContactsSite, teacher: Viewer, first: str
) -> None:
    browser = site.browser(teacher)
    page = await browser.get(PATH)
    assert page.status_code == 200
    top = page.text.partition("</section>")[0]
    assert f"/contacts/families/{first}/log" in top
    assert "No good news from school yet" in top
    assert 'href="tel:' in top
    assert 'href="/contacts/next"' in (await browser.get("/contacts/")).text


async def test_whoever_must_not_be_contacted_has_no_number_to_call(
    site: ContactsSite, district: Office, teacher: Viewer, first: str
) -> None:
    browser = site.browser(teacher)
    family = await district.desk.store.directory.family(first)
    assert family is not None
    pages = (PATH, f"/contacts/families/{first}/log")
    before = [(await browser.get(page)).text.count('href="tel:') for page in pages]
    assert min(before) >= 1
    principal = staff_viewer("principal", family.students[0].school_id)
    for guardian in family.guardians:
        flag = FlagDraft(
            guardian_id=guardian.guardian_id,
            student_id=family.students[0].student_id,
            do_not_contact=True,
            reason="Order 26-114",
        )
        await district.desk.register.decide(flag, principal)
    assert [(await browser.get(page)).text.count('href="tel:') for page in pages] == [0, 0]


async def test_whoever_was_told_goes_to_the_end_and_so_does_whoever_was_only_tried(
    site: ContactsSite, district: Office, teacher: Viewer, first: str
) -> None:
    families = await listed(site, teacher)
    await log(district, teacher, first)
    await log(district, teacher, families[1], outcome="no_answer")
    site.clock.move(timedelta(days=3))
    after = await listed(site, teacher)
    assert after[:-2] == families[2:]
    assert set(after[-2:]) == set(families[:2])


async def test_a_concern_makes_good_news_come_first_and_the_saved_page_says_so(
    site: ContactsSite, district: Office, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    last = (await listed(site, teacher))[-1]
    saved = await fill_in(browser, f"/contacts/families/{last}/log", tone="concern")
    assert saved.status_code == 303
    entry = await browser.get(saved.headers["location"])
    assert "This family has heard no good news this term." in entry.text
    site.clock.move(timedelta(days=2))
    assert (await listed(site, teacher))[0] == last
    page = await browser.get(PATH)
    assert "and no good news yet this term" in page.text.partition("</section>")[0]
    await log(district, teacher, last)
    again = await browser.get(saved.headers["location"])
    assert "This family has heard no good news this term." not in again.text


async def test_whom_a_colleague_spoke_with_waits(
    site: ContactsSite, district: Office, teacher: Viewer, first: str
) -> None:
    [school_id] = teacher.school_ids
    colleague = staff_viewer("principal", school_id)
    await log(district, colleague, first, tone="information")
    assert (await listed(site, teacher))[-1] == first
    assert "rests" in await causes(site, teacher, first)
    site.clock.move(timedelta(days=2))
    assert await causes(site, teacher, first) == ["never_told", "last_about"]


async def test_a_family_is_put_off_for_oneself_alone_and_comes_back_by_itself(
    site: ContactsSite, teacher: Viewer, first: str
) -> None:
    browser = site.browser(teacher)
    assert (await put_off(browser, first, later="week")).status_code == 303
    assert first not in await listed(site, teacher)
    page = await browser.get(PATH)
    assert "Put off by you" in page.text
    assert "until Dec 1, 2026" in page.text
    [school_id] = teacher.school_ids
    assert first in await listed(site, staff_viewer("coordinator", school_id))
    site.clock.move(timedelta(days=7))
    assert first in await listed(site, teacher)


async def test_not_mine_lasts_until_it_is_brought_back(
    site: ContactsSite, teacher: Viewer, first: str
) -> None:
    browser = site.browser(teacher)
    await put_off(browser, first, later="not_mine")
    site.clock.move(timedelta(days=20))
    assert first not in await listed(site, teacher)
    back = await fill_in(browser, f"{PATH}/back", form_at=PATH, family_id=first)
    assert back.status_code == 303
    assert first in await listed(site, teacher)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"later": "never"}, 303), ({"later": "week", "family_id": "nobody"}, 404)],
)
async def test_nonsense_puts_nobody_off(
    site: ContactsSite,
    teacher: Viewer,
    first: str,
    fields: Mapping[str, str],
    status: int,
) -> None:
    before = await listed(site, teacher)
    sent = {"family_id": first, **fields}
    answer = await fill_in(site.browser(teacher), f"{PATH}/later", form_at=PATH, **sent)
    assert answer.status_code == status
    assert await listed(site, teacher) == before


async def test_a_family_of_others_is_not_put_off(
    site: ContactsSite, teacher: Viewer, first: str
) -> None:
    elsewhere = site.browser(staff_viewer("coordinator", "elsewhere"))
    page = await elsewhere.get(PATH)
    assert "Nobody waits" in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    sent = {"csrf_token": token.group(1), "family_id": first, "later": "week"}
    assert (await elsewhere.post(f"{PATH}/later", data=sent)).status_code == 404


async def test_the_district_is_told_that_schools_have_the_list(site: ContactsSite) -> None:
    page = await site.browser(staff_viewer("district")).get(PATH)
    assert page.status_code == 200
    assert "A district is too large for a list." in page.text


async def test_the_reasons_are_told_in_the_readers_language(
    site: ContactsSite, teacher: Viewer, first: str
) -> None:
    page = await site.browser(teacher).get(PATH, headers={"Accept-Language": "es"})
    assert "Todavía sin buenas noticias de la escuela" in page.text


async def test_a_family_that_needs_an_interpreter_says_when_one_of_the_school_is_there(
    site: ContactsSite, district: Office, teacher: Viewer, coordinator: Viewer, first: str
) -> None:
    needs = {"guardians.$[].language": "ar", "guardians.$[].interpreter": True}
    await district.desk.database["dir_families"].update_one({"_id": first}, {"$set": needs})
    assert await causes(site, teacher, first) == ["never_told"]
    made = await add(site, coordinator)
    assert await causes(site, teacher, first) == ["never_told", "interpreter"]
    page = (await site.browser(teacher).get(PATH)).text.replace("\u202f", " ")
    assert "Arabic; interpreter Tuesday 2:00 PM–4:00 PM" in page.partition("</section>")[0]
    await site.program(coordinator).delete(f"{INTERPRETERS}/{made['interpreter_id']}")
    assert await causes(site, teacher, first) == ["never_told"]


async def test_what_was_logged_before_a_family_s_contacts_were_summed_up_counts(
    site: ContactsSite, district: Office, teacher: Viewer, first: str
) -> None:
    await log(district, teacher, first, channel="call", tone="concern", outcome="reached", note="x")
    stood = await causes(site, teacher, first)
    heard = district.desk.database["heard"]
    kept = await heard.find_one({"_id": first})
    since = {"spoken": "", "tried_at": "", "concern_at": ""}
    await heard.update_one({"_id": first}, {"$unset": since})
    assert await causes(site, teacher, first) != stood

    await district.desk.store.contacts.sum_up()

    assert await heard.find_one({"_id": first}) == {"tried_at": None, **(kept or {})}
    assert await causes(site, teacher, first) == stood
