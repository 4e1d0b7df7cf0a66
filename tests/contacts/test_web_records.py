"""A student's record: given with a reason, kept with it, and to nobody else."""

import pytest

from services.contacts.actions.follow_ups import make_follow_up
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.follow_ups import FollowUpDraft
from shared.identity import Viewer
from shared.messages import FamilyChanged, StudentFacts
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in


@pytest.fixture
async def family(district: Office, teacher: Viewer, site: ContactsSite) -> FamilyChanged:
    """A family of the teacher."""
    answer = await site.program(teacher).get("/contacts/api/v1/next")
    family_id = answer.json()["items"][0]["family"]["family_id"]
    family = await district.desk.store.directory.family(family_id)
    assert family is not None
    return family


@pytest.fixture
def student(family: FamilyChanged) -> StudentFacts:
    return family.students[0]


@pytest.fixture
def principal(student: StudentFacts) -> Viewer:
    return staff_viewer("principal", student.school_id)


@pytest.fixture
async def noted(
    district: Office, teacher: Viewer, student: StudentFacts, family: FamilyChanged
) -> str:
    """A contact about the student, with a note for staff."""
    draft = ContactDraft(
        family_id=family.family_id,
        student_ids=(student.student_id,),
        tone="concern",
        note="Asked for quiet mornings.",
    )
    desk = district.desk
    return (await log_contact(desk.store, desk.units, draft, teacher)).contact_id


def path(student: StudentFacts) -> str:
    return f"/contacts/students/{student.student_id}/record"


def api(student: StudentFacts) -> str:
    return f"/contacts/api/v1/students/{student.student_id}/disclosures"


async def test_the_form_says_to_whom_it_was_given_and_shows_nothing_of_it(
    site: ContactsSite, principal: Viewer, student: StudentFacts, noted: str
) -> None:
    page = await site.browser(principal).get(path(student))
    assert page.status_code == 200
    assert "To nobody yet." in page.text
    assert "Asked for quiet mornings." not in page.text
    assert (await site.program(principal).get(api(student))).json() == {"items": []}


async def test_what_is_taken_out_holds_everything_and_is_kept_with_its_reason(
    site: ContactsSite, principal: Viewer, student: StudentFacts, teacher: Viewer, noted: str
) -> None:
    browser = site.browser(principal)
    sent = {"to": "family", "reason": "The mother wants to read it."}
    page = await fill_in(browser, path(student), **sent)
    assert page.status_code == 200
    assert "Asked for quiet mornings." in page.text
    assert student.family_name in page.text
    assert teacher.name in page.text
    assert "The mother wants to read it." in page.text
    [kept] = (await site.program(principal).get(api(student))).json()["items"]
    assert (kept["to"], kept["name"]) == ("family", principal.name)
    again = await browser.get(path(student))
    assert "The mother wants to read it." in again.text


async def test_it_comes_as_a_file_for_programs_too(
    site: ContactsSite, principal: Viewer, student: StudentFacts, noted: str
) -> None:
    sent = {"to": "school", "reason": "Moves to Oak School.", "file": "true"}
    answer = await fill_in(site.browser(principal), path(student), **sent)
    assert "attachment" in answer.headers["content-disposition"]
    record = answer.json()
    assert [each["contact_id"] for each in record["contacts"]] == [noted]
    assert record["contacts"][0]["note"] == "Asked for quiet mornings."
    made = await site.program(staff_viewer("district")).post(
        api(student), json={"to": "court", "reason": "Order 26-114."}
    )
    assert made.status_code == 201
    assert len(made.json()["disclosures"]) == 2


async def test_follow_ups_suggestions_and_given_families_are_part_of_it(
    site: ContactsSite, district: Office, principal: Viewer, student: StudentFacts, noted: str
) -> None:
    desk, at = district.desk, site.clock.now()
    family = await desk.store.directory.family_of_student(student.student_id)
    assert family is not None
    promise = FollowUpDraft(
        family_id=family.family_id, what="Send the reading list", due_on=at.date(), assigned_to=""
    )
    await make_follow_up(desk.store, desk.units, promise, principal)
    seen = {
        "suggestion_id": "s1", "student_id": student.student_id, "family_id": family.family_id,
        "what": "finished the unit on fractions", "system": "lms", "achieved_at": at,
        "heard_at": at, "not_now": [],
    }  # fmt: skip
    await desk.database["suggestions"].insert_one({"_id": "s1", **seen})
    page = await fill_in(site.browser(principal), path(student), to="family", reason="Asked for.")
    assert "Send the reading list" in page.text
    assert "finished the unit on fractions" in page.text


async def test_without_a_reason_nothing_is_given(
    site: ContactsSite, principal: Viewer, student: StudentFacts, noted: str
) -> None:
    answer = await fill_in(site.browser(principal), path(student), to="family", reason="")
    assert answer.status_code == 422
    assert "Asked for quiet mornings." not in answer.text
    assert (await site.program(principal).get(api(student))).json() == {"items": []}
    empty = await site.program(principal).post(api(student), json={"to": "family", "reason": " "})
    assert empty.status_code == 422


async def test_contacts_about_a_sister_or_brother_alone_are_not_in_it(
    site: ContactsSite, district: Office, teacher: Viewer, principal: Viewer
) -> None:
    desk = district.desk
    families = await desk.store.directory.family_ids_seen_by(principal, site.clock.now().date())
    found = await desk.store.directory.families(families)
    siblings = next(each for each in found if len({s.school_id for s in each.students}) == 1
                    and len(each.students) > 1)  # fmt: skip
    one, other = siblings.students[:2]
    by = staff_viewer("coordinator", one.school_id)
    for student in (one, other):
        draft = ContactDraft(
            family_id=siblings.family_id,
            student_ids=(student.student_id,),
            note=f"About {student.student_id}.",
        )
        await log_contact(desk.store, desk.units, draft, by)
    answer = await site.program(staff_viewer("principal", one.school_id)).post(
        api(one), json={"to": "family", "reason": "Asked for."}
    )
    notes = [each["note"] for each in answer.json()["contacts"]]
    assert notes == [f"About {one.student_id}."]


async def test_it_is_not_anybody_elses_to_give(
    site: ContactsSite, teacher: Viewer, student: StudentFacts
) -> None:
    assert (await site.browser(teacher).get(path(student))).status_code == 403
    coordinator = staff_viewer("coordinator", student.school_id)
    assert (await site.browser(coordinator).get(path(student))).status_code == 403
    elsewhere = staff_viewer("principal", "elsewhere")
    assert (await site.browser(elsewhere).get(path(student))).status_code == 404
    assert (await site.program(elsewhere).get(api(student))).status_code == 404
    nobody = await site.browser(staff_viewer("district")).get("/contacts/students/nobody/record")
    assert nobody.status_code == 404
