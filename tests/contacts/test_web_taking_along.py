"""A resource that goes along with a contact: chosen in the form, shown on the timeline."""

import re
from html import unescape

import pytest

from services.contacts.actions.ideas import share_idea
from services.contacts.actions.resources import add_resource, review_resource
from services.contacts.domain.contact import Contact
from services.contacts.domain.ideas import IdeaDraft
from services.contacts.domain.resources import Resource, ResourceDraft
from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import TODAY, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

OPTION = re.compile(r'<option value="([^"]+)"[^>]*>Read together')


@pytest.fixture
async def shown(site: ContactsSite, teacher: Viewer) -> Resource:
    [school_id] = teacher.school_ids
    draft = ResourceDraft(title="Read together", topic="reading", words="Ten minutes a day.")
    principal = staff_viewer("principal", school_id)
    return await add_resource(site.desk.store, site.desk.units, school_id, draft, None, principal)


async def option(site: ContactsSite, viewer: Viewer, path: str) -> str:
    found = OPTION.search((await site.browser(viewer).get(path)).text)
    assert found
    return unescape(found.group(1))


async def test_it_is_kept_with_the_contact_and_says_when_it_is_no_longer_offered(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer, shown: Resource
) -> None:
    browser = site.browser(teacher)
    home = f"/contacts/families/{family.family_id}"
    chosen = await option(site, teacher, f"{home}/log")
    forged = chosen.replace("Read together", "Something else")
    saved = await fill_in(browser, f"{home}/log", resource=forged, words="Well done!")
    assert saved.status_code == 303
    entry = saved.headers["location"]
    for path in (entry, home):
        page = (await browser.get(path)).text
        assert "Read together" in page
        assert "Something else" not in page
        assert "no longer offered" not in page
    principal = staff_viewer("principal", *teacher.school_ids)
    desk = site.desk
    await review_resource(desk.store, desk.units, shown.resource_id, "withdrawn", principal)
    for path in (entry, home):
        page = (await browser.get(path)).text
        assert "Read together" in page
        assert "no longer offered" in page
    again = (await browser.get(f"{entry}/correct")).text
    assert re.search(r"selected>Read together \(no longer offered\)", again)
    kept = {"resource": chosen, "words": "Well done!", "version": "1", "outcome": "voicemail"}
    assert (await fill_in(browser, f"{entry}/correct", **kept)).status_code == 303
    assert "Read together" in (await browser.get(entry)).text


async def test_what_is_withdrawn_or_of_another_school_does_not_go_along(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer, shown: Resource
) -> None:
    browser = site.browser(teacher)
    path = f"/contacts/families/{family.family_id}/log"
    chosen = await option(site, teacher, path)
    desk = site.desk
    principal = staff_viewer("principal", *teacher.school_ids)
    await review_resource(desk.store, desk.units, shown.resource_id, "withdrawn", principal)
    refused = await fill_in(browser, path, resource=chosen, words="Kept as typed.")
    assert refused.status_code == 422
    assert "not offered to this family’s school any more" in refused.text
    assert "Kept as typed." in refused.text
    assert "Read together (no longer offered)" in refused.text
    assert OPTION.search((await browser.get(path)).text) is None


async def test_for_a_class_it_goes_along_to_each_family_under_a_sentence_of_the_school(
    site: ContactsSite, teacher: Viewer, shown: Resource, family: FamilyChanged
) -> None:
    desk, [school_id] = site.desk, teacher.school_ids
    draft = IdeaDraft(kind="starter", title="Warm", words="It was a joy today.", topic="reading")
    await share_idea(desk.store, desk.units, school_id, draft, teacher)
    classes = await desk.store.directory.classes_of(teacher, TODAY)
    class_id = next(e.class_id for e in family.students[0].enrollments if e.class_id in classes)
    path = f"/contacts/together?class={class_id}"
    fields = {
        "class_id": class_id,
        "form_id": "form-of-today",
        "family_ids": [family.family_id],
        "resource": await option(site, teacher, path),
        "beginning": draft.words,
    }
    browser, here = site.browser(teacher), "/contacts/together"
    long = await fill_in(browser, here, form_at=path, **fields, words="a" * 1990)
    assert long.status_code == 422
    assert "the words are too long" in long.text
    saved = await fill_in(browser, here, form_at=path, **fields, words="Well done!")
    assert saved.status_code == 303, saved.text
    row = await desk.database["contacts"].find_one({"family_id": family.family_id})
    assert row is not None
    contact = Contact.model_validate(row)
    assert contact.letter is not None
    assert contact.letter.words == "It was a joy today.\n\nWell done!"
    assert contact.resource is not None
    assert contact.resource.resource_id == shown.resource_id


async def test_programs_name_it_by_its_id(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer, shown: Resource
) -> None:
    program = site.program(teacher)
    body = {"family_id": family.family_id, "resource_id": shown.resource_id}
    made = (await program.post("/contacts/api/v1/contacts", json=body)).json()
    assert made["resource"]["title"] == "Read together"
    path = f"/contacts/api/v1/contacts/{made['contact_id']}"
    changed = (await program.patch(path, json={"outcome": "voicemail"})).json()
    assert changed["resource"] == made["resource"]
    without = (await program.patch(path, json={"resource_id": ""})).json()
    assert without["resource"] is None
