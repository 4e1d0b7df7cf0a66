"""The door of every service: each request gets an id, a visit, a measured time and safe headers."""

import re
from collections.abc import MutableMapping
from contextlib import nullcontext
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.clock import Mint
from shared.errors import Forbidden
from shared.i18n import N_
from shared.once import reading
from shared.web import problems
from shared.web.admission import Busy, refuse
from shared.web.csrf import SAFE, same_origin
from shared.web.site import Site
from shared.web.visit import Visit

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Pages are about families; neither a shared computer nor a proxy may keep one.
    "Cache-Control": "no-store",
}
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static/{path:path}"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Door:
    """ASGI middleware around a service's app."""

    def __init__(self, app: ASGIApp, site: Site, mint: Mint) -> None:
        """`mint` makes request ids."""
        self._app = app
        self._site = site
        self._mint = mint
        self._log = telemetry.logger("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if seconds := self._site.admission.bars(scope):
            await refuse(send, seconds)
            return
        headers = Headers(scope=scope)
        scope["partners.visit"] = visit = Visit(scope, self._site)
        scope["partners.request_id"] = request_id = self._request_id(headers)
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            telemetry.request(
                self._site.service, scope["method"], headers.get("traceparent")
            ) as measured,
        ):
            answer = _Answer(send, visit, request_id, https=self._site.cookies.https)
            try:
                await self._serve(scope, receive, answer)
            finally:
                self._note(scope, measured, answer.status)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            reads = reading() if scope["method"] in SAFE else nullcontext()
            with self._site.admission.inside(scope), reads:
                self._check_origin(scope)
                async with self._site.admission.turn(scope):
                    await self._app(scope, receive, answer)
        except Exception as error:
            if answer.status:
                raise
            if not isinstance(error, Forbidden | Busy):
                telemetry.failed(self._site.service, error)
            response = await problems.answer(Request(scope, receive), error)
            await response(scope, receive, answer)
            if self._site.testing and not isinstance(error, Forbidden | Busy):
                raise

    def _check_origin(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        program = headers.get("authorization", "").lower().startswith("bearer ")
        if scope["method"] in SAFE or program:
            return
        if not same_origin(headers, self._site.settings.public_url):
            raise Forbidden(N_("Forms are taken from our own pages only."))

    def _request_id(self, headers: Headers) -> str:
        given = headers.get("x-request-id", "")
        return given if _REQUEST_ID.fullmatch(given) else self._mint()

    def _note(self, scope: Scope, measured: MutableMapping[str, str], status: int) -> None:
        # The pattern, never the path: links in paths are secrets, and queries hold names.
        context = scope.get("fastapi", {}).get("effective_route_context")
        route = context or scope.get("route")
        measured["route"] = pattern = str(getattr(route, "path", "unmatched"))
        measured["status"] = str(status or 500)
        if pattern not in _QUIET:
            self._log.info("answered", method=scope["method"], route=pattern, status=status or 500)


class _Answer:
    """Adds cookies and headers to the response as it leaves."""

    def __init__(self, send: Send, visit: Visit, request_id: str, *, https: bool) -> None:
        self._send = send
        self._visit = visit
        self._request_id = request_id
        self._https = https
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            self._add_headers(message)
        await self._send(message)

    def _add_headers(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        headers["X-Request-ID"] = self._request_id
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        message["headers"] = [*message["headers"], *self._visit.outgoing]
