"""People and programs come in here: pages for staff, and the JSON API."""

from fastapi import APIRouter

from services.contacts.web import (
    api,
    caseloads,
    contact_file_matching,
    contact_files,
    contact_files_api,
    corrections,
    erasing,
    erasing_api,
    families,
    flags,
    follow_ups,
    follow_ups_api,
    goals,
    hour,
    interpreter_sheets,
    interpreters,
    interpreters_api,
    logging,
    mine,
    monday,
    notes,
    overview,
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
    corrections,
    erasing,
    erasing_api,
    logging,
    mine,
    notes,
    parents,
    records,
    resources,
    flags,
    goals,
    rosters,
    schools,
    strengths,
    together,
    turns,
    follow_ups,
    follow_ups_api,
    monday,
    suggestions,
    # Before the pages of one interpreter, which would take `hour` and `import` for ids.
    hour,
    interpreter_sheets,
    interpreters,
    interpreters_api,
    overview,
    caseloads,
    contact_files,
    contact_file_matching,
    contact_files_api,
):
    router.include_router(part.router)
