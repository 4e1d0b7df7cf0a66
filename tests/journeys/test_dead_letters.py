"""Messages that nobody can handle: they die with their reason, and people get at them."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from shared.envelope import Envelope
from shared.external import FamilyContacted
from shared.messages import ContactLogged, ExternalFactReceived
from tests.journeys.bus import Tap
from tests.journeys.cast import Cast
from tests.journeys.house import SYSTEM
from tests.journeys.outside import BATCH, PhoneSystem, contacted
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news


@pytest.fixture(autouse=True)
def buried(cast: Cast) -> Iterator[None]:
    """Each journey begins and ends without dead letters."""
    yield
    cast.house.partners("dead", "drop", "--all", "--yes")


def _dead(cast: Cast, reason: str, count: int = 1) -> list[dict[str, Any]]:
    """The dead letters with this in their reason, once there are so many."""

    def look() -> list[dict[str, Any]]:
        found = json.loads(cast.house.partners("dead", "list", "--json"))
        fitting = [each for each in found if reason in each["reason"]]
        return fitting if len(fitting) == count else []

    return eventually(look, otherwise=lambda: cast.house.partners("dead", "list"))


async def test_poison_on_the_bus_dies_with_its_reason_and_costs_no_neighbour(cast: Cast) -> None:
    home, words = cast.some(), good_news()
    before = cast.figures()["total"]
    async with Tap(cast.house) as bus:
        await bus.tell(b"\xff\xfe no JSON at all", ContactLogged.TYPE)
        cast.log(home, words)
        await bus.tell(b'{"specversion": "1.0"}', ContactLogged.TYPE)

    # Both who hear of contacts have set both aside, and what came between arrived.
    letters = _dead(cast, "not a CloudEvents 1.0 message", count=4)
    assert sorted(each["service"] for each in letters) == ["notifications"] * 2 + ["reports"] * 2
    cast.letter(home.mailboxes[0], words)
    cast.reports_say(contacts=before + 1)


async def test_a_message_whose_data_do_not_fit_dies_and_says_where(cast: Cast) -> None:
    async with Tap(cast.house) as bus:
        await bus.tell(json.dumps(_envelope(ContactLogged.TYPE, {})).encode(), ContactLogged.TYPE)
    letters = _dead(cast, f"the data do not fit {ContactLogged.TYPE}", count=2)
    assert all("contact_id: Field required" in each["reason"] for each in letters)


async def test_what_another_system_sends_wrongly_by_amqp_dies_with_the_reason(
    cast: Cast, phones: PhoneSystem
) -> None:
    home, words = cast.some(), good_news()
    unfit = contacted(cast, home, channel="carrier pigeon")
    forged = contacted(cast, home) | {"source": "/ext/somebody-else"}
    await phones.publish(b"no JSON at all", FamilyContacted.TYPE)
    await phones.publish(unfit)
    await phones.publish(forged)
    await phones.publish(contacted(cast, home, words))

    assert _dead(cast, "JSON")[0]["service"] == "gateway"
    assert _dead(cast, "channel")[0]["queue"] == "gateway.ingress"
    assert _dead(cast, "source")[0]["type"] == FamilyContacted.TYPE
    cast.letter(home.mailboxes[0], words)


def test_what_another_system_sends_wrongly_by_http_is_answered_and_kept_nowhere(
    cast: Cast, phones: PhoneSystem
) -> None:
    home, words = cast.some(), good_news()
    unfit = contacted(cast, home, channel="carrier pigeon")

    (result,) = phones.post(unfit, expect=422)
    assert result["result"] == "refused"
    assert "channel" in result["reason"]

    results = phones.post([unfit, contacted(cast, home, words)], BATCH)
    assert [each["result"] for each in results] == ["refused", "accepted"]
    cast.letter(home.mailboxes[0], words)
    assert json.loads(cast.house.partners("dead", "list", "--json")) == []


async def test_people_list_show_replay_and_drop_what_died(cast: Cast) -> None:
    marker = uuid.uuid4().hex
    async with Tap(cast.house) as bus:
        await bus.tell(f"poison {marker}".encode(), ContactLogged.TYPE)
    first, _ = _dead(cast, "not a CloudEvents", count=2)

    assert "not a CloudEvents" in cast.house.partners("dead", "list")
    assert marker in cast.house.partners("dead", "show", first["id"])

    # Put back, it is tried again, and dies again for the same reason.
    assert "put back" in cast.house.partners("dead", "replay", first["id"])
    eventually(lambda: first["id"] not in {each["id"] for each in _dead(cast, "CloudEvents", 2)})

    one, other = _dead(cast, "not a CloudEvents", count=2)
    assert "deleted" in cast.house.partners("dead", "drop", one["id"], "--yes")
    assert [each["id"] for each in _dead(cast, "not a CloudEvents")] == [other["id"]]
    cast.house.partners("dead", "show", one["id"], code=1)


async def test_a_message_that_died_of_a_mistake_of_ours_has_its_effect_once_it_is_replayed(
    cast: Cast,
) -> None:
    home, words = cast.some(), good_news()
    before = cast.figures()["total"]
    told = contacted(cast, home, words)
    fact = ExternalFactReceived(
        receipt_id=uuid.uuid4().hex,
        system=SYSTEM,
        fact=FamilyContacted.TYPE,
        source_id=told["id"],
        occurred_at=told["time"],
        data=told["data"],
    )
    body = json.dumps(_envelope(fact.TYPE, fact.model_dump(mode="json"))).encode()
    async with Tap(cast.house) as bus:
        await bus.lay_among_the_dead("contacts", body, "TypeError")
    (letter,) = _dead(cast, "TypeError")

    cast.house.partners("dead", "replay", letter["id"])

    cast.letter(home.mailboxes[0], words)
    cast.reports_say(contacts=before + 1)
    assert json.loads(cast.house.partners("dead", "list", "--json")) == []


def _envelope(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    envelope = Envelope.model_validate(
        {
            "id": uuid.uuid4().hex,
            "source": "/partners/gateway",
            "type": kind,
            "time": "2026-01-05T12:00:00Z",
            "sequence": "1",
            "data": data,
        }
    )
    return envelope.model_dump(mode="json", exclude_none=True)
