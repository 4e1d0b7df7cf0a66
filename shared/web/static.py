"""Style sheets and scripts, served by the gateway for all services."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from shared.web.access import PublicRoute
from shared.web.templates import STATIC

PUBLIC_STATIC = PublicRoute(
    "GET", "/static/{path:path}", "pages need their style", "no data of anyone"
)
_YEAR = "public, max-age=31536000, immutable"


def static_route() -> Route:
    """`/static/…`; what is asked for with its version may be kept for a year."""
    files = StaticFiles(directory=STATIC)

    async def static(request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405)
        response = await files.get_response(request.path_params["path"], request.scope)
        kept = _YEAR if request.query_params.get("v") else "public, max-age=300"
        response.headers["Cache-Control"] = kept
        return response

    return Route("/static/{path:path}", static, name="static")
