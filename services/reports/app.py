"""How the reports service is put together."""

from pathlib import Path

from services.reports.actions import Desk
from services.reports.actions.rebuilding import Rebuilder
from services.reports.handlers import fold_batches
from services.reports.store import KEPT
from services.reports.web import router
from shared import web
from shared.bus.base import Bus
from shared.clock import Clock, Mint, SystemClock, new_id
from shared.directory import EDUCATORS, FAMILIES, SCHOOLS
from shared.mongo import Database
from shared.service import Every, Parts, Service
from shared.settings import Settings
from shared.watch import directory_look

NAME = "reports"
LOOK_FOR_REBUILD_SECONDS = 5.0
"""A rebuild asked of another replica, or left by one that crashed, is found so soon."""


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    *,
    clock: Clock | None = None,
    mint: Mint = new_id,
) -> Service:
    """Its pages and API, and the messages that it counts; nothing runs until `start`."""
    parts = Parts(NAME, settings.for_service(NAME), database, bus, clock or SystemClock(), mint)
    desk = Desk.over(parts.units)
    app = web.create_app(
        service=NAME,
        settings=parts.settings,
        clock=parts.clock,
        ready=[parts.ready],
        templates=Path(__file__).parent / "templates",
        mint=mint,
    )
    app.state.desk = desk
    app.include_router(router)
    rebuilder = Rebuilder(desk, mint)
    rebuilds = Every(LOOK_FOR_REBUILD_SECONDS, rebuilder.turn, "rebuild", desk.rebuild_wanted)
    return parts.service(
        app,
        kept=KEPT,
        fold=fold_batches(desk),
        background=(rebuilds,),
        first=desk.begin,
        looks=[directory_look(NAME, database, SCHOOLS, EDUCATORS, FAMILIES)],
    )
