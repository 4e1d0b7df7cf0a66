"""RabbitMQ as a test sees it, wherever it runs: an address, controls, and an off switch."""

import asyncio
import contextlib
import json
import subprocess
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable

USER = "admin"
PASSWORD = "admin"
START_SECONDS = 90


class ServerMissing(Exception):
    """A server that the tests need is not here; the text says what to install."""


class Broker(ABC):
    """One RabbitMQ node; stopping, killing and starting keep its address and its data."""

    def __init__(self, port: int, metrics_port: int) -> None:
        self.port = port
        self.metrics_port = metrics_port
        """Where the node answers Prometheus, without a password."""

    @property
    def amqp_url(self) -> str:
        """The address of the virtual host `/`, as an administrator."""
        return self.url("")

    def url(self, vhost: str, user: str = USER, password: str = PASSWORD) -> str:
        """The address of a virtual host for a given user; the empty name means `/`."""
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost}"

    @abstractmethod
    async def start(self) -> None:
        """Start the node and wait until it speaks AMQP; nothing happens when it already runs."""

    @abstractmethod
    async def stop(self) -> None:
        """Shut the node down as an administrator would."""

    @abstractmethod
    async def kill(self) -> None:
        """End the node as a power cut would (kill -9)."""

    @abstractmethod
    async def rabbitmqctl(self, *words: str) -> str:
        """Run rabbitmqctl against this node and return what it printed; raises if it fails."""

    @abstractmethod
    async def put_file(self, text: str) -> str:
        """Write a file that rabbitmqctl can read, and return its path; the next one replaces it."""

    @contextlib.asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """The node is stopped inside the block and runs again after it, whatever happens."""
        await self.stop()
        try:
            yield
        finally:
            await self.start()

    async def import_definitions(self, definitions: dict[str, object]) -> None:
        """Load users, permissions, exchanges, queues, policies as `definitions.json` has them."""
        # By file: rabbitmqctl 4.0 never gets what it is given on standard input.
        path = await self.put_file(json.dumps(definitions))
        await self.rabbitmqctl("import_definitions", path)

    @contextlib.asynccontextmanager
    async def vhost(self) -> AsyncIterator[str]:
        """An empty virtual host of one's own; yields its name, for `url(name)`, and removes it."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        full = {"configure": ".*", "write": ".*", "read": ".*"}
        await self.import_definitions(
            {"vhosts": [{"name": name}], "permissions": [{"user": USER, "vhost": name, **full}]}
        )
        try:
            yield name
        finally:
            await self.start()
            await self.rabbitmqctl("delete_vhost", name)

    async def _until_it_answers(self, is_over: Callable[[], str]) -> None:
        """Wait for the node's first AMQP word; `is_over` returns why it ended, empty if it runs."""
        deadline = time.monotonic() + START_SECONDS
        while not await _speaks_amqp(self.port):
            if why := is_over():
                raise RuntimeError(why)
            if time.monotonic() > deadline:
                message = f"RabbitMQ did not answer on port {self.port} in {START_SECONDS} s"
                raise RuntimeError(message)
            await asyncio.sleep(0.1)


async def run(*command: str, stdin: str = "", env: dict[str, str] | None = None) -> str:
    """Run a program to its end and return what it printed; raises with its words if it fails."""
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    if done.returncode != 0:
        message = f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout


async def _speaks_amqp(port: int) -> bool:
    # A listening port is not enough: Docker's proxy listens before the broker does.
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"AMQP\x00\x00\x09\x01")
                return await reader.read(1) == b"\x01"
            finally:
                writer.close()
    except OSError:  # covers the timeout too
        return False
