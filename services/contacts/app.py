"""How the contacts service is put together."""

from pathlib import Path

from services.contacts.actions.desk import Desk
from services.contacts.handlers import handlers
from services.contacts.store import KEPT
from services.contacts.web import PUBLIC, router
from shared import web
from shared.bus.base import Bus
from shared.clock import Clock, Mint, SystemClock, new_id
from shared.mongo import Database
from shared.service import Every, Parts, Service
from shared.settings import Settings
from shared.watch import directory_look

NAME = "contacts"
IMPORT_SECONDS = 2.0
AS_OF_SECONDS = 60.0
MONDAY_SECONDS = 60.0


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    *,
    clock: Clock | None = None,
    mint: Mint = new_id,
) -> Service:
    """Its pages and API, the messages that it hears, and its work; nothing runs until `start`."""
    parts = Parts(NAME, settings.for_service(NAME), database, bus, clock or SystemClock(), mint)
    desk = Desk(parts.units)
    app = web.create_app(
        service=NAME,
        settings=parts.settings,
        clock=parts.clock,
        ready=[parts.ready],
        templates=Path(__file__).parent / "templates",
        public=PUBLIC,
        mint=mint,
    )
    app.state.desk = desk
    app.include_router(router)
    imports = Every(IMPORT_SECONDS, desk.importer.work, "contacts imports", desk.importer.woken)
    worker = desk.file_worker
    files = Every(IMPORT_SECONDS, worker.work, "contacts files", worker.woken)
    as_of = Every(AS_OF_SECONDS, desk.register.say_as_of, "contacts flags")
    monday = Every(MONDAY_SECONDS, desk.monday_mail.work, "contacts monday mail")
    return parts.service(
        app,
        kept=(*KEPT, web.IDEMPOTENCY),
        handlers=handlers(desk),
        background=[imports, files, as_of, monday],
        looks=[directory_look(NAME, database)],
        first=desk.store.contacts.sum_up,
    )
