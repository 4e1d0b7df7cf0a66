"""Another school system: it tells by HTTP and by AMQP what it knows."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aio_pika
import httpx2

from shared.bus.topology import INGRESS_EXCHANGE
from shared.external import FamilyContacted, NoticeAsked
from tests.journeys.cast import Cast, Home
from tests.journeys.house import SYSTEM

JSON = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LIBRARY = "library"


def contacted(cast: Cast, home: Home, words: str = "", **data: object) -> dict[str, Any]:
    """A good-news call with a family, as a phone system knows it, with a fresh id."""
    said = {
        "student_sourced_id": home.pupil,
        "educator_sourced_id": cast.district.picks.educator.id,
        "channel": "call",
        "tone": "good_news",
        "outcome": "reached",
        "occurred_at": datetime.now(UTC).isoformat(),
        "words": words,
    }
    return message(FamilyContacted.TYPE, said | data)


def message(kind: str, data: Mapping[str, object], system: str = SYSTEM) -> dict[str, Any]:
    """A fact as another system tells it, with a fresh id."""
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": f"/ext/{system}",
        "type": kind,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


@dataclass
class PhoneSystem:
    """A program with client credentials for HTTP, and a user of the broker for AMQP."""

    cast: Cast
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = ("messages:write",)
    _token: str = ""

    def post(self, body: object, kind: str = JSON, expect: int = 202) -> list[dict[str, Any]]:
        """Send one message or a batch; gives the results, or the problem's when refused."""
        answer = self._post(body, kind)
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            # Tokens live for ten minutes.
            self._token = ""
            answer = self._post(body, kind)
        assert answer.status_code == expect, answer.text
        results: list[dict[str, Any]] = answer.json().get("results", [])
        return results

    def _post(self, body: object, kind: str) -> httpx2.Response:
        return httpx2.post(
            f"{self.cast.house.url}/api/v1/messages",
            content=json.dumps(body),
            headers={"Content-Type": kind, "Authorization": f"Bearer {self.token()}"},
            timeout=30,
        )

    async def publish(self, message: Mapping[str, Any] | bytes, kind: str = "") -> None:
        """Publish to `partners.ingress` under our own prefix; returns when the broker has it."""
        known = isinstance(message, Mapping)
        body = json.dumps(message).encode() if known else message
        assert isinstance(body, bytes)
        kind = kind or (str(message["type"]) if isinstance(message, Mapping) else "")
        async with await aio_pika.connect(self.cast.house.amqp_url(SYSTEM)) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(INGRESS_EXCHANGE, ensure=False)
            await exchange.publish(
                aio_pika.Message(
                    body, content_type=JSON, delivery_mode=aio_pika.DeliveryMode.PERSISTENT
                ),
                f"ext.{SYSTEM}.{kind}",
            )

    def token(self) -> str:
        """For the API, by client credentials."""
        if not self._token:
            answer = httpx2.post(
                f"{self.cast.house.url}/oauth/token",
                data={"grant_type": "client_credentials", "scope": " ".join(self.scopes)},
                auth=(self.client_id, self.client_secret),
            )
            answer.raise_for_status()
            self._token = answer.json()["access_token"]
        return self._token


def register(cast: Cast) -> PhoneSystem:
    """Have the district office register the program."""
    made = _registered(cast, "Phone system", SYSTEM, FamilyContacted.TYPE, ("messages:write",))
    return PhoneSystem(cast, *made)


def register_library(cast: Cast) -> PhoneSystem:
    """Another program, which may have families told something."""
    scopes = ("messages:write", "notices:request")
    made = _registered(cast, "Library", LIBRARY, NoticeAsked.TYPE, scopes)
    return PhoneSystem(cast, *made, scopes)


def _registered(
    cast: Cast, name: str, system: str, kind: str, scopes: tuple[str, ...]
) -> tuple[str, str]:
    """A program's id, and its secret, which is shown once."""
    values: dict[str, str | list[str]] = {
        "name": name,
        "scopes": [*scopes],
        "system": system,
        "types": [kind],
    }
    page = cast.office.open("/clients/new")
    made = cast.office.submit(page, "/clients/new", values)
    client_id, secret = re.findall(r'<code dir="ltr">([^<]+)</code>', made.html)
    return client_id, secret
