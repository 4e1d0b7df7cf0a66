"""The JSON API (v1) of what families answered by mail."""

from datetime import datetime

from fastapi import APIRouter

from services.notifications.actions import reading_replies as actions
from services.notifications.actions.reading_replies import ListedReply
from services.notifications.domain.replies import Caution
from services.notifications.web.at import AtRoom, place_of
from services.notifications.web.replies import Handled, Reader
from shared import web
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1/replies", tags=["notifications"])


class ReplyOut(Record):
    """One answer to a letter, without any address. `files`: how many were left out.

    `caution`: "flagged" or "changed" where somebody has to look before anybody answers.
    """

    reply_id: str
    delivery_id: str
    kind: str
    about: str
    school_id: str
    household_id: str
    family_ids: tuple[str, ...]
    language: str
    words: str
    shortened: bool
    files: int
    from_elsewhere: bool
    caution: Caution
    educator_ids: tuple[str, ...]
    at: datetime
    handled_at: datetime | None
    handled_by: str
    translated: str = ""
    """What a machine made of the words in English, where staff got it by mail; not in a list."""


class ReplyPage(Record):
    """Some answers, the newest first; `next` goes into `after` for the page that follows."""

    items: tuple[ReplyOut, ...]
    next: str | None = None


@router.get("")
async def get_replies(
    viewer: Reader, room: AtRoom, cursor: web.Cursor, *, open_only: bool = False
) -> ReplyPage:
    """The answers that the viewer may read."""
    rows = await actions.replies(
        room, viewer, open_only=open_only, limit=cursor.fetch, after=place_of(cursor.after)
    )
    part = web.paginate(rows, cursor, lambda row: (row.reply.at, row.reply.reply_id))
    return ReplyPage(items=tuple(_out(row) for row in part.items), next=part.next)


@router.get("/{reply_id}")
async def get_reply(reply_id: str, viewer: Reader, room: AtRoom) -> ReplyOut:
    """One answer."""
    return _out(await actions.open_reply(room, reply_id, viewer))


@router.post("/{reply_id}/handled")
async def post_handled(reply_id: str, said: Handled, viewer: Reader, room: AtRoom) -> ReplyOut:
    """Say whether somebody saw to it."""
    await actions.handle_reply(room, reply_id, viewer, done=said.done)
    return _out(await actions.open_reply(room, reply_id, viewer))


def _out(row: ListedReply) -> ReplyOut:
    return ReplyOut.model_validate({**row.reply.model_dump(), "translated": row.translated})
