"""A run as it left its folder: what was done, and where the servers with its traces are."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

Row = dict[str, Any]
SERVICES = ("gateway", "contacts", "events", "notifications", "reports")
_COMMAND_SECONDS = 120


class Unreadable(Exception):
    """The run can't be judged; the text says what is missing and where."""


@dataclass(frozen=True)
class Run:
    """One run folder and what `run.json` in it says."""

    folder: Path
    said: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path) -> "Run":
        """Read `run.json`; `Unreadable` when it is not there or lacks something."""
        try:
            said = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as wrong:
            raise Unreadable(f"{folder}/run.json can't be read: {wrong}") from wrong
        missing = [name for name in ("mongo_uri", "databases", "began") if name not in said]
        if missing:
            raise Unreadable(f"{folder}/run.json does not say: {', '.join(missing)}")
        return cls(folder, said)

    @property
    def began(self) -> datetime:
        """What was stored before is not the publisher's."""
        return moment(str(self.said["began"]))

    @property
    def ended(self) -> datetime | None:
        """When all was quiet; None when the run does not say."""
        said = self.said.get("ended")
        return moment(str(said)) if said else None

    @cached_property
    def _client(self) -> MongoClient[Row]:
        return MongoClient(
            str(self.said["mongo_uri"]),
            tz_aware=True,
            tzinfo=UTC,
            readConcernLevel="majority",
            serverSelectionTimeoutMS=20_000,
        )

    def collection(self, service: str, name: str) -> Collection[Row]:
        """One collection of a service's database."""
        return self._client[f"{self.said['databases']}{service}"][name]

    def close(self) -> None:
        """Let go of the database."""
        self._client.close()

    def lines(self, name: str) -> Iterator[Row]:
        """The JSON lines of a file of the run; a last line that broke off is left out."""
        path = self.folder / name
        if not path.exists():
            raise Unreadable(f"{path} is not there")
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n") and line.strip():
                    yield json.loads(line)

    @property
    def logs(self) -> list[Path]:
        """What the processes logged."""
        return sorted((self.folder / "logs").glob("*.log"))

    def queues(self) -> dict[str, int]:
        """Each queue of the services and how many messages are in it, taken ones included."""
        rows = self._broker("list_queues", "name", "messages")
        counted = {str(row["name"]): int(row["messages"]) for row in rows}
        return {name: n for name, n in counted.items() if name.partition(".")[0] in SERVICES}

    def bindings(self) -> dict[str, frozenset[str]]:
        """By type of message: the services whose queues get it."""
        found: dict[str, set[str]] = {}
        words = ("source_name", "destination_name", "routing_key")
        for row in self._broker("list_bindings", *words):
            if row["source_name"] == "partners.messages" and row["destination_name"] in SERVICES:
                found.setdefault(str(row["routing_key"]), set()).add(str(row["destination_name"]))
        return {kind: frozenset(names) for kind, names in found.items()}

    def _broker(self, word: str, *columns: str) -> list[Row]:
        command = [*self.said.get("rabbitmqctl", ())]
        if not command:
            raise Unreadable("run.json does not say how to ask the broker (rabbitmqctl)")
        command += ["-q", word, "-p", str(self.said["vhost"]), *columns, "--formatter", "json"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_COMMAND_SECONDS
        )
        if done.returncode != 0:
            raise Unreadable(f"the broker does not answer: {done.stdout}{done.stderr}")
        rows: list[Row] = json.loads(done.stdout)
        return rows


def moment(text: str) -> datetime:
    """A moment from RFC 3339."""
    return datetime.fromisoformat(text)
