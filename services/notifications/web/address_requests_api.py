"""The JSON API (v1) of new mail addresses that wait for staff."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.notifications.actions.deciding_addresses import (
    Waiting,
    decide_address,
    waiting_requests,
)
from services.notifications.domain.address_requests import LONGEST_REASON, State, Why
from services.notifications.web.address_requests import Decider, place_in_list
from services.notifications.web.at import AtRoom, place_of
from shared import web
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1/address-requests", tags=["notifications"])


class AddressRequestOut(Record):
    """A household asked for letters at another address, confirmed it there, and waits.

    `why` it waits: `shared` (several adults read the old address), `flag`, `known` (somebody else
    has the new one), `unsure` (the newest flags may not have been known).
    """

    request_id: str
    household_id: str
    guardian_ids: tuple[str, ...]
    adults: tuple[str, ...]
    children: tuple[str, ...]
    before: str
    mailbox: str
    why: tuple[Why, ...]
    asked_at: datetime
    confirmed_at: datetime | None


class AddressRequestPage(Record):
    """Some requests, the oldest first; `next` goes into `after` for the page that follows."""

    items: tuple[AddressRequestOut, ...]
    next: str | None = None


class DecisionIn(Record):
    """Approve or refuse; a refusal needs a reason, which staff can read later."""

    approved: bool
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class DecisionOut(Record):
    """What became of it: `applied` or `refused`."""

    request_id: str
    state: State


@router.get("")
async def get_requests(viewer: Decider, room: AtRoom, cursor: web.Cursor) -> AddressRequestPage:
    """What waits for the viewer's school."""
    rows = await waiting_requests(room, viewer, limit=cursor.fetch, after=place_of(cursor.after))
    part = web.paginate(rows, cursor, place_in_list)
    return AddressRequestPage(items=tuple(_request(each) for each in part.items), next=part.next)


@router.post("/{request_id}/decision")
async def post_decision(
    request_id: str, decision: DecisionIn, viewer: Decider, room: AtRoom
) -> DecisionOut:
    """Decide; 409 when it does not wait any more, 422 for a refusal without a reason."""
    after = await decide_address(
        room, request_id, viewer, approved=decision.approved, reason=decision.reason
    )
    return DecisionOut(request_id=after.request_id, state=after.state)


def _request(row: Waiting) -> AddressRequestOut:
    request = row.request
    return AddressRequestOut(
        request_id=request.request_id,
        household_id=request.household_id,
        guardian_ids=request.guardian_ids,
        adults=row.adults,
        children=row.children,
        before=request.before,
        mailbox=request.mailbox,
        why=request.why,
        asked_at=request.asked_at,
        confirmed_at=request.confirmed_at,
    )
