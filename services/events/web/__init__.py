"""People and programs come in here: staff pages, the family's page, and the JSON API."""

from fastapi import APIRouter

from services.events.web import answers, api, editing, family, pages
from services.events.web.family import PUBLIC

__all__ = ["PUBLIC", "router"]

router = APIRouter()
# The API and the family's pages first: "api" and "rsvp" would pass for an event's id.
for part in (api, family, editing, pages, answers):
    router.include_router(part.router)
