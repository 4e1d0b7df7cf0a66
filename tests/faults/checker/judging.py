"""Judges one run from beginning to end."""

import tempfile
import time
from pathlib import Path

from tests.faults.checker import comparing, dead, mailed, private, quiet, stored
from tests.faults.checker.book import Book
from tests.faults.checker.gathering import gather
from tests.faults.checker.reading import read_mail, read_publisher
from tests.faults.checker.run import Run
from tests.faults.checker.verdict import Verdict


def judge(folder: Path) -> Verdict:
    """Read everything and check every invariant; `Unreadable` when something is not there."""
    begun, run, verdict = time.monotonic(), Run.of(folder), Verdict()
    for name in ("lost", "doubled", "unclear", "unknown"):
        verdict.figures[name] = 0
    with tempfile.TemporaryDirectory(prefix="checker-") as place:
        book = Book(Path(place) / "book.sqlite")
        try:
            _check(run, book, verdict)
        finally:
            book.close()
            run.close()
    verdict.figures["seconds"] = round(time.monotonic() - begun, 1)
    return verdict


def _check(run: Run, book: Book, verdict: Verdict) -> None:
    keys = read_publisher(run, book)
    verdict.figures["letters"] = read_mail(run, book)
    gather(run, book, keys)
    bindings = run.bindings()
    stored.check(book, bindings, verdict)
    mailed.check(run, book, verdict)
    comparing.check(run, book, bindings, verdict)
    quiet.check(run, book, verdict)
    dead.check(book, verdict)
    private.check(run, verdict)
