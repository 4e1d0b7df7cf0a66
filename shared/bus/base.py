"""What a service asks of a bus, whichever it is."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from shared.bus.handlers import Consumer
from shared.deadletters import DeadLetters
from shared.outbox import Publisher


@dataclass(frozen=True)
class Incoming:
    """What another system sent to `partners.ingress`, as it came."""

    body: bytes
    routing_key: str
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def came(self) -> str:
        """How it came, as text, for the header of a dead letter: all but the body."""
        own = {name: text for name, text in self.headers.items() if not name.startswith("x-")}
        return json.dumps([self.routing_key, self.content_type, own])

    @classmethod
    def again(cls, body: bytes, came: str) -> "Incoming":
        """The same message once more, from its body and how it came."""
        routing_key, content_type, headers = json.loads(came)
        return cls(body, routing_key, content_type, headers)


Intake = Callable[[Incoming], Awaitable[None]]
"""Takes in one message of another system; raises `Permanent` with the reason to refuse it."""


class Bus(Protocol):
    """Carries messages between services, each at least once."""

    async def publisher(self, service: str) -> Publisher:
        """A publisher for the service's relay, on its own connection."""

    async def consume(self, consumer: Consumer, dead: DeadLetters) -> None:
        """Begin to hand the service's messages to its consumer, and its dead ones to `dead`."""

    async def take_in(self, consumer: Consumer, dead: DeadLetters, intake: Intake) -> None:
        """Begin to hand what other systems send to the gateway's intake."""

    async def ping(self) -> None:
        """Raise `DependencyDown` unless connected and consuming."""

    async def stop(self) -> None:
        """Finish what is being handled, leave the rest in the queues, and disconnect."""
