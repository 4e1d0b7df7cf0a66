"""A small run as it should end, written down by hand: what the checker's own tests break.

One school in New York, one class, one family with one mailbox. Three contacts, one of them undone;
an answer that was changed; an evening; a letter, and thanks for it by mail; what the family asked
for on its page; a lunch of which it is told; one poisoned message. All figures are counted by hand,
so that they prove the checker's model, too.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from shared.bus.topology import subscribers

Row = dict[str, Any]
OF = "org.partners."
MAILBOX = "amina.okafor@families.example"
NEW_YORK = "America/New_York"
BEGAN = "2026-11-20T12:00:00+00:00"
REACHED = "contact|good_news|call|reached|to_family|/partners/contacts"
MISSED = "contact|information|call|no_answer|to_family|/ext/phones"
SPOKEN_AT = "2026-11-20T02:30:00+00:00"
"""Half past nine in the evening of the 19th, at the school."""


def at(clock: str, day: int = 20) -> datetime:
    """A moment of that November in UTC, such as `at("13:00")`."""
    hours, minutes = clock.split(":")
    return datetime(2026, 11, day, int(hours), int(minutes), tzinfo=UTC)


class World:
    """The databases and the folder of the run."""

    def __init__(
        self, folder: Path, mongo_uri: str, databases: str, rabbitmqctl: Sequence[str], vhost: str
    ) -> None:
        self.folder = folder
        self.client: MongoClient[Row] = MongoClient(mongo_uri, tz_aware=True)
        self._databases = databases
        self._rows_before: dict[tuple[str, str], list[Row]] = {}
        self._files_before: dict[Path, bytes] = {}
        (folder / "logs").mkdir()
        self.log("contacts", '{"event": "not published", "message_id": "m-1"}')
        run = {
            "mongo_uri": mongo_uri,
            "databases": databases,
            "rabbitmqctl": list(rabbitmqctl),
            "vhost": vhost,
            "began": BEGAN,
            "seed": 1,
        }
        (folder / "run.json").write_text(json.dumps(run))

    def remember(self) -> None:
        """What is there now is what `put_back` brings again."""
        for base in self.client.list_database_names():
            if base.startswith(self._databases):
                for name in self.client[base].list_collection_names():
                    self._rows_before[base, name] = list(self.client[base][name].find())
        self._files_before = {path: path.read_bytes() for path in self._files()}

    def put_back(self) -> None:
        """Much faster than making it anew."""
        for base in self.client.list_database_names():
            if base.startswith(self._databases):
                for name in self.client[base].list_collection_names():
                    self._put_back(base, name, self._rows_before.get((base, name), []))
        for path in self._files():
            path.unlink()
        for path, text in self._files_before.items():
            path.write_bytes(text)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def _put_back(self, base: str, name: str, before: list[Row]) -> None:
        rows = self.client[base][name]
        if list(rows.find()) != before:
            rows.delete_many({})
            if before:
                rows.insert_many(before)

    def rows(self, service: str, name: str) -> Any:
        """One collection."""
        return self.client[f"{self._databases}{service}"][name]

    def log(self, service: str, line: str) -> None:
        """A line in a service's log."""
        with (self.folder / "logs" / f"{service}.log").open("a") as file:
            file.write(line + "\n")

    def publish(self, **row: Any) -> None:
        """A line of the publisher's ledger."""
        with (self.folder / "publisher.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")

    def accepted(self, key: str, number: str | None = None, minute: str = "13:00") -> None:
        """The answer to an intent."""
        said = {"said": "accepted", "status": 201, "id": number, "tries": 1}
        self.publish(op="answer", key=key, at=at(minute).isoformat(), **said)

    def intend(self, key: str, what: str, minute: str = "12:59", **row: Any) -> None:
        """An intent."""
        self.publish(op="intent", key=key, what=what, at=at(minute).isoformat(), **row)

    def mail(self, delivery: str, mailbox: str = MAILBOX, **row: Any) -> None:
        """A letter at the sink."""
        usual = {
            "at": at("13:01").isoformat(),
            "rcpt": [mailbox],
            "message_id": f"<{delivery}@school.example>",
            "key": "R-000001",
            "replied": "250",
            "taken": True,
        }
        with (self.folder / "mail.jsonl").open("a") as file:
            file.write(json.dumps(usual | row) + "\n")

    def tell(
        self, service: str, number: str, kind: str, about: str, data: Row, **also: Any
    ) -> None:
        """A message that everybody it is for has had; `thing` names it in the ledger."""
        version, thing = also.get("version", 1), also.get("thing")
        envelope = {
            "id": number,
            "source": f"/partners/{service}",
            "type": OF + kind,
            "subject": about,
            "sequence": f"{version:016d}",
            "causationid": also.get("cause"),
            "data": data,
        }
        row = {"_id": number, "envelope": envelope, "sent_at": at("13:00")}
        self.rows(service, "outbox").insert_one(row)
        for each in subscribers(OF + kind):
            if each != "reports":
                arrived = {"_id": f"{each}|/partners/{service}|{number}", "at": at("13:00")}
                self.rows(each, "inbox").insert_one(arrived)
        if thing:
            self.count(envelope, f"{thing}|{about}")

    def count(self, envelope: Row, about: str) -> None:
        """A row in the ledger of reports."""
        ledger = self.rows("reports", "ledger")
        key = f"{envelope['source']}|{envelope['id']}"
        place = ledger.count_documents({}) + 1
        ledger.insert_one({"_id": key, "place": place, "about": about, "envelope": envelope})


def contact_facts(number: str, **also: Any) -> Row:
    """The facts of a contact as they are told."""
    usual = {
        "contact_id": number,
        "family_id": "f1",
        "school_id": "s1",
        "class_ids": ["c1"],
        "student_ids": ["p1"],
        "educator_id": "e1",
        "channel": "call",
        "direction": "to_family",
        "tone": "good_news",
        "outcome": "reached",
        "occurred_at": SPOKEN_AT,
        "origin": "/partners/contacts",
    }
    return usual | also


def kept_contact(facts: Row, **also: Any) -> Row:
    """The same contact as contacts keeps it."""
    occurred = datetime.fromisoformat(facts["occurred_at"])
    kept = {"_id": facts["contact_id"], "version": 1, "logged_at": at("13:00"), "note": ""}
    return facts | kept | {"occurred_at": occurred, "letter": None, "retraction": None} | also
