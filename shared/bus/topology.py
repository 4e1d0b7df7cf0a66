"""Every exchange, queue, binding and permission, as data: the one source of the broker's set-up.

From here come RabbitMQ's `definitions.json`, what a service re-declares at its start, the rows of
the local bus, and the documents.
"""

from dataclasses import dataclass, field
from typing import Any

from shared import messages as m
from shared.messages import MESSAGES, Message

MESSAGES_EXCHANGE = "partners.messages"
INGRESS_EXCHANGE = "partners.ingress"
INGRESS_QUEUE = "gateway.ingress"
SERVICES = ("gateway", "contacts", "events", "notifications", "reports")

RUNGS: dict[str, float] = {"5s": 5, "30s": 30, "5m": 300, "30m": 1800}
"""The rungs of the retry ladder and how many seconds a message rests on each."""
LADDER = ("5s", "30s", "5m", "30m", "30m")
"""Which rung follows which failure: 65 minutes in all: unknown roster ids wait an hour."""
DEAD = "dead"
AGAIN = "again"
"""The key by which a dead letter goes back to its own work queue."""
AGAIN_IN = "again.ingress"
"""The key by which a refused message of another system comes in once more."""
DELIVERY_LIMIT = 20
MAX_BYTES = 1 << 30

_DIRECTORY: tuple[type[Message], ...] = (
    m.SchoolChanged,
    m.EducatorChanged,
    m.FamilyChanged,
    m.HouseholdChanged,
)

CONSUMES: dict[str, tuple[type[Message], ...]] = {
    "gateway": (m.SchoolChanged, m.EducatorChanged),
    "contacts": (
        m.ExternalFactReceived, m.FlagsApplied, m.NoticeAccepted, m.NoticeBounced, m.NoticeNotSent,
        m.EventPublished, m.EventChanged, m.EventCancelled, m.EventRSVPd, m.LanguageWished,
        m.AddressConfirmed, m.FamilyAsked, m.GuardianReplied,
    ),
    "events": (*_DIRECTORY, m.FlagsChanged, m.FlagsAsOf, m.ExternalFactReceived),
    "notifications": (
        *_DIRECTORY, m.FlagsChanged, m.FlagsAsOf, m.ContactLogged, m.ContactCorrected,
        m.ContactRetracted, m.EventPublished, m.EventChanged, m.EventCancelled, m.EventRSVPd,
        m.NoticeRequested, m.FamilyErased, m.HouseholdItemChanged, m.ExternalFactReceived,
        m.WaitlistChanged, m.LunchChanged, m.VisitChanged, m.ShiftChanged, m.PolicyChanged,
        m.SurveyChanged,
    ),
    "reports": (
        *_DIRECTORY, m.FamilySplit, m.FamilyMerged, m.ContactLogged, m.ContactCorrected,
        m.ContactRetracted, m.EventPublished, m.EventChanged, m.EventCancelled, m.EventRSVPd,
        m.NoticeAccepted, m.NoticeBounced, m.NoticeNotSent, m.FamilyErased, m.FamilyAsked,
        m.GuardianReplied,
    ),
}  # fmt: skip
"""Which messages each service consumes; every type has at least one consumer."""


@dataclass(frozen=True)
class Queue:
    """A durable quorum queue with its guards, which are arguments and so can't change silently."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


def work_queue(service: str) -> Queue:
    """Where a service's messages wait; what it rejects goes to its own dead letters."""
    return _guarded(service, service)


def ingress_queue() -> Queue:
    """Where other systems' messages wait for the gateway; its rejects are the gateway's dead."""
    return _guarded(INGRESS_QUEUE, "gateway")


def _guarded(name: str, service: str) -> Queue:
    return Queue(
        name,
        {
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": failed_exchange(service),
            "x-dead-letter-routing-key": DEAD,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-max-length-bytes": MAX_BYTES,
        },
    )


def dead_queue(service: str) -> Queue:
    """Where dead letters pass on their way into the service's store of dead letters."""
    return Queue(f"{service}.dead", {"x-queue-type": "quorum", "x-overflow": "reject-publish"})


def rung_queue(service: str, rung: str) -> Queue:
    """A rest of fixed length, after which the broker puts the message back into the work queue."""
    return Queue(
        f"{service}.{rung}",
        {
            "x-queue-type": "quorum",
            "x-message-ttl": int(RUNGS[rung] * 1000),
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": service,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def failed_exchange(service: str) -> str:
    """The direct exchange through which a service sets a message aside."""
    return f"{service}.failed"


def queues(service: str) -> tuple[Queue, ...]:
    """All queues of one service."""
    extra = (ingress_queue(),) if service == "gateway" else ()
    rungs = tuple(rung_queue(service, rung) for rung in RUNGS)
    return (work_queue(service), *extra, *rungs, dead_queue(service))


@dataclass(frozen=True)
class Binding:
    """From an exchange to a queue by a key."""

    exchange: str
    queue: str
    key: str


def bindings(service: str) -> tuple[Binding, ...]:
    """One exact binding per consumed type, and the keys of the service's failed exchange."""
    failed = failed_exchange(service)
    facts = tuple(Binding(MESSAGES_EXCHANGE, service, kind.TYPE) for kind in CONSUMES[service])
    rungs = tuple(Binding(failed, f"{service}.{rung}", rung) for rung in RUNGS)
    aside = (Binding(failed, f"{service}.dead", DEAD), Binding(failed, service, AGAIN))
    ingress = (
        Binding(INGRESS_EXCHANGE, INGRESS_QUEUE, "ext.#"),
        Binding(failed, INGRESS_QUEUE, AGAIN_IN),
    )
    return (*facts, *rungs, *aside, *(ingress if service == "gateway" else ()))


def subscribers(kind: str) -> tuple[str, ...]:
    """The services that consume a type."""
    return tuple(name for name in SERVICES if any(kind == each.TYPE for each in CONSUMES[name]))


def emits(service: str) -> tuple[str, ...]:
    """The types that a service may send; `OWNER = "*"` is everybody's."""
    return tuple(sorted(k for k, kind in MESSAGES.items() if kind.OWNER in {service, "*"}))
