"""The dashboard, its API and exports, as the people of a district use them."""

import csv
import re

from shared import web
from tests.reports.conftest import hear
from tests.reports.house import (
    API,
    CLI,
    COORDINATOR,
    DISTRICT,
    OFFICE,
    PAGE,
    PRINCIPAL,
    TEACHER,
    House,
    viewer,
)
from tests.reports.making import (
    MAPLE,
    OAK,
    ROOM_4,
    ROOM_5,
    contact,
)

# --- figures --------------------------------------------------------------------------------------


async def test_the_summary_counts_contacts_and_families(busy: House) -> None:
    found = await busy.json(f"/summary?school_id={MAPLE}&period=month:2026-11", PRINCIPAL)
    assert found["contacts"]["total"] == 16
    assert found["contacts"]["by_tone"] == {"good_news": 15, "concern": 1}
    assert found["contacts"]["by_origin"] == {"/partners/contacts": 15, "/ext/sis": 1}
    assert (found["answers"], found["events"]) == ({"maybe": 1}, 1)
    assert found["families"] == {
        "families": 31, "not_told": 14, "told_good_news": 16, "told": 17, "reached": 17,
    }  # fmt: skip
    assert found["months"] == [{"month": "2026-11", "families": found["families"]}]
    last = found["weeks"][-1]
    assert (last["begins"], last["by_tone"]["good_news"]) == ("2026-11-23", 15)


async def test_the_district_sees_all_schools_and_each(busy: House) -> None:
    found = await busy.json("/coverage", DISTRICT)
    assert {row["name"]: row["numbers"]["families"] for row in found["schools"]} == {
        MAPLE: 31,
        OAK: 12,
    }
    assert found["total"]["families"] == 43
    assert found["schools"][0]["name"] == OAK, "least heard from first"
    assert (await busy.json("/summary", DISTRICT))["contacts"]["by_outcome"] == {
        "reached": 16, "voicemail": 1, "no_answer": 1,
    }  # fmt: skip


async def test_an_empty_period_has_empty_figures(busy: House) -> None:
    found = await busy.json("/summary?period=month:2026-01", PRINCIPAL)
    assert found["contacts"]["total"] == 0
    assert found["families"]["told"] == 0
    assert "No contacts in this time" in await busy.page("/reports?period=month:2026-01", PRINCIPAL)


async def test_a_familys_months_are_shown_to_those_who_may_see_it(busy: House) -> None:
    found = await busy.json("/families/m1", TEACHER)
    assert found["months"] == [
        {"month": "2026-11", "told_good_news": True, "told": True, "reached": True}
    ]
    assert (await busy.json("/families/m6", PRINCIPAL))["months"] == []
    for who in (TEACHER, PRINCIPAL, OFFICE):
        assert (await busy.get(f"{API}/families/o1", who)).status_code == 404
    assert (await busy.get(f"{API}/families/nobody", DISTRICT)).status_code == 404
    assert (await busy.json("/families/o1", DISTRICT))["months"][0]["reached"] is False


# --- who may see what -----------------------------------------------------------------------------


async def test_nobody_sees_another_school(busy: House) -> None:
    for who in (PRINCIPAL, OFFICE, TEACHER):
        for path in (
            f"{API}/summary?school_id={OAK}",
            f"{API}/coverage?school_id={OAK}",
            f"/reports?school={OAK}",
            f"/reports/coverage.csv?school={OAK}",
            f"/reports/contacts.csv?school={OAK}",
        ):
            assert (await busy.get(path, who)).status_code == 404, path
        assert (await busy.json("/summary", who))["school_id"] == MAPLE
    page = await busy.page("/reports", PRINCIPAL)
    assert "Oak" not in page


async def test_small_cells_are_shown_inside_the_school_only(busy: House) -> None:
    path = f"/coverage?school_id={MAPLE}&period=month:2026-11"
    own = {r["name"]: r["numbers"] for r in (await busy.json(path, TEACHER))["languages"]}
    assert own["ar"]["families"] == 4
    outside = {r["name"]: r["numbers"] for r in (await busy.json(path, DISTRICT))["languages"]}
    assert outside["ar"] is None
    assert outside["es"] is None, "else it would follow from the total"
    assert outside["en"]["families"] == 16
    assert "Not shown: too few families" in await busy.page("/reports", DISTRICT)
    assert "Not shown" not in await busy.page("/reports", PRINCIPAL)
    rows = list(csv.reader((await busy.get("/reports/coverage.csv", DISTRICT)).text.splitlines()))
    assert ["language", "ar", "fewer than 10", "", "", "", ""] in rows


async def test_a_class_is_for_its_own_educators_and_nobody_is_ranked(busy: House) -> None:
    found = await busy.json(f"/summary?class_id={ROOM_4}", TEACHER)
    assert found["contacts"]["total"] == 15
    assert found["families"] is None
    for who, room in ((TEACHER, ROOM_5), (PRINCIPAL, ROOM_4), (DISTRICT, ROOM_4)):
        assert (await busy.get(f"{API}/summary?class_id={room}", who)).status_code == 403
    for who in (TEACHER, PRINCIPAL, DISTRICT):
        page = await busy.page("/reports", who)
        assert "Rivera" not in page
        assert "rivera" not in page


async def test_every_route_is_closed_to_strangers_and_to_roles_that_it_does_not_name(
    busy: House,
) -> None:
    allowed = {"get /reports/api/v1/openapi.json", "get /healthz", "get /readyz", "get /metrics"}
    helper, stranger = viewer("helper"), None
    for row in web.every_route(busy.service.app):
        assert row.listed, row.path
        if f"{row.method} {row.path}".lower() in allowed:
            continue
        path = re.sub(r"{[^}]+}", "x", row.path)
        assert (await busy.get(path, stranger, row.method)).status_code == 401, path
        assert (await busy.get(path, helper, row.method)).status_code == 403, path


async def test_only_the_district_and_its_programs_may_rebuild(busy: House) -> None:
    for who in (TEACHER, OFFICE, PRINCIPAL, COORDINATOR, viewer("operator")):
        assert (await busy.get(f"{API}/rebuild", who, "POST")).status_code == 403
    assert (await busy.get(f"{API}/rebuild", DISTRICT)).status_code == 404
    begun = await busy.get(f"{API}/rebuild", CLI, "POST")
    assert begun.status_code == 202
    assert begun.json()["state"] == "waiting"
    assert set(begun.json()) >= {
        "state", "done", "total", "digest_before", "digest_after", "equal",
    }  # fmt: skip
    assert (await busy.json("/rebuild", CLI))["state"] == "waiting"


async def test_a_started_service_rebuilds_what_is_asked_for_and_goes_on_counting(
    busy: House,
) -> None:
    await busy.service.start()
    try:
        await busy.get(f"{API}/rebuild", CLI, "POST")
        job = await busy.json("/rebuild", CLI)
        for _ in range(200):
            if job["state"] == "done":
                break
            await hear(busy.desk, contact(f"while-{_}", "m1"))
            job = await busy.json("/rebuild", CLI)
    finally:
        await busy.service.stop()
    assert (job["state"], job["equal"]) == ("done", True)
    assert job["digest_before"] == job["digest_after"] != ""
    assert job["done"] == job["total"]


# --- pages ----------------------------------------------------------------------------------------


async def test_before_a_roster_the_page_says_where_figures_come_from(house: House) -> None:
    assert "Import the roster" in await house.page("/reports", DISTRICT)
    assert "No school of yours is known yet" in await house.page("/reports/", TEACHER)
    assert (await house.get(f"{API}/summary", TEACHER)).status_code == 404


async def test_the_page_has_two_charts_each_with_its_table(busy: House) -> None:
    page = await busy.page("/reports", PRINCIPAL)
    assert page.count('<svg class="chart" role="img"') == 2
    for name in ("weeks", "months"):
        assert f'aria-labelledby="{name}-title {name}-desc"' in page
    assert page.count("The same as a table") == 2
    assert "School year 2026–27" in page
    assert 'value="term:fall"' in page
    assert "style=" not in page
    assert "Spanish" in page


async def test_the_page_runs_from_right_to_left_in_arabic(busy: House) -> None:
    page = await busy.page("/reports?period=term:fall", PRINCIPAL, "ar")
    assert '<html lang="ar" dir="rtl">' in page
    assert 'direction="ltr"' in page, "the drawing places its text itself"


async def test_a_period_that_does_not_exist_is_explained(busy: House) -> None:
    found = await busy.get("/reports?period=month:99", PRINCIPAL, **PAGE)
    assert found.status_code == 422
    assert "Choose one from the list" in found.text
