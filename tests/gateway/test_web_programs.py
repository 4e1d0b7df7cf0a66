"""What programs ask of the gateway by HTTP."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.gateway.actions import Gate, clients
from services.gateway.actions.accounts import create_account
from services.gateway.actions.sign_in import refresh
from services.gateway.domain.accounts import Account, AccountDraft
from services.gateway.domain.clients import ClientDraft
from services.gateway.web import contracts
from shared.service import Service
from tests.gateway.conftest import PASSWORD, browsing, csrf, enter
from tests.gateway.test_cloudevents import EVENT, FACT, TYPE

STRUCTURED = "application/cloudevents+json"


@pytest.fixture
async def phones(gate: Gate) -> tuple[str, str]:
    """Id and secret of a phone system that may send calls."""
    draft = ClientDraft(name="Phones", scopes=("messages:write",), system="phones", types=(TYPE,))
    client, secret = await clients.create_client(gate, draft, None)
    return client.client_id, secret


async def bearer(client: httpx2.AsyncClient, credentials: tuple[str, str]) -> dict[str, str]:
    form = {"grant_type": "client_credentials"}
    answer = await client.post("/oauth/token", data=form, auth=credentials)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_token_is_given_for_a_secret_in_both_ways(
    browser: httpx2.AsyncClient, phones: tuple[str, str]
) -> None:
    form = {"grant_type": "client_credentials"}
    body = form | {"client_id": phones[0], "client_secret": phones[1], "scope": "messages:write"}
    by_body = (await browser.post("/oauth/token", data=body)).json()
    assert by_body["token_type"] == "Bearer"
    assert by_body["expires_in"] == 600
    assert by_body["scope"] == "messages:write"
    assert await bearer(browser, phones)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_secret": "ps_wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"scope": "dead:write"}, 400, "invalid_scope"),
    ],
)
async def test_token_errors_are_those_of_the_rfc(
    browser: httpx2.AsyncClient,
    phones: tuple[str, str],
    changes: dict[str, str],
    status: int,
    error: str,
) -> None:
    form = {"grant_type": "client_credentials", "client_id": phones[0], "client_secret": phones[1]}
    answer = await browser.post("/oauth/token", data=form | changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def send(
    client: httpx2.AsyncClient, headers: dict[str, str], body: Any, content_type: str = STRUCTURED
) -> httpx2.Response:
    return await client.post(
        "/api/v1/messages",
        content=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={**headers, "Content-Type": content_type},
    )


async def test_messages_come_in_by_http(
    browser: httpx2.AsyncClient, phones: tuple[str, str], gate: Gate
) -> None:
    token = await bearer(browser, phones)
    first = await send(browser, token, EVENT)
    assert first.status_code == 202
    assert first.json() == {"results": [{"index": 0, "id": "call-1", "result": "accepted"}]}
    again = await send(browser, token, EVENT)
    assert (again.status_code, again.json()["results"][0]["result"]) == (202, "duplicate")
    other = await send(browser, token, EVENT | {"data": FACT | {"outcome": "voicemail"}})
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    binary = {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}
    binary["ce-id"] = "call-2"
    assert (await send(browser, token | binary, FACT, "application/json")).status_code == 202
    assert await gate.database["outbox"].count_documents({}) == 2


async def test_a_batch_is_answered_one_by_one(
    browser: httpx2.AsyncClient, phones: tuple[str, str]
) -> None:
    token = await bearer(browser, phones)
    batch = [EVENT, EVENT | {"id": "x", "source": "/ext/lms"}, EVENT | {"id": "y"}]
    answer = await send(browser, token, batch, "application/cloudevents-batch+json")
    assert answer.status_code == 202
    results = answer.json()["results"]
    assert [each["result"] for each in results] == ["accepted", "refused", "accepted"]
    assert results[1]["reason"] == "source: the messages of this sender come from /ext/phones"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", STRUCTURED, 400),
        (b"[]", "application/cloudevents-batch+json", 400),
        (b" " * 70_000, STRUCTURED, 413),
        (b" " * 1_100_000, "application/cloudevents-batch+json", 413),
        (b"{}", "application/json", 415),
        (b"{}", STRUCTURED, 422),
        (
            json.dumps({**EVENT, "type": "org.partners.invitation.answered.v1"}).encode(),
            STRUCTURED,
            422,
        ),
    ],
)
async def test_what_is_not_taken_is_told_as_a_problem(
    browser: httpx2.AsyncClient,
    phones: tuple[str, str],
    body: bytes,
    content_type: str,
    status: int,
) -> None:
    answer = await send(browser, await bearer(browser, phones), body, content_type)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


async def test_messages_need_a_token_with_the_scope(
    browser: httpx2.AsyncClient, gate: Gate, district: Account
) -> None:
    assert (await send(browser, {}, EVENT)).status_code == 401
    assert (await send(browser, {"Authorization": "Bearer x.y.z"}, EVENT)).status_code == 401
    reader = ClientDraft(name="Reader", scopes=("reports:read",))
    client, secret = await clients.create_client(gate, reader, None)
    token = await bearer(browser, (client.client_id, secret))
    assert (await send(browser, token, EVENT)).status_code == 403
    await enter(browser, district.login)
    assert (await send(browser, {}, EVENT)).status_code == 403


async def test_a_program_that_is_shut_out_is_out_at_once(
    browser: httpx2.AsyncClient, gate: Gate, phones: tuple[str, str], district: Account
) -> None:
    token = await bearer(browser, phones)
    by = await gate.viewer(district)
    assert by is not None
    await clients.revoke_client(gate, phones[0], by)
    assert (await send(browser, token, EVENT)).status_code == 403


async def test_an_operator_makes_accounts_and_clients_by_the_api(
    browser: httpx2.AsyncClient, gate: Gate
) -> None:
    draft = ClientDraft(name="Command", scopes=("accounts:write", "clients:write", "dead:read"))
    client, secret = await clients.create_client(gate, draft, None)
    token = await bearer(browser, (client.client_id, secret))
    new = {"login": "o@maple.example", "name": "O", "role": "office", "school_ids": ["maple"]}
    made = await browser.post("/api/v1/accounts", json=new, headers=token)
    assert made.status_code == 201
    assert made.json()["set_password_link"].startswith("http://door.example/set-password/")
    assert (await browser.post("/api/v1/accounts", json=new, headers=token)).status_code == 409
    listed = await browser.get("/api/v1/accounts", headers=token)
    assert [each["login"] for each in listed.json()["items"]] == ["o@maple.example"]
    fellow = {"name": "Dead", "scopes": ["dead:read"]}
    made = await browser.post("/api/v1/clients", json=fellow, headers=token)
    assert made.status_code == 201
    assert made.json()["client_secret"].startswith("ps_")
    assert "digest" not in made.text
    wider = {"name": "More", "scopes": ["settings:write"]}
    assert (await browser.post("/api/v1/clients", json=wider, headers=token)).status_code == 403
    path = f"/api/v1/clients/{made.json()['client']['client_id']}"
    assert (await browser.post(f"{path}/secrets", headers=token)).status_code == 201
    prefix = made.json()["client_secret"][:9]
    assert (await browser.delete(f"{path}/secrets/{prefix}", headers=token)).status_code == 200
    assert (await browser.delete(path, headers=token)).json()["active"] is False
    assert len((await browser.get("/api/v1/clients", headers=token)).json()) == 2


async def test_contracts_are_read_without_signing_in(
    browser: httpx2.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "a.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("no")
    monkeypatch.setattr(contracts.listed, "__defaults__", (tmp_path,))
    assert "schemas/a.json" in (await browser.get("/contracts")).text
    answer = await browser.get("/contracts/schemas/a.json")
    assert answer.headers["content-type"] == "application/json"
    for name in ("secret.txt", "../pyproject.toml", "%2e%2e/pyproject.toml", "none.json"):
        assert (await browser.get(f"/contracts/{name}")).status_code == 404


async def test_the_openapi_document_can_be_read(browser: httpx2.AsyncClient) -> None:
    paths = (await browser.get("/gateway/api/v1/openapi.json")).json()["paths"]
    assert {"/api/v1/messages", "/oauth/token", "/api/v1/accounts"} <= set(paths)
    assert "/session/token" not in paths


async def test_people_of_the_roster_are_found_by_name_or_roster_id(
    browser: httpx2.AsyncClient, gate: Gate
) -> None:
    await gate.database["dir_educators"].update_one(
        {"_id": "ana"}, {"$set": {"sourced_ids": ["T-17"]}}
    )
    draft = ClientDraft(name="Command", scopes=("accounts:write",))
    client, secret = await clients.create_client(gate, draft, None)
    token = await bearer(browser, (client.client_id, secret))
    for query in ({"sourced_id": "T-17"}, {"search": "RIVERA ana"}):
        found = await browser.get("/api/v1/educators", params=query, headers=token)
        assert [each["educator_id"] for each in found.json()] == ["ana"]
    none = await browser.get("/api/v1/educators", params={"sourced_id": "T-18"}, headers=token)
    assert none.json() == []


async def test_signing_in_anew_ends_the_session_before(
    browser: httpx2.AsyncClient, educator: Account, gate: Gate
) -> None:
    await enter(browser, educator.login)
    old = browser.cookies["partners_session"]
    form = {"login": educator.login, "password": PASSWORD}
    form["csrf_token"] = await csrf(browser, "/account")
    assert (await browser.post("/sign-in", data=form)).status_code == 303
    assert browser.cookies["partners_session"] != old
    assert await refresh(gate, old) is None


async def test_an_account_brings_its_language_unless_the_device_has_one(
    browser: httpx2.AsyncClient, gate: Gate, service: Service
) -> None:
    draft = AccountDraft(login="e@maple.example", name="E", role="district", language="es")
    await create_account(gate, draft, None, password=PASSWORD)
    await enter(browser, "e@maple.example")
    assert browser.cookies["partners_language"] == "es"
    async with browsing(service) as other:
        await other.post("/language", data={"language": "ar"})
        await enter(other, "e@maple.example")
        assert other.cookies["partners_language"] == "ar"
