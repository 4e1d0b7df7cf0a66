"""Messages of other systems by HTTP: CloudEvents, structured, binary or in batches."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.gateway.actions import Gate
from services.gateway.actions.clients import find_client
from services.gateway.actions.receive import Sender, receive
from services.gateway.domain.cloudevents import Unreadable, over_http
from services.gateway.domain.incoming import Result
from services.gateway.web.gate import TheGate
from shared import web
from shared.errors import Forbidden
from shared.external import NoticeAsked
from shared.identity import Viewer

router = APIRouter(tags=["messages"])
PER_MINUTE = "1200/minute"
"""Requests of one client; each may bring 500 messages."""

_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "items": {"type": "object"}, "maxItems": 500}
            },
            "application/json": {"schema": {"type": "object", "description": "with ce- headers"}},
        },
    },
    "responses": {
        "202": {"description": "At least one was taken; each result says what became of one."},
        "409": {"description": "This id came before with other content."},
        "413": {"description": "Too many bytes or messages."},
        "415": {"description": "No form of CloudEvents."},
        "422": {"description": "None was taken; each result says why."},
        "429": {"description": "Too many requests, or the share of notices of the day is used."},
    },
}


@router.post(
    "/api/v1/messages",
    summary="Send messages (CloudEvents 1.0)",
    status_code=202,
    openapi_extra=_SCHEMA,
)
async def post_messages(
    request: Request, viewer: Annotated[Viewer, web.scope("messages:write")], gate: TheGate
) -> Response:
    """Take in one message or up to 500; our promise covers those that are `accepted`."""
    web.site_of(request).limiter.hit(f"messages {viewer.account_id}", PER_MINUTE)
    sender = await _sender(gate, viewer)
    now = gate.clock.now()
    try:
        content_type = request.headers.get("content-type", "")
        raws = over_http(content_type, request.headers.items(), await request.body())
    except Unreadable as reason:
        return _problem(request, reason.status, "unreadable", str(reason), ())
    results = await receive(gate, raws, sender)
    if any(each.result != "refused" for each in results):
        return JSONResponse({"results": _told(results)}, 202)
    if any(each.too_many for each in results):
        words = results[0].reason or "" if len(results) == 1 else "None of the messages was taken."
        answer = _problem(request, 429, "too-many", words, results)
        answer.headers["Retry-After"] = str(_seconds_left(now))
        return answer
    status = 409 if all(each.conflict for each in results) else 422
    words = results[0].reason or "" if len(results) == 1 else "None of the messages was taken."
    return _problem(request, status, "refused", words, results)


async def _sender(gate: Gate, viewer: Viewer) -> Sender:
    # Read each time, so that a program that was shut out is out at once, not in ten minutes.
    client = await find_client(gate, viewer.account_id)
    if not client.active or client.system is None or client.system != viewer.system:
        raise Forbidden("This program may not send messages (any more).")
    types = frozenset(client.types)
    if not viewer.may("notices:request"):
        types -= {NoticeAsked.TYPE}
    return Sender(client.system, types, "http", client.client_id, client.people_per_day)


def _seconds_left(now: datetime) -> int:
    """Until the next day begins (UTC), when there is a new share."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return int((tomorrow - now).total_seconds()) + 1


def _told(results: Sequence[Result]) -> list[dict[str, object]]:
    return [each.model_dump(exclude_none=True) for each in results]


def _problem(
    request: Request, status: int, name: str, words: str, results: Sequence[Result]
) -> Response:
    body: dict[str, object] = {
        "type": f"urn:partners:problem:{name}",
        "title": "Not taken",
        "status": status,
        "detail": words,
        "request_id": request.scope.get("partners.request_id", ""),
    }
    if results:
        body["results"] = _told(results)
    return JSONResponse(body, status, media_type="application/problem+json")
