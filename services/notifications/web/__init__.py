"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    api,
    household_page,
    languages,
    languages_api,
    letters,
    previews,
    returns,
    settings,
    unsubscribe,
)
from services.notifications.web.household_page import PUBLIC as OF_HOUSEHOLD
from services.notifications.web.unsubscribe import PUBLIC as OF_LETTER

__all__ = ["PUBLIC", "router"]

PUBLIC = (*OF_LETTER, *OF_HOUSEHOLD)
router = APIRouter()
router.include_router(household_page.router)
for part in (api, languages_api, unsubscribe, previews, settings, languages, returns, letters):
    router.include_router(part.router)
