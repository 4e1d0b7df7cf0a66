"""The pages of contacts, as browsers of people with a role see them."""

import csv
import io
import re
from pathlib import Path

import pytest

from embedded.sample import District
from services.contacts.domain.views import Letter
from shared import web
from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, fill_in


async def test_my_families_are_one_tap_away(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    page = await site.browser(teacher).get("/contacts/")
    assert page.status_code == 200
    assert f"/contacts/families/{family.family_id}" in page.text
    assert "No good news yet this month" in page.text
    assert "?class=" in page.text


async def test_a_class_and_a_name_narrow_the_list(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    name = family.students[0].given_name
    found = await browser.get("/contacts/", params={"q": name.upper()})
    assert f"/contacts/families/{family.family_id}" in found.text
    nobody = await browser.get("/contacts/", params={"q": "Qwxyzzy"})
    assert "Nobody found" in nobody.text


async def test_a_family_page_shows_how_to_call(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    page = await site.browser(teacher).get(f"/contacts/families/{family.family_id}")
    assert page.status_code == 200
    assert 'href="tel:' in page.text
    assert "Household" in page.text or "household" in page.text
    assert "Nothing yet" in page.text


async def test_a_good_news_call_is_one_form(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    path = f"/contacts/families/{family.family_id}/log"
    form = await browser.get(path)
    assert 'formaction="/notifications/preview"' in form.text
    assert re.search(r'name="outcome"[^>]*value="reached" checked', form.text)
    assert re.search(r'name="tone"[^>]*value="good_news" checked', form.text)
    saved = await fill_in(
        browser,
        path,
        outcome="reached",
        tone="good_news",
        channel="call",
        student_ids=[each.student_id for each in family.students],
        words="A wonderful day.",
    )
    assert saved.status_code == 303
    entry = await browser.get(saved.headers["location"])
    assert "on their way to the family" in entry.text
    assert "/notifications/contacts/" in entry.text
    assert "A wonderful day." in entry.text
    again = await browser.get(f"/contacts/families/{family.family_id}")
    assert "A wonderful day." in again.text


async def test_what_became_of_a_letter_stands_beside_its_words(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    path = f"/contacts/families/{family.family_id}/log"
    saved = await fill_in(browser, path, tone="good_news", channel="call", words="Well done.")
    letter = Letter(
        delivery_id="delivery-1",
        about=saved.headers["location"].rpartition("/")[2],
        household_id="household-1",
        family_ids=(family.family_id,),
        state="not_sent",
        reason="We have no mail address for this household.",
        at=site.clock.now(),
    )
    await site.desk.units.run(lambda work: site.desk.store.mail.keep_letter(letter, 1, work))
    for place in (saved.headers["location"], f"/contacts/families/{family.family_id}"):
        page = await browser.get(place, headers={"Accept-Language": "es"})
        assert "No tenemos correo electrónico de este hogar." in page.text


async def test_a_concern_with_words_comes_back_with_the_reason_and_what_was_typed(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    path = f"/contacts/families/{family.family_id}/log"
    answer = await fill_in(
        site.browser(teacher), path, outcome="reached", tone="concern", channel="call", words="Hm."
    )
    assert answer.status_code == 422
    assert "A concern is never mailed" in answer.text
    assert ">Hm.</textarea>" in answer.text


async def test_without_our_own_form_nothing_is_logged(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    path = f"/contacts/families/{family.family_id}/log"
    answer = await site.browser(teacher).post(path, data={"tone": "hello"})
    assert answer.status_code == 403


async def test_a_contact_is_corrected_and_undone(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    saved = await fill_in(browser, f"/contacts/families/{family.family_id}/log", tone="hello")
    entry = saved.headers["location"]
    corrected = await fill_in(
        browser, f"{entry}/correct", tone="good_news", outcome="voicemail", version="1"
    )
    assert corrected.headers["location"] == entry
    page = await browser.get(entry)
    assert "Corrected" in page.text
    assert "Left a voicemail" in page.text
    undone = await fill_in(browser, f"{entry}/undo", form_at=entry, reason="Wrong family")
    assert undone.status_code == 303
    page = await browser.get(entry)
    assert "Undone" in page.text
    assert "Wrong family" in page.text


async def test_an_older_version_of_the_form_is_not_taken(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    saved = await fill_in(browser, f"/contacts/families/{family.family_id}/log", tone="hello")
    entry = saved.headers["location"]
    await fill_in(browser, f"{entry}/correct", tone="good_news", version="1")
    late = await fill_in(browser, f"{entry}/correct", tone="information", version="1")
    assert late.status_code == 422
    assert "Look at it again" in late.text


async def test_my_contacts_come_as_a_table_that_no_spreadsheet_calculates(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    await fill_in(browser, f"/contacts/families/{family.family_id}/log", tone="hello", note="=1+1")
    page = await browser.get("/contacts/mine")
    assert "/contacts/entries/" in page.text
    file = await browser.get("/contacts/mine.csv")
    assert file.headers["content-type"].startswith("text/csv")
    [row] = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert row["note"] == "'=1+1"
    assert family.students[0].given_name in row["students"]
    none = await browser.get("/contacts/mine.csv", params={"tone": "concern"})
    assert len(none.text.splitlines()) == 1


async def test_the_office_sees_phones_and_no_notes(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    await fill_in(
        browser, f"/contacts/families/{family.family_id}/log", tone="hello", note="Grandma ill"
    )
    office = site.browser(staff_viewer("office", family.students[0].school_id))
    page = await office.get(f"/contacts/families/{family.family_id}")
    assert 'href="tel:' in page.text
    assert "Grandma ill" not in page.text
    principal = site.browser(staff_viewer("principal", family.students[0].school_id))
    page = await principal.get(f"/contacts/families/{family.family_id}")
    assert "Grandma ill" not in page.text
    assert "There is a note for staff." in page.text


async def test_other_schools_and_other_teachers_find_nothing(
    site: ContactsSite, family: FamilyChanged, sample: District
) -> None:
    taught = {
        each.educator_id
        for each in sample.classes
        for student in family.students
        if student.student_id in each.student_ids
    }
    other = next(e.id for e in sample.educators if e.id not in taught and e.id in sample.classes_of)
    for viewer in (educator_viewer(sample, other), staff_viewer("principal", "elsewhere")):
        browser = site.browser(viewer)
        for path in ("", "/log"):
            page = await browser.get(f"/contacts/families/{family.family_id}{path}")
            assert page.status_code == 404
            assert family.students[0].family_name not in page.text
        found = await browser.get("/contacts/", params={"q": family.students[0].family_name})
        assert family.family_id not in found.text


@pytest.mark.parametrize("role", ["educator", "coordinator", "office", "principal"])
async def test_rosters_are_the_districts(site: ContactsSite, role: str) -> None:
    browser = site.browser(staff_viewer(role, "anywhere"))
    assert (await browser.get("/contacts/rosters")).status_code == 403


async def test_a_roster_is_uploaded_judged_and_reported(site: ContactsSite, package: Path) -> None:
    browser = site.browser(staff_viewer("district"))
    form = await browser.get("/contacts/rosters")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert token
    files = [
        ("roster", ("export.zip", package.read_bytes(), "application/zip")),
        ("contacts", ("c.csv", (package.parent / "contacts.csv").read_bytes(), "text/csv")),
    ]
    sent = await browser.post("/contacts/rosters", data={"csrf_token": token.group(1)}, files=files)
    assert sent.status_code == 303, sent.text
    place = sent.headers["location"]
    assert "Received" in (await browser.get(place)).text
    await site.desk.importer.work()
    report = await browser.get(place)
    assert "Done" in report.text
    assert "export.zip" in report.text
    assert "Students" in report.text
    file = await browser.get(f"{place}/findings.csv")
    assert file.text.startswith("\ufeffseverity,file,line")
    assert (await browser.get("/contacts/rosters/matches")).status_code == 200


async def test_an_upload_without_a_file_says_so(site: ContactsSite) -> None:
    answer = await fill_in(site.browser(staff_viewer("district")), "/contacts/rosters")
    assert answer.status_code == 422
    assert "Choose a roster" in answer.text


async def test_the_principal_sets_a_flag_and_sees_that_it_is_not_in_force_yet(
    site: ContactsSite, family: FamilyChanged
) -> None:
    browser = site.browser(staff_viewer("principal", family.students[0].school_id))
    path = f"/contacts/families/{family.family_id}/flags"
    answer = await fill_in(
        browser,
        path,
        guardian_id=family.guardians[0].guardian_id,
        student_id=family.students[0].student_id,
        do_not_contact="true",
        reason="Asked to",
    )
    assert answer.status_code == 303
    page = await browser.get(path)
    assert "not in force everywhere yet" in page.text
    shown = await browser.get(f"/contacts/families/{family.family_id}")
    assert "Do not contact" in shown.text


async def test_a_teacher_sets_no_flags(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    page = await site.browser(teacher).get(f"/contacts/families/{family.family_id}/flags")
    assert page.status_code == 403


async def test_a_school_calendar_is_read_by_page(
    site: ContactsSite, sample: District, package: Path
) -> None:
    school = sample.schools[0].id
    browser = site.browser(staff_viewer("principal", school))
    assert school in (await browser.get("/contacts/schools")).text
    form = await browser.get(f"/contacts/schools/{school}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert token
    text = (package.parent / "calendars" / f"{school}.ics").read_bytes()
    sent = await browser.post(
        f"/contacts/schools/{school}/calendar",
        data={"csrf_token": token.group(1)},
        files=[("calendar", ("school.ics", text, "text/calendar"))],
    )
    page = await browser.get(sent.headers["location"])
    assert "days without school" in page.text
    saved = await fill_in(
        browser, f"/contacts/schools/{school}", time_zone="America/Denver", phone="555"
    )
    assert saved.status_code == 303


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "path",
    ["/contacts/", "/contacts/mine", "/contacts/rosters", "/contacts/schools"],
)
async def test_pages_speak_the_readers_language(
    site: ContactsSite, path: str, language: str
) -> None:
    browser = site.browser(staff_viewer("district"))
    page = await browser.get(path, headers={"Accept-Language": language})
    assert page.status_code == 200


async def test_no_route_answers_without_sign_in(site: ContactsSite) -> None:
    browser = site.browser()
    program = site.program()
    for route in web.every_route(site.service.app):
        assert route.listed, route
        if route.public:
            continue
        path = re.sub(r"\{[^}]+\}", "x", route.path)
        answer = await program.request(route.method, path)
        assert answer.status_code == 401, route
        if route.method == "GET" and "/api/" not in path:
            page = await browser.get(path)
            assert page.status_code == 303
            assert page.headers["location"].startswith("/sign-in")
