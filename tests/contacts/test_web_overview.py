"""The school view of coordinators and principals, and giving families to educators."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

from embedded.sample import District
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from shared.identity import Viewer
from shared.messages import EducatorChanged
from tests.contacts.conftest import TODAY, Office, educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

PATH = "/contacts/school"
GIVEN = {"reason": "counselor of grade 4", "ends": (TODAY + timedelta(days=60)).isoformat()}


@pytest.fixture
async def stranger(district: Office, sample: District, teacher: Viewer) -> Viewer:
    """An educator of the same school who teaches nobody of the first family of the list."""
    [school_id] = teacher.school_ids
    store = district.desk.store
    for each in sample.educators:
        viewer = educator_viewer(sample, each.id)
        if each.school_id == school_id and not await store.directory.classes_of(viewer, TODAY):
            return viewer
    raise AssertionError("everybody of the sample's staff teaches somebody")


async def listed(site: ContactsSite, viewer: Viewer, **query: str) -> list[dict[str, str]]:
    """The rows of the table."""
    answer = await site.browser(viewer).get(f"{PATH}.csv", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def ids(site: ContactsSite, viewer: Viewer, **query: str) -> set[str]:
    return {row["family_id"] for row in await listed(site, viewer, **query)}


async def log(district: Office, viewer: Viewer, family_id: str, **facts: object) -> None:
    draft = ContactDraft.model_validate({"family_id": family_id, **facts})
    await log_contact(district.desk.store, district.desk.units, draft, viewer)


async def give(site: ContactsSite, by: Viewer, family_id: str, to: Viewer) -> str:
    """Give a family with the form; gives the page that is shown then."""
    browser = site.browser(by)
    path = f"/contacts/families/{family_id}/caseload"
    answer = await fill_in(browser, path, educator_id=to.educator_id, **GIVEN)
    assert answer.status_code == 303, answer.text
    return (await browser.get(path)).text


async def test_who_was_told_leaves_the_list_and_a_concern_is_a_contact_only(
    site: ContactsSite, district: Office, coordinator: Viewer
) -> None:
    everybody = await ids(site, coordinator)
    glad, worried, *_ = sorted(everybody)
    await log(district, coordinator, glad)
    await log(district, coordinator, worried, tone="concern")
    assert await ids(site, coordinator) == everybody - {glad}
    assert await ids(site, coordinator, show="no_contact") == everybody - {glad, worried}
    page = (await site.browser(coordinator).get(PATH)).text
    assert f"No good news this term ({len(everybody) - 1})" in page
    assert f"No contact at all this term ({len(everybody) - 2})" in page


async def test_each_number_leads_to_just_those_families_and_filters_stay(
    site: ContactsSite, coordinator: Viewer
) -> None:
    browser = site.browser(coordinator)
    page = (await browser.get(PATH, params={"show": "no_contact"})).text
    links = re.findall(r'href="\?([^"]+)">([^<:]+): (\d+)</a>', page)
    assert len(links) >= 4
    for query, _, number in links:
        assert "show=no_contact" in query
        narrowed = (await browser.get(f"{PATH}?{query.replace('&amp;', '&')}")).text
        word = "family" if number == "1" else "families"
        assert re.search(rf"<h2>[^<]*: {number} {word}</h2>", narrowed)
    spanish = (await browser.get(PATH, params={"language": "es"})).text
    assert "language=es&amp;grade=" in spanish
    nobody = (await browser.get(PATH, params={"language": "zu"})).text
    assert 'aria-current="true">Zulu: 0</a>' in nobody
    both = re.search(r'href="\?([^"]*language=es[^"]*after=[^"]+)"', spanish)
    if both:
        assert "show=not_told" in both[1]


async def test_the_list_goes_on_page_by_page_until_everybody_was_there(
    site: ContactsSite, coordinator: Viewer
) -> None:
    browser = site.browser(coordinator)
    seen: list[str] = []
    path = PATH
    while path:
        page = (await browser.get(path)).text
        seen += re.findall(r'row-title mb-0"><a href="/contacts/families/([^"]+)"', page)
        more = re.search(r'rel="next" href="(\?[^"]+)"', page)
        path = PATH + more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen))
    assert set(seen) == await ids(site, coordinator)
    assert len(seen) > 25
    assert (await browser.get(f"{PATH}?after=WyJ4Il0")).status_code == 422


async def test_it_is_for_coordinators_and_principals_and_shows_the_own_school_only(
    site: ContactsSite, district: Office, sample: District, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    for viewer in (teacher, staff_viewer("office", school_id), staff_viewer("district")):
        for path in (PATH, f"{PATH}.csv"):
            assert (await site.browser(viewer).get(path)).status_code == 403
    own = await ids(site, staff_viewer("principal", school_id))
    families = await district.desk.store.directory.families(sorted(own))
    assert all(school_id in {s.school_id for s in each.students} for each in families)
    other = next(each.school_id for each in sample.educators if each.school_id != school_id)
    elsewhere = await ids(site, staff_viewer("coordinator", other))
    assert elsewhere
    assert await ids(site, staff_viewer("coordinator", "elsewhere")) == set()


async def test_a_family_whose_classes_nobody_teaches_is_found_and_given(
    site: ContactsSite, district: Office, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    assert family_id not in await ids(site, coordinator, show="no_educator")
    await district.desk.database["dir_families"].update_one(
        {"_id": family_id}, {"$set": {"students.$[].enrollments.$[].class_id": "nobodys"}}
    )
    assert family_id in await ids(site, coordinator, show="no_educator")
    await give(site, coordinator, family_id, stranger)
    assert family_id not in await ids(site, coordinator, show="no_educator")
    [row] = await listed(site, coordinator, show="given")
    assert (row["family_id"], row["given_to"]) == (family_id, stranger.name)


async def test_whoever_was_given_a_family_sees_it_until_the_last_day(
    site: ContactsSite, district: Office, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    path = f"/contacts/families/{family_id}"
    assert (await site.browser(stranger).get(path)).status_code == 404
    await district.forget_told()
    page = await give(site, coordinator, family_id, stranger)
    assert "counselor of grade 4" in page
    theirs = await site.browser(stranger).get(path)
    assert theirs.status_code == 200
    assert f"{stranger.name} has this family until Jan 23, 2027." in theirs.text
    assert "counselor of grade 4" not in theirs.text
    assert family_id in (await site.browser(stranger).get("/contacts/")).text
    [told] = await district.told("educator.changed")
    [entry] = EducatorChanged.model_validate(told.data).caseload
    assert (entry.family_id, entry.ends) == (family_id, TODAY + timedelta(days=60))
    assert "counselor of grade" not in str(told.data)
    site.clock.move(timedelta(days=60))
    assert (await site.browser(stranger).get(path)).status_code == 200
    site.clock.move(timedelta(days=1))
    assert (await site.browser(stranger).get(path)).status_code == 404


async def test_ending_it_ends_the_sight_at_once_and_only_once(
    site: ContactsSite, district: Office, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    page = await give(site, coordinator, family_id, stranger)
    [end] = re.findall(r'action="(/contacts/caseloads/[^"]+/end)"', page)
    browser = site.browser(coordinator)
    here = f"/contacts/families/{family_id}/caseload"
    assert (await fill_in(browser, end, form_at=here)).headers["location"] == here
    assert (await site.browser(stranger).get(f"/contacts/families/{family_id}")).status_code == 404
    await fill_in(browser, end, form_at=here)
    assert "This was ended already." in (await browser.get(here)).text
    last = (await district.told("educator.changed"))[-1]
    assert EducatorChanged.model_validate(last.data).caseload == ()


async def test_a_coordinator_in_the_roster_adopts_a_family(
    site: ContactsSite, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    path = f"/contacts/families/{family_id}/caseload"
    assert "/adopt" not in (await site.browser(coordinator).get(path)).text
    known = coordinator.model_copy(update={"educator_id": stranger.educator_id})
    assert "/adopt" in (await site.browser(known).get(path)).text
    adopted = await fill_in(site.browser(known), f"{path}/adopt", form_at=path, **GIVEN)
    assert adopted.status_code == 303
    assert [row["given_to"] for row in await listed(site, coordinator, show="given")]
    nobody = await fill_in(site.browser(coordinator), f"{path}/adopt", form_at=path, **GIVEN)
    assert nobody.status_code == 422


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"educator_id": ""}, "Please fill this in."),
        ({"reason": ""}, "Please fill this in."),
        ({"ends": "2026-11-01"}, "The last day has passed already."),
        ({"ends": "2028-11-01"}, "more than a year away"),
        ({"ends": "soon"}, "Please write a date"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_given(
    site: ContactsSite,
    coordinator: Viewer,
    stranger: Viewer,
    fields: dict[str, str],
    said: str,
) -> None:
    family_id = min(await ids(site, coordinator))
    path = f"/contacts/families/{family_id}/caseload"
    sent = {"educator_id": stranger.educator_id, **GIVEN, **fields}
    answer = await fill_in(site.browser(coordinator), path, form_at=path, **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert await ids(site, coordinator, show="given") == set()


async def test_programs_give_and_end_and_nobody_gives_what_is_not_theirs(
    site: ContactsSite, coordinator: Viewer, teacher: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    api = f"/contacts/api/v1/families/{family_id}/caseloads"
    draft = {"educator_id": stranger.educator_id, **GIVEN}
    assert (await site.program(teacher).post(api, json=draft)).status_code == 403
    elsewhere = site.program(staff_viewer("coordinator", "elsewhere"))
    assert (await elsewhere.post(api, json=draft)).status_code == 404
    assert (await elsewhere.get(api)).status_code == 404
    program = site.program(coordinator)
    made = await program.post(api, json=draft, headers={"Idempotency-Key": "k"})
    again = await program.post(api, json=draft, headers={"Idempotency-Key": "k"})
    assert made.json() == again.json()
    twice = await program.post(api, json=draft)
    assert twice.status_code == 422
    assert "already" in twice.text
    assert (await program.get(api)).json()["items"] == [made.json()]
    place = f"/contacts/api/v1/caseloads/{made.json()['caseload_id']}"
    assert (await elsewhere.delete(place)).status_code == 404
    assert (await program.delete(place)).status_code == 200
    assert (await program.delete(place)).status_code == 409
    nobody = await program.post(api, json={**draft, "educator_id": "nobody"})
    assert nobody.status_code == 404


async def test_whoever_was_given_a_family_reads_and_writes_what_the_child_loves(
    site: ContactsSite, district: Office, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    await give(site, coordinator, family_id, stranger)
    family = await district.desk.store.directory.family(family_id)
    assert family is not None
    draft = {"student_id": family.students[0].student_id, "words": "loves dinosaurs"}
    api = f"/contacts/api/v1/families/{family_id}/strengths"
    assert (await site.program(stranger).post(api, json=draft)).status_code == 201


async def test_whoever_was_given_a_family_counts_it_and_takes_what_there_is_to_do(
    site: ContactsSite, coordinator: Viewer, stranger: Viewer
) -> None:
    family_id = min(await ids(site, coordinator))
    promise = {
        "family_id": family_id,
        "what": "Call again about the reading group",
        "due_on": GIVEN["ends"],
        "assigned_to": stranger.educator_id,
    }
    api = "/contacts/api/v1"
    program = site.program(coordinator)
    assert (await program.post(f"{api}/follow-ups", json=promise)).status_code == 422
    await give(site, coordinator, family_id, stranger)
    assert (await program.post(f"{api}/follow-ups", json=promise)).status_code == 201
    theirs = site.program(stranger)
    [mine] = (await theirs.get(f"{api}/follow-ups")).json()["items"]
    assert (mine["standing"], mine["follow_up"]["what"]) == ("theirs", promise["what"])
    progress = (await theirs.get(f"{api}/goals/mine")).json()["progress"]
    assert (progress["families"], progress["month"]["goal"]) == (1, 1)


async def test_an_import_leaves_who_was_given_to_whom(
    site: ContactsSite,
    district: Office,
    coordinator: Viewer,
    stranger: Viewer,
    package: Path,
) -> None:
    family_id = min(await ids(site, coordinator))
    await give(site, coordinator, family_id, stranger)
    educators = district.desk.database["dir_educators"]
    await educators.update_one({"_id": stranger.educator_id}, {"$set": {"digest": "older"}})
    job = await district.bring(package)
    assert job.state == "done", job.reasons
    row = await educators.find_one({"_id": stranger.educator_id})
    assert row is not None
    assert row["digest"] != "older"
    assert [each["family_id"] for each in row["caseload"]] == [family_id]
    page = await site.browser(stranger).get(f"/contacts/families/{family_id}")
    assert page.status_code == 200
