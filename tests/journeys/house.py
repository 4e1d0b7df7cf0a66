"""The whole platform as Compose runs it: a process, a broker user and a database per service.

Each process gets only its own secrets, by files, and RabbitMQ holds each to its permissions: what
works here works with least privilege.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from cli.door import SERVICES, Door, Profile
from embedded.ports import free_port
from embedded.secrets import fresh_secrets
from shared.bus.definitions import ADMINISTRATOR, definitions
from tests.journeys.front import FrontDoor
from tests.journeys.process import ROOT, Process
from tests.servers import Broker

PARTNERS = str(Path(sys.executable).with_name("partners"))
DISTRICT_LOGIN = "district@staff.example"
SYSTEM = "phones"
"""The outside system that may send by AMQP."""
KEYS = {
    "gateway": ("identity_private_key", "identity_public_keys"),
    "contacts": ("identity_public_keys",),
    "events": ("identity_public_keys", "rsvp_keys"),
    "notifications": (
        "identity_public_keys",
        "rsvp_keys",
        "unsubscribe_keys",
        "household_keys",
        "calendar_keys",
        "return_keys",
    ),
    "reports": ("identity_public_keys",),
    "mailbox": ("identity_public_keys",),
}
"""Which secrets each process gets, as in docker-compose.yml."""
SETUP_SECONDS = 240
QUIET_SECONDS = 120


def of_vhost(given: Mapping[str, Any], vhost: str) -> dict[str, Any]:
    """The generated definitions, in a virtual host of the tests' own instead of `/`."""
    moved = {
        kind: [{**row, "vhost": vhost} if "vhost" in row else row for row in rows]
        for kind, rows in given.items()
    }
    return moved | {"vhosts": [{"name": vhost}]}


@dataclass
class House:
    """All processes, the front door before them, and what opens it."""

    broker: Broker
    vhost: str
    mongo_uri: str
    databases: str
    """What the name of each database begins with."""
    folder: Path
    door: FrontDoor = field(default_factory=FrontDoor)
    secret: dict[str, str] = field(default_factory=fresh_secrets)
    services: dict[str, Process] = field(default_factory=dict)
    smtp_port: int = field(default_factory=free_port)
    _broker_passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The front door."""
        return self.door.url

    @property
    def operator(self) -> Profile:
        """The credentials of the `partners` command."""
        return Profile(self.url, "operator", self.secret["operator_secret"])

    @property
    def password(self) -> str:
        """The one password of all who sign in here."""
        return self.secret["demo_password"]

    def amqp_url(self, user: str) -> str:
        """The broker, as a service, the outside system or the administrator."""
        return self.broker.url(self.vhost, user, self._broker_passwords[user])

    def mongo_uri_of(self, name: str) -> str:
        """The database, as one process reaches it."""
        del name
        return self.mongo_uri

    async def open(self) -> None:
        """Fill the broker, start every process, prepare the first accounts, open the door."""
        users = (*SERVICES, ADMINISTRATOR, SYSTEM)
        self._broker_passwords = {name: secrets.token_urlsafe(24) for name in users}
        inside = {name: self._broker_passwords[name] for name in (*SERVICES, ADMINISTRATOR)}
        outside = {SYSTEM: self._broker_passwords[SYSTEM]}
        await self.broker.import_definitions(of_vhost(definitions(inside, outside), self.vhost))
        for name in KEYS:
            self.services[name] = self._process(name)
        # The gateway first, since the others ask it; the door takes what it has by then.
        for process in self.services.values():
            process.start()
        self._set_up()
        for process in self.services.values():
            process.wait_until_ready()
        self.door.open({name: process.url for name, process in self.services.items()})

    def close(self) -> None:
        """End everything."""
        self.door.close()
        for process in self.services.values():
            process.kill()

    async def quiet(self) -> None:
        """Wait until nothing is under way: no message waits or is handled, no letter is due.

        Looks into queues and databases, because what did not happen shows at no front door.
        """
        mongo = AsyncMongoClient[dict[str, Any]](self.mongo_uri)
        async with asyncio.timeout(QUIET_SECONDS), mongo as client:
            # Twice in a row: between two looks a message may be on its way from here to there.
            quiet_for = 0
            while quiet_for < 2:
                busy = await self._messages() or await _waiting(client, self.databases)
                quiet_for = 0 if busy else quiet_for + 1
                await asyncio.sleep(0.3)

    async def _messages(self) -> int:
        printed = await self.broker.rabbitmqctl("list_queues", "-p", self.vhost, "name", "messages")
        rows = (line.rpartition("\t") for line in printed.splitlines())
        # Not those of a test that listens in.
        return sum(int(count) for name, _, count in rows if name.partition(".")[0] in SERVICES)

    def partners(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """Run the `partners` command as an operator does; gives what it printed."""
        credentials = {
            "PARTNERS_URL": self.url,
            "PARTNERS_CLIENT_ID": self.operator.client_id,
            "PARTNERS_CLIENT_SECRET": self.operator.client_secret,
        }
        done = _run([PARTNERS, *words], credentials, stdin)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def open_door(self) -> Door:
        """The API, as the operator's program."""
        return Door(self.operator)

    def _set_up(self) -> None:
        # MongoDB of the tests knows no passwords, so there are no users to make.
        done = _run(
            [PARTNERS, "setup"],
            {
                "PARTNERS_SETUP_MONGO_URI": self.mongo_uri,
                "PARTNERS_SETUP_AMQP_URL": self.amqp_url(ADMINISTRATOR),
                "PARTNERS_MONGO_PASSWORDS": "{}",
                "PARTNERS_GATEWAY_MONGO_URI": self.mongo_uri,
                "PARTNERS_GATEWAY_DATABASE": f"{self.databases}gateway",
                "PARTNERS_FIRST_DISTRICT_LOGIN": DISTRICT_LOGIN,
                "PARTNERS_FIRST_DISTRICT_PASSWORD": self.password,
                "PARTNERS_OPERATOR_SECRET": self.secret["operator_secret"],
            },
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _process(self, name: str) -> Process:
        command = (PARTNERS, "serve", name)
        if name == "mailbox":
            command = (sys.executable, "-m", "embedded.mail_server")
        return Process(name, command, self._settings(name), self.folder / f"{name}.log")

    def _settings(self, name: str) -> dict[str, str]:
        gateway = self.services.get("gateway")
        return {
            "PARTNERS_ENVIRONMENT": "production",
            "PARTNERS_DISTRICT_NAME": "Thistlemead Public Schools",
            "PARTNERS_PUBLIC_URL": self.url,
            "PARTNERS_GATEWAY_URL": gateway.url if gateway else self.url,
            "PARTNERS_MONGO_DATABASE": f"{self.databases}{name}",
            "PARTNERS_SMTP_PORT": str(self.smtp_port),
            "PARTNERS_SMTP_TLS": "none",
            "PARTNERS_MAIL_FROM": "school@thistlemead.example",
            "PARTNERS_SECRETS_DIR": str(self._secrets(name)),
        }

    def _secrets(self, name: str) -> Path:
        folder = self.folder / "secrets" / name
        folder.mkdir(parents=True)
        texts = {key: self.secret[key] for key in KEYS[name]}
        texts["mongo_uri"] = self.mongo_uri_of(name)
        if name in SERVICES:
            texts["amqp_url"] = self.amqp_url(name)
        for key, text in texts.items():
            (folder / f"partners_{key}").write_text(text)
        return folder


async def _waiting(client: AsyncMongoClient[dict[str, Any]], prefix: str) -> int:
    outboxes = [
        await client[f"{prefix}{name}"]["outbox"].count_documents({"sent_at": None})
        for name in SERVICES
    ]
    due = {"state": {"$in": ["pending", "claimed"]}, "due_at": {"$lte": _now()}}
    letters = await client[f"{prefix}notifications"]["deliveries"].count_documents(due)
    return sum(outboxes) + letters


def _now() -> datetime:
    return datetime.now(UTC)


def _run(
    command: Sequence[str], settings: Mapping[str, str], stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PARTNERS_")}
    alone = {"PARTNERS_PROFILE": "/nowhere/profile.toml", "COLUMNS": "250", "NO_COLOR": "1"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=kept | alone | dict(settings),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=SETUP_SECONDS,
    )


def as_json(printed: str) -> Any:
    """What a command printed with `--json`."""
    return json.loads(printed)
