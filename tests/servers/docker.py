"""The servers as containers, for the versions that districts run: RabbitMQ 4 and MongoDB 8."""

import asyncio
import os
import subprocess
from typing import Any, cast

from embedded.mongod import TRANSACTION_SECONDS, become_primary
from embedded.ports import free_port
from tests.servers.broker import PASSWORD, USER, Broker, run

RABBITMQ_IMAGE = "rabbitmq:4-management"
MONGO_IMAGE = "mongo:8"


class DockerBroker(Broker):
    """RabbitMQ in a container; the container stays when the node stops, and so does its data."""

    def __init__(self) -> None:
        super().__init__(free_port(), free_port())
        self.container = _Container(
            RABBITMQ_IMAGE,
            {5672: self.port, 15692: self.metrics_port},  # its Prometheus plugin is on by itself
            environment={"RABBITMQ_DEFAULT_USER": USER, "RABBITMQ_DEFAULT_PASS": PASSWORD},
        )

    async def start(self) -> None:
        """Start the container, the same one each time."""
        await self.container.start()
        await self._until_it_answers(self.container.why_over)

    async def stop(self) -> None:
        """Stop the container with SIGTERM."""
        await self.container.call("stop", timeout=60)

    async def kill(self) -> None:
        """End the container with kill -9."""
        await self.container.call("kill")

    async def rabbitmqctl(self, *words: str) -> str:
        """Run rabbitmqctl inside the container."""
        return await run("docker", "exec", self.container.id, "rabbitmqctl", "--quiet", *words)

    async def put_file(self, text: str) -> str:
        """Write the file inside the container."""
        path = "/tmp/definitions.json"
        write = f"cat > {path}"
        await run("docker", "exec", "-i", self.container.id, "sh", "-c", write, stdin=text)
        return path


class DockerServers:
    """Both servers in containers, each started when first asked for."""

    def __init__(self) -> None:
        # The reaper is an image too, and a machine without a registry could not pull it.
        os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
        self._broker: DockerBroker | None = None
        self._mongo: _Container | None = None
        self._mongo_port = free_port()

    async def mongo_uri(self) -> str:
        """The address of a MongoDB that is primary of its own replica set."""
        uri = f"mongodb://127.0.0.1:{self._mongo_port}/?directConnection=true"
        if self._mongo is None:
            command = (
                "mongod --replSet rs0 --bind_ip_all --wiredTigerCacheSizeGB 0.25"
                f" --setParameter transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"
            )
            self._mongo = _Container(MONGO_IMAGE, {27017: self._mongo_port}, command=command)
            await self._mongo.start()
            await become_primary(uri, "127.0.0.1:27017")
        return uri

    async def broker(self) -> Broker:
        """A running RabbitMQ node."""
        if self._broker is None:
            self._broker = DockerBroker()
            await self._broker.start()
        return self._broker

    async def close(self) -> None:
        """Remove what was started, with its data."""
        started = [self._mongo, self._broker.container if self._broker else None]
        await asyncio.gather(*(container.remove() for container in started if container))


class _Container:
    """One testcontainers container that can be stopped and started again under the same address."""

    def __init__(
        self,
        image: str,
        ports: dict[int, int],
        *,
        environment: dict[str, str] | None = None,
        command: str = "",
    ) -> None:
        # Imported late: a run on local servers needs no Docker client.
        from testcontainers.core.container import DockerContainer

        self._described = DockerContainer(image)
        # Not with_bind_ports, which would open the ports to the whole network.
        published = {str(inside): ("127.0.0.1", outside) for inside, outside in ports.items()}
        self._described.ports.update(cast("dict[str, int | None]", published))
        for name, value in (environment or {}).items():
            self._described.with_env(name, value)
        if command:
            self._described.with_command(command)
        self._running: Any = None
        self._reaper: subprocess.Popen[bytes] | None = None

    @property
    def id(self) -> str:
        """Docker's id of the container."""
        return str(self._running.id)

    async def start(self) -> None:
        if self._running is not None:
            await self.call("start")
            return
        await asyncio.to_thread(self._described.start)
        self._running = self._described.get_wrapped_container()
        # Waits for us to end, however we end, and then removes the container.
        self._reaper = subprocess.Popen(
            ["sh", "-c", 'cat >/dev/null; exec docker rm --force --volumes "$0"', self.id],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    async def call(self, method: str, **options: object) -> None:
        """Call a method of Docker's own container object (`stop`, `start`, `kill`)."""
        await asyncio.to_thread(getattr(self._running, method), **options)

    async def remove(self) -> None:
        if self._reaper is not None:
            await asyncio.to_thread(self._reaper.communicate)

    def why_over(self) -> str:
        self._running.reload()
        if self._running.status in {"running", "created"}:
            return ""
        told = self._running.logs(tail=40).decode("utf-8", "replace")
        return f"The container ended before it answered:\n{told}"
