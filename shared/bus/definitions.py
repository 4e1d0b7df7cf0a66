"""RabbitMQ's `definitions.json`, with a user and permissions per service, from the topology.

Least privilege: a service configures only its own queues, writes its own types to
`partners.messages` and to its own failed exchange, and reads its own queues. Another system writes
to `partners.ingress` only, under its own prefix: topic permissions are opt-in, so every user gets
one.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from shared.bus import topology

VHOST = "/"
ADMINISTRATOR = "partners-setup"


def password_hash(password: str, salt: bytes | None = None) -> str:
    """RabbitMQ's own salted SHA-256 form (documented under "Password Hashes")."""
    salt = salt if salt is not None else secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return base64.b64encode(salt + digest).decode()


def definitions(
    passwords: Mapping[str, str], systems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The whole broker; `passwords` by service and `partners-setup`, `systems` by outside name."""
    systems = systems or {}
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_user(name, text) for name, text in [*passwords.items(), *systems.items()]],
        "permissions": [
            _permission(ADMINISTRATOR, ".*", ".*", ".*"),
            *(_service_permission(service) for service in topology.SERVICES),
            *(
                _permission(name, "^$", _exactly(topology.INGRESS_EXCHANGE), "^$")
                for name in systems
            ),
        ],
        "topic_permissions": [
            *(_service_topics(service) for service in topology.SERVICES),
            *(
                _topic(name, topology.INGRESS_EXCHANGE, f"^ext\\.{re.escape(name)}\\.")
                for name in systems
            ),
        ],
        "exchanges": _exchanges(),
        "queues": [
            {
                "name": queue.name,
                "vhost": VHOST,
                "durable": True,
                "auto_delete": False,
                "arguments": queue.arguments,
            }
            for service in topology.SERVICES
            for queue in topology.queues(service)
        ],
        "bindings": [
            {
                "source": binding.exchange,
                "vhost": VHOST,
                "destination": binding.queue,
                "destination_type": "queue",
                "routing_key": binding.key,
                "arguments": {},
            }
            for service in topology.SERVICES
            for binding in topology.bindings(service)
        ],
    }


def _user(name: str, password: str) -> dict[str, Any]:
    return {
        "name": name,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"] if name == ADMINISTRATOR else [],
    }


def _permission(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {
        "user": user,
        "vhost": VHOST,
        "configure": configure,
        "write": write,
        "read": read,
    }


def _service_permission(service: str) -> dict[str, str]:
    own = "|".join(re.escape(queue.name) for queue in topology.queues(service))
    write = "|".join(
        re.escape(name) for name in (topology.MESSAGES_EXCHANGE, topology.failed_exchange(service))
    )
    # Re-declaring a queue with a dead-letter exchange asks for write on it and read on the queue.
    return _permission(service, f"^({own})$", f"^({write})$", f"^({own})$")


def _service_topics(service: str) -> dict[str, str]:
    types = "|".join(re.escape(kind) for kind in topology.emits(service))
    return _topic(service, topology.MESSAGES_EXCHANGE, f"^({types})$")


def _topic(user: str, exchange: str, write: str) -> dict[str, str]:
    return {
        "user": user,
        "vhost": VHOST,
        "exchange": exchange,
        "write": write,
        "read": "^$",
    }


def _exactly(name: str) -> str:
    return f"^{re.escape(name)}$"


def _exchanges() -> list[dict[str, Any]]:
    topics = [
        (topology.MESSAGES_EXCHANGE, "topic"),
        (topology.INGRESS_EXCHANGE, "topic"),
    ]
    failed = [(topology.failed_exchange(service), "direct") for service in topology.SERVICES]
    return [
        {
            "name": name,
            "vhost": VHOST,
            "type": kind,
            "durable": True,
            "auto_delete": False,
            "internal": False,
            "arguments": {},
        }
        for name, kind in [*topics, *failed]
    ]
