"""Forked processes are what freshly started ones are, and none outlives the warm one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.crashpoints import EXIT
from tests.faults.warm import Warm, WarmProcess
from tests.journeys.waiting import eventually

SAY = "tests.faults.saying"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    warm = Warm(tmp_path_factory.mktemp("warm") / "warm.log")
    yield warm
    warm.close()


def a_process(warm: Warm, folder: Path, *words: str, patch: str = "") -> WarmProcess:
    command = (sys.executable, "-m", SAY, *words)
    return WarmProcess("saying", command, {}, folder / "saying.log", warm=warm, patch=patch)


def test_it_has_its_own_words_settings_and_log(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "hello", "7")
    process.start(PARTNERS_SAID="yes")
    assert process.wait_until_it_ends() == 7
    assert process.told() == f"hello yes {process.port}\n"
    assert process.ends() == 7


def test_a_patch_is_called_before_it_runs(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "hello", patch=f"{SAY}:patched")
    process.start()
    process.wait_until_it_ends()
    assert "hello patched" in process.told()


def test_it_ends_at_the_crash_point_of_its_own_settings(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "hello")
    process.start(PARTNERS_CRASH_AT="saying:hello")
    assert process.wait_until_it_ends() == EXIT
    process.start()
    assert process.wait_until_it_ends() == 0


def test_it_is_paused_resumed_and_killed(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "wait")
    process.start()
    eventually(lambda: "wait" in process.told())
    process.pause()
    eventually(lambda: _state(process.pid) == "T")
    process.resume()
    eventually(lambda: _state(process.pid) == "S")
    assert process.ends() is None
    process.kill()
    assert process.ends() == -signal.SIGKILL
    process.kill()


def test_waiting_for_an_end_that_does_not_come_says_so(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "wait")
    process.start()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait_until_it_ends(0.1)
    process.stop()
    assert process.ends() == -signal.SIGTERM


def test_a_service_starts_without_the_time_of_its_imports(warm: Warm, tmp_path: Path) -> None:
    command = ("partners", "serve", "contacts")
    process = WarmProcess("contacts", command, {}, tmp_path / "contacts.log", warm=warm)
    process.start(PARTNERS_ENVIRONMENT="production")
    # Without its settings it ends with a sentence, which is as far as it needs to come here.
    assert process.wait_until_it_ends() == 2
    assert "partners: Set PARTNERS_AMQP_URL" in process.told()


def test_all_end_with_the_warm_process_and_it_with_them_that_asked(tmp_path: Path) -> None:
    warm = Warm(tmp_path / "warm.log")
    process = a_process(warm, tmp_path, "wait")
    process.start()
    assert process.ends() is None
    warm.close()
    assert process.ends() == -signal.SIGKILL
    eventually(lambda: not Path(f"/proc/{process.pid}").exists() or _state(process.pid) == "Z")
    with pytest.raises(AssertionError, match="has ended"):
        process.start()


def test_a_fork_takes_milliseconds(warm: Warm, tmp_path: Path) -> None:
    process = a_process(warm, tmp_path, "hello")
    process.start()
    process.wait_until_it_ends()
    began = time.perf_counter()
    process.start()
    process.wait_until_it_ends()
    # Far above the 20 ms that it takes on a quiet machine, far below a start with imports.
    assert time.perf_counter() - began < 2


def _state(pid: int) -> str:
    assert os.getpid() != pid
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
