"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    api,
    languages,
    languages_api,
    letters,
    previews,
    replies,
    replies_api,
    returns,
    settings,
    unsubscribe,
)
from services.notifications.web.unsubscribe import PUBLIC

__all__ = ["PUBLIC", "router"]

router = APIRouter()
for part in (
    api, languages_api, replies_api, unsubscribe, previews, settings, languages, returns, replies,
    letters,
):  # fmt: skip
    router.include_router(part.router)
