"""Others' notes are opened with a reason; who looked is kept; addresses can be confidential."""

import pytest

from services.contacts.actions.corrections import correct
from services.contacts.actions.logging_contacts import correct_contact, log_contact
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.corrections import Draft
from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

NOTE = "Grandma is ill."
WHY = "The counselor asked me to."
PHONE = "+1 555 0199"


@pytest.fixture
def principal(family: FamilyChanged) -> Viewer:
    return staff_viewer("principal", family.students[0].school_id)


@pytest.fixture
async def noted(district: Office, teacher: Viewer, family: FamilyChanged) -> str:
    """A contact of the teacher's with a note for staff."""
    draft = ContactDraft(family_id=family.family_id, tone="hello", note=NOTE)
    desk = district.desk
    return (await log_contact(desk.store, desk.units, draft, teacher)).contact_id


async def test_the_principal_reads_a_note_only_with_a_reason_that_the_author_sees(
    site: ContactsSite, principal: Viewer, teacher: Viewer, noted: str
) -> None:
    browser, path = site.browser(principal), f"/contacts/entries/{noted}"
    closed = (await browser.get(path)).text
    assert NOTE not in closed
    assert "Read the note" in closed
    no_reason = await fill_in(browser, f"{path}/note", form_at=path, reason="")
    assert no_reason.status_code == 303
    assert NOTE not in (await browser.get(path)).text
    await fill_in(browser, f"{path}/note", form_at=path, reason=WHY)
    assert NOTE in (await browser.get(path)).text
    authors = (await site.browser(teacher).get(path)).text
    assert WHY in authors
    assert principal.name in authors


async def test_nobody_else_opens_a_note(
    site: ContactsSite, family: FamilyChanged, principal: Viewer, noted: str
) -> None:
    path = f"/contacts/api/v1/contacts/{noted}/note"
    school = family.students[0].school_id
    for role in ("coordinator", "office", "district"):
        answer = await site.program(staff_viewer(role, school)).post(path, json={"reason": WHY})
        assert answer.status_code == 403, role
    elsewhere = site.program(staff_viewer("principal", "elsewhere"))
    assert (await elsewhere.post(path, json={"reason": WHY})).status_code == 404
    opened = await site.program(principal).post(path, json={"reason": WHY})
    assert (opened.json()["note"], opened.json()["has_note"]) == (NOTE, False)


async def test_who_corrects_a_contact_without_reading_its_note_does_not_lose_it(
    district: Office, site: ContactsSite, teacher: Viewer, family: FamilyChanged, noted: str
) -> None:
    desk = district.desk
    draft = ContactDraft(family_id=family.family_id, tone="information")
    await correct_contact(desk.store, desk.units, noted, draft, staff_viewer("district"))
    found = (await site.program(teacher).get(f"/contacts/api/v1/contacts/{noted}")).json()
    assert (found["tone"], found["note"]) == ("information", NOTE)


async def test_the_record_tells_who_looked_and_who_read_notes(
    site: ContactsSite, principal: Viewer, teacher: Viewer, family: FamilyChanged, noted: str
) -> None:
    page = f"/contacts/families/{family.family_id}"
    for _ in range(3):
        assert (await site.browser(teacher).get(page)).status_code == 200
    reason = {"reason": WHY}
    await site.program(principal).post(f"/contacts/api/v1/contacts/{noted}/note", json=reason)
    path = f"/contacts/api/v1/students/{family.students[0].student_id}/disclosures"
    sent = {"to": "family", "reason": "The mother asked."}
    record = (await site.program(principal).post(path, json=sent)).json()
    assert [each["name"] for each in record["looks"]] == [teacher.name]
    assert [(each["name"], each["reason"]) for each in record["note_readings"]] == [
        (principal.name, WHY)
    ]
    shown = await fill_in(
        site.browser(principal),
        f"/contacts/students/{family.students[0].student_id}/record",
        **sent,
    )
    assert "Who looked at this family" in shown.text
    assert "on 1 day" in shown.text


async def test_a_confidential_address_is_shown_to_those_alone_who_keep_it_right(
    district: Office, site: ContactsSite, principal: Viewer, teacher: Viewer, family: FamilyChanged
) -> None:
    desk, guardian_id = district.desk, family.guardians[0].guardian_id
    ids, page = (family.family_id, guardian_id), f"/contacts/families/{family.family_id}"
    await correct(desk.store, desk.units, *ids, Draft(phone=PHONE), principal)
    await desk.importer.work()
    homes = await desk.store.directory.households_of(family.family_id)
    mailbox = next(each.mailbox for each in homes if guardian_id in each.guardian_ids)
    assert mailbox
    before = (await site.browser(teacher).get(page)).text
    assert PHONE in before
    assert mailbox in before
    await correct(desk.store, desk.units, *ids, Draft(confidential=True), principal)
    for hidden in (page, f"{page}/log", f"{page}/adults/{guardian_id}"):
        shown = (await site.browser(teacher).get(hidden)).text
        assert PHONE not in shown, hidden
        assert mailbox not in shown, hidden
    told = (await site.program(teacher).get(f"/contacts/api/v1/families/{family.family_id}")).text
    assert PHONE not in told
    assert mailbox not in told
    office = (
        await site.browser(staff_viewer("office", family.students[0].school_id)).get(page)
    ).text
    assert PHONE in office
    assert "Confidential address" in office


async def test_only_the_principal_makes_an_address_confidential(
    site: ContactsSite, family: FamilyChanged
) -> None:
    coordinator = staff_viewer("coordinator", family.students[0].school_id)
    path = (
        f"/contacts/api/v1/families/{family.family_id}/adults/"
        f"{family.guardians[0].guardian_id}/corrections"
    )
    answer = await site.program(coordinator).post(path, json={"confidential": True})
    assert answer.status_code == 403
    assert "Only the principal" in answer.text
