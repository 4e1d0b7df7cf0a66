"""People and programs come in here: the dashboard, exports, and the JSON API."""

from fastapi import APIRouter

from services.reports.web import api, exports, pages

__all__ = ["router"]

router = APIRouter()
for part in (api, exports, pages):
    router.include_router(part.router)
