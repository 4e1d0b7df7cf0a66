"""Other systems have families told something: by scope, template, host and share of the day."""

import json
from typing import Any

import httpx2
import pytest

from services.gateway.actions import Gate, clients
from services.gateway.actions.receive import take_in
from services.gateway.domain.clients import ClientDraft
from shared.bus.base import Incoming
from shared.errors import Permanent, Refused
from shared.external import NoticeAsked
from shared.settings import Settings
from tests.gateway.test_cloudevents import EVENT
from tests.gateway.test_web_programs import bearer, send

DATA: dict[str, Any] = {
    "template": "library_due",
    "student_sourced_ids": ["S1"],
    "values": {"item": "Charlotte's Web", "due": "2026-12-04"},
}
ASK = EVENT | {"id": "loan-1", "type": NoticeAsked.TYPE, "source": "/ext/library", "data": DATA}
DRAFT = ClientDraft(
    name="Library",
    scopes=("messages:write", "notices:request"),
    system="library",
    types=(NoticeAsked.TYPE,),
    people_per_day=2,
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The district allows links to one host."""
    return settings.model_copy(update={"notice_link_hosts": ("Pay.example",)})


@pytest.fixture
async def library(gate: Gate) -> tuple[str, str]:
    """Id and secret of a library that may have two people's households told a day."""
    client, secret = await clients.create_client(gate, DRAFT, None)
    return client.client_id, secret


async def test_it_comes_in_by_template_and_ids_until_the_share_of_the_day_is_used(
    browser: httpx2.AsyncClient, library: tuple[str, str], gate: Gate
) -> None:
    token = await bearer(browser, library)
    assert (await send(browser, token, ASK)).status_code == 202
    assert (await send(browser, token, ASK)).json()["results"][0]["result"] == "duplicate"
    both = DATA | {"student_sourced_ids": ["S2", "S3"]}
    batch = [ASK | {"id": "loan-2", "data": both}, ASK | {"id": "loan-3"}]
    told = await send(browser, token, batch, "application/cloudevents-batch+json")
    assert [each["result"] for each in told.json()["results"]] == ["refused", "accepted"]
    paid = {
        "template": "meal_balance",
        "values": {"balance": "1.00", "link": "https://pay.example"},
    }
    full = await send(browser, token, ASK | {"id": "loan-4", "data": DATA | paid})
    assert full.status_code == 429
    assert full.json()["detail"].startswith("the share of this day is used up: 0 more people")
    assert int(full.headers["retry-after"]) == 15 * 3600 + 1
    row = await gate.database["outbox"].find_one({}, sort=[("_id", 1)])
    assert row is not None
    assert row["envelope"]["data"]["fact"] == NoticeAsked.TYPE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"template": "phishing"}, "template"),
        ({"student_sourced_ids": []}, "name somebody"),
        ({"student_sourced_ids": ["S"] * 101}, "student_sourced_ids"),
        ({"to": "family@example.org"}, "to"),
        ({"html": "<p>"}, "html"),
        ({"values": {"item": "<b>", "due": "2026-12-04"}}, "without markup"),
        ({"values": {"item": 7, "due": "2026-12-04"}}, "values"),
        (
            {
                "template": "meal_balance",
                "values": {"balance": "1.00", "link": "https://x.example"},
            },
            "the district allows no links to x.example",
        ),
    ],
)
async def test_what_is_no_such_request_is_refused_with_its_place(
    browser: httpx2.AsyncClient, library: tuple[str, str], changes: dict[str, Any], reason: str
) -> None:
    answer = await send(browser, await bearer(browser, library), ASK | {"data": DATA | changes})
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


async def test_it_needs_the_scope_in_the_token_and_never_comes_by_amqp(
    browser: httpx2.AsyncClient, library: tuple[str, str], gate: Gate
) -> None:
    form = {"grant_type": "client_credentials", "scope": "messages:write"}
    given = (await browser.post("/oauth/token", data=form, auth=library)).json()["access_token"]
    refused = await send(browser, {"Authorization": f"Bearer {given}"}, ASK)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("type: this sender may not send")
    key = f"ext.library.{NoticeAsked.TYPE}"
    incoming = Incoming(json.dumps(ASK).encode(), key, "application/cloudevents+json")
    with pytest.raises(Permanent, match="may not send"):
        await take_in(gate, incoming)


@pytest.mark.parametrize(
    "half", [{"scopes": ("messages:write",)}, {"types": ("org.partners.family.contacted.v1",)}]
)
async def test_scope_and_type_are_given_together(gate: Gate, half: dict[str, Any]) -> None:
    draft = DRAFT.model_copy(update=half)
    with pytest.raises(Refused, match="allow both"):
        await clients.create_client(gate, draft, None)
