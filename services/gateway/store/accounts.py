"""Keeps accounts; the hash of a password never leaves this file but to be compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.accounts import Account, Pass
from shared.errors import Conflict
from shared.mongo import Database, Document, Kept, answering

ACCOUNTS = "accounts"
PASSES = "passes"

KEPT = (
    Kept(
        ACCOUNTS,
        (
            IndexModel([("login", ASCENDING)], name="login", unique=True),
            IndexModel([("name", ASCENDING), ("_id", ASCENDING)], name="by_name"),
            IndexModel([("educator_id", ASCENDING)], name="educator"),
        ),
        schema={
            "bsonType": "object",
            "required": ["_id", "login", "name", "role", "active", "version"],
            "properties": {"login": {"bsonType": "string"}, "role": {"bsonType": "string"}},
        },
    ),
    Kept(PASSES, (IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),)),
)
_NO_HASH = {"password_hash": 0}


@dataclass
class AccountStore:
    """Accounts and the one-time passes to set a password."""

    database: Database

    async def add(self, account: Account, password_hash: str | None) -> None:
        """Keep a new account; `Conflict` when its login is taken."""
        row = {"_id": account.account_id, **account.model_dump(mode="python")}
        row |= {"password_hash": password_hash, "has_password": password_hash is not None}
        try:
            async with answering():
                await self.database[ACCOUNTS].insert_one(row)
        except DuplicateKeyError as known:
            raise Conflict(f"There is an account for {account.login} already.") from known

    async def change(self, account: Account, **fields: Any) -> None:
        """Keep a changed account; `Conflict` when somebody else changed it meanwhile."""
        row = account.model_dump(mode="python", exclude={"has_password", "last_sign_in"}) | fields
        wanted = {"_id": account.account_id, "version": account.version}
        try:
            async with answering():
                done = await self.database[ACCOUNTS].update_one(
                    wanted, {"$set": row | {"version": account.version + 1}}
                )
        except DuplicateKeyError as known:
            raise Conflict(f"There is an account for {account.login} already.") from known
        if not done.matched_count:
            raise Conflict("Somebody else changed this account meanwhile: open it again.")

    async def by_id(self, account_id: str) -> Account | None:
        """One account."""
        async with answering():
            row = await self.database[ACCOUNTS].find_one({"_id": account_id}, _NO_HASH)
        return _account(row) if row else None

    async def by_login(self, login: str) -> tuple[Account, str | None] | None:
        """The account of a login and its password's hash."""
        async with answering():
            row = await self.database[ACCOUNTS].find_one({"login": login})
        return (_account(row), row.get("password_hash")) if row else None

    async def hash_of(self, account_id: str) -> str | None:
        """The hash of an account's password."""
        async with answering():
            row = await self.database[ACCOUNTS].find_one({"_id": account_id}, {"password_hash": 1})
        return row.get("password_hash") if row else None

    async def page(self, search: str, after: Sequence[Any] | None, size: int) -> list[Account]:
        """Accounts by name, after a name and id, whose name or login contains the words."""
        query: Document = {}
        if search:
            words = {"$regex": re.escape(search), "$options": "i"}
            query["$or"] = [{"name": words}, {"login": words}]
        if after:
            name, account_id = str(after[0]), str(after[-1])
            later = [{"name": {"$gt": name}}, {"name": name, "_id": {"$gt": account_id}}]
            query = {"$and": [query, {"$or": later}]}
        async with answering():
            cursor = self.database[ACCOUNTS].find(query, _NO_HASH)
            rows = await cursor.sort([("name", 1), ("_id", 1)]).limit(size).to_list(size)
        return [_account(row) for row in rows]

    async def set_password(self, account_id: str, password_hash: str) -> None:
        """Keep a new password and end every pass of the account."""
        async with answering():
            await self.database[ACCOUNTS].update_one(
                {"_id": account_id},
                {"$set": {"password_hash": password_hash, "has_password": True}},
            )
            await self.database[PASSES].delete_many({"account_id": account_id})

    async def note_sign_in(self, account_id: str, at: datetime) -> None:
        """Remember when somebody signed in last."""
        async with answering():
            await self.database[ACCOUNTS].update_one(
                {"_id": account_id}, {"$set": {"last_sign_in": at}}
            )

    async def others_in_charge(self, account_id: str) -> int:
        """How many other active accounts may manage accounts."""
        query = {"role": "district", "active": True, "_id": {"$ne": account_id}}
        async with answering():
            return await self.database[ACCOUNTS].count_documents(query, limit=2)

    # --- passes -----------------------------------------------------------------------------------

    async def add_pass(self, new: Pass) -> None:
        """Keep a pass; every earlier one of the account ends."""
        async with answering():
            await self.database[PASSES].delete_many({"account_id": new.account_id})
            await self.database[PASSES].insert_one({"_id": new.digest, **new.model_dump()})

    async def pass_of(self, digest: str) -> Pass | None:
        """A pass that was not used yet."""
        async with answering():
            row = await self.database[PASSES].find_one({"_id": digest})
        return Pass.model_validate(row) if row else None

    async def use_pass(self, digest: str) -> Pass | None:
        """Take a pass away; only one of two who try at once gets it."""
        async with answering():
            row = await self.database[PASSES].find_one_and_delete({"_id": digest})
        return Pass.model_validate(row) if row else None


def _account(row: Document) -> Account:
    return Account.model_validate({**row, "account_id": row["_id"]})
