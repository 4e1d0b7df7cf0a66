"""The house in which bugs are played: one for all, put back between them to what it was.

Services are forked from the warm process, and only the one that changes is started anew; what the
databases held after the opening is put back while nothing is under way.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aio_pika
from pymongo import MongoClient
from pymongo.collection import Collection

from cli.door import SERVICES
from embedded.ports import free_port
from shared.bus.definitions import ADMINISTRATOR
from shared.bus.topology import CONSUMES, queues
from shared.crashpoints import EXIT
from tests.faults.asking import words_of
from tests.faults.bugs import VARIABLE
from tests.faults.checker.judging import judge
from tests.faults.checker.verdict import Verdict
from tests.faults.take import People, Take
from tests.faults.warm import Warm, WarmProcess
from tests.journeys.house import House
from tests.journeys.process import Process

Row = dict[str, Any]
PATCH = "tests.faults.bugs:from_environment"
NOT_PUT_BACK = {"leases", "dir_register"}
"""Leases belong to processes that run; the register of flags is of now, or no letter would go."""
RETURNS = "bounces@thistlemead.example"
QUIET_SECONDS = 60.0
JUDGED_SECONDS = 20.0


@dataclass
class WarmHouse(House):
    """The house of the journeys, with processes that start in a moment."""

    warm: Warm = field(kw_only=True)
    return_port: int = field(default_factory=free_port)
    """Where families' answers to letters come in."""

    def _settings(self, name: str) -> dict[str, str]:
        usual = super()._settings(name)
        if name == "notifications":
            usual["PARTNERS_RETURN_ADDRESS"] = RETURNS
            usual["PARTNERS_RETURN_LISTEN"] = f"127.0.0.1:{self.return_port}"
        return usual

    def _process(self, name: str) -> Process:
        cold = super()._process(name)
        return WarmProcess(
            cold.name, cold.command, cold.settings, cold.log, warm=self.warm, patch=PATCH
        )


@dataclass
class Scene:
    """The house, and who acts in it."""

    house: WarmHouse
    people: People
    mongo: MongoClient[Row]
    _before: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    _bugs: dict[str, str] = field(default_factory=dict)
    _log_sizes: dict[str, int] = field(default_factory=dict)

    # --- beginning and ending ---------------------------------------------------------------------

    def remember(self) -> None:
        """What all databases hold now is what each take begins with."""
        self._before = {
            (base, name): list(self.mongo[base][name].find()) for base, name in self._collections()
        }

    async def begin(self, folder: Path, service: str = "", bug: str = "") -> Take:
        """Put everything back, with a bug in one service, and begin a run."""
        wanted = {service: bug} if service else {}
        changed = {name for name in SERVICES if self._bugs.get(name, "") != wanted.get(name, "")}
        for name in changed:
            self.house.services[name].kill()
        await self._empty_queues()
        self._put_back()
        self._bugs = wanted
        for process in self.house.services.values():
            if process.ends() is not None:
                process.start(**{VARIABLE: wanted.get(process.name, "")})
        for process in self.house.services.values():
            process.wait_until_ready()
        (folder / "logs").mkdir()
        self._log_sizes = {name: self._log(name).stat().st_size for name in SERVICES}
        return Take(folder, self.people)

    def restart(self, service: str, *, crash_at: str = "") -> Process:
        """Start a service anew with its bug, to end at a crash point if one is given."""
        process = self.house.services[service]
        process.kill()
        process.start(**{VARIABLE: self._bugs.get(service, ""), "PARTNERS_CRASH_AT": crash_at})
        # What is said every few seconds may bring it there before anybody has seen it ready.
        process.wait_until_ready(unless=EXIT if crash_at else None)
        return process

    def let_leases_run_out(self) -> None:
        """As if the time had passed for which a dead process keeps others from its work."""
        for name in SERVICES:
            self.rows(name, "leases").delete_many({})
        taken = {"state": {"$in": ["claimed", "handing"]}}
        past = {"$set": {"lease_until": datetime.now(UTC) - timedelta(seconds=1)}}
        self.rows("notifications", "deliveries").update_many(taken, past)

    async def judged(self, take: Take, ends: Callable[[Verdict], bool]) -> Verdict:
        """Wait for quiet and judge; again for a while, until the verdict is as it should be."""
        deadline = time.monotonic() + JUDGED_SECONDS
        while True:
            await self.quiet()
            self._write(take, await self._messages_in_queues())
            verdict = await asyncio.to_thread(judge, take.folder)
            if ends(verdict) or time.monotonic() > deadline:
                return verdict

    # --- what is looked at ------------------------------------------------------------------------

    def rows(self, service: str, name: str) -> Collection[Row]:
        """One collection of a service."""
        return self.mongo[f"{self.house.databases}{service}"][name]

    def _write(self, take: Take, messages: dict[str, int]) -> None:
        counted = [{"name": name, "messages": number} for name, number in messages.items()]
        (take.folder / "list_queues.json").write_text(json.dumps(counted))
        bound = [
            {
                "source_name": "partners.messages",
                "destination_name": service,
                "routing_key": kind.TYPE,
            }
            for service, kinds in CONSUMES.items()
            for kind in kinds
        ]
        (take.folder / "list_bindings.json").write_text(json.dumps(bound))
        take.describe(
            mongo_uri=self.house.mongo_uri,
            databases=self.house.databases,
            vhost=self.house.vhost,
            # Asked by AMQP, which is true at once; `rabbitmqctl` takes seconds, and counts old.
            rabbitmqctl=["sh", "-c", 'cat "$0/$2.json"', str(take.folder)],
        )
        take.keep_mail(list(self.rows("mailbox", "letters").find()))
        for name in SERVICES:
            with self._log(name).open("rb") as log:
                log.seek(self._log_sizes[name])
                (take.folder / "logs" / f"{name}.log").write_bytes(log.read())

    def ask_the_broker(self, take: Take) -> None:
        """Let the checker ask the broker itself, as it does in a real run."""
        said = json.loads((take.folder / "run.json").read_text())
        said |= {"rabbitmqctl": words_of(self.house.broker), "ended": datetime.now(UTC).isoformat()}
        (take.folder / "run.json").write_text(json.dumps(said))

    async def quiet(self) -> None:
        """Wait until nothing is under way, a minute at most; then the checker says what waits."""
        deadline, quiet_for = time.monotonic() + QUIET_SECONDS, 0
        while quiet_for < 2 and time.monotonic() < deadline:
            busy = self._under_way() or any((await self._messages_in_queues()).values())
            quiet_for = 0 if busy else quiet_for + 1
            await asyncio.sleep(0.2)

    def _under_way(self) -> bool:
        due = {
            "$or": [
                {"state": {"$in": ["pending", "retry"]}, "due_at": {"$lte": datetime.now(UTC)}},
                {"state": {"$in": ["claimed", "handing"]}},
            ]
        }
        unsent = {"sent_at": None}
        return any(self.rows(name, "outbox").count_documents(unsent) for name in SERVICES) or bool(
            self.rows("notifications", "deliveries").count_documents(due)
        )

    async def _messages_in_queues(self) -> dict[str, int]:
        async with await aio_pika.connect(self.house.amqp_url(ADMINISTRATOR)) as connection:
            channel = await connection.channel()
            found: dict[str, int] = {}
            for name in [each.name for service in SERVICES for each in queues(service)]:
                queue = await channel.declare_queue(name, passive=True)
                found[name] = queue.declaration_result.message_count or 0
            return found

    async def _empty_queues(self) -> None:
        async with await aio_pika.connect(self.house.amqp_url(ADMINISTRATOR)) as connection:
            channel = await connection.channel()
            for name, number in (await self._messages_in_queues()).items():
                if number:
                    await (await channel.get_queue(name)).purge()

    def _collections(self) -> Iterator[tuple[str, str]]:
        for base in self.mongo.list_database_names():
            if base.startswith(self.house.databases):
                for name in self.mongo[base].list_collection_names():
                    if name not in NOT_PUT_BACK and not name.startswith("system."):
                        yield base, name

    def _put_back(self) -> None:
        # Contacts last: a message that it tells meanwhile must not lie only with others.
        for base, name in sorted(self._collections(), key=lambda each: "contacts" in each[0]):
            before = self._before.get((base, name), [])
            rows = self.mongo[base][name]
            if list(rows.find()) != before:
                rows.delete_many({})
                if before:
                    rows.insert_many(before)
        for service in ("events", "notifications"):
            fresh = {"$set": {"number": 0, "as_of": datetime.now(UTC) + timedelta(seconds=1)}}
            self.rows(service, "dir_register").update_one({"_id": "flags"}, fresh)

    def _log(self, service: str) -> Path:
        return self.house.services[service].log


@contextmanager
def at_the_database(uri: str) -> Iterator[MongoClient[Row]]:
    """A connection for looking and for putting back."""
    client: MongoClient[Row] = MongoClient(uri, tz_aware=True)
    yield client
    client.close()
