"""Pages for people, as a browser sees them."""

import re
from datetime import timedelta

import httpx2
import pytest

from services.gateway.domain.accounts import Account
from shared import web
from shared.clock import SetClock
from shared.service import Service
from tests.gateway.conftest import PASSWORD, browsing, csrf, enter
from tests.gateway.test_cloudevents import TYPE

STRUCTURED = "application/cloudevents+json"


# --- people ---------------------------------------------------------------------------------------


async def test_a_visitor_sees_what_this_is_and_the_way_in(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert answer.status_code == 200
    assert "/sign-in" in answer.text
    assert "Sign out" not in answer.text


async def test_an_educator_signs_in_and_sees_what_to_do(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    await enter(browser, educator.login)
    home = (await browser.get("/")).text
    assert "Hello, Ana Rivera" in home
    assert 'href="/contacts/mine"' in home
    assert 'href="/accounts"' not in home


async def test_sign_in_leads_back_to_where_one_wanted_to_go_and_nowhere_else(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    answer = await browser.get("/account")
    assert answer.headers["location"] == "/sign-in?next=%2Faccount"
    token = await csrf(browser, "/sign-in?next=%2Faccount")
    form = {"login": educator.login, "password": PASSWORD, "csrf_token": token, "next": "/account"}
    assert (await browser.post("/sign-in", data=form)).headers["location"] == "/account"
    token = await csrf(browser, "/account")
    await browser.post("/sign-out", data={"csrf_token": token})
    token = await csrf(browser, "/sign-in")
    form |= {"csrf_token": token, "next": "https://evil.example/"}
    assert (await browser.post("/sign-in", data=form)).headers["location"] == "/"


async def test_wrong_names_and_wrong_passwords_get_the_same_page(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    pages = set()
    for login in (educator.login, "nobody@maple.example"):
        token = await csrf(browser, "/sign-in")
        form = {"login": login, "password": "three wrong rivers", "csrf_token": token}
        answer = await browser.post("/sign-in", data=form)
        assert answer.status_code == 401
        assert not answer.headers.get_list("set-cookie")
        pages.add(answer.text.replace(login, "").replace(token, ""))
    assert len(pages) == 1


async def test_sign_in_without_our_form_is_refused(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    form = {"login": educator.login, "password": PASSWORD}
    assert (await browser.post("/sign-in", data=form)).status_code == 403
    form["csrf_token"] = await csrf(browser, "/sign-in")
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (await browser.post("/sign-in", data=form, headers=headers)).status_code == 403


async def test_signing_out_ends_the_session_on_the_server_too(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    await enter(browser, educator.login)
    kept = browser.cookies["partners_session"]
    token = await csrf(browser, "/account")
    await browser.post("/sign-out", data={"csrf_token": token})
    assert (await browser.get("/account")).status_code == 303
    answer = await browser.post("/session/token", headers={"Cookie": f"partners_session={kept}"})
    assert answer.status_code == 401


async def test_services_get_a_new_token_for_a_session(
    browser: httpx2.AsyncClient, educator: Account, clock: SetClock, service: Service
) -> None:
    await enter(browser, educator.login)
    clock.move(timedelta(minutes=11))
    answer = await browser.post("/session/token")
    viewer = service.app.state.site.reader.read(answer.json()["token"])
    assert viewer.account_id == educator.account_id
    assert (await browser.get("/account")).status_code == 200  # the gateway does it by itself


async def test_a_district_user_invites_an_educator_of_the_roster(
    browser: httpx2.AsyncClient, district: Account, service: Service
) -> None:
    await enter(browser, district.login)
    found = await browser.get("/accounts/new", params={"person": "rivera"})
    assert 'href="/accounts/new?educator_id=ana"' in found.text
    page = await browser.get("/accounts/new", params={"educator_id": "ana"})
    assert "ana@maple.example" in page.text
    form = {
        "csrf_token": await csrf(browser, "/accounts/new"),
        "name": "Ana Rivera",
        "login": "ana@maple.example",
        "role": "educator",
        "educator_id": "ana",
        "language": "es",
    }
    made = await browser.post("/accounts/new", data=form)
    link = re.search(r"http://door\.example(/set-password/[\w-]+)", made.text)
    assert link is not None
    async with browsing(service) as other:
        for _ in range(2):  # opening it changes nothing
            token = await csrf(other, link[1])
        new = {"csrf_token": token, "password": "green apples now", "again": "green apples no"}
        assert (await other.post(link[1], data=new)).status_code == 422
        new["again"] = new["password"]
        assert (await other.post(link[1], data=new)).headers["location"] == "/sign-in"
        assert (await other.get(link[1])).status_code == 404
        await enter(other, "ana@maple.example", "green apples now")
        assert "Ana Rivera" in (await other.get("/", headers={"Accept": "text/html"})).text


async def test_a_wrong_account_form_comes_back_with_what_was_typed(
    browser: httpx2.AsyncClient, district: Account
) -> None:
    await enter(browser, district.login)
    form = {
        "csrf_token": await csrf(browser, "/accounts/new"),
        "name": "Pat {{7*7}}",
        "login": "pat@maple.example",
        "role": "principal",
    }
    answer = await browser.post("/accounts/new", data=form)
    assert answer.status_code == 422
    assert "belongs to a school" in answer.text
    assert "Pat {{7*7}}" in answer.text
    answer = await browser.post("/accounts/new", data=form | {"login": "no address"})
    assert "check the email address" in answer.text


async def test_an_account_is_changed_closed_reopened_and_reset(
    browser: httpx2.AsyncClient, district: Account, educator: Account
) -> None:
    await enter(browser, district.login)
    path = f"/accounts/{educator.account_id}"
    token = await csrf(browser, path)
    form = {"csrf_token": token, "name": "Ana R.", "login": educator.login, "version": "1"}
    form |= {"role": "coordinator", "school_ids": "oak"}
    assert (await browser.post(path, data=form)).status_code == 303
    assert (await browser.post(path, data=form)).status_code == 422  # an old version of the form
    for act, words in [("close", "is closed"), ("reopen", "open again")]:
        answer = await browser.post(f"{path}/{act}", data={"csrf_token": token})
        assert words in (await browser.get(answer.headers["location"])).text
    reset = await browser.post(f"{path}/reset", data={"csrf_token": token})
    assert "/set-password/" in reset.text
    listed = await browser.get("/accounts", params={"search": "ana"})
    assert "Ana R." in listed.text
    assert district.login not in listed.text


async def test_one_changes_ones_own_password(
    browser: httpx2.AsyncClient, educator: Account
) -> None:
    await enter(browser, educator.login)
    form = {
        "csrf_token": await csrf(browser, "/account"),
        "present": "not this one",
        "password": "brown autumn leaves",
        "again": "brown autumn leaves",
    }
    wrong = await browser.post("/account/password", data=form)
    assert "present password is not right" in wrong.text
    form["present"] = PASSWORD
    assert (await browser.post("/account/password", data=form)).status_code == 303
    assert (await browser.get("/account")).status_code == 200


async def test_a_district_user_makes_a_program_and_sees_its_secret_once(
    browser: httpx2.AsyncClient, district: Account
) -> None:
    await enter(browser, district.login)
    token = await csrf(browser, "/clients/new")
    form = {"csrf_token": token, "name": "Phones", "scopes": "messages:write", "types": TYPE}
    assert "name the system" in (await browser.post("/clients/new", data=form)).text
    made = await browser.post("/clients/new", data=form | {"system": "phones"})
    secret = re.search(r"ps_[\w-]{40,}", made.text)
    assert secret is not None
    path = re.search(r"/clients/id-\d+", made.text)
    assert path is not None
    page = (await browser.get(path[0])).text
    assert secret[0] not in page
    assert secret[0][:9] in page
    second = await browser.post(f"{path[0]}/secrets", data={"csrf_token": token})
    assert second.status_code == 200
    ended = await browser.post(
        f"{path[0]}/secrets/end", data={"csrf_token": token, "prefix": secret[0][:9]}
    )
    assert ended.status_code == 303
    assert (await browser.post(f"{path[0]}/revoke", data={"csrf_token": token})).status_code == 303
    assert "shut out" in (await browser.get(path[0])).text


@pytest.mark.parametrize("path", ["/accounts", "/accounts/new", "/clients", "/settings"])
async def test_only_district_users_open_the_pages_of_the_district(
    browser: httpx2.AsyncClient, educator: Account, path: str
) -> None:
    assert (await browser.get(path)).status_code == 303
    await enter(browser, educator.login)
    assert (await browser.get(path)).status_code == 403


async def test_pages_of_the_district_open(browser: httpx2.AsyncClient, district: Account) -> None:
    await enter(browser, district.login)
    for path in ("/", "/settings", "/accounts", "/clients", "/clients/new", "/account"):
        assert (await browser.get(path)).status_code == 200


def test_every_route_says_who_may_call_it(service: Service) -> None:
    rows = web.every_route(service.app)
    assert len(rows) > 30
    assert [row for row in rows if not row.listed] == []
    public = {(row.method, row.path) for row in rows if row.public}
    assert public == {
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/static/{path:path}"),
        ("GET", "/gateway/api/v1/openapi.json"),
        ("GET", "/contracts"),
        ("GET", "/contracts/{name:path}"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("POST", "/language"),
        ("GET", "/set-password/{secret}"),
        ("POST", "/set-password/{secret}"),
        ("POST", "/oauth/token"),
        ("POST", "/session/token"),
    }
