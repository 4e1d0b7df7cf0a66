"""API clients, and messages of other systems, on a real database."""

import asyncio
import json
from typing import Any

import pytest

from services.gateway.actions import Gate, clients
from services.gateway.actions.receive import Sender, receive, take_in
from services.gateway.domain.accounts import Account
from services.gateway.domain.clients import ClientDraft
from services.gateway.domain.cloudevents import Raw, over_http
from shared.bus.base import Incoming
from shared.clock import SetClock
from shared.errors import Forbidden, Permanent
from shared.external import EXTERNAL
from shared.identity import KeyPair, TokenReader, Viewer
from tests.gateway.test_actions import district_viewer
from tests.gateway.test_cloudevents import EVENT, FACT, TYPE

HERE = "198.51.100.7"
PHONES = Sender("phones", frozenset(EXTERNAL), "http", "client-1")


DRAFT = ClientDraft(
    name="Phones", scopes=("messages:write", "reports:read"), system="phones", types=(TYPE,)
)


async def test_a_client_gets_a_token_with_its_scopes_and_system(
    gate: Gate, keys: KeyPair, clock: SetClock
) -> None:
    client, secret = await clients.create_client(gate, DRAFT, None)
    access = await clients.give_token(gate, client.client_id, secret, None, HERE)
    viewer = TokenReader([keys.public], clock).read(access.token)
    assert (viewer.role, viewer.system) == ("system", "phones")
    assert viewer.scopes == {"messages:write", "reports:read"}
    assert access.seconds == 600
    fewer = await clients.give_token(gate, client.client_id, secret, "reports:read", HERE)
    assert TokenReader([keys.public], clock).read(fewer.token).scopes == {"reports:read"}


async def test_a_dump_of_the_database_holds_no_secret_of_a_client(gate: Gate) -> None:
    _, secret = await clients.create_client(gate, DRAFT, None)
    assert secret not in str(await gate.database["clients"].find().to_list(None))


async def test_wrong_secrets_and_too_wide_scopes_get_no_token(gate: Gate) -> None:
    client, secret = await clients.create_client(gate, DRAFT, None)
    for client_id, given, scope, code in [
        (client.client_id, "ps_wrong", None, "invalid_client"),
        ("nobody", secret, None, "invalid_client"),
        (client.client_id, secret, "dead:write", "invalid_scope"),
    ]:
        with pytest.raises(clients.TokenNotGiven) as told:
            await clients.give_token(gate, client_id, given, scope, HERE)
        assert told.value.code == code


async def test_a_secret_is_changed_without_a_gap(
    gate: Gate, district: Account, clock: SetClock
) -> None:
    by = district_viewer(district)
    client, old = await clients.create_client(gate, DRAFT, None)
    client, new = await clients.rotate_secret(gate, client.client_id, by)
    for secret in (old, new):
        await clients.give_token(gate, client.client_id, secret, None, HERE)
    await clients.end_secret(gate, client.client_id, client.secrets[0].prefix, by)
    with pytest.raises(clients.TokenNotGiven):
        await clients.give_token(gate, client.client_id, old, None, HERE)
    await clients.revoke_client(gate, client.client_id, by)
    with pytest.raises(clients.TokenNotGiven):
        await clients.give_token(gate, client.client_id, new, None, HERE)


async def test_a_program_creates_no_client_that_may_more_than_itself(gate: Gate) -> None:
    program = Viewer(account_id="cli", role="operator", scopes=frozenset({"clients:write"}))
    with pytest.raises(Forbidden, match="messages:write"):
        await clients.create_client(gate, DRAFT, program)


# --- messages of other systems --------------------------------------------------------------------


def raws(*changes: dict[str, Any]) -> list[Raw]:
    body = json.dumps([{**EVENT, **each} for each in changes]).encode()
    return over_http("application/cloudevents-batch+json", [], body)


async def outbox(gate: Gate) -> list[dict[str, Any]]:
    return [row["envelope"] async for row in gate.database["outbox"].find().sort("_id", 1)]


async def test_a_message_comes_in_and_is_told(gate: Gate) -> None:
    (result,) = await receive(gate, raws({}), PHONES)
    assert result.result == "accepted"
    (told,) = await outbox(gate)
    assert told["type"] == "org.partners.external.received.v1"
    assert told["data"]["system"] == "phones"
    assert told["data"]["fact"] == TYPE
    assert told["data"]["source_id"] == "call-1"
    assert told["data"]["data"] == FACT
    (receipt,) = await gate.database["receipts"].find().to_list(None)
    assert receipt["_id"] == "/ext/phones|call-1"
    assert receipt["receipt_id"] == told["data"]["receipt_id"] == told["subject"]


async def test_a_duplicate_has_one_effect(gate: Gate) -> None:
    await receive(gate, raws({}), PHONES)
    (again,) = await receive(gate, raws({"time": "2026-11-24T09:01:00Z"}), PHONES)
    assert again.result == "duplicate"
    assert len(await outbox(gate)) == 1


async def test_the_same_id_with_other_content_is_refused(gate: Gate) -> None:
    await receive(gate, raws({}), PHONES)
    (other,) = await receive(gate, raws({"data": {**FACT, "outcome": "voicemail"}}), PHONES)
    assert other.result == "refused"
    assert other.conflict
    assert len(await outbox(gate)) == 1


async def test_one_bad_message_costs_its_neighbours_nothing(gate: Gate) -> None:
    results = await receive(
        gate, raws({"id": "a"}, {"id": "b", "type": "x"}, {"id": "a"}, {"id": "c"}), PHONES
    )
    assert [each.result for each in results] == ["accepted", "refused", "duplicate", "accepted"]
    assert [each.index for each in results] == [0, 1, 2, 3]
    assert len(await outbox(gate)) == 2


async def test_a_full_batch_comes_in_at_once(gate: Gate) -> None:
    results = await receive(gate, raws(*({"id": f"n{n}"} for n in range(500))), PHONES)
    assert {each.result for each in results} == {"accepted"}
    assert len(await outbox(gate)) == 500


async def test_twenty_at_once_with_the_same_message_have_one_effect(gate: Gate) -> None:
    answers = await asyncio.gather(
        *(receive(gate, raws({}, {"id": f"own-{n}"}), PHONES) for n in range(20))
    )
    assert [each[0].result for each in answers].count("accepted") == 1
    assert all(each[1].result == "accepted" for each in answers)
    assert len(await outbox(gate)) == 21


async def test_the_same_id_of_two_systems_is_two_messages(gate: Gate) -> None:
    await receive(gate, raws({}), PHONES)
    lms = Sender("lms", frozenset(EXTERNAL), "http")
    (result,) = await receive(gate, raws({"source": "/ext/lms"}), lms)
    assert result.result == "accepted"


async def test_amqp_messages_come_in_by_their_routing_key(gate: Gate) -> None:
    body = json.dumps(EVENT).encode()
    incoming = Incoming(body, f"ext.phones.{TYPE}", "application/cloudevents+json")
    await take_in(gate, incoming)
    await take_in(gate, incoming)
    assert len(await outbox(gate)) == 1
    (receipt,) = await gate.database["receipts"].find().to_list(None)
    assert (receipt["system"], receipt["way"]) == ("phones", "amqp")


@pytest.mark.parametrize(
    ("key", "event", "why"),
    [
        ("ext.phones", EVENT, "the routing key is"),
        (f"ext.lms.{TYPE}", EVENT, "come from /ext/lms"),
        ("ext.phones.org.partners.invitation.answered.v1", EVENT, "the routing key says"),
        (f"ext.phones.{TYPE}", EVENT | {"data": {}}, "data: student_sourced_id: Field required"),
    ],
)
async def test_a_refused_amqp_message_is_dead_with_its_reason(
    gate: Gate, key: str, event: dict[str, Any], why: str
) -> None:
    incoming = Incoming(json.dumps(event).encode(), key, "application/cloudevents+json")
    with pytest.raises(Permanent, match=why):
        await take_in(gate, incoming)
    assert await outbox(gate) == []
