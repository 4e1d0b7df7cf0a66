"""How the gateway is put together."""

from pathlib import Path

from services.gateway import web as pages
from services.gateway.actions import Gate
from services.gateway.actions.receive import take_in
from services.gateway.actions.sign_in import refresh
from services.gateway.handlers import handlers
from services.gateway.passwords import Passwords
from services.gateway.store import KEPT
from shared import web
from shared.bus.base import Bus, Incoming
from shared.clock import Clock, Mint, SystemClock, new_id
from shared.directory import EDUCATORS, SCHOOLS
from shared.directory import KEPT as DIRECTORY
from shared.identity import TokenIssuer
from shared.mongo import Database
from shared.service import Parts, Service
from shared.settings import Settings
from shared.watch import directory_look


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    *,
    clock: Clock | None = None,
    mint: Mint = new_id,
) -> Service:
    """The front door; `ValueError` without the private key, which only the gateway has."""
    parts = Parts("gateway", settings, database, bus, clock or SystemClock(), mint)
    gate = open_gate(parts)

    async def refreshed(session: str) -> str | None:
        return await refresh(gate, session)

    async def intake(incoming: Incoming) -> None:
        await take_in(gate, incoming)

    app = web.create_app(
        service="gateway",
        settings=settings,
        clock=parts.clock,
        ready=(database.ping, bus.ping),
        templates=Path(__file__).parent / "templates",
        public=pages.PUBLIC,
        refresh=refreshed,
        mint=mint,
    )
    app.state.gate = gate
    app.include_router(pages.routes())
    app.include_router(web.language_router)
    app.router.routes.append(web.static_route())
    return parts.service(
        app,
        kept=(*KEPT, *DIRECTORY),
        handlers=handlers(gate.directory),
        intake=intake,
        looks=[directory_look("gateway", database, SCHOOLS, EDUCATORS)],
    )


def open_gate(parts: Parts) -> Gate:
    """What the actions stand on; also for the set-up and the demonstration."""
    key = parts.settings.identity_private_key
    if key is None:
        raise ValueError("the gateway signs tokens: set PARTNERS_IDENTITY_PRIVATE_KEY")
    issuer = TokenIssuer(key.get_secret_value(), parts.clock)
    return Gate(
        parts.database,
        parts.units,
        issuer,
        parts.clock,
        parts.mint,
        Passwords(),
        link_hosts=frozenset(each.lower() for each in parts.settings.notice_link_hosts),
    )
