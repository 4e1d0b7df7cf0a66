"""Ports of the servers that tests and the one-process platform start."""

import socket
import subprocess
import sys

import pytest

from embedded import ports
from embedded.ports import HIGHEST, LOWEST, free_port


def test_a_port_can_be_listened_on_and_is_given_once() -> None:
    given = [free_port() for _ in range(50)]

    assert len(set(given)) == len(given)
    with socket.socket() as server:
        server.bind(("127.0.0.1", given[0]))


def test_ports_lie_below_those_lent_to_outgoing_connections() -> None:
    assert all(LOWEST <= free_port() < HIGHEST for _ in range(50))


def test_when_every_port_is_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        taken = server.getsockname()[1]
        monkeypatch.setattr(ports, "LOWEST", taken)
        monkeypatch.setattr(ports, "HIGHEST", taken + 1)

        with pytest.raises(OSError, match=f"no free port between {taken} and"):
            free_port()


def test_what_another_process_was_given_is_given_by_none_before_its_server_listens() -> None:
    port = free_port()
    ask = (
        "from embedded import ports\n"
        f"ports.LOWEST, ports.HIGHEST = {port}, {port + 1}\n"
        "ports.free_port()"
    )

    beside = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    )

    assert f"no free port between {port} and" in beside.stderr
