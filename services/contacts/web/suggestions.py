"""What other systems suggest: put aside by one person, and read by programs."""

from fastapi import APIRouter
from starlette.responses import Response

from services.contacts.actions.suggestions import not_now, suggestions_of
from services.contacts.domain.suggestions import Suggested
from services.contacts.web.at import AtDesk, day_of, sentence
from shared import web
from shared.errors import NotFound
from shared.messages import Record

router = APIRouter(tags=["families"])


class SuggestionList(Record):
    """What still is to be told of a family's pupils whom the viewer knows, the newest first."""

    items: tuple[Suggested, ...]


@router.post(
    "/contacts/families/{family_id}/suggestions/{suggestion_id}/not-now", include_in_schema=False
)
async def post_not_now(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, family_id: str, suggestion_id: str
) -> Response:
    """Show it to the viewer no more."""
    here = f"/contacts/families/{family_id}"
    try:
        await not_now(desk.store, desk.units, family_id, suggestion_id, viewer)
    except NotFound as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("Put aside. Others who know the child still see it."))


@router.get("/contacts/api/v1/families/{family_id}/suggestions")
async def list_suggestions(viewer: web.SignedIn, desk: AtDesk, family_id: str) -> SuggestionList:
    """What other systems saw, as long as the family was not told of it."""
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    found = await suggestions_of(desk.store, family, viewer, desk.units.clock.now(), on)
    return SuggestionList(items=tuple(found))


@router.delete("/contacts/api/v1/families/{family_id}/suggestions/{suggestion_id}", status_code=204)
async def put_aside(viewer: web.SignedIn, desk: AtDesk, family_id: str, suggestion_id: str) -> None:
    """Show it to the viewer no more; others who know the child still see it."""
    await not_now(desk.store, desk.units, family_id, suggestion_id, viewer)
