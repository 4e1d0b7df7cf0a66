"""A warm process that has imported everything: services are forked from it in milliseconds.

A test that ends a service hundreds of times would else wait four seconds for each start. `Warm` is
the test's handle on it, `python -m tests.faults.warm` the program: it reads orders as JSON lines,
forks, and tells of each process that ended. All processes end with it, and it ends with the test.
"""

import ctypes
import gc
import json
import os
import runpy
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from cli.door import SERVICES
from embedded.mongod import dies_with_parent
from shared import crashpoints
from tests.journeys.process import ROOT, Process

WARM_SECONDS = 180
"""Imports take four seconds on a machine with nothing else to do."""
IMPORTED = ("cli.main", "cli.serve", "embedded.mailbox", "uvicorn.protocols.http.httptools_impl")
PR_SET_PDEATHSIG = 1


# --- the test's side ------------------------------------------------------------------------------


class Forked:
    """One forked process, with the face of `subprocess.Popen`."""

    def __init__(self, warm: "Warm", pid: int) -> None:
        self.pid = pid
        self._warm = warm

    def poll(self) -> int | None:
        """How it ended (below zero: by which signal); None while it runs."""
        return self._warm.code_of(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; `subprocess.TimeoutExpired` when it does not come in time."""
        return self._warm.wait_for(self.pid, timeout)

    def send_signal(self, sig: int) -> None:
        """Nothing happens to a process that ended: its number may be another's by now."""
        if self.poll() is None:
            os.kill(self.pid, sig)


class Warm:
    """The warm process; `also` is set for it and all its children (LD_PRELOAD, say)."""

    def __init__(self, log: Path, also: Mapping[str, str] | None = None) -> None:
        self._codes: dict[int, int | None] = {}
        self._new: list[int] = []
        self._told = threading.Condition()
        self._one_at_a_time = threading.Lock()
        with log.open("ab") as output:
            self._program = subprocess.Popen(
                [*dies_with_parent("KILL"), sys.executable, "-m", "tests.faults.warm"],
                cwd=ROOT,
                env=_without_ours(os.environ) | dict(also or {}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        self._log = log
        self._listener = threading.Thread(target=self._listen, name="warm process", daemon=True)
        self._listener.start()

    def fork(self, order: Mapping[str, Any]) -> Forked:
        """Have a process made: `command`, `environment`, `log`, `patch`."""
        with self._one_at_a_time:
            orders = self._program.stdin
            assert orders is not None
            assert not self._over, "the warm process has ended"
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            with self._told:
                made = self._told.wait_for(lambda: self._new or self._over, WARM_SECONDS)
                if not made or not self._new:
                    told = self._log.read_text(encoding="utf-8", errors="replace")[-4000:]
                    message = f"the warm process made no process:\n{told}"
                    raise AssertionError(message)
                return Forked(self, self._new.pop())

    def code_of(self, pid: int) -> int | None:
        """How a forked process ended; None while it runs."""
        with self._told:
            return self._codes.get(pid)

    def wait_for(self, pid: int, seconds: float | None) -> int:
        """Wait for its end."""
        with self._told:
            self._told.wait_for(lambda: self._codes[pid] is not None, seconds)
            code = self._codes[pid]
        if code is None:
            raise subprocess.TimeoutExpired(f"process {pid}", seconds or 0)
        return code

    def close(self) -> None:
        """End it and all that were forked from it."""
        self._program.kill()
        self._program.wait()
        self._listener.join()
        for pipe in (self._program.stdin, self._program.stdout):
            assert pipe is not None
            pipe.close()

    @property
    def pid(self) -> int:
        """Of the warm process itself."""
        return self._program.pid

    @property
    def _over(self) -> bool:
        return self._program.poll() is not None

    def _listen(self) -> None:
        answers = self._program.stdout
        assert answers is not None
        for line in answers:
            told = json.loads(line)
            with self._told:
                self._codes[told["pid"]] = told.get("code")
                if "code" not in told:
                    self._new.append(told["pid"])
                self._told.notify_all()
        self._program.wait()
        with self._told:  # the kernel has ended all that were left
            self._codes |= {p: -signal.SIGKILL for p, code in self._codes.items() if code is None}
            self._told.notify_all()


@dataclass
class WarmProcess(Process):
    """One program of the platform, forked. `patch` ("module:function") is called before it runs."""

    warm: Warm = field(kw_only=True)
    patch: str = ""

    def _launch(self, environment: Mapping[str, str]) -> Forked:
        self.log.touch()
        return self.warm.fork(
            {
                "command": self.command,
                "environment": environment,
                "log": str(self.log),
                "patch": self.patch,
            }
        )


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if not name.startswith("PARTNERS_")}


# --- the warm side --------------------------------------------------------------------------------


def main() -> None:
    """Import everything, then fork on order; in a forked process, become what was ordered."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever prints while it is imported does not speak to the test
    for name in (*IMPORTED, *(f"services.{service}.app" for service in SERVICES)):
        import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection of each child would copy all of this
    order = _until_forked(answers)
    if order is not None:
        _become(order)


def _until_forked(answers: IO[str]) -> dict[str, Any] | None:
    """Fork for each order. Returns in the forked process, or with None when the test is gone."""
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.set_wakeup_fd(ring)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for order in _orders(bell, answers):
        if order is None:
            return None
        threads = [each.name for each in Path("/proc/self/task").iterdir()]
        assert len(threads) == 1, f"threads do not live on in a forked process: {threads}"
        warm = os.getpid()
        if pid := os.fork():
            print(json.dumps({"pid": pid}), file=answers)
            continue
        # Not `answers.close()` alone: nothing of the warm process's is to stay open here.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _end_with(warm)
        answers.close()
        for each in (bell, ring):
            os.close(each)
        return order
    return None


def _orders(bell: int, answers: IO[str]) -> Iterator[dict[str, Any] | None]:
    rest = b""
    with selectors.PollSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(bell, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == bell:
                    os.read(bell, 4096)
                    _tell_of_the_ended(answers)
                    continue
                read = os.read(0, 1 << 16)
                if not read:
                    yield None
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    yield json.loads(line)


def _tell_of_the_ended(answers: IO[str]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        code = os.waitstatus_to_exitcode(status)
        print(json.dumps({"pid": pid, "code": code}), file=answers)


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(-signal.SIGKILL)


def _become(order: Mapping[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(order["environment"])
    crashpoints.configure()
    if order["patch"]:
        module, _, function = order["patch"].partition(":")
        getattr(import_module(module), function)()
    _run(list(order["command"]))


def _run(command: list[str]) -> None:
    """Run `…/partners WORDS` or `…/python -m MODULE WORDS` as a fresh interpreter would."""
    if command[1] == "-m":
        sys.argv = command[2:]
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
        return
    sys.argv = command
    import_module("cli.main").app()


if __name__ == "__main__":
    main()
