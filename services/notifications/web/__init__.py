"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    api,
    backpack,
    codes,
    languages,
    languages_api,
    letters,
    offers,
    previews,
    returns,
    settings,
    unsubscribe,
)

__all__ = ["PUBLIC", "router"]

PUBLIC = (*unsubscribe.PUBLIC, *codes.PUBLIC)
router = APIRouter()
for part in (
    api, languages_api, unsubscribe, codes, previews, settings, languages, returns, backpack,
    offers, letters,
):  # fmt: skip
    router.include_router(part.router)
