"""What a child is good at and loves: shared among its educators, and with nobody else."""

from dataclasses import dataclass

import pytest

from embedded.sample import District
from services.contacts.domain.strengths import MOST_OF_STUDENT
from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import TODAY, Office, educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

DINOSAURS = "loves dinosaurs"


@dataclass(frozen=True)
class Child:
    """A pupil of the teacher's, and the family."""

    family: FamilyChanged
    student_id: str
    school_id: str

    @property
    def page(self) -> str:
        return f"/contacts/families/{self.family.family_id}"

    @property
    def api(self) -> str:
        return f"/contacts/api/v1/families/{self.family.family_id}/strengths"


@pytest.fixture
async def child(district: Office, sample: District) -> Child:
    student = sample.picks.good_news.student_ids[0]
    family = await district.desk.store.directory.family_of_student(student)
    assert family is not None
    [known] = [each for each in family.students if student in {each.student_id, *each.sourced_ids}]
    return Child(family, known.student_id, known.school_id)


async def add(site: ContactsSite, viewer: Viewer, child: Child, words: str) -> str:
    """Fill in the form of the family's page; gives the page that is shown then."""
    browser = site.browser(viewer)
    fields = {"student_id": child.student_id, "words": words}
    answer = await fill_in(browser, f"{child.page}/strengths", form_at=child.page, **fields)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{child.page}#strengths"
    return (await browser.get(child.page)).text


async def known_to(site: ContactsSite, viewer: Viewer, child: Child) -> list[str]:
    answer = await site.program(viewer).get(child.api)
    return [each["words"] for each in answer.json().get("items", ())]


async def test_what_one_educator_learned_stands_on_the_familys_page_and_by_the_form_to_log(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    page = await add(site, teacher, child, f"  {DINOSAURS} ")
    assert DINOSAURS in page
    assert "The family may ask to read this." in page
    form = await site.browser(teacher).get(f"{child.page}/log")
    assert DINOSAURS in form.text


async def test_it_is_shared_among_those_who_teach_the_child_and_its_school(
    site: ContactsSite, district: Office, sample: District, teacher: Viewer, child: Child
) -> None:
    await add(site, teacher, child, DINOSAURS)
    store = district.desk.store
    [student] = [each for each in child.family.students if each.student_id == child.student_id]
    theirs = {each.class_id for each in student.enrollments}
    others = [educator_viewer(sample, each.id) for each in sample.educators]
    for other in others:
        teaches = theirs & await store.directory.classes_of(other, TODAY)
        assert await known_to(site, other, child) == ([DINOSAURS] if teaches else [])
    for role in ("coordinator", "principal"):
        assert await known_to(site, staff_viewer(role, child.school_id), child) == [DINOSAURS]
    for viewer in (staff_viewer("office", child.school_id), staff_viewer("district")):
        assert await known_to(site, viewer, child) == []
        page = await site.browser(viewer).get(child.page)
        assert page.status_code == 200
        assert "dinosaurs" not in page.text
        assert "loves" not in page.text.casefold()


async def test_whoever_may_not_read_it_can_not_write_it_either(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    draft = {"student_id": child.student_id, "words": DINOSAURS}
    office = staff_viewer("office", child.school_id)
    assert (await site.program(office).post(child.api, json=draft)).status_code == 403
    elsewhere = staff_viewer("principal", "elsewhere")
    assert (await site.program(elsewhere).post(child.api, json=draft)).status_code == 404
    assert await known_to(site, teacher, child) == []


async def test_the_same_words_twice_are_kept_once(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    draft = {"student_id": child.student_id, "words": DINOSAURS}
    first = await site.program(teacher).post(child.api, json=draft)
    again = await site.program(teacher).post(child.api, json={**draft, "words": "Loves  Dinosaurs"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert await known_to(site, teacher, child) == [DINOSAURS]


async def test_who_wrote_it_and_the_principal_may_remove_it_and_nobody_else(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    coordinator = staff_viewer("coordinator", child.school_id)
    principal = staff_viewer("principal", child.school_id)
    draft = {"student_id": child.student_id, "words": DINOSAURS}
    for remover in (teacher, principal):
        made = (await site.program(teacher).post(child.api, json=draft)).json()
        place = f"{child.api}/{made['strength_id']}"
        assert (await site.program(coordinator).delete(place)).status_code == 403
        assert await known_to(site, teacher, child) == [DINOSAURS]
        assert (await site.program(remover).delete(place)).status_code == 204
        assert await known_to(site, teacher, child) == []
        assert (await site.program(remover).delete(place)).status_code == 404


async def test_the_page_has_the_button_to_remove_what_is_ones_own(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    await add(site, teacher, child, DINOSAURS)
    made = (await site.program(teacher).get(child.api)).json()["items"][0]
    path = f"{child.page}/strengths/{made['strength_id']}/remove"
    browser = site.browser(teacher)
    assert path in (await browser.get(child.page)).text
    removed = await fill_in(browser, path, form_at=child.page)
    assert removed.status_code == 303
    assert DINOSAURS not in (await browser.get(child.page)).text
    coordinator = await site.browser(staff_viewer("coordinator", child.school_id)).get(child.page)
    assert "/remove" not in coordinator.text


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "Please fill this in."), ("x", "at least 2 characters"), ("y" * 121, "at most 120")],
)
async def test_what_can_not_be_kept_is_said(
    site: ContactsSite, teacher: Viewer, child: Child, words: str, said: str
) -> None:
    assert said in await add(site, teacher, child, words)
    assert await known_to(site, teacher, child) == []


async def test_no_child_has_more_than_can_be_read_before_a_call(
    site: ContactsSite, teacher: Viewer, child: Child
) -> None:
    for number in range(MOST_OF_STUDENT):
        draft = {"student_id": child.student_id, "words": f"likes number {number}"}
        assert (await site.program(teacher).post(child.api, json=draft)).status_code == 201
    assert "remove something first" in await add(site, teacher, child, DINOSAURS)
    assert len(await known_to(site, teacher, child)) == MOST_OF_STUDENT
