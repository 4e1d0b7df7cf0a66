"""Whether the process lives, whether it can work, what it counts: plain routes, no redirects."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared import telemetry
from shared.errors import DependencyDown

Check = Callable[[], Awaitable[object]]
"""Returns when its server answers, raises when not."""

_SECONDS = 3.0


def health_routes(ready: Sequence[Check]) -> list[Route]:
    """`/healthz`, `/readyz` (with these checks) and `/metrics`, for a process's own root app."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        answers = await asyncio.gather(*(_trouble(check) for check in ready))
        trouble = [answer for answer in answers if answer]
        if trouble:
            body = {"status": "waiting", "for": trouble}
            return JSONResponse(body, 503, headers={"Retry-After": "1"})
        return JSONResponse({"status": "ready"})

    async def metrics(_: Request) -> Response:
        text, kind = telemetry.metrics()
        return Response(text, headers={"Content-Type": kind})

    return [
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
        Route("/metrics", metrics, name="metrics"),
    ]


async def _trouble(check: Check) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            await check()
    except DependencyDown as error:
        return error.dependency
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
        return type(error).__name__
    return ""
