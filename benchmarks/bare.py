"""A bare FastAPI endpoint: `python -m benchmarks.bare URI DATABASE PORT`; what a user would write.

`/one` inserts the contact and nothing else; `/same` writes, in one transaction, the documents that
the platform writes for a contact: the contact, the message that tells of it, and when the family
heard last.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

from shared.clock import new_id
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import Database, Session, connect


def app(database: Database, contact: dict[str, Any], message: dict[str, Any]) -> FastAPI:
    """The endpoints; `contact` and `message` are documents as the platform kept them."""
    made = FastAPI()

    async def fresh(request: Request) -> dict[str, Any]:
        return {**contact, **await request.json(), "_id": new_id()}

    @made.post("/one", status_code=201)
    async def one(request: Request) -> dict[str, str]:
        row = await fresh(request)
        await database["contacts"].insert_one(row)
        return {"contact_id": row["_id"]}

    @made.post("/same", status_code=201)
    async def same(request: Request) -> dict[str, str]:
        row = await fresh(request)

        async def body(session: Session) -> None:
            await database["contacts"].insert_one(row, session=session)
            told = {**message, "_id": new_id()}
            await database["outbox"].insert_one(told, session=session)
            at = row["occurred_at"]
            newest = {"$max": {"contact_at": at, "spoken": {"at": at, "tone": row["tone"]}}}
            await database["heard"].update_one(
                {"_id": row["family_id"]}, newest, upsert=True, session=session
            )

        await database.transaction(body)
        return {"contact_id": row["_id"]}

    return made


async def _serve(uri: str, name: str, port: int) -> None:
    database = connect(uri, name)
    samples = {row["_id"]: row["row"] async for row in database["samples"].find()}
    made = app(database, samples["contact"], samples["message"])
    await uvicorn.Server(uvicorn.Config(made, port=port, log_level="error")).serve()


if __name__ == "__main__":
    import uvloop

    collect_rarely()
    give_way_soon()
    uvloop.run(_serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
