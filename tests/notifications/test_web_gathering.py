"""What people see of letters that come together, and when letters of a school leave."""

from datetime import timedelta

from services.notifications.domain import reasons
from shared.identity import Viewer
from shared.messages import FlagsAsOf
from tests.notifications.conftest import Bench
from tests.notifications.making import contact, school
from tests.notifications.site import Site, fill_in
from tests.notifications.test_actions_gathering import news
from tests.notifications.test_web import DISTRICT, ELSEWHERE, OFFICE, TEACHER

API = "/notifications/api/v1"
COORDINATOR = Viewer(account_id="a-5", role="coordinator", school_ids=frozenset({"school-1"}))
HOURS = {"quiet_hours": {"begins": "09:00:00", "ends": "16:00:00"}, "school_days_only": True}


async def together(bench: Bench) -> None:
    """Two letters of two schools in one."""
    await bench.know(school("school-2", "Oak Middle"))
    await bench.set(routine_letters_a_week=1)
    await bench.tell(news(0), news(1), news(2, school_id="school-2", title="Band"))
    await bench.settle()
    bench.clock.move(timedelta(days=7))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()


async def test_a_letter_in_another_says_why_and_leads_to_it_with_what_one_may_see(
    bench: Bench, site: Site
) -> None:
    await together(bench)
    (digest,) = await bench.rows(kind="digest")
    place = f"/notifications/letters/{digest.delivery_id}"
    async with site.browser(COORDINATOR) as browser:
        listed = (await browser.get("/notifications?state=merged")).text
        shown = (await browser.get(place)).text
        read = (await browser.get(f"{place}/html")).text
    assert reasons.TOGETHER_ACCEPTED in listed
    assert f'href="{place}"' in listed
    assert "It brings 1 letter more, of a school that is not yours." in shown
    assert "News 1" in read
    assert "Band" not in read
    async with site.browser(ELSEWHERE) as browser:
        assert "Band" in (await browser.get(f"{place}/html")).text
    async with site.browser(Viewer(account_id="a", role="office")) as browser:
        assert (await browser.get(place)).status_code == 404
    async with site.program(DISTRICT) as program:
        rows = (await program.get(f"{API}/deliveries?state=merged")).json()["items"]
    assert {row["digest_id"] for row in rows} == {digest.delivery_id}


async def test_whoever_leads_a_school_decides_when_its_letters_leave(
    bench: Bench, site: Site
) -> None:
    place = "/notifications/settings/schools/school-1"
    form = {"follows": "own", "quiet": "true", "quiet_begins": "09:00", "quiet_ends": "16:00"}
    await bench.tell(contact("gomez"))
    async with site.browser(COORDINATOR) as browser:
        assert (
            "As the district has it" in (await browser.get("/notifications/settings/schools")).text
        )
        wrong = await fill_in(browser, place, place, {**form, "quiet_ends": "09:00"})
        assert wrong.status_code == 422
        assert (await fill_in(browser, place, place, form)).status_code == 303
        await bench.settle()
        row = await bench.row("gomez")
        assert (row.state, row.reason) == ("pending", reasons.QUIET_HOURS)
        await fill_in(browser, place, place, {**form, "follows": "district"})
    await bench.settle()
    assert (await bench.row("gomez")).state == "accepted"
    async with site.browser(ELSEWHERE) as browser:
        assert (await browser.get(place)).status_code == 404


async def test_hours_of_a_school_by_api(bench: Bench, site: Site) -> None:
    place = f"{API}/settings/schools/school-1/hours"
    async with site.program(COORDINATOR) as program:
        assert (await program.get(place)).json()["own"] is False
        assert (await program.put(place, json=HOURS)).json() == {**HOURS, "own": True}
        assert (await program.delete(place)).json()["own"] is False
    async with site.program(ELSEWHERE) as program:
        assert (await program.put(place, json=HOURS)).status_code == 404
    async with site.program(OFFICE) as program:
        assert (await program.put(place, json=HOURS)).status_code == 403


async def test_before_sending_one_sees_how_many_get_it_when_and_why_not(
    bench: Bench, site: Site
) -> None:
    await bench.set(routine_letters_a_week=1)
    await bench.tell(news(0, "kim"))
    await bench.settle()
    home = await bench.room.directory.household("household-pat")
    assert home is not None
    await bench.tell(home.model_copy(update={"mailbox": None, "link_version": 2}), version=2)
    async with site.program(TEACHER) as program:
        seen = (await program.get(f"{API}/outlook/school-1?kind=announcement")).json()
        asked = (await program.get(f"{API}/outlook/school-1?kind=invitation")).json()
        assert (await program.get(f"{API}/outlook/school-2?kind=invitation")).status_code == 404
    assert seen["at_once"] == 2
    (later,) = seen["later"]
    assert (later["households"], later["gathered"], later["reason"]) == (1, True, reasons.BUDGET)
    assert later["at"].startswith("2026-12-01T15:00")
    assert [(each["households"], each["reason"]) for each in seen["never"]] == [
        (1, reasons.TWO_HOMES)
    ]
    assert (asked["at_once"], asked["later"]) == (3, [])
    async with site.browser(TEACHER) as browser:
        shown = (await browser.get("/notifications/outlook/school-1?kind=announcement")).text
    assert "2 households get it at once." in shown
    assert "1 household gets it in one letter with others." in shown
    assert "Gomez" not in shown
