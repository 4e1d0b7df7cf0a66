"""`partners demo`: the whole platform in one process, with a sample district to try it on."""

import asyncio
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.door import Door, Profile
from embedded import secrets
from embedded.load import Loaded, load, sample
from embedded.mongod import start_mongod
from embedded.platform import Platform
from embedded.ports import free_port
from services.gateway.actions.first_steps import first_steps
from shared import telemetry
from shared.bus.local import LocalBus
from shared.clock import SystemClock
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import close, connect
from shared.settings import Settings

HOST = "127.0.0.1"
Say = Callable[[str], None]


@dataclass
class Running:
    """A platform of our own that runs."""

    platform: Platform
    url: str
    operator: Profile
    district_login: str
    password: str


def demo(*, reset: bool, port: int, folder: Path) -> None:
    """Run until Ctrl-C; `reset` forgets what was done before."""
    if reset and folder.exists():
        shutil.rmtree(folder)
    telemetry.setup(service="demo", level="ERROR")
    asyncio.run(_demo(port, folder))


async def _demo(port: int, folder: Path) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    print("Starting the database and the services …", flush=True)  # noqa: T201
    async with embedded(folder, port) as running:
        loaded = await asyncio.to_thread(_load, running)
        print(_welcome(running, loaded), flush=True)  # noqa: T201
        await stop.wait()
        print("Stopping; everything is kept for the next time.", flush=True)  # noqa: T201


def _load(running: Running) -> Loaded:
    district = sample(SystemClock().now().date())
    with Door(running.operator) as door:
        return load(door, district, running.password, print)


class embedded:  # noqa: N801 - used as `async with embedded(folder, port) as running`
    """A whole platform in this process, its data in a folder."""

    def __init__(self, folder: Path, port: int = 0, **settings: Any) -> None:
        """`port` 0 takes a free one; `settings` go beside those of a demo."""
        self._folder = folder
        self._port = port or free_port()
        self._settings = settings

    async def __aenter__(self) -> Running:
        """Start everything; the first account and the operator are there afterwards."""
        kept = secrets.kept_secrets(self._folder)
        self._mongod = await start_mongod(self._folder / "db")
        url = f"http://{HOST}:{self._port}"
        settings = Settings(
            environment="demo",
            district_name="Riverbend Unified (a sample)",
            public_url=url,
            gateway_url=url,
            port=self._port,
            mongo_uri=self._mongod.uri,  # type: ignore[arg-type]
            smtp_port=free_port(),
            smtp_tls="none",
            **secrets.for_settings(kept) | self._settings,
        )
        self._database = connect(self._mongod.uri, "bus")
        clock = SystemClock()
        self._platform = Platform(settings, self._database, LocalBus(self._database, clock), clock)
        collect_rarely()
        give_way_soon()
        await self._platform.start()
        login = "district@staff.example"
        await first_steps(
            self._platform.services["gateway"].app.state.gate,
            login=login,
            name="District office",
            password=kept["demo_password"],
            operator_secret=kept["operator_secret"],
        )
        operator = Profile(url, "operator", kept["operator_secret"])
        return Running(self._platform, url, operator, login, kept["demo_password"])

    async def __aexit__(self, *_: object) -> None:
        """Stop everything in order; the data stay."""
        await self._platform.stop()
        close(self._database)
        await self._mongod.stop()


def _welcome(running: Running, loaded: Loaded) -> str:
    educator, coordinator = loaded.people
    child = loaded.district.student[loaded.district.picks.good_news.student_ids[0]]
    return f"""
  Partners runs at {running.url}

  Sign in as          with the password {running.password}
    educator          {educator.email}
    coordinator       {coordinator.email}
    district          {running.district_login}

  What to try
    1. As the educator, log a good-news call with the family of
       {child.given_name} {child.family_name}, and write to them.
    2. Read what they got: {running.url}/mailbox/
    3. As the coordinator, create a school event, publish it, and answer one of its invitations.
    4. See whom nobody reached yet: {running.url}/reports/

  Nothing leaves this computer. Ctrl-C stops; `make demo-reset` begins again.
"""
