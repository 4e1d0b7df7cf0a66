"""Sets MongoDB up once: a replica set of one node, and a user per service who sees one database."""

import asyncio
from collections.abc import Mapping

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import AutoReconnect, NotPrimaryError, OperationFailure

from shared.errors import DependencyDown
from shared.mongo import Document, answering

_ALREADY = 23
_NO_SUCH_USER = 11
PATIENCE_SECONDS = 60


async def prepare(uri: str, host: str, passwords: Mapping[str, str]) -> None:
    """Initiate the replica set under `host` ("mongo:27017") and make each service's user.

    `uri` is an administrator's, with `directConnection=true`. `passwords` by service. Does nothing
    twice; a changed password is set anew. Raises `DependencyDown` when no primary comes up.
    """
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(uri, serverSelectionTimeoutMS=5000)
    try:
        async with answering():
            await _initiate(client, host)
            await _until_primary(client)
            for service, password in passwords.items():
                await _user(client, service, password)
    finally:
        client.close()


async def _initiate(client: AsyncIOMotorClient[Document], host: str) -> None:
    members = [{"_id": 0, "host": host}]
    try:
        await client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    except OperationFailure as error:
        if error.code != _ALREADY:
            raise


async def _until_primary(client: AsyncIOMotorClient[Document]) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        try:
            if (await client.admin.command("hello")).get("isWritablePrimary"):
                return
        except (AutoReconnect, NotPrimaryError):
            pass
        await asyncio.sleep(0.2)
    raise DependencyDown("the database")


async def _user(client: AsyncIOMotorClient[Document], service: str, password: str) -> None:
    # The user lives in the service's own database and can do nothing outside of it.
    database = client.get_database(service)
    roles = [{"role": role, "db": service} for role in ("readWrite", "dbAdmin")]
    rights: Document = {"pwd": password, "roles": roles}
    try:
        await database.command({"updateUser": service, **rights})
    except OperationFailure as error:
        if error.code != _NO_SUCH_USER:
            raise
        await database.command({"createUser": service, **rights})
