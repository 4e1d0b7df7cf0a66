"""The JSON API, and who may call which route."""

from typing import Any

import pytest

from services.events.actions import Desk
from services.events.domain import SchoolEvent
from shared import web
from shared.identity import Viewer
from shared.messages import EventRSVPd
from tests.events.conftest import (
    COORDINATOR,
    DISTRICT,
    OFFICE,
    OTHER_OFFICE,
    PRINCIPAL,
    TEACHER,
    told,
)
from tests.events.making import MAPLE, ROOM_4, ROOM_5
from tests.events.site import EventsSite

API = "/events/api/v1/events"
BODY: dict[str, Any] = {
    "school_id": MAPLE,
    "title": "Winter Sing",
    "starts": "2026-12-10T18:00",
    "ends": "2026-12-10T19:30",
    "reply_by": "2026-12-08",
}
OUTSIDERS = [
    Viewer(account_id="h", role="helper", school_ids=frozenset({MAPLE})),
    Viewer(account_id="o", role="operator", scopes=frozenset({"operator"})),
    Viewer(account_id="s", role="system", scopes=frozenset({"messages:write"})),
]


async def test_an_event_goes_through_its_life(site: EventsSite) -> None:
    async with site.program(OFFICE) as program:
        made = await program.post(API, json=BODY)
        assert made.status_code == 201
        place = made.headers["location"]
        assert made.json()["starts_at"] == "2026-12-10T23:00:00Z"
        assert (await program.post(f"{place}/publish")).json()["revision"] == 1
        changed = await program.put(place, json=BODY | {"place": "Gym"})
        assert (changed.json()["revision"], changed.json()["place"]) == (2, "Gym")
        listed = (await program.get(API)).json()["items"]
        assert [row["event"]["title"] for row in listed] == ["Winter Sing"]
        cancelled = await program.post(f"{place}/cancel", json={"reason": "Snow"})
        assert cancelled.json()["state"] == "cancelled"
        shown = (await program.get(place)).json()
    assert (shown["may_change"], shown["counts"]["invited"]) == (True, 4)


async def test_times_with_an_offset_are_moments(site: EventsSite) -> None:
    times = {"starts": "2026-12-10T18:00:00-08:00", "ends": "2026-12-10T19:00:00-08:00"}
    async with site.program(OFFICE) as program:
        made = await program.post(API, json=BODY | times)
    assert made.json()["starts_at"] == "2026-12-11T02:00:00Z"


async def test_the_same_request_again_makes_one_event(site: EventsSite) -> None:
    key = {"Idempotency-Key": "plan-1"}
    async with site.program(OFFICE) as program:
        first = await program.post(API, json=BODY, headers=key)
        second = await program.post(API, json=BODY, headers=key)
        drafts = (await program.get(f"{API}?show=drafts")).json()["items"]
    assert first.json() == second.json()
    assert len(drafts) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts": "2027-03-14T02:30", "ends": "2027-03-14T05:00"}, "starts: On 2027-03-14"),
        ({"title": " "}, "title: Please give the event a name."),
        ({"tilte": "typo"}, "tilte"),
        ({"title": {"$ne": None}}, "title"),
        ({"language": "not a language"}, "language"),
    ],
)
async def test_bad_input_is_told_field_by_field(
    site: EventsSite, wrong: dict[str, Any], said: str
) -> None:
    async with site.program(OFFICE) as program:
        answer = await program.post(API, json=BODY | wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


async def test_a_stale_version_is_a_conflict(site: EventsSite, event: SchoolEvent) -> None:
    async with site.program(OFFICE) as program:
        answer = await program.put(f"{API}/{event.event_id}", json=BODY | {"version": 1})
    assert answer.status_code == 409


async def test_drafts_can_be_deleted_and_events_not(site: EventsSite, event: SchoolEvent) -> None:
    async with site.program(OFFICE) as program:
        place = (await program.post(API, json=BODY)).headers["location"]
        assert (await program.delete(place)).status_code == 204
        assert (await program.get(place)).status_code == 404
        assert (await program.delete(f"{API}/{event.event_id}")).status_code == 409


async def test_lists_are_paged_by_cursor(site: EventsSite) -> None:
    async with site.program(OFFICE) as program:
        for title in "abc":
            await program.post(API, json=BODY | {"title": title})
        first = (await program.get(f"{API}?show=drafts&size=2")).json()
        last = (await program.get(f"{API}?show=drafts&size=2&after={first['next']}")).json()
    assert (len(first["items"]), len(last["items"]), last["next"]) == (2, 1, None)


async def test_an_answer_is_written_down_and_listed(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    place = f"{API}/{event.event_id}/answers"
    async with site.program(OFFICE) as program:
        saved = await program.put(f"{place}/household-li", json={"answer": "yes", "party_size": 3})
        assert saved.json()["by"] == "account-office"
        rows = (await program.get(f"{place}?answer=yes")).json()["items"]
        counts = (await program.get(f"{API}/{event.event_id}")).json()["counts"]
    assert [row["household_id"] for row in rows] == ["household-li"]
    assert (counts["yes"], counts["not_answered"]) == ({"households": 1, "people": 3}, 3)
    assert len(await told(desk, EventRSVPd)) == 1


async def test_a_teacher_sees_answers_of_own_families_only(
    site: EventsSite, event: SchoolEvent
) -> None:
    place = f"{API}/{event.event_id}/answers"
    async with site.program(TEACHER) as program:
        rows = (await program.get(place)).json()["items"]
        other = await program.put(f"{place}/household-li", json={"answer": "no"})
    assert {row["household_id"] for row in rows} == {
        "household-okafor",
        "household-garcia",
        "household-haddad",
    }
    assert other.status_code == 404


@pytest.mark.parametrize("by", [OFFICE, PRINCIPAL, COORDINATOR, DISTRICT])
async def test_the_school_and_the_district_may_plan(site: EventsSite, by: Viewer) -> None:
    async with site.program(by) as program:
        assert (await program.post(API, json=BODY)).status_code == 201


async def test_a_teacher_may_plan_for_own_classes_only(site: EventsSite) -> None:
    async with site.program(TEACHER) as program:
        own = await program.post(API, json=BODY | {"class_ids": [ROOM_4]})
        other = await program.post(API, json=BODY | {"class_ids": [ROOM_5]})
        whole = await program.post(API, json=BODY)
    assert (own.status_code, other.status_code, whole.status_code) == (201, 403, 403)


async def test_another_school_gets_nothing(site: EventsSite, event: SchoolEvent) -> None:
    one = f"{API}/{event.event_id}"
    async with site.program(OTHER_OFFICE) as program:
        answers = [
            await program.get(one),
            await program.get(f"{one}/answers"),
            await program.post(f"{one}/publish"),
            await program.post(f"{one}/cancel", json={}),
            await program.delete(one),
            await program.put(f"{one}/answers/household-li", json={"answer": "no"}),
        ]
        assert [each.status_code for each in answers] == [404] * 6
        assert (await program.put(one, json=BODY)).status_code == 422
        assert (await program.get(API)).json()["items"] == []


@pytest.mark.parametrize("who", [None, *OUTSIDERS])
async def test_every_staff_route_is_closed_to_everyone_else(
    site: EventsSite, event: SchoolEvent, who: Viewer | None
) -> None:
    rows = [row for row in web.every_route(site.service.app) if not row.public]
    mine = [row for row in rows if row.path.startswith("/events") and "/dead" not in row.path]
    assert len(mine) > 20
    async with site.program(who) as program:
        for row in mine:
            path = row.path.replace("{event_id}", event.event_id)
            path = path.replace("{household_id}", "household-li")
            answer = await program.request(row.method, path, json={})
            assert answer.status_code == (403 if who else 401), (row.method, row.path)


async def test_every_route_is_decided_and_only_links_are_public(site: EventsSite) -> None:
    rows = [row for row in web.every_route(site.service.app) if row.path.startswith("/events")]
    assert all(row.listed for row in rows)
    public = {(row.method, row.path) for row in rows if row.public}
    assert public == {
        ("GET", "/events/rsvp/{token}"),
        ("POST", "/events/rsvp/{token}"),
        ("GET", "/events/rsvp/{token}/thanks"),
        ("GET", "/events/rsvp/{token}/calendar.ics"),
        ("GET", "/events/api/v1/openapi.json"),
    }


async def test_the_contract_names_the_routes(site: EventsSite) -> None:
    async with site.program() as program:
        paths = (await program.get("/events/api/v1/openapi.json")).json()["paths"]
    assert f"{API}/{{event_id}}/publish" in paths
    assert not any(path.startswith("/events/rsvp") for path in paths)
