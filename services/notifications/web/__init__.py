"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    api,
    hours,
    languages,
    languages_api,
    letters,
    outlook,
    previews,
    returns,
    settings,
    unsubscribe,
)
from services.notifications.web.unsubscribe import PUBLIC

__all__ = ["PUBLIC", "router"]

router = APIRouter()
for part in (
    api,
    languages_api,
    unsubscribe,
    previews,
    outlook,
    hours,
    settings,
    languages,
    returns,
    letters,
):
    router.include_router(part.router)
