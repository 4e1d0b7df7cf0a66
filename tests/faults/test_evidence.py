"""What is wrong can be looked at afterwards, when its databases are gone."""

import json
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.faults.evidence import keep


def _verdict(*keys: str) -> dict[str, Any]:
    return {"ok": not keys, "invariants": {"I1": {"broken": [{"key": key} for key in keys]}}}


def test_every_document_that_names_a_broken_key_is_kept(
    mongo_uri: str, database_name: str, tmp_path: Path
) -> None:
    with MongoClient[dict[str, Any]](mongo_uri) as mongo:
        database = mongo[database_name]
        database["letters"].insert_many([{"_id": "letter-1"}, {"_id": "letter-2"}])
        database["inbox"].insert_one({"_id": 7, "deep": {"causes": ["letter-1"]}})
    assert keep(tmp_path, _verdict("letter-1", "count of a day"), mongo_uri) == 2
    kept = [json.loads(line) for line in (tmp_path / "evidence.jsonl").read_text().splitlines()]
    assert {row["in"] for row in kept} == {f"{database_name}.letters", f"{database_name}.inbox"}
    assert {str(row["row"]["_id"]) for row in kept} == {"letter-1", "7"}


def test_where_all_holds_nothing_is_kept(mongo_uri: str, tmp_path: Path) -> None:
    assert keep(tmp_path, _verdict(), mongo_uri) == 0
    assert list(tmp_path.iterdir()) == []
