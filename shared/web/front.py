"""Several services behind one door in one process: requests go by the first part of their path."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.health import Check, health_routes


class Front:
    """The root app of the embedded platform; Caddy does the same in front of many processes."""

    def __init__(
        self, apps: Mapping[str, ASGIApp], gateway: ASGIApp, ready: Sequence[Check] = ()
    ) -> None:
        """`apps` by prefix (`contacts`); what none of them takes is the gateway's."""
        self._apps = dict(apps)
        self._gateway = gateway
        self._own = {route.path: route.endpoint for route in health_routes(ready)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starting and stopping is the caller's: a lifespan is only acknowledged here."""
        if scope["type"] == "lifespan":
            await _acknowledge(receive, send)
            return
        path = scope.get("path", "/")
        if path in self._own:
            response = await self._own[path](Request(scope, receive))
            await response(scope, receive, send)
            return
        first = path.lstrip("/").partition("/")[0]
        await self._apps.get(first, self._gateway)(scope, receive, send)


async def _acknowledge(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
