"""The table of all routes: each says who may call it, and one that says nothing is closed."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

from shared.errors import Forbidden
from shared.i18n import N_
from shared.identity import Role
from shared.web.csrf import SAFE, check_form
from shared.web.guards import Guard
from shared.web.rates import address_key
from shared.web.site import site_of
from shared.web.visit import visit_of

Proof = Literal["form", "link", "none"]


@dataclass(frozen=True)
class PublicRoute:
    """A route that answers without sign-in: why, and what it may show.

    `limit` such as `30/minute` counts per address. `proof` is what a POST must bring: `form` the
    token of our own form; `link` nothing more, because the signed link in its path is the proof and
    the family's browser may refuse cookies; `none` nothing (one-click, a token for a secret).
    """

    method: str
    path: str
    why: str
    shows: str
    limit: str | None = None
    proof: Proof = "form"


PUBLIC: tuple[PublicRoute, ...] = (
    PublicRoute("GET", "/healthz", "the supervisor asks whether we live", "nothing"),
    PublicRoute("GET", "/readyz", "the supervisor asks whether we can work", "names of servers"),
    PublicRoute("GET", "/metrics", "Prometheus; not routed by the front door", "counts"),
)
"""What every service answers to anyone; each service adds its own rows in `create_app`."""


@dataclass(frozen=True)
class RouteAccess:
    """One route and who may call it; `public` and `guard` both None means nobody."""

    method: str
    path: str
    guards: tuple[Guard, ...] = ()
    public: PublicRoute | None = None

    @property
    def listed(self) -> bool:
        """Whether somebody decided who may call it."""
        return bool(self.guards) or self.public is not None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that pass every guard of the route."""
        if not self.guards:
            return frozenset()
        return frozenset.intersection(*(guard.roles for guard in self.guards))

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that open it to programs."""
        return frozenset(guard.scope for guard in self.guards if guard.scope)


def every_route(app: FastAPI) -> list[RouteAccess]:
    """All routes of an app, one row for each method, for tables and tests."""
    return [row for rows in _table(app).values() for row in rows]


@dataclass
class AccessTable:
    """The routes of one app with who may call them, read from the app itself when first asked."""

    app: FastAPI
    public: Sequence[PublicRoute] = ()
    _rows: dict[int, list[RouteAccess]] = field(default_factory=dict)

    def of(self, request: Request) -> RouteAccess:
        """The row of the route that serves this request."""
        route = request.scope["route"]
        if id(route) not in self._rows:
            self._rows = _table(self.app)
        rows = self._rows.get(id(route), [])
        closed = RouteAccess(request.method, str(route.path))
        return next((row for row in rows if row.method == request.method), closed)


def _table(app: FastAPI) -> dict[int, list[RouteAccess]]:
    public = {(row.method, row.path): row for row in app.state.site.access.public}
    table: dict[int, list[RouteAccess]] = {}
    for context in iter_route_contexts(app.routes):
        path = str(context.path)
        guards = tuple(_guards(getattr(context, "dependant", None)))
        rows = [
            RouteAccess(method, path, guards, public.get((method, path)))
            for method in sorted((context.methods or {"GET"}) - {"HEAD"})
        ]
        table.setdefault(id(context.original_route), []).extend(rows)
    return table


def _guards(dependant: Any) -> Iterable[Guard]:
    if dependant is None:
        return
    if isinstance(dependant.call, Guard):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _guards(child)


async def gate(request: Request) -> AsyncIterator[None]:
    """Before every route: known to the table, not too often, let in, and sent from our own form."""
    try:
        await _let_in(request)
        yield
    finally:
        # A form that a guard or a route read by itself would keep its uploaded files open.
        await request.close()


async def _let_in(request: Request) -> None:
    site, access = site_of(request), site_of(request).access.of(request)
    if not access.listed:
        raise Forbidden(N_("This page is closed: nobody has been given it yet."))
    if access.public and access.public.limit:
        host = request.client.host if request.client else None
        site.limiter.hit(f"{access.method} {access.path} {address_key(host)}", access.public.limit)
    for guard in access.guards:
        await guard(request)
    needs_form = access.public is None or access.public.proof == "form"
    if request.method not in SAFE and needs_form and not visit_of(request).bearer:
        await check_form(request)
