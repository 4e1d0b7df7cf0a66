"""Where people and programs come in: pages of the front door, tokens, messages of other systems."""

from fastapi import APIRouter

from services.gateway.web import (
    account_pages,
    client_pages,
    contracts,
    home,
    manage_api,
    messages_api,
    own_account,
    sign_in_pages,
    tokens,
)
from shared import web

PUBLIC: tuple[web.PublicRoute, ...] = (
    web.PUBLIC_STATIC,
    web.PUBLIC_LANGUAGE,
    *home.PUBLIC,
    *sign_in_pages.PUBLIC,
    *tokens.PUBLIC,
    *contracts.PUBLIC,
)
"""What the front door answers to anyone."""


def routes() -> APIRouter:
    """All routes of the gateway."""
    router = APIRouter()
    for part in (
        home,
        sign_in_pages,
        own_account,
        account_pages,
        client_pages,
        tokens,
        manage_api,
        messages_api,
        contracts,
    ):
        router.include_router(part.router)
    return router
