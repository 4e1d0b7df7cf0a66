"""One program of the platform as a process of its own: started, killed and started again."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx2

from embedded.mongod import dies_with_parent
from embedded.ports import free_port
from tests.journeys.waiting import eventually

ROOT = Path(__file__).parents[2]
READY_SECONDS = 180
STOP_SECONDS = 20


class Running(Protocol):
    """A process under way, as `subprocess.Popen` shows it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


@dataclass
class Process:
    """A program with its settings, the port on which it answers and the file of its log."""

    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    _running: Running | None = None

    @property
    def url(self) -> str:
        """Where it answers; only the front door asks here."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, **also: str) -> None:
        """Start it, with more settings if given; `wait_until_ready` tells when it works."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PARTNERS_")}
        own = {"PARTNERS_PORT": str(self.port), "PARTNERS_HOST": "127.0.0.1"}
        self._running = self._launch(kept | own | dict(self.settings) | also)

    def _launch(self, environment: Mapping[str, str]) -> Running:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                # It must not outlive the tests, however these end.
                [*dies_with_parent("KILL"), *self.command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its process id; it has been started."""
        assert self._running is not None
        return self._running.pid

    def wait_until_ready(self, unless: int | None = None) -> None:
        """Wait until it answers that database and bus are there; fails with the end of its log.

        `unless`: or until it has ended so, where it may on its way.
        """

        def ready() -> bool:
            if unless is not None and self.ends() == unless:
                return True
            assert self.ends() is None, f"{self.name} ended ({self.ends()}):\n{self.told()}"
            try:
                return httpx2.get(f"{self.url}/readyz", timeout=5).is_success
            except httpx2.TransportError:
                return False

        eventually(ready, READY_SECONDS, lambda: f"{self.name} is not ready:\n{self.told()}")

    def ends(self) -> int | None:
        """How it ended; None while it runs."""
        return self._running.poll() if self._running else 0

    def wait_until_it_ends(self, seconds: float = 30) -> int:
        """Wait for its end by itself; gives the exit code."""
        assert self._running is not None
        return self._running.wait(seconds)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to finish; what does not finish in time is killed."""
        try:
            self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop it where it is, as a machine that swaps or sleeps does."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._running is not None
        self._running.send_signal(signal.SIGCONT)

    def restart(self, **also: str) -> None:
        """Kill it if it runs, start it and wait until it works."""
        self.kill()
        self.start(**also)
        self.wait_until_ready()

    def told(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def _end(self, how: signal.Signals) -> None:
        if self._running is None or self._running.poll() is not None:
            return
        self._running.send_signal(how)
        self._running.wait(STOP_SECONDS)
