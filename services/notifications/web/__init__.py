"""People and programs come in here: staff pages, a family's link, and the JSON API."""

from fastapi import APIRouter

from services.notifications.web import (
    address_requests,
    address_requests_api,
    addresses,
    api,
    backpack,
    choices,
    codes,
    hours,
    household_page,
    languages,
    languages_api,
    letters,
    offers,
    outlook,
    previews,
    proofs,
    replies,
    replies_api,
    requests_api,
    returns,
    rewording,
    rewording_api,
    sending,
    settings,
    unsubscribe,
)

__all__ = ["PUBLIC", "router"]

PUBLIC = (
    *unsubscribe.PUBLIC,
    *choices.PUBLIC,
    *addresses.PUBLIC,
    *household_page.PUBLIC,
    *codes.PUBLIC,
)

router = APIRouter()
_PARTS = (
    household_page, api, languages_api, rewording_api, requests_api, address_requests_api,
    replies_api, unsubscribe, choices, addresses, codes, previews, outlook, hours, settings,
    languages, rewording, returns, address_requests, replies, proofs, sending, backpack, offers,
    letters,
)  # fmt: skip
for part in _PARTS:
    router.include_router(part.router)
