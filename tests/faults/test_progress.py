"""A path works again when something that was asked after the fault has come through."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.faults.progress import Progress


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path, "mongodb://nowhere", "lab_")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "publisher.jsonl", "LAB")


async def test_what_began_before_the_end_of_a_fault_proves_nothing(
    progress: Progress, ledger: Ledger
) -> None:
    key = ledger.key()
    ledger.intend(key, "contact", way="http")
    ended = time.time()
    ledger.answer(key, "accepted", number="c1")
    progress.look()
    assert await progress.worked("contact", ended, limit=0.3) is None


async def test_a_try_that_began_after_it_proves_that_the_path_works(
    progress: Progress, ledger: Ledger
) -> None:
    key = ledger.key()
    ledger.intend(key, "contact", way="http")
    ended = time.time()
    ledger.answer(key, "accepted", number="c1", tries=3, asked=time.time())
    progress.look()
    worked = await progress.worked("contact", ended, limit=5)
    assert worked is not None
    assert worked >= ended
    assert progress.counted == {"contact": 1}


async def test_only_an_acceptance_by_the_same_path_counts(
    progress: Progress, ledger: Ledger
) -> None:
    ended = time.time()
    for what, way, said in (
        ("family_contacted", "http", "accepted"),
        ("contact", "http", "refused"),
        ("contact", "http", "unclear"),
        ("poison", "amqp", "accepted"),
    ):
        key = ledger.key()
        ledger.intend(key, what, way=way)
        ledger.answer(key, said, asked=time.time())
    progress.look()
    assert await progress.worked("contact", ended, limit=0.3) is None
    assert progress.counted == {"batch": 1}


async def test_a_letter_counts_when_the_mail_service_took_it(
    progress: Progress, ledger: Ledger, tmp_path: Path
) -> None:
    ended, key = time.time(), ledger.key()
    ledger.intend(key, "contact", way="http")
    row = {"key": key, "at": datetime.now(UTC).isoformat()}
    mail = tmp_path / "mail.jsonl"
    mail.write_text(json.dumps(row | {"taken": False}) + "\n")
    progress.look()
    assert await progress.worked("letter", ended, limit=0.3) is None
    with mail.open("a") as file:
        file.write(json.dumps(row | {"taken": True}) + "\n")
    progress.look()
    assert await progress.worked("letter", ended, limit=5) is not None


def test_a_line_that_is_not_yet_whole_waits_for_its_end(
    progress: Progress, ledger: Ledger, tmp_path: Path
) -> None:
    key = ledger.key()
    ledger.intend(key, "contact", way="http")
    path = tmp_path / "publisher.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op": "answer", "key": "LAB-0')
    progress.look()
    assert progress.counted == {}
    path.write_bytes(whole)
    ledger.answer(key, "accepted", number="c1")
    progress.look()
    assert progress.counted == {"contact": 1}
