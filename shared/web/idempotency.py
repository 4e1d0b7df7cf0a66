"""A program that sends the same creating request again, with the same key, gets the first answer.

Follows the IETF draft "The Idempotency-Key HTTP Header Field": another body under a used key is
422, a request whose first try is still running is 409. The service's database keeps keys for a day.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

from fastapi import Request
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError
from starlette.responses import Response

from shared.clock import Clock, id_from
from shared.errors import Conflict, Refused
from shared.mongo import Database, Document, Kept, answering
from shared.web.visit import visit_of

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
RUNNING_FOR = timedelta(seconds=10)
_LONGEST = 200

IDEMPOTENCY = Kept(
    "idempotency",
    indexes=(
        IndexModel(
            [("at", ASCENDING)], name="forget", expireAfterSeconds=int(KEPT_FOR.total_seconds())
        ),
    ),
)
"""Give it to `database.ensure` in each service that uses `idempotent`."""


async def idempotent(
    request: Request,
    database: Database,
    clock: Clock,
    create: Callable[[str | None], Awaitable[Response]],
) -> Response:
    """Run `create` once for each key, viewer and route, and give its answer again.

    Without the header it simply runs. An error is not kept: the same key may try again. A process
    that dies between creating and keeping the answer leaves the key `running`; after ten seconds
    it may run again, and a commit whose answer was lost is an error here, and yet was made. So
    `create` gets an id that follows from the key, for what it makes: it finds what is there by
    it, and never makes it twice. None without the header.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return await create(None)
    if len(key) > _LONGEST:
        raise Refused(f"{HEADER} is longer than {_LONGEST} characters.")
    row_id, digest = await _row_id(request, key), sha256(await request.body()).hexdigest()
    kept = await _claim(database, clock, row_id, digest)
    if kept is not None:
        return _again(kept)
    try:
        response = await create(id_from(row_id))
    except BaseException:
        await database["idempotency"].delete_one({"_id": row_id})
        raise
    await _keep(database, row_id, response)
    return response


async def _row_id(request: Request, key: str) -> str:
    viewer = await visit_of(request).viewer()
    who = viewer.account_id if viewer else ""
    parts = (who, request.method, request.url.path, key)
    return sha256("\0".join(parts).encode()).hexdigest()


async def _claim(database: Database, clock: Clock, row_id: str, digest: str) -> Document | None:
    """None when the request is ours to run, else the kept answer."""
    rows, now = database["idempotency"], clock.now()
    fresh: Document = {"_id": row_id, "digest": digest, "at": now, "response": None}
    async with answering():
        try:
            await rows.insert_one(fresh)
        except DuplicateKeyError:
            kept = await rows.find_one({"_id": row_id})
        else:
            return None
        if kept is None:
            raise Conflict("The first request with this key just failed. Send it again.")
        if kept["digest"] != digest:
            raise Refused(f"This {HEADER} was used for another request. Take a new key.")
        if kept["response"] is not None:
            return kept
        # What seems to have begun in the future was begun by a clock that was wrong.
        old = [{"at": {"$lte": now - RUNNING_FOR}}, {"at": {"$gt": now + RUNNING_FOR}}]
        stale = {"_id": row_id, "response": None, "$or": old}
        taken = await rows.update_one(stale, {"$set": {"at": now}})
        if taken.modified_count:
            return None
    raise Conflict("The first request with this key is still running. Wait a moment.")


async def _keep(database: Database, row_id: str, response: Response) -> None:
    headers = {
        name: value
        for name, value in response.headers.items()
        if name in {"content-type", "location", "content-language"}
    }
    body = bytes(response.body)
    kept = {"status": response.status_code, "headers": headers, "body": body}
    async with answering():
        await database["idempotency"].update_one({"_id": row_id}, {"$set": {"response": kept}})


def _again(kept: Document) -> Response:
    response = kept["response"]
    headers = {**response["headers"], "Idempotency-Replayed": "true"}
    return Response(bytes(response["body"]), int(response["status"]), headers)
