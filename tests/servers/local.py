"""Our own RabbitMQ node: own name, ports, cookie, folder; the system's node is left alone."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from embedded.mongod import RunningMongod, dies_with_parent, start_mongod
from embedded.ports import free_port
from tests.servers.broker import PASSWORD, USER, Broker, ServerMissing, run

# Where Debian and the generic package keep the plain scripts; the ones in /usr/sbin change user.
SCRIPT_FOLDERS = (Path("/usr/lib/rabbitmq/bin"), Path("/opt/rabbitmq/sbin"))
STOP_SECONDS = 60


class LocalBroker(Broker):
    """A node in a folder of its own; it dies with this process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(free_port(), free_port())
        self._scripts = _scripts()
        self._folder = folder
        self._name = f"partners-{secrets.token_hex(4)}@localhost"
        self._epmd_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None
        self._environment = self._write_configuration()

    async def start(self) -> None:
        """Start the node (about four seconds) and wait until it speaks AMQP."""
        if self._epmd is None:
            # Started by hand: the one that a node starts by itself would outlive it.
            self._epmd = self._spawn("epmd", "-port", str(self._epmd_port), log="epmd.out")
        if self._node is None:
            self._node = self._spawn(str(self._scripts / "rabbitmq-server"), log="node.out")
        await self._until_it_answers(self._why_over)

    async def stop(self) -> None:
        """Shut the node down in order, data on disk."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the node with kill -9."""
        await self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop the node where it stands (SIGSTOP); its connections stay open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused node go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, how: signal.Signals) -> None:
        if self._node is not None and self._node.poll() is None:
            self._node.send_signal(how)

    async def close(self) -> None:
        """End everything; the data is not needed any more."""
        await self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            await asyncio.to_thread(self._epmd.wait)

    async def rabbitmqctl(self, *words: str) -> str:
        """Run rabbitmqctl against this node (about 0.3 s)."""
        program = str(self._scripts / "rabbitmqctl")
        return await run(program, "--quiet", *words, env=self._environment)

    async def put_file(self, text: str) -> str:
        """Write the file into the node's folder."""
        path = self._folder / "definitions.json"
        path.write_text(text, encoding="utf-8")
        return str(path)

    async def _end(self, how: signal.Signals) -> None:
        if self._node is None:
            return
        self._node.send_signal(how)
        await asyncio.to_thread(self._node.wait, STOP_SECONDS)
        self._node = None

    def _why_over(self) -> str:
        assert self._node is not None
        if self._node.poll() is None:
            return ""
        code, self._node = self._node.returncode, None
        told = (self._folder / "node.out").read_text(encoding="utf-8", errors="replace")
        return f"RabbitMQ ended (exit {code}) before it answered:\n{told[-3000:]}"

    def _spawn(self, *command: str, log: str) -> "subprocess.Popen[bytes]":
        with (self._folder / log).open("ab") as output:
            return subprocess.Popen(
                [*dies_with_parent("KILL"), *command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _write_configuration(self) -> dict[str, str]:
        folder = self._folder
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16), encoding="ascii")
        cookie.chmod(0o400)
        (folder / "enabled_plugins").write_text("[rabbitmq_prometheus].\n", encoding="ascii")
        # Empty, but named: otherwise the system's own rabbitmq-env.conf would be read.
        (folder / "rabbitmq-env.conf").touch()
        configuration = _configuration(self.port, self.metrics_port)
        (folder / "rabbitmq.conf").write_text(configuration, encoding="ascii")
        return os.environ | {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Makes the script become the node, not its parent: a kill then hits the node itself.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
        }


class LocalServers:
    """Both servers on this machine, each started when first asked for."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="partners-servers-"))
        self._mongod: RunningMongod | None = None
        self._broker: LocalBroker | None = None

    async def mongo_uri(self) -> str:
        """The address of a MongoDB that is primary of its own replica set."""
        if self._mongod is None:
            self._mongod = await start_mongod(self._folder / "mongo")
        return self._mongod.uri

    async def broker(self) -> Broker:
        """A running RabbitMQ node."""
        if self._broker is None:
            folder = self._folder / "rabbitmq"
            folder.mkdir()
            self._broker = LocalBroker(folder)
            await self._broker.start()
        return self._broker

    async def close(self) -> None:
        """End what was started and remove its data."""
        if self._broker is not None:
            await self._broker.close()
        if self._mongod is not None:
            # Its data goes too, so it need not write anything down first.
            self._mongod.process.kill()
            await self._mongod.stop()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


def _scripts() -> Path:
    for folder in SCRIPT_FOLDERS:
        if (folder / "rabbitmq-server").exists():
            return folder
    message = (
        "RabbitMQ is not installed, and the tests run on the real one. "
        "Run `make system`, or: apt-get install rabbitmq-server"
    )
    raise ServerMissing(message)


def _configuration(port: int, metrics_port: int) -> str:
    settings = {
        "listeners.tcp.1": f"127.0.0.1:{port}",
        "prometheus.tcp.ip": "127.0.0.1",
        "prometheus.tcp.port": str(metrics_port),
        "default_user": USER,
        "default_pass": PASSWORD,
        "log.file": "false",
        "log.console": "true",
        # A full disk should fail a test by its own error, not by a silent broker alarm.
        "disk_free_limit.absolute": "50MB",
        "raft.wal_max_size_bytes": "33554432",
    }
    return "".join(f"{key} = {value}\n" for key, value in settings.items())
