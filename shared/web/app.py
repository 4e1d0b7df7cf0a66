"""A service's FastAPI app: the same door, errors, guards and health for all."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import Depends, FastAPI

from shared.clock import Clock, Mint, new_id
from shared.i18n import Catalogs
from shared.identity import TokenReader, pem_blocks
from shared.web import problems
from shared.web.access import PUBLIC, AccessTable, PublicRoute, gate
from shared.web.admission import Admission
from shared.web.cookies import Cookies
from shared.web.door import Door
from shared.web.health import Check, health_routes
from shared.web.rates import Limiter
from shared.web.refresh import from_gateway
from shared.web.site import Refresh, Site, WebSettings
from shared.web.templates import Templates

MOST_BYTES = 2_000_000
"""A body may have so many bytes; a route that takes files says `max_body_size=` itself."""


def create_app(
    *,
    service: str,
    settings: WebSettings,
    clock: Clock,
    ready: Sequence[Check] = (),
    templates: Path | Sequence[Path] = (),
    public: Sequence[PublicRoute] = (),
    refresh: Refresh | None = None,
    catalogs: Catalogs | None = None,
    mint: Mint = new_id,
) -> FastAPI:
    """An app without routes of its own yet.

    `public`: the routes that answer without sign-in. `refresh`: the gateway's own; others ask it.
    """
    folders = [templates] if isinstance(templates, Path) else list(templates)
    words = catalogs or Catalogs()
    cookies = Cookies(https=settings.public_url.startswith("https://"))
    site = Site(
        service=service,
        settings=settings,
        clock=clock,
        catalogs=words,
        templates=Templates(folders, words),
        cookies=cookies,
        reader=TokenReader(pem_blocks(settings.identity_public_keys), clock),
        refresh=refresh or from_gateway(settings.gateway_url, cookies.session),
        limiter=Limiter(clock),
        admission=Admission(service),
    )
    contract = PublicRoute(
        "GET",
        f"/{service}/api/v1/openapi.json",
        "programs read the contract",
        "the contract",
    )
    app = FastAPI(
        title=f"Partners: {service}",
        version="1",
        openapi_url=contract.path,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate)],
        max_body_size=MOST_BYTES,
        # Its own spans hold raw paths, and a link in a path is a secret; the door traces instead.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
        },
    )
    site.access = AccessTable(app, (*PUBLIC, contract, *public))
    app.state.site = site
    app.router.routes.extend(health_routes(ready))
    problems.install(app)
    app.add_middleware(Door, site=site, mint=mint)
    return app
