"""Erasing a family, for programs of the district."""

from typing import Annotated

from fastapi import APIRouter

from services.contacts.actions import erasing
from services.contacts.domain.erasing import Erasure, Hold, Retention, Standing, WhyDraft
from services.contacts.web.at import AtDesk
from shared import web
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/contacts/api/v1", tags=["erasure"])
District = Annotated[Viewer, web.needs("district")]
DISTRICT_ONLY = [web.needs("district")]


class ErasureList(Record):
    """Those that wait first, then the newest."""

    items: tuple[Erasure, ...]


@router.get("/erasures", dependencies=DISTRICT_ONLY)
async def list_erasures(desk: AtDesk) -> ErasureList:
    """What was asked for, and what became of it."""
    return ErasureList(items=tuple(await desk.store.erasing.newest()))


@router.get("/erasures/retention", dependencies=DISTRICT_ONLY)
async def get_retention(desk: AtDesk) -> Retention:
    """How many years the district keeps what is known of a family that has left."""
    return await desk.store.erasing.retention()


@router.put("/erasures/retention")
async def put_retention(kept: Retention, viewer: District, desk: AtDesk) -> Retention:
    """Decide how many."""
    await erasing.set_retention(desk.store, desk.units, kept, viewer)
    return kept


@router.post("/erasures/{erasure_id}/agree")
async def agree(viewer: District, desk: AtDesk, erasure_id: str) -> Erasure:
    """Erase. 403 for whoever asked for it, 409 when something stands against it."""
    return await erasing.agree(desk.store, desk.units, erasure_id, viewer)


@router.post("/erasures/{erasure_id}/decline")
async def decline(viewer: District, desk: AtDesk, erasure_id: str) -> Erasure:
    """Decide against it."""
    return await erasing.decline(desk.store, desk.units, erasure_id, viewer)


@router.get("/families/{family_id}/erasure", dependencies=DISTRICT_ONLY)
async def get_standing(desk: AtDesk, family_id: str) -> Standing:
    """What speaks for and against erasing a family."""
    return await erasing.standing_of(desk.store, family_id)


@router.post("/families/{family_id}/erasure", status_code=201)
async def ask(draft: WhyDraft, viewer: District, desk: AtDesk, family_id: str) -> Erasure:
    """Ask for it; 409 says what stands against it."""
    return await erasing.ask(desk.store, desk.units, family_id, draft, viewer)


@router.post("/families/{family_id}/erasure/holds", status_code=201)
async def hold(draft: WhyDraft, viewer: District, desk: AtDesk, family_id: str) -> Hold:
    """Let nothing of a family be erased."""
    return await erasing.hold(desk.store, desk.units, family_id, draft, viewer)


@router.delete("/families/{family_id}/erasure/holds/{hold_id}")
async def lift(viewer: District, desk: AtDesk, family_id: str, hold_id: str) -> Hold:
    """End a hold."""
    return await erasing.lift(desk.store, desk.units, family_id, hold_id, viewer)
