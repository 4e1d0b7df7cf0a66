"""The language switch on every page; the gateway serves it for all services."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from shared.web.access import PublicRoute
from shared.web.page import local_path
from shared.web.site import site_of
from shared.web.visit import visit_of

# Families who refuse cookies until they choose could not prove anything, and nothing is at stake.
PUBLIC_LANGUAGE = PublicRoute(
    "POST",
    "/language",
    "readers choose their language",
    "nothing",
    "60/minute",
    proof="none",
)

router = APIRouter()


@router.post("/language", include_in_schema=False)
async def choose_language(
    request: Request,
    language: Annotated[str, Form()] = "",
    go_on: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Remember the language and go back to the page."""
    if language in site_of(request).catalogs.languages:
        visit_of(request).choose_language(language)
    return RedirectResponse(local_path(go_on), status_code=303)
