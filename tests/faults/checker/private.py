"""No personal data in logs: the roster's own names and addresses are the canaries."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.faults.checker.run import Run
from tests.faults.checker.verdict import Verdict

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+\w")
SHORTEST_NAME = 4
"""Shorter family names are found only together with the given name: logs are full of short words.
"""
LONGEST_LINE = 1 << 20


class Canaries:
    """Every name and address of the roster."""

    def __init__(self, run: Run) -> None:
        self.addresses: set[str] = set()
        self.full_names: set[tuple[str, ...]] = set()
        self.family_names: set[str] = set()
        self._lengths: set[int] = set()
        for row in run.collection("contacts", "dir_families").find():
            for person in (*row["students"], *row["guardians"]):
                self._learn(person["given_name"], person["family_name"])
        for row in run.collection("contacts", "dir_households").find({"mailbox": {"$ne": None}}):
            self.addresses.add(row["mailbox"].lower())

    def _learn(self, given: str, family: str) -> None:
        full = (*WORD.findall(given), *WORD.findall(family))
        if not full:  # nothing is left of who was erased
            return
        self.full_names.add(full)
        self._lengths.add(len(full))
        if len(family) >= SHORTEST_NAME and " " not in family:
            self.family_names.add(family)

    def in_line(self, line: str) -> str:
        """What kind of personal data a line holds; never the data itself. Empty: none."""
        if any(each.lower() in self.addresses for each in ADDRESS.findall(line)):
            return "a mail address of a household"
        words = WORD.findall(line)
        for length in self._lengths:
            for place in range(len(words) - length + 1):
                if tuple(words[place : place + length]) in self.full_names:
                    return "the name of a person"
        if not self.family_names.isdisjoint(words):
            return "a family name"
        return ""


def check(run: Run, verdict: Verdict) -> None:
    """Read every log."""
    canaries = Canaries(run)
    for path in run.logs:
        for number, line in enumerate(_lines(path), 1):
            verdict.look("privacy")
            if found := canaries.in_line(line):
                verdict.broken("privacy", f"{path.name}:{number}", f"holds {found}")


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        while line := file.readline(LONGEST_LINE):
            yield line
