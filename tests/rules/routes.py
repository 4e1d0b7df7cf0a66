"""Every service's app and every route of it, for tests that walk them all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from fastapi import FastAPI

from embedded import mailbox
from shared import web
from shared.bus.local import LocalBus
from shared.bus.topology import SERVICES
from shared.clock import SystemClock, new_id
from shared.identity import KeyPair
from shared.mongo import Database
from shared.settings import Settings

URL = "http://partners.test"
UNKNOWN = "no-such-thing"


@dataclass(frozen=True)
class Route:
    """A route, its service, and who may call it."""

    service: str
    access: web.RouteAccess

    def __str__(self) -> str:
        return f"{self.service}: {self.access.method} {self.access.path}"

    def address(self, **ids: str) -> str:
        """Its path with the ids given, and with unknown ones where none is."""
        return re.sub(
            r"{(\w+)(?::\w+)?}", lambda found: ids.get(found[1], UNKNOWN), self.access.path
        )


def build_apps(database: Database, keys: KeyPair) -> dict[str, FastAPI]:
    """Every service as in production, none of them started, and the demo's mailbox."""
    key = new_id()
    settings = Settings.model_validate(
        {
            "environment": "production",
            "public_url": URL,
            "gateway_url": "http://127.0.0.1:9",
            "identity_private_key": keys.private,
            "identity_public_keys": keys.public,
            "rsvp_keys": key,
            "unsubscribe_keys": key,
            "household_keys": key,
            "calendar_keys": key,
        }
    )
    bus = LocalBus(database.beside(f"{database.name}bus"), SystemClock())
    apps: dict[str, FastAPI] = {}
    for name in SERVICES:
        build = import_module(f"services.{name}.app").build
        own = database.beside(f"{database.name}{name}")
        apps[name] = build(settings.for_service(name), own, bus).app
    own = database.beside(f"{database.name}mailbox")
    box = mailbox.build(
        settings.for_service("mailbox"),
        own,
        clock=SystemClock(),
        mint=new_id,
        host="127.0.0.1",
        port=9,
    )
    return apps | {"mailbox": box.app}


def routes_of(apps: dict[str, FastAPI]) -> Sequence[Route]:
    """All routes of all services, one for each method."""
    return list(_walk(apps))


def _walk(apps: dict[str, FastAPI]) -> Iterator[Route]:
    for service, app in apps.items():
        for access in web.every_route(app):
            yield Route(service, access)
