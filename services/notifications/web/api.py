"""The JSON API (v1): letters and what became of them, previews, settings, addresses."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.notifications.actions import looking
from services.notifications.actions.choosing import save_settings
from services.notifications.actions.looking import Listed
from services.notifications.actions.previewing import NoteDraft, preview
from services.notifications.actions.resolving import Finding, resolve, trust_again
from services.notifications.domain.delivery import Delivery, State
from services.notifications.domain.rewording import Worded
from services.notifications.domain.settings import MailSettings
from services.notifications.store.choices import Suppression
from services.notifications.store.deliveries import Wanted
from services.notifications.web.at import AtRoom, place_of
from services.notifications.web.letters import order
from shared import web
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1", tags=["notifications"])

Reader = Annotated[
    Viewer,
    web.needs(
        "educator", "coordinator", "office", "principal", "district", scope="deliveries:read"
    ),
]
Lead = Annotated[Viewer, web.needs("coordinator", "office", "principal", "district")]
Setter = Annotated[Viewer, web.needs("district", scope="settings:write")]
District = Annotated[Viewer, web.needs("district")]


class DeliveryOut(Record):
    """One letter to one household, or with `educator_id` to a member of the staff.

    `reason` is a sentence; `detail` what the mail service said.
    """

    delivery_id: str
    notice_id: str
    kind: str
    about: str
    household_id: str
    educator_id: str | None
    sender_id: str | None
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...]
    school_id: str
    channel: Literal["mail", "paper"]
    language: str
    translated_from: str
    worded: Worded | None
    """The wording in which it left. None: it did not, or before that was kept."""
    subject: str
    state: State
    reason: str
    detail: str
    due_at: datetime
    created_at: datetime
    changed_at: datetime
    handed_at: datetime | None
    replied_at: datetime | None
    """When somebody last answered it by mail."""
    tries: int
    gather_at: datetime | None
    digest_id: str | None
    """The letter that carries it; such a letter has the kind `digest`."""


class DeliveryPage(Record):
    """Some letters, the newest first; `next` goes into `after` for the page that follows."""

    items: tuple[DeliveryOut, ...]
    next: str | None = None


class FindingIn(Record):
    """What became of a letter: arrived, lost, again (send it once more), came_back."""

    finding: Finding


class PreviewOut(Record):
    """A household and how the letter would read to it."""

    household_id: str
    gets_it: bool
    why_not: str
    waits: str
    leaves_at: datetime | None
    language: str
    subject: str
    text: str
    translated_from: str = ""


class SuppressionPage(Record):
    """Addresses to which we no longer write."""

    items: tuple[Suppression, ...]
    next: str | None = None


@router.get("/deliveries")
async def get_deliveries(
    viewer: Reader,
    room: AtRoom,
    cursor: web.Cursor,
    state: State | None = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    household_id: Annotated[str | None, Query(max_length=64)] = None,
    about: Annotated[str | None, Query(max_length=64)] = None,
    school_id: Annotated[str | None, Query(max_length=64)] = None,
) -> DeliveryPage:
    """Letters that the viewer may see; `about` is the id of a contact, event, answer or school."""
    wanted = Wanted(state, kind, household_id, about, school_id)
    return await _page(viewer, room, cursor, wanted)


@router.get("/households/{household_id}")
async def get_household(
    household_id: str, viewer: Reader, room: AtRoom, cursor: web.Cursor
) -> DeliveryPage:
    """What one household was told."""
    await looking.household_of(room, household_id, viewer)
    return await _page(viewer, room, cursor, Wanted(household_id=household_id))


@router.get("/contacts/{contact_id}")
async def get_contact(
    contact_id: str, viewer: Reader, room: AtRoom, cursor: web.Cursor
) -> DeliveryPage:
    """What became of the letters of one contact."""
    return await _page(viewer, room, cursor, Wanted(about=contact_id))


@router.post("/deliveries/{delivery_id}/finding")
async def post_finding(
    delivery_id: str, found: FindingIn, viewer: Lead, room: AtRoom
) -> DeliveryOut:
    """Settle a letter that may not have arrived, or say that one came back."""
    sight = await room.sight_of(viewer)
    row = await resolve(room, delivery_id, found.finding, seen_by=sight)
    return _out(row, "")


@router.post("/preview")
async def post_preview(draft: NoteDraft, viewer: web.SignedIn, room: AtRoom) -> list[PreviewOut]:
    """Who would get a note, and how it reads; nothing is kept."""
    return [
        PreviewOut(
            household_id=each.household.household_id,
            gets_it=each.gets_it,
            why_not=each.why_not,
            waits=each.waits,
            leaves_at=each.leaves_at,
            language=each.language,
            subject=each.subject,
            text=each.text,
            translated_from=each.translated_from,
        )
        for each in await preview(room, draft, viewer)
    ]


@router.get("/settings")
async def get_settings(viewer: Setter, room: AtRoom) -> MailSettings:
    """The district's mail settings."""
    del viewer
    return await room.settings()


@router.put("/settings")
async def put_settings(settings: MailSettings, viewer: Setter, room: AtRoom) -> MailSettings:
    """Replace them all; a field that is left out takes its usual value."""
    return await save_settings(room, settings, viewer)


@router.get("/suppressions")
async def get_suppressions(viewer: District, room: AtRoom, cursor: web.Cursor) -> SuppressionPage:
    """Addresses to which we no longer write, the newest first."""
    del viewer
    rows = await room.store.choices.suppressions(
        room.now, limit=cursor.fetch, after=place_of(cursor.after)
    )
    part = web.paginate(rows, cursor, lambda row: (row.at, row.mailbox))
    return SuppressionPage(items=tuple(part.items), next=part.next)


@router.delete("/suppressions/{mailbox}", status_code=204)
async def delete_suppression(mailbox: str, viewer: District, room: AtRoom) -> Response:
    """Write to an address again."""
    del viewer
    await trust_again(room, mailbox)
    return Response(status_code=204)


async def _page(viewer: Viewer, room: AtRoom, cursor: web.CursorIn, wanted: Wanted) -> DeliveryPage:
    rows = await looking.letters(
        room, wanted, viewer, limit=cursor.fetch, after=place_of(cursor.after)
    )
    part = web.paginate(rows, cursor, order)
    items = tuple(_listed(row) for row in part.items)
    return DeliveryPage(items=items, next=part.next)


def _listed(row: Listed) -> DeliveryOut:
    return _out(row.delivery, row.subject)


def _out(row: Delivery, subject: str) -> DeliveryOut:
    fields = {**row.model_dump(), "subject": subject, "worded": row.left_in}
    return DeliveryOut.model_validate(fields)
