"""The JSON API, and who may call which route."""

from typing import Any

import pytest

from services.notifications.domain.settings import starting_settings
from shared import web
from shared.identity import Viewer
from tests.notifications.conftest import Bench
from tests.notifications.making import contact
from tests.notifications.site import Site
from tests.notifications.test_web import DISTRICT, ELSEWHERE, GOMEZ, OFFICE, TEACHER

API = "/notifications/api/v1"
SETTER = Viewer(account_id="o", role="operator", scopes=frozenset({"settings:write"}))
READER = Viewer(account_id="s", role="system", scopes=frozenset({"deliveries:read"}))
SYSTEM = Viewer(account_id="s", role="system", scopes=frozenset({"messages:write"}))


async def _letters(site: Site, viewer: Viewer, query: str = "") -> list[dict[str, Any]]:
    async with site.program(viewer) as program:
        answer = await program.get(f"{API}/deliveries{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


async def test_letters_and_what_became_of_them(bench: Bench, site: Site) -> None:
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    await bench.settle()
    all_of_them = await _letters(site, DISTRICT)
    assert [each["state"] for each in all_of_them] == ["accepted", "accepted"]
    (mine,) = await _letters(site, TEACHER)
    assert (mine["household_id"], mine["language"]) == ("household-gomez", "es")
    assert await _letters(site, ELSEWHERE) == []
    assert len(await _letters(site, READER)) == 2
    assert len(await _letters(site, OFFICE, "?about=contact-2")) == 1
    assert await _letters(site, OFFICE, "?state=dead") == []


async def test_pages_of_letters_go_on(bench: Bench, site: Site) -> None:
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    async with site.program(DISTRICT) as program:
        first = (await program.get(f"{API}/deliveries?size=1")).json()
        second = (
            await program.get(f"{API}/deliveries", params={"size": 1, "after": first["next"]})
        ).json()
    assert second["next"] is None
    assert first["items"][0]["delivery_id"] != second["items"][0]["delivery_id"]


async def test_one_households_and_one_contacts_letters(bench: Bench, site: Site) -> None:
    await bench.tell(contact("gomez"))
    async with site.program(TEACHER) as program:
        home = (await program.get(f"{API}/households/household-gomez")).json()
        about = (await program.get(f"{API}/contacts/contact-1")).json()
        other = await program.get(f"{API}/households/household-li")
    assert home["items"] == about["items"]
    assert other.status_code == 404


async def test_settings_are_read_and_replaced_by_the_district_and_its_programs(
    bench: Bench, site: Site
) -> None:
    async with site.program(SETTER) as program:
        before = (await program.get(f"{API}/settings")).json()
        assert before["take_back_seconds"] == 0
        body = {"take_back_seconds": 60, "quiet_hours": None, "all_schools_live": True}
        after = await program.put(f"{API}/settings", json=body)
        assert after.json()["take_back_seconds"] == 60
        assert (await program.put(f"{API}/settings", json=before)).json() == before
    assert await bench.room.settings() == starting_settings("demo")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"take_back_second": 5}, "take_back_second"),
        ({"take_back_seconds": -1}, "take_back_seconds"),
        ({"quiet_hours": {"begins": "25:00"}}, "quiet_hours"),
        ({"live_school_ids": {"$ne": None}}, "live_school_ids"),
    ],
)
async def test_a_wrong_setting_is_refused_with_its_place(
    bench: Bench, site: Site, body: dict[str, Any], said: str
) -> None:
    async with site.program(DISTRICT) as program:
        answer = await program.put(f"{API}/settings", json=body)
    assert answer.status_code == 422
    assert said in answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_the_preview_by_api(bench: Bench, site: Site) -> None:
    body = {"family_id": "family-smith", "words": "Well done!", "tone": "good_news"}
    async with site.program(OFFICE) as program:
        shown = (await program.post(f"{API}/preview", json=body)).json()
    assert {each["language"] for each in shown} == {"en", "ar"}
    assert all(each["gets_it"] and "Well done!" in each["text"] for each in shown)
    assert "unsubscribe/" not in str(shown)


async def test_addresses_that_came_back_by_api(bench: Bench, site: Site) -> None:
    bench.sink.rcpt = {GOMEZ: "550 no such person"}
    await bench.tell(contact("gomez"))
    await bench.settle()
    async with site.program(DISTRICT) as program:
        listed = (await program.get(f"{API}/suppressions")).json()["items"]
        assert [each["mailbox"] for each in listed] == [GOMEZ]
        assert (await program.delete(f"{API}/suppressions/{GOMEZ}")).status_code == 204
        assert (await program.delete(f"{API}/suppressions/{GOMEZ}")).status_code == 404


async def test_a_letter_is_settled_by_api(bench: Bench, site: Site) -> None:
    bench.sink.cut_after_dot = {GOMEZ}
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    place = f"{API}/deliveries/{row.delivery_id}/finding"
    async with site.program(OFFICE) as program:
        settled = await program.post(place, json={"finding": "lost"})
        twice = await program.post(place, json={"finding": "lost"})
    assert settled.json()["state"] == "dead"
    assert twice.status_code == 409


async def test_every_route_says_who_may_call_it(site: Site) -> None:
    assert [row.path for row in web.every_route(site.service.app) if not row.listed] == []


PATHS = (
    "", "/settings", "/settings/addresses", "/languages", "/languages/vi", "/households/x",
    "/contacts/x", "/letters/x",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_sees_a_staff_page_without_signing_in(site: Site, path: str) -> None:
    async with site.family() as nobody:
        answer = await nobody.get(f"/notifications{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path", ["deliveries", "settings", "suppressions", "dead", "languages", "languages/vi"]
)
async def test_a_program_without_the_scope_gets_nothing(site: Site, path: str) -> None:
    async with site.program(SYSTEM) as program:
        assert (await program.get(f"{API}/{path}")).status_code == 403
    async with site.program() as nobody:
        assert (await nobody.get(f"{API}/{path}")).status_code == 401


async def test_only_the_district_changes_settings(site: Site) -> None:
    for viewer in (TEACHER, OFFICE, ELSEWHERE):
        async with site.program(viewer) as program:
            assert (await program.put(f"{API}/settings", json={})).status_code == 403
