"""People and programs come in here: pages for staff, and the JSON API."""

from fastapi import APIRouter

from services.contacts.web import (
    api,
    campaigns,
    families,
    flags,
    follow_ups,
    follow_ups_api,
    goals,
    ideas,
    logging,
    mine,
    parents,
    records,
    resources,
    roster_api,
    rosters,
    schools,
    strengths,
    suggestions,
    together,
    turns,
)

__all__ = ["PUBLIC", "router"]

PUBLIC = parents.PUBLIC
router = APIRouter()
for part in (
    api,
    roster_api,
    families,
    logging,
    mine,
    parents,
    records,
    resources,
    campaigns,
    ideas,
    flags,
    goals,
    rosters,
    schools,
    strengths,
    together,
    turns,
    follow_ups,
    follow_ups_api,
    suggestions,
):
    router.include_router(part.router)
