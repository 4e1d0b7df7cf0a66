"""The mail service of the lab: it misbehaves as ordered, and its ledger says what it took."""

import json
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.ports import free_port
from tests.faults.sink import MODES, Sink, open_sink
from tests.journeys.waiting import eventually

LETTER = (
    "Message-ID: <d-1@example.org>\r\nSubject: Hello\r\n\r\nLAB-000001\r\n"
    "https://example.org/events/rsvp/abc.def\r\n"
)
TIMEOUT = 1.0


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "mail.jsonl"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def sink(ledger: Path, port: int) -> Iterator[Sink]:
    with open_sink(port, ledger, r"LAB-\d+") as opened:
        eventually(lambda: _greets(port), 20)
        yield opened


def _greets(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT):
            return True
    except OSError:
        return False


def _send(port: int, letter: str = LETTER) -> int:
    """The code of the answer that ended it; 0 when the line was cut or silent."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT) as smtp:
            smtp.sendmail("school@example.org", ["home@example.org"], letter)
    except smtplib.SMTPRecipientsRefused as refused:
        return int(next(iter(refused.recipients.values()))[0])
    except smtplib.SMTPResponseException as refused:
        return int(refused.smtp_code)
    except (smtplib.SMTPException, OSError):
        return 0
    return 250


def _rows(ledger: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


def _ordered(sink: Sink, mode: str) -> None:
    sink.order(mode, 1)
    eventually(lambda: sink.heard() == 1, 5)


def test_what_it_takes_stands_in_its_ledger(sink: Sink, port: int, ledger: Path) -> None:
    assert _send(port, LETTER.replace("LAB-000001", "nothing")) == 250
    assert _send(port) == 250
    first, second = _rows(ledger)
    assert (first["key"], first["link"]) == (None, "/events/rsvp/abc.def")
    assert second["key"] == "LAB-000001"
    assert second["message_id"] == "<d-1@example.org>"
    assert second["rcpt"] == ["home@example.org"]
    assert second["taken"] is True


@pytest.mark.parametrize("mode", [each for each in MODES if each[0].isdigit()])
def test_an_ordered_reply_comes_once(sink: Sink, port: int, ledger: Path, mode: str) -> None:
    _ordered(sink, mode)
    assert _send(port) == int(mode[:3])
    assert _send(port) == 250
    assert [row["taken"] for row in _rows(ledger)][-1] is True
    assert sum(bool(row["taken"]) for row in _rows(ledger)) == 1


@pytest.mark.parametrize(
    ("mode", "taken"),
    [
        ("cut@data", False),
        ("cut@end", False),
        ("cut_kept@end", True),
        ("silent@end", False),
        ("silent@connect", False),
    ],
)
def test_a_cut_or_silent_line_gives_no_answer(
    sink: Sink, port: int, ledger: Path, mode: str, taken: bool
) -> None:
    _ordered(sink, mode)
    assert _send(port) == 0
    assert any(row["taken"] for row in _rows(ledger)) is taken


def test_drops_arrive_all_the_same(sink: Sink, port: int) -> None:
    _ordered(sink, "drip")
    assert _send(port) == 250


def test_an_order_can_be_ended(sink: Sink, port: int) -> None:
    _ordered(sink, "450@rcpt")
    sink.behave()
    eventually(lambda: sink.heard() == 2, 5)
    assert _send(port) == 250
