"""A ground for state machines, no rest between probes, and the number of histories at the end."""

import logging
import uuid
from collections.abc import Callable, Iterator

import pytest
import structlog

from services.notifications.actions import sending
from shared.bus import settle
from tests.models.ground import Ground, profile


@pytest.fixture
def ground(
    mongo_uri: str,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    """Runs a machine over a database of its own on the real MongoDB."""
    # A server that is away is back at the next question, so nobody has to rest before asking.
    monkeypatch.setattr(settle, "PROBE_SECONDS", 0)
    monkeypatch.setattr(sending, "DOWN_SECONDS", 0)
    # What is logged in ten thousand crashes tells nobody anything.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = Ground(mongo_uri, f"test_model_{uuid.uuid4().hex[:12]}", record_property)
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many histories each machine ran."""
    ran = [
        told
        for report in terminalreporter.getreports("passed")
        for name, told in getattr(report, "user_properties", ())
        if name == "sequences"
    ]
    if not ran:
        return
    terminalreporter.section(f"random histories (profile {profile()})")
    for machine, sequences, steps in sorted(ran):
        terminalreporter.line(f"{machine:24} {sequences:7,} histories {steps:9,} steps")
    total = sum(sequences for _, sequences, _ in ran)
    terminalreporter.line(f"{'all':24} {total:7,} histories")
