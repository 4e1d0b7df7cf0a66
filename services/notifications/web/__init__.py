"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    api,
    languages,
    languages_api,
    letters,
    previews,
    returns,
    sending,
    settings,
    unsubscribe,
)
from services.notifications.web.unsubscribe import PUBLIC

__all__ = ["PUBLIC", "router"]

router = APIRouter()
for part in (
    api, languages_api, unsubscribe, previews, settings, languages, returns, sending, letters,
):  # fmt: skip
    router.include_router(part.router)
