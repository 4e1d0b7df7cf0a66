"""Logging for several families of a class in one form, as a teacher does it after a lesson."""

import re

import pytest

from embedded.sample import District
from services.contacts.actions.together import Home, homes_of_class
from services.contacts.domain.contact import Contact
from shared.identity import Viewer
from shared.messages import SchoolClass
from tests.contacts.conftest import TODAY, Office, educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

PATH = "/contacts/together"
FORM = "form-of-today"


@pytest.fixture
async def lesson(district: Office, teacher: Viewer) -> SchoolClass:
    """The teacher's class with the most families."""
    directory = district.desk.store.directory
    own = await directory.classes_of(teacher, TODAY)
    [school_id] = teacher.school_ids
    school = await directory.school(school_id)
    assert school is not None
    classes = [each for each in school.classes if each.class_id in own]
    return max(classes, key=lambda each: each.title)


@pytest.fixture
async def homes(district: Office, teacher: Viewer, lesson: SchoolClass) -> list[Home]:
    found = await homes_of_class(district.desk.store, lesson.class_id, teacher, TODAY)
    assert len(found) >= 3
    return found


def ids(homes: list[Home]) -> list[str]:
    return [each.family.family_id for each in homes]


async def logged(district: Office) -> list[Contact]:
    rows = await district.desk.database["contacts"].find().sort("_id", 1).to_list(None)
    return [Contact.model_validate(row) for row in rows]


async def send(
    site: ContactsSite, viewer: Viewer, lesson: SchoolClass, families: list[str], **more: object
) -> tuple[int, str]:
    """Send the form; gives the status, and the text of the page that is shown then."""
    browser = site.browser(viewer)
    fields = {"class_id": lesson.class_id, "form_id": FORM, "family_ids": families, **more}
    at = f"{PATH}?class={lesson.class_id}"
    answer = await fill_in(browser, PATH, form_at=at, **fields)
    if answer.status_code == 303:
        return 303, (await browser.get(answer.headers["location"])).text
    return answer.status_code, answer.text


async def test_a_class_leads_to_the_form_with_its_families(
    site: ContactsSite, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    browser = site.browser(teacher)
    families = await browser.get("/contacts/", params={"class": lesson.class_id})
    assert "/contacts/together?class=" in families.text
    form = await browser.get(PATH, params={"class": lesson.class_id})
    assert form.status_code == 200
    assert lesson.title in form.text
    assert all(f'value="{each}"' in form.text for each in ids(homes))
    assert "A concern</label>" not in form.text
    assert not re.search(r'name="family_ids"[^>]*checked', form.text)
    everybody = await browser.get(PATH, params={"class": lesson.class_id, "all": "true"})
    checked = re.findall(r'name="family_ids"[^>]*checked', everybody.text)
    assert len(checked) == len(homes)


async def test_each_family_chosen_has_a_contact_about_its_own_pupils(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    chosen = homes[:3]
    status, page = await send(
        site, teacher, lesson, ids(chosen), words="A joy to teach today.", tone="good_news"
    )
    assert status == 303
    assert "Saved for 3 families." in page
    found = await logged(district)
    assert {each.family_id for each in found} == set(ids(chosen))
    for home in chosen:
        [contact] = [each for each in found if each.family_id == home.family.family_id]
        assert set(contact.student_ids) == {each.student_id for each in home.pupils}
        assert contact.class_ids == (lesson.class_id,)
        assert contact.letter is not None
        assert contact.letter.words == "A joy to teach today."
    told = await district.told("contact.logged")
    assert len(told) == 3


async def test_the_same_form_sent_again_logs_nothing_twice_and_other_words_are_another_contact(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    for _ in range(2):
        status, page = await send(site, teacher, lesson, ids(homes[:2]), tone="hello")
        assert status == 303
        assert "Saved for 2 families." in page
    assert len(await logged(district)) == 2
    await send(site, teacher, lesson, ids(homes[:2]), tone="information")
    assert len(await logged(district)) == 4


async def test_without_anybody_chosen_the_form_comes_back_as_it_was_typed(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    status, page = await send(site, teacher, lesson, [], words="Well done.")
    assert status == 422
    assert "Please fill this in." in page
    assert ">Well done.</textarea>" in page
    assert await logged(district) == []


async def test_a_concern_is_not_for_several(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    status, page = await send(site, teacher, lesson, ids(homes[:2]), tone="concern")
    assert status == 422
    assert "Please choose one of the answers." in page
    assert await logged(district) == []


async def test_a_family_that_left_the_class_is_named_and_the_others_are_saved(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    left = homes[0]
    await district.desk.database["dir_families"].update_one(
        {"_id": left.family.family_id},
        {"$set": {"students.$[].enrollments.$[].ends": "2026-10-01"}},
    )
    status, page = await send(site, teacher, lesson, ids(homes[:3]), tone="hello")
    assert status == 422
    assert "Saved for 2 families, not for these:" in page
    assert "This family is not in the class any more." in page
    assert {each.family_id for each in await logged(district)} == set(ids(homes[1:3]))
    status, page = await send(site, teacher, lesson, ids(homes[1:3]), tone="hello")
    assert status == 303
    assert len(await logged(district)) == 2


async def test_words_that_no_family_may_get_are_refused_for_each_and_nothing_is_kept(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    status, page = await send(
        site, teacher, lesson, ids(homes[:2]), outcome="voicemail", channel="in_person"
    )
    assert status == 422
    assert "Saved for 0 families" in page
    assert page.count("A voicemail is left by calling") >= 2
    assert await logged(district) == []


async def test_a_class_of_others_is_not_there(
    site: ContactsSite, sample: District, district: Office, lesson: SchoolClass, homes: list[Home]
) -> None:
    elsewhere = staff_viewer("principal", "elsewhere")
    directory = district.desk.store.directory
    others = [educator_viewer(sample, each.id) for each in sample.educators]
    strangers = [
        each for each in others if lesson.class_id not in await directory.classes_of(each, TODAY)
    ]
    for viewer in (elsewhere, strangers[0]):
        answer = await site.browser(viewer).get(PATH, params={"class": lesson.class_id})
        assert answer.status_code == 404
        assert not any(each in answer.text for each in ids(homes))


async def test_a_principal_logs_for_a_class_of_the_school(
    site: ContactsSite, district: Office, teacher: Viewer, lesson: SchoolClass, homes: list[Home]
) -> None:
    [school_id] = teacher.school_ids
    principal = staff_viewer("principal", school_id)
    status, page = await send(site, principal, lesson, ids(homes[:1]), tone="hello")
    assert status == 303
    assert "Saved for 1 family." in page
