"""What the databases hold about everything that the checker found wrong, kept before they end."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bson import json_util
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

MOST_KEYS = 20
MOST_ROWS = 40
"""Of one key in one collection."""


def keep(folder: Path, verdict: Mapping[str, Any], mongo_uri: str) -> int:
    """Write every document that names a broken key into `evidence.jsonl`; gives how many.

    Whatever a document's shape, its bytes hold the key as it is written; so all of them are read.
    """
    keys = list(_keys(verdict))[:MOST_KEYS]
    if not keys:
        return 0
    rows = 0
    with (
        MongoClient[Any](mongo_uri, document_class=RawBSONDocument) as mongo,
        (folder / "evidence.jsonl").open("w", encoding="utf-8") as kept,
    ):
        for place, row in _naming(mongo, keys):
            kept.write(json.dumps({"in": place, "row": json.loads(json_util.dumps(row))}) + "\n")
            rows += 1
    return rows


def _keys(verdict: Mapping[str, Any]) -> Iterator[str]:
    for invariant in verdict["invariants"].values():
        for broken in invariant["broken"]:
            if " " not in broken["key"]:  # else it names a count, and no document
                yield broken["key"]


def _naming(mongo: "MongoClient[Any]", keys: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    wanted = [each.encode() for each in keys]
    for name in mongo.list_database_names():
        if name in {"admin", "config", "local"}:
            continue
        for collection in mongo[name].list_collection_names():
            found = dict.fromkeys(wanted, 0)
            for row in mongo[name][collection].find():
                for key in wanted:
                    if key in row.raw and found[key] < MOST_ROWS:
                        found[key] += 1
                        yield f"{name}.{collection}", row
                        break
