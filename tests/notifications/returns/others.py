"""Mail that came back to others, with what their own tests expect of it, and how we read it.

`flufl.bounce` and `sisimai` are collections of bounces of many mail systems, with expectations; the
mails of `mailparser` and `mikel-mail` are broken, odd or ordinary ones.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from services.notifications.domain.returned import Report, Returned
from services.notifications.returns.reading import read

DATA = Path(os.environ.get("PARTNERS_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
"""Mails which others collected; not part of this repository."""
SETS = ("flufl.bounce", "mailparser", "mikel-mail", "sisimai")
NOT_MAIL = {".csv", ".md", ".json"}
ANSWERS = {"vacation": "auto_reply", "feedback": "complaint", "delivered": "other"}
"""What sisimai calls "reasons" and are no failures."""
UNCLEAR = {"filtered", "onhold", "undefined"}
"""Where sisimai itself says that it is not known whether the address works: "filtered" is its word
for "no such user" that was said late, or without a code."""


def bounces() -> Path:
    """Where they lie, or a skip that says what is missing."""
    place = DATA / "bounces"
    if not DATA.exists():
        # They are not part of this repository; where there are some, none may be missing.
        pytest.skip(f"the mails collected by others are not here: no folder {DATA}")
    assert place.exists(), f"no folder {place}"
    return place


def mails(*under: str) -> list[Path]:
    """All mails of some sets or folders; of all sets when none is named."""
    place = bounces()
    files = (path for name in under or SETS for path in sorted((place / name).rglob("*")))
    found = [
        path
        for path in files
        if path.is_file() and path.suffix not in NOT_MAIL and not path.name.startswith("LICENSE")
    ]
    assert found, f"no mails in {place}"
    return found


@cache
def read_file(path: Path) -> Returned:
    """One of them, read."""
    return read(path.read_bytes())


@dataclass(frozen=True)
class Case:
    """One expectation, and what we make of the mail."""

    measure: str
    mail: str
    expected: str
    got: str
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether both are the same."""
        return self.expected == self.got


def cases() -> list[Case]:
    """Every expectation of both collections that is clear."""
    return [*_flufl(), *_sisimai()]


def rate(measure: str) -> tuple[int, int]:
    """How many of a measure are right, and of how many."""
    found = [each.right for each in cases() if each.measure == measure]
    return sum(found), len(found)


def _flufl() -> Iterator[Case]:
    """A mail of which its detectors expect no address at all is none that they understood."""
    folder = bounces() / "flufl.bounce"
    kinds: dict[str, str] = {}
    named: dict[str, set[str]] = {}
    for row in _rows(folder / "expected.csv"):
        if row["addresses"]:
            kinds[row["file"]] = row["kind"]
            named.setdefault(row["file"], set()).update(row["addresses"].lower().split())
    for name, kind in kinds.items():
        mail = read_file(folder / "data" / name)
        got = {"bounce": "permanent", "delay": "temporary"}.get(mail.kind, mail.kind)
        yield Case("flufl: permanent or temporary", name, kind, got, mail.subject)
        ours = {each for report in mail.reports for each in (report.recipient, report.formerly)}
        missing = sorted(named[name] - ours)
        yield Case("flufl: recipients", name, "all", "all" if not missing else f"not {missing}")


def _sisimai() -> Iterator[Case]:
    folder = bounces() / "sisimai"
    rows: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder / "expected.csv"):
        rows.setdefault(row["file"], []).append(row)
    for name, expected in rows.items():
        mail = read_file(folder / name)
        for place, row in enumerate(expected):
            if row["reason"] in ANSWERS:
                yield Case("sisimai: no failure", name, ANSWERS[row["reason"]], mail.kind)
                continue
            report = mail.reports[place] if place < len(mail.reports) else None
            yield from _judged(name, row, report)


def _judged(name: str, row: dict[str, str], report: Report | None) -> Iterator[Case]:
    why = f"{row['reason']}; {report.cause}: {report.said[:80]}" if report else row["reason"]
    classes = {"5": "permanent", "4": "temporary"}
    got = classes.get(report.status[:1], "?") if report else "not found"
    expected = classes[row["status"][:1]]
    yield Case("sisimai: permanent or temporary", name, expected, got, why)
    shut = "yes" if row["hard_bounce"] == "true" else "no"
    ours = "yes" if report and report.hopeless else "no"
    clear = "" if row["reason"] not in UNCLEAR else ", unclear ones"
    yield Case(f"sisimai: the address itself is no good{clear}", name, shut, ours, why)


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as lines:
        return list(csv.DictReader(lines))
