"""The door of every service: headers, ids, sign-in, health, and what everybody may see."""

import re
from datetime import timedelta

import httpx2
import pytest

from shared import web
from shared.errors import DependencyDown
from tests.shared.tiny import BROWSER, KEYS, TinySettings, tiny


async def test_every_answer_carries_the_safe_headers() -> None:
    async with tiny().client() as client:
        for path in ("/tiny/open", "/tiny/nowhere", "/healthz", "/tiny/staff"):
            headers = (await client.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in headers


async def test_behind_tls_cookies_are_host_cookies_and_browsers_stay_on_tls() -> None:
    service = tiny(TinySettings(public_url="https://partners.test"))
    async with service.browser() as client:
        answer = await client.get("/tiny/open")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-partners_visit=")
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


async def test_a_request_keeps_its_id_when_it_brings_a_good_one() -> None:
    async with tiny().client() as client:
        kept = await client.get("/healthz", headers={"X-Request-ID": "abc-12345678"})
        fresh = await client.get("/healthz", headers={"X-Request-ID": "x\ty"})
    assert kept.headers["x-request-id"] == "abc-12345678"
    assert re.fullmatch(r"[0-9a-f-]{36}", fresh.headers["x-request-id"])


async def test_health_is_plain_and_says_what_it_waits_for() -> None:
    async def fine() -> None: ...

    async def down() -> None:
        raise DependencyDown("the database")

    async with tiny(ready=(fine,)).client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        metrics = await client.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "partners_request_seconds" in metrics.text
    async with tiny(ready=(fine, down)).client() as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "waiting", "for": ["the database"]}


async def test_metrics_name_routes_by_pattern_never_by_path() -> None:
    async with tiny().client() as client:
        await client.post("/tiny/link/a-very-secret-token")
        text = (await client.get("/metrics")).text
    assert 'route="/tiny/link/{token}"' in text
    assert "a-very-secret-token" not in text


# --- who it is ------------------------------------------------------------------------------------


async def test_a_browser_that_is_not_signed_in_goes_to_sign_in_and_comes_back() -> None:
    async with tiny().browser() as client:
        answer = await client.get("/tiny/staff?q=ü&page=2")
    assert answer.status_code == 303
    target = httpx2.URL(answer.headers["location"])
    assert target.path == "/sign-in"
    assert target.params["next"] == "/tiny/staff?q=%C3%BC&page=2"


async def test_a_program_that_is_not_signed_in_gets_a_problem() -> None:
    async with tiny().client() as client:
        answer = await client.get("/tiny/staff")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_signed_in_person_is_known_without_asking_the_gateway() -> None:
    service = tiny()
    async with service.browser("educator") as client:
        assert (await client.get("/tiny/staff")).json() == "educator-1"
    assert service.asked == []


async def test_an_expired_token_is_renewed_on_the_way_even_for_a_post() -> None:
    service = tiny()
    async with service.browser("educator") as client:
        csrf = await _csrf(client)
        service.clock.move(timedelta(minutes=11))
        service.sessions["session-of-educator"] = service.token("educator")
        answer = await client.post("/tiny/staff", data={"csrf_token": csrf})
        assert answer.json() == "educator-1"
        assert answer.headers["set-cookie"].startswith("partners_token=")
        again = await client.get("/tiny/staff")
    assert again.status_code == 200
    assert "set-cookie" not in again.headers
    assert service.asked == ["session-of-educator"]


async def test_when_the_session_has_ended_the_browser_forgets_it() -> None:
    service = tiny()
    async with service.browser("educator") as client:
        service.clock.move(timedelta(minutes=11))
        answer = await client.get("/tiny/staff")
        assert answer.headers["location"].startswith("/sign-in")
        assert not client.cookies
        await client.get("/tiny/staff")
    assert service.asked == ["session-of-educator"]


async def test_when_the_gateway_is_away_nobody_is_signed_out() -> None:
    service = tiny()
    async with service.browser("educator") as client:
        service.clock.move(timedelta(minutes=11))
        service.sessions["session-of-educator"] = DependencyDown("sign-in")
        answer = await client.get("/tiny/staff")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert len(client.cookies) == 2


async def test_a_bearer_token_counts_and_cookies_beside_it_do_not() -> None:
    service = tiny()
    async with service.browser("district") as client:
        headers = {"Authorization": f"Bearer {service.token('educator')}"}
        assert (await client.get("/tiny/staff", headers=headers)).json() == "educator-1"
        broken = await client.get("/tiny/staff", headers={"Authorization": "Bearer nonsense"})
    assert broken.status_code == 401


async def test_the_gateway_is_asked_by_http(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["cookie"])
        known = request.headers["cookie"].endswith("=alive")
        return httpx2.Response(200, json={"token": "t"}) if known else httpx2.Response(401)

    plain = httpx2.AsyncClient
    transport = httpx2.MockTransport(answer)
    monkeypatch.setattr(httpx2, "AsyncClient", lambda **more: plain(transport=transport, **more))
    refresh = web.from_gateway("http://gateway:8000/", "partners_session")
    assert await refresh("alive") == "t"
    assert await refresh("ended") is None
    assert seen == ["partners_session=alive", "partners_session=ended"]


async def test_a_gateway_that_does_not_answer_is_a_dependency_that_is_down() -> None:
    with pytest.raises(DependencyDown, match="sign-in"):
        await web.from_gateway("http://127.0.0.1:9", "partners_session")("any")


# --- who may --------------------------------------------------------------------------------------


async def test_a_role_opens_what_it_should_and_nothing_else() -> None:
    service = tiny()
    for role, status in (("educator", 403), ("office", 403), ("district", 200)):
        async with service.browser(role) as client:  # type: ignore[arg-type]
            assert (await client.get("/tiny/district")).status_code == status
    async with service.browser("helper") as client:
        assert (await client.get("/tiny/staff")).status_code == 403


async def test_a_scope_opens_to_programs_what_a_role_opens_to_people() -> None:
    service = tiny()
    for scopes, status in (({"operator"}, 200), ({"messages:write"}, 403)):
        headers = {"Authorization": f"Bearer {service.token('system', scopes=scopes)}"}
        async with service.client(headers=headers) as client:
            assert (await client.get("/tiny/district")).status_code == status


async def test_a_route_that_nobody_decided_about_is_closed() -> None:
    async with tiny().browser("district") as client:
        assert (await client.get("/tiny/forgotten")).status_code == 403


def test_the_table_of_routes_names_who_may_and_finds_the_forgotten_one() -> None:
    rows = {(row.method, row.path): row for row in web.every_route(tiny().app)}
    assert [path for (_, path), row in rows.items() if not row.listed] == ["/tiny/forgotten"]
    assert rows["GET", "/tiny/staff"].roles == frozenset(web.STAFF)
    assert rows["GET", "/tiny/district"].roles == {"district"}
    assert rows["GET", "/tiny/district"].scopes == {"operator"}
    assert rows["GET", "/tiny/open"].public is not None
    assert rows["GET", "/healthz"].public is not None
    assert rows["GET", "/tiny/api/v1/openapi.json"].public is not None
    assert rows["POST", "/language"].public is not None


async def test_a_limit_holds_per_address_and_ends() -> None:
    service = tiny()
    async with service.client() as client:
        answers = [(await client.get("/tiny/open")).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        late = await client.get("/tiny/open")
        assert 1 <= int(late.headers["retry-after"]) <= 61
        service.clock.move(timedelta(seconds=61))
        assert (await client.get("/tiny/open")).status_code == 200


async def test_a_body_of_more_than_two_megabytes_is_refused() -> None:
    service = tiny()
    headers = {"Authorization": f"Bearer {service.token('system', scopes=['items:write'])}"}
    async with service.client(headers=headers) as client:
        answer = await client.post("/tiny/api/v1/items", json={"name": "x" * 2_100_000})
    assert answer.status_code == 413


async def test_the_public_key_may_be_one_of_two() -> None:
    other = TinySettings(identity_public_keys=f"{KEYS.public}{KEYS.public}")
    async with tiny(other).browser("educator") as client:
        assert (await client.get("/tiny/staff")).status_code == 200


async def test_the_contract_stands_at_its_address() -> None:
    async with tiny().client() as client:
        contract = (await client.get("/tiny/api/v1/openapi.json")).json()
    assert "/tiny/api/v1/items" in contract["paths"]


async def test_the_front_sends_requests_to_the_service_of_their_prefix() -> None:
    async def ready() -> None: ...

    service, gateway = tiny(), tiny()
    front = web.Front({"tiny": service.app}, gateway.app, ready=[ready])
    transport = httpx2.ASGITransport(app=front)
    async with httpx2.AsyncClient(transport=transport, base_url="http://partners.test") as client:
        assert (await client.get("/tiny/open", headers=BROWSER)).status_code == 200
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        assert (await client.get("/nowhere")).status_code == 404


async def _csrf(client: httpx2.AsyncClient) -> str:
    page = (await client.get("/tiny/open")).text
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]
