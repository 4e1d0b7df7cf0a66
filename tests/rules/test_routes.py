"""Nothing answers without sign-in but what stands in PUBLIC; each role is let in where it should.

Who may enter which part is written down a second time here, in `AREAS`: a guard that was forgotten
or made too wide fails against this table, not only against itself.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI

from shared import web
from shared.clock import SystemClock
from shared.identity import KeyPair, Role, TokenIssuer, Viewer, new_key_pair
from shared.mongo import close, connect
from tests.rules.routes import URL, Route, build_apps, routes_of

STAFF: frozenset[Role] = frozenset(web.STAFF)
LEADERS: frozenset[Role] = frozenset({"principal", "district"})
DISTRICT: frozenset[Role] = frozenset({"district"})
OF_SCHOOL: frozenset[Role] = frozenset({"coordinator", "principal"})
INTERPRETERS: frozenset[Role] = frozenset({"coordinator", "district"})
COORDINATORS: frozenset[Role] = frozenset({"coordinator", "district"})
NOBODY: frozenset[Role] = frozenset()
OWN_ACCOUNT: frozenset[Role] = STAFF | {"operator"}

AREAS: tuple[tuple[str, frozenset[Role]], ...] = (
    (r"/(settings|accounts|clients)(/.*)?", DISTRICT),
    (r"/account(/password)?", OWN_ACCOUNT),
    (r"/api/v1/(accounts|educators|clients)(/.*)?", DISTRICT),
    (r"/api/v1/messages", NOBODY),
    (r"/\w+/api/v1/dead(/.*)?", DISTRICT),
    (r"/contacts/(api/v1/)?rosters(/.*)?", DISTRICT),
    (r"/contacts/(api/v1/)?contact-(files|mappings)(/.*)?", COORDINATORS),
    (r"/contacts/api/v1/directory/resend", DISTRICT),
    (r"/contacts/(api/v1/)?erasures(/.*)?", DISTRICT),
    (r"/contacts/(api/v1/)?families/{family_id}/erasure(/.*)?", DISTRICT),
    (r"/contacts/(api/v1/flags|families/{family_id}/flags)", LEADERS),
    (r"/contacts/(api/v1/)?schools(/.+)?", LEADERS),
    (r"/contacts/goals/settings(/.*)?", LEADERS),
    (r"/contacts/(api/v1/)?students(/.*)?", LEADERS),
    (r"/contacts/(school|interpreters/hour)(\.csv)?", OF_SCHOOL),
    (r"/contacts/(api/v1/)?(families/{family_id}/)?caseloads?(/.*)?", OF_SCHOOL),
    (r"/contacts/interpreters/.+", INTERPRETERS),
    (r"/contacts/ideas/{idea_id}/(offer|leave)", frozenset({"coordinator", "principal"})),
    (r"/contacts/ideas/.+", frozenset({"educator", "coordinator", "principal"})),
    (r"/contacts/campaigns/(new|{campaign_id}/.+)", LEADERS | {"coordinator"}),
    (r"/contacts(/.*)?", STAFF),
    (r"/events(/.*)?", STAFF),
    (r"/notifications/(api/v1/)?settings/schools(/.*)?", LEADERS | {"coordinator"}),
    (r"/notifications/(api/v1/)?(settings|suppressions)(/.*)?", DISTRICT),
    (r"/notifications/(api/v1/)?languages(/.*)?", COORDINATORS),
    (r"/notifications/(api/v1/)?wording(/.*)?", DISTRICT),
    (r"/notifications/(api/v1/)?address-requests(/.*)?", STAFF - {"educator"}),
    (r"/notifications/replies/readers/.*", LEADERS | {"coordinator"}),
    (r"/notifications/(api/v1/)?replies(/.*)?", STAFF - {"office"}),
    (r"/notifications/api/v1/requests/.*", NOBODY),
    (r"/notifications/.*/(finding|settle|trust|pdf)", STAFF - {"educator"}),
    (r"/notifications/offers(/.*)?", STAFF - {"educator"}),
    (r"/notifications(/.*)?", STAFF),
    (r"/reports/(api/v1/)?rebuild", DISTRICT),
    (r"/reports(/.*)?", STAFF),
)
"""The first that fits says which people may enter at most."""

WIDER = {("GET", "/contacts/api/v1/schools"): STAFF}
"""Exceptions: names and calendars of the viewer's own schools."""

UNCOUNTED = {
    "/healthz", "/readyz", "/metrics", "/static/{path:path}", "openapi.json",
}  # fmt: skip
"""Public and without a limit: what machines ask for all the time, and what is the same for all."""


EMPTY = {"/notifications/contacts/{contact_id}", "/notifications/api/v1/contacts/{contact_id}"}
"""Lists that are empty for an unknown id: notifications can't know which contacts there are."""


@dataclass(frozen=True)
class Caller:
    """Somebody who comes to a route."""

    name: str
    viewer: Viewer | None


def _person(name: str, role: Role, *schools: str) -> Caller:
    return Caller(
        name,
        Viewer(
            account_id=f"account of {name}",
            role=role,
            educator_id=f"person {name}",
            school_ids=frozenset(schools),
        ),
    )


def _program(name: str, role: Role, *scopes: str) -> Caller:
    system = "phones" if role == "system" else None
    return Caller(name, Viewer(account_id=name, role=role, scopes=frozenset(scopes), system=system))


CALLERS = (
    Caller("signed out", None),
    _person("educator", "educator", "oak"),
    _person("educator of another school", "educator", "elm"),
    _person("coordinator", "coordinator", "oak"),
    _person("office", "office", "oak"),
    _person("principal", "principal", "oak"),
    _person("district", "district"),
    _person("helper", "helper", "oak"),
    _program("program without scope", "system"),
    _program("operator without scope", "operator"),
    _program("program that sends messages", "system", "messages:write"),
)


@dataclass(frozen=True)
class Town:
    """All apps, and keys that make anybody known to them."""

    apps: dict[str, FastAPI]
    keys: KeyPair

    @property
    def routes(self) -> Sequence[Route]:
        return routes_of(self.apps)

    async def call(self, route: Route, who: Caller, *, accept: str) -> httpx2.Response:
        headers = {"Accept": accept}
        if who.viewer:
            token = TokenIssuer(self.keys.private, SystemClock()).issue(who.viewer)
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx2.ASGITransport(app=self.apps[route.service], raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.request(route.access.method, route.address(), headers=headers)


@pytest.fixture(scope="module")
async def town(mongo_uri: str) -> AsyncIterator[Town]:
    keys = new_key_pair()
    database = connect(mongo_uri, "test_routes_")
    yield Town(build_apps(database, keys), keys)
    close(database)


def _allowed(route: Route) -> frozenset[Role]:
    key = (route.access.method, route.access.path)
    for pattern, roles in AREAS:
        if re.fullmatch(pattern, route.access.path):
            return WIDER.get(key, roles)
    return NOBODY


def _admitted(route: Route, who: Caller) -> bool:
    if route.access.public:
        return True
    return who.viewer is not None and all(g.admits(who.viewer) for g in route.access.guards)


def test_every_route_is_guarded_or_stands_in_the_table_of_public_ones(town: Town) -> None:
    assert [str(each) for each in town.routes if not each.access.listed] == []


def test_no_route_is_both_guarded_and_public(town: Town) -> None:
    both = [each for each in town.routes if each.access.public and each.access.guards]
    assert [str(each) for each in both] == []


def test_no_route_is_served_twice(town: Town) -> None:
    counted = Counter(map(str, town.routes))
    assert [route for route, times in counted.items() if times > 1] == []


def test_every_public_row_belongs_to_a_route(town: Town) -> None:
    served = {(each.service, each.access.method, each.access.path) for each in town.routes}
    rows = [
        (service, row.method, row.path)
        for service, app in town.apps.items()
        for row in app.state.site.access.public
    ]
    assert [row for row in rows if row not in served] == []


def test_every_public_row_says_why_what_it_shows_and_how_often(town: Town) -> None:
    rows = [row for app in town.apps.values() for row in app.state.site.access.public]
    assert [row for row in rows if not (row.why.strip() and row.shows.strip())] == []
    endless = [row.path for row in rows if row.limit is None]
    assert {path for path in endless if not path.endswith(tuple(UNCOUNTED))} == set()


def test_no_guard_lets_in_more_people_than_the_area_is_for(town: Town) -> None:
    wrong = {
        f"{route} is open to {sorted(extra)}"
        for route in town.routes
        if (extra := route.access.roles - _allowed(route))
    }
    assert wrong == set()


@pytest.mark.parametrize("who", CALLERS, ids=lambda who: who.name)
async def test_who_is_not_admitted_is_refused_by_every_route_and_method(
    town: Town, who: Caller
) -> None:
    wrong = []
    for route in town.routes:
        if _admitted(route, who):
            continue
        answer = await town.call(route, who, accept="application/json")
        if answer.status_code != (403 if who.viewer else 401):
            wrong.append(f"{route}: {answer.status_code} {answer.text[:80]}")
    assert wrong == []


async def test_a_browser_that_is_not_signed_in_is_led_to_sign_in(town: Town) -> None:
    wrong = []
    for route in town.routes:
        if route.access.method != "GET" or route.access.public:
            continue
        answer = await town.call(route, CALLERS[0], accept="text/html")
        where = answer.headers.get("location", "")
        led = answer.status_code == 303 and where.startswith("/sign-in")
        if not (led or (answer.status_code == 401 and "/api/" in route.access.path)):
            wrong.append(f"{route}: {answer.status_code} {where}")
    assert wrong == []


@pytest.mark.parametrize("who", CALLERS, ids=lambda who: who.name)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_unknown_ids_never_break_a_page_for_those_who_may_open_it(
    town: Town, who: Caller, accept: str
) -> None:
    wrong = []
    for route in town.routes:
        if route.access.method != "GET" or not _admitted(route, who) or _asks_servers(route):
            continue
        answer = await town.call(route, who, accept=accept)
        shown = answer.status_code == 200 and _names_something(route)
        if shown or answer.status_code >= 500:
            wrong.append(f"{route}: {answer.status_code} {answer.text[:300]}")
    assert wrong == []


def _asks_servers(route: Route) -> bool:
    # These tell that the services were never started, which is so here.
    return route.access.path == "/readyz"


def _names_something(route: Route) -> bool:
    """Whether the path names one thing, which is unknown here and so can't be shown."""
    return "{" in route.access.path and route.access.path not in EMPTY
