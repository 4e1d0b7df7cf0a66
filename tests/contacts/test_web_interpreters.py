"""The list of interpreters on its pages, for programs, and as a table."""

import csv
import io
import re
from collections.abc import Mapping

import httpx2
import pytest

from shared.identity import Viewer
from tests.contacts.conftest import staff_viewer
from tests.contacts.interpreting import API, HUDA, PATH, add
from tests.contacts.site import ContactsSite, fill_in, upload

FORM = {
    "name": "Huda Nasser",
    "kind": "person",
    "languages": ["ar"],
    "more_languages": "so, hmn",
    "phone": "+1 555 0100",
    "weekday": ["1", "", ""],
    "begins": ["14:00", "", ""],
    "ends": ["16:00", "", ""],
    "training": "School interpreters' course, 2025",
    "independent": "true",
}


def form_of(viewer: Viewer) -> dict[str, object]:
    """The form as a coordinator sends it, who has one school."""
    return {**FORM, "school_id": min(viewer.school_ids)}


async def names(site: ContactsSite, viewer: Viewer, **query: str | int) -> list[str]:
    answer = await site.program(viewer).get(API, params=query)
    return [each["name"] for each in answer.json()["items"]]


async def bring(site: ContactsSite, viewer: Viewer, table: str) -> httpx2.Response:
    """Send a table with the form."""
    file = ("interpreters.csv", table.encode("utf-8-sig"), "text/csv")
    return await upload(site.browser(viewer), f"{PATH}/import", file)


async def test_a_coordinator_adds_one_and_all_of_the_school_find_the_number(
    site: ContactsSite, coordinator: Viewer, teacher: Viewer
) -> None:
    browser = site.browser(coordinator)
    saved = await fill_in(browser, PATH, form_at=f"{PATH}/new", **form_of(coordinator))
    assert saved.status_code == 303
    page = (await site.browser(teacher).get(PATH)).text
    assert "Huda Nasser" in page
    assert 'href="tel:+15550100"' in page
    assert "Arabic, Somali, " in page
    assert '<html lang="en"' in page
    assert "Tuesday" in page
    assert "School interpreters" in page
    assert "/end" not in page
    elsewhere = await site.browser(staff_viewer("office", "elsewhere")).get(PATH)
    assert "Huda Nasser" not in elsewhere.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"independent": ""}, "never a student and never a relative"),
        ({"languages": [], "more_languages": ""}, "at least one language"),
        ({"more_languages": "Arabic (Iraq)"}, "is no language tag"),
        ({"begins": ["", "", ""]}, "needs a day, a beginning and an end"),
        ({"ends": ["13:00", "", ""]}, "Hours end after they begin"),
        ({"phone": "ask"}, "fewer than three digits"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: ContactsSite, coordinator: Viewer, fields: Mapping[str, object], said: str
) -> None:
    sent = {**form_of(coordinator), **fields}
    answer = await fill_in(site.browser(coordinator), PATH, form_at=f"{PATH}/new", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Huda Nasser"' in answer.text
    assert await names(site, coordinator) == []


async def test_it_is_changed_ended_and_offered_again(
    site: ContactsSite, coordinator: Viewer
) -> None:
    made = await add(site, coordinator)
    place = f"{PATH}/{made['interpreter_id']}"
    browser = site.browser(coordinator)
    form = (await browser.get(place)).text
    assert 'value="14:00"' in form
    sent = {**form_of(coordinator), "name": "Huda N. Nasser", "version": "1"}
    assert (await fill_in(browser, place, form_at=place, **sent)).status_code == 303
    late = await fill_in(browser, place, form_at=place, **sent)
    assert late.status_code == 422
    assert "Somebody changed this in the meantime" in late.text
    assert await names(site, coordinator) == ["Huda N. Nasser"]
    assert (await fill_in(browser, f"{place}/end", form_at=place)).status_code == 303
    page = (await browser.get(PATH)).text
    assert "You can undo this below." in page
    assert await names(site, coordinator) == []
    assert await names(site, coordinator, ended=True) == ["Huda N. Nasser"]
    assert (await fill_in(browser, f"{place}/resume", form_at=place)).status_code == 303
    assert await names(site, coordinator) == ["Huda N. Nasser"]


async def test_the_list_is_narrowed_by_language_and_day(
    site: ContactsSite, coordinator: Viewer
) -> None:
    district = staff_viewer("district")
    await add(site, coordinator)
    await add(site, district, name="Line", kind="phone_service", languages=["pt-BR"], hours=[])
    assert await names(site, coordinator) == ["Huda Nasser", "Line"]
    assert await names(site, coordinator, language="pt") == ["Line"]
    assert await names(site, coordinator, weekday=1) == ["Huda Nasser", "Line"]
    assert await names(site, coordinator, weekday=2) == ["Line"]
    browser = site.browser(coordinator)
    narrowed = (await browser.get(PATH, params={"language": "so", "weekday": "1"})).text
    assert "Huda Nasser" in narrowed
    assert ">Line<" not in narrowed
    nobody = await browser.get(PATH, params={"language": "so", "weekday": "3"})
    assert "Choose another day, or all languages." in nobody.text


async def test_only_coordinators_of_the_school_and_the_district_write(
    site: ContactsSite, coordinator: Viewer, teacher: Viewer
) -> None:
    [school_id] = teacher.school_ids
    own = {**HUDA, "school_id": school_id}
    for viewer in (
        teacher,
        staff_viewer("principal", school_id),
        staff_viewer("office", school_id),
    ):
        assert (await site.program(viewer).post(API, json=own)).status_code == 403
        assert (await site.browser(viewer).get(f"{PATH}/new")).status_code == 403
    for wrong in ("", "elsewhere"):
        sent = {**HUDA, "school_id": wrong}
        assert (await site.program(coordinator).post(API, json=sent)).status_code == 403
    line = await add(site, staff_viewer("district"), name="Line")
    place = f"{API}/{line['interpreter_id']}"
    assert (await site.program(coordinator).put(place, json=own)).status_code == 403
    assert (await site.program(coordinator).delete(place)).status_code == 403
    mine = await add(site, coordinator)
    stranger = staff_viewer("coordinator", "elsewhere")
    place = f"{API}/{mine['interpreter_id']}"
    assert (await site.program(stranger).get(place)).status_code == 404
    assert (await site.program(stranger).delete(place)).status_code == 404
    assert await names(site, coordinator) == ["Huda Nasser", "Line"]


async def test_a_program_adds_once_with_a_key_and_changes_with_the_version(
    site: ContactsSite, coordinator: Viewer
) -> None:
    [school_id] = coordinator.school_ids
    program = site.program(coordinator)
    sent = {**HUDA, "school_id": school_id}
    key = {"Idempotency-Key": "k1"}
    first = await program.post(API, json=sent, headers=key)
    again = await program.post(API, json=sent, headers=key)
    assert first.json() == again.json()
    assert await names(site, coordinator) == ["Huda Nasser"]
    place = first.headers["location"]
    right = {**sent, "training": "Court certified"}
    changed = await program.put(place, json=right, params={"version": 1})
    assert (changed.json()["version"], changed.json()["training"]) == (2, "Court certified")
    assert (await program.put(place, json=right)).json()["version"] == 2
    assert (await program.put(place, json=sent, params={"version": 1})).status_code == 409
    refused = await program.post(API, json={**sent, "independent": False})
    assert refused.status_code == 422
    assert "never a" in refused.text


# --- as a table -----------------------------------------------------------------------------------


async def test_the_table_comes_in_again_and_nothing_is_doubled(
    site: ContactsSite, coordinator: Viewer
) -> None:
    await add(site, coordinator, name="=HYPERLINK(1)", training="-1 to +3")
    table = (await site.browser(coordinator).get(f"{PATH}.csv")).text
    assert table.startswith("\ufeffinterpreter_id,")
    assert "'=HYPERLINK(1)" in table
    assert "'+1 555 0100" in table
    before = (await site.program(coordinator).get(API)).json()
    page = await bring(site, coordinator, table.removeprefix("\ufeff"))
    assert page.status_code == 200
    assert "Was so already" in page.text
    assert (await site.program(coordinator).get(API)).json() == before


async def test_each_row_is_accounted_for(site: ContactsSite, coordinator: Viewer) -> None:
    made = await add(site, coordinator)
    line = await add(site, staff_viewer("district"), name="Line")
    columns = ["interpreter_id", "name", "languages", "phone", "not_student_or_relative", "active"]
    rows = [
        [str(made["interpreter_id"]), "Huda Nasser", "ar; so", "555 0199", "yes", "no"],
        ["", "Abdi Warsame", "so", "555 0101", "yes", ""],
        ["", "A cousin", "so", "555 0102", "no", ""],
        ["", "Nobody", "Klingon!", "555 0103", "yes", ""],
        [str(line["interpreter_id"]), "Line of ours", "ar", "555 0104", "yes", ""],
        ["", "Abdi  Warsame", "so", "555-0101", "yes", ""],
    ]
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    first = await bring(site, coordinator, out.getvalue())
    words = re.findall(r'data-label="What"><span class="tag[^"]*">([^<]+)', first.text)
    assert words == ["Changed", "Added", "Left out", "Left out", "Left out", "Left out"]
    for reason in (
        "never a student and never a relative",
        "is no language tag",
        "another school&#39;s, or the district&#39;s",
        "stands in the table twice",
    ):
        assert reason in first.text
    assert await names(site, coordinator) == ["Abdi Warsame", "Line"]
    assert await names(site, coordinator, ended=True) == ["Abdi Warsame", "Huda Nasser", "Line"]
    again = await bring(site, coordinator, out.getvalue())
    assert again.text.count("Was so already") >= 3
    assert await names(site, coordinator, ended=True) == ["Abdi Warsame", "Huda Nasser", "Line"]


async def test_a_file_that_is_no_table_changes_nothing(
    site: ContactsSite, coordinator: Viewer
) -> None:
    page = await bring(site, coordinator, "Dear colleagues,\nhere is the list.\n")
    assert page.status_code == 422
    assert "The first line lacks these columns" in page.text
