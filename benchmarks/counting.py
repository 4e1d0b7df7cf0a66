"""What a worker of Celery or Dramatiq does with one contact: the same five documents, at once or
not at all, and once.
"""

import os
from typing import Any

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from benchmarks.floor import marks_of, places_of

ADDRESS = "BENCH_MONGO"
BROKER = "BENCH_BROKER"
DATABASE = "BENCH_DATABASE"


class Counter:
    """Over the database that the environment names."""

    def __init__(self) -> None:
        """Connects when the first contact comes: a worker forks before."""
        self._client: MongoClient[dict[str, Any]] | None = None

    def count(self, sent: dict[str, Any]) -> None:
        """One message, one transaction; what came before is left alone."""
        if self._client is None:
            self._client = MongoClient(os.environ[ADDRESS])
        database = self._client[os.environ[DATABASE]]
        contact = sent["data"]

        def body(session: ClientSession) -> None:
            row = {"_id": f"{sent['source']}|{sent['id']}"}
            database["inbox"].insert_one(row, session=session)
            for name, cell in places_of(contact):
                change = {"$inc": {cell: 1}}
                database["counts"].update_one({"_id": name}, change, upsert=True, session=session)
            if marks := marks_of(contact):
                change = {"$inc": dict.fromkeys(marks, 1)}
                which = {"_id": contact["family_id"]}
                database["families"].update_one(which, change, upsert=True, session=session)

        with self._client.start_session() as session:
            try:
                session.with_transaction(body)
            except DuplicateKeyError:
                return
