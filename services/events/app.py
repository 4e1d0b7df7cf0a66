"""How the events service is put together."""

from pathlib import Path

from services.events.actions import Desk
from services.events.handlers import handlers
from services.events.store import KEPT
from services.events.web import PUBLIC, router
from services.events.web.at import Front
from shared import web
from shared.bus.base import Bus
from shared.clock import Clock, Mint, SystemClock, new_id
from shared.directory import Directory
from shared.links import Links
from shared.mongo import Database
from shared.service import Parts, Service
from shared.settings import Settings
from shared.watch import directory_look, flags_look

NAME = "events"


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    *,
    clock: Clock | None = None,
    mint: Mint = new_id,
) -> Service:
    """Its pages and API, and the messages that it hears; nothing runs until `start`."""
    parts = Parts(NAME, settings.for_service(NAME), database, bus, clock or SystemClock(), mint)
    desk = Desk.over(parts.units, Directory(database))
    app = web.create_app(
        service=NAME,
        settings=parts.settings,
        clock=parts.clock,
        ready=[parts.ready],
        templates=Path(__file__).parent / "templates",
        public=PUBLIC,
        mint=mint,
    )
    app.state.front = Front(
        desk=desk,
        links=Links("rsvp", settings.keys("rsvp"), settings.public_url, parts.clock),
        mail_domain=settings.mail_from.rpartition("@")[2],
    )
    app.include_router(router)
    looks = (directory_look(NAME, database), flags_look(NAME, database, parts.clock))
    kept = (*KEPT, web.IDEMPOTENCY)
    return parts.service(app, kept=kept, handlers=handlers(desk), looks=looks)
