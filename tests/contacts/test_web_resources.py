"""Resources for families: suggested, reviewed, and seen by everybody without an account."""

import re

import pytest

from shared.identity import Viewer
from tests.contacts.conftest import staff_viewer
from tests.contacts.site import ContactsSite, fill_in, upload

PATH = "/contacts/resources"
PDF = b"%PDF-1.7\n%%EOF\n"
FIELDS = {"title": "Read together", "topic": "reading", "words": "Ten minutes a day."}


@pytest.fixture
def school_id(teacher: Viewer) -> str:
    [school_id] = teacher.school_ids
    return school_id


async def share(site: ContactsSite, viewer: Viewer, place: str, **fields: str) -> str:
    """Share something; gives what the page says then."""
    browser = site.browser(viewer)
    answer = await fill_in(browser, f"{PATH}/new", place=place, **{**FIELDS, **fields})
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


async def parents(site: ContactsSite, school_id: str, query: str = "") -> str:
    """The parents' page, without an account."""
    answer = await site.browser().get(f"/contacts/parents/{school_id}{query}")
    assert answer.status_code == 200
    return answer.text


def ids(page: str) -> list[str]:
    return re.findall(r'action="/contacts/resources/([^"/]+)/review"', page)


async def test_what_a_teacher_suggests_is_seen_by_families_once_it_was_reviewed(
    site: ContactsSite, teacher: Viewer, school_id: str
) -> None:
    mine = await share(site, teacher, school_id)
    assert "It waits for review." in mine
    assert ids(mine) == []
    assert "Read together" not in await parents(site, school_id)
    coordinator = site.browser(staff_viewer("coordinator", school_id))
    [resource_id] = ids((await coordinator.get(PATH)).text)
    show = f"{PATH}/{resource_id}/review"
    assert (await fill_in(coordinator, show, form_at=PATH, to="shown")).status_code == 303
    page = await parents(site, school_id)
    assert "Read together" in page
    assert "Ten minutes a day." in page
    assert teacher.name not in page
    assert (await fill_in(coordinator, show, form_at=PATH, to="withdrawn")).status_code == 303
    assert "Read together" not in await parents(site, school_id)


async def test_what_the_district_shares_is_on_each_schools_page(
    site: ContactsSite, school_id: str
) -> None:
    await share(site, staff_viewer("district"), "district", language="es", grades="03")
    for query, seen in (
        ("", True), ("?language=es", True), ("?grade=03", True), ("?topic=reading", True),
        ("?language=en", False), ("?grade=04", False), ("?topic=math", False),
        ("?topic=nonsense", True),
    ):  # fmt: skip
        assert ("Read together" in await parents(site, school_id, query)) is seen, query


async def test_a_file_is_taken_along_and_only_while_families_see_it(
    site: ContactsSite, school_id: str
) -> None:
    principal = site.browser(staff_viewer("principal", school_id))
    sent = {"place": school_id, **FIELDS, "words": ""}
    file = ("Our list.pdf", PDF, "text/html")
    assert (await upload(principal, f"{PATH}/new", file, **sent)).status_code == 303
    link = re.search(
        r'href="(/contacts/parents/[^"]+/files/[^"]+)"', await parents(site, school_id)
    )
    assert link
    answer = await site.browser().get(link.group(1))
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert "attachment" in answer.headers["content-disposition"]
    [resource_id] = ids((await principal.get(PATH)).text)
    await fill_in(principal, f"{PATH}/{resource_id}/review", form_at=PATH, to="withdrawn")
    assert (await site.browser().get(link.group(1))).status_code == 404


async def test_a_wrong_file_comes_back_with_what_was_typed(
    site: ContactsSite, school_id: str
) -> None:
    principal = site.browser(staff_viewer("principal", school_id))
    file = ("page.pdf", b"<script>", "application/pdf")
    answer = await upload(principal, f"{PATH}/new", file, place=school_id, **FIELDS)
    assert answer.status_code == 422
    assert "Choose a PDF, PNG or JPEG file." in answer.text
    assert "Ten minutes a day." in answer.text


async def test_an_empty_one_and_one_of_another_school_are_refused(
    site: ContactsSite, teacher: Viewer, school_id: str
) -> None:
    browser = site.browser(teacher)
    nothing = await fill_in(browser, f"{PATH}/new", place=school_id, **{**FIELDS, "words": ""})
    assert nothing.status_code == 422
    assert "Write some words, or add a link or a file." in nothing.text
    elsewhere = await fill_in(browser, f"{PATH}/new", place="elsewhere", **FIELDS)
    assert elsewhere.status_code == 422


async def test_a_teacher_edits_the_own_suggestion_and_reviews_nothing(
    site: ContactsSite, teacher: Viewer, school_id: str
) -> None:
    mine = await share(site, teacher, school_id)
    edit = re.search(r'href="(/contacts/resources/[^"]+/edit)"', mine)
    assert edit
    browser = site.browser(teacher)
    assert "Ten minutes a day." in (await browser.get(edit.group(1))).text
    changed = await fill_in(
        browser, edit.group(1), place=school_id, **{**FIELDS, "title": "Read aloud"}
    )
    assert changed.status_code == 303
    assert "Read aloud" in (await browser.get(PATH)).text
    review = edit.group(1).replace("/edit", "/review")
    assert (await fill_in(browser, review, form_at=PATH, to="shown")).status_code == 403
    colleague = site.browser(staff_viewer("educator", school_id))
    assert (await colleague.get(edit.group(1))).status_code == 404
    assert "Read aloud" not in (await colleague.get(PATH)).text


async def test_another_school_takes_over_what_is_shown(site: ContactsSite, school_id: str) -> None:
    await share(site, staff_viewer("principal", school_id), school_id)
    schools = await site.desk.store.directory.schools()
    other = next(each.school_id for each in schools if each.school_id != school_id)
    neighbour = site.browser(staff_viewer("coordinator", other))
    assert "Read together" not in (await neighbour.get(PATH)).text
    page = (await neighbour.get(f"{PATH}/elsewhere")).text
    copy = re.search(r'action="(/contacts/resources/[^"]+/copy)"', page)
    assert copy
    taken = await fill_in(neighbour, copy.group(1), form_at=f"{PATH}/elsewhere", place=other)
    assert taken.status_code == 303
    assert "Read together" in await parents(site, other)


async def test_a_school_that_there_is_not_has_no_page(site: ContactsSite) -> None:
    assert (await site.browser().get("/contacts/parents/nowhere")).status_code == 404


async def test_programs_read_what_a_school_shares(site: ContactsSite, school_id: str) -> None:
    await share(site, staff_viewer("principal", school_id), school_id)
    program = site.program(staff_viewer("educator", school_id))
    [item] = (await program.get("/contacts/api/v1/resources")).json()["items"]
    assert (item["title"], item["state"]) == ("Read together", "shown")
