"""What there is to say about a package's rows, collected with bounded memory and exact counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from services.contacts.domain.roster import Finding, Severity

Key = tuple[str, Severity, str]


class Findings:
    """Refused and repaired rows one by one; notes once per file and code, with how often."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._rows: list[Finding] = []
        self._notes: dict[Key, Finding] = {}
        self.counts: Counter[Key] = Counter()

    def refuse(self, file: str, line: int | None, code: str, reason: str) -> None:
        self._row(Finding(file, line, Severity.REFUSED, code, reason))

    def repair(self, file: str, line: int | None, code: str, reason: str) -> None:
        self._row(Finding(file, line, Severity.REPAIRED, code, reason))

    def note(self, file: str, line: int | None, code: str, reason: str) -> None:
        key = (file, Severity.NOTE, code)
        self.counts[key] += 1
        if key not in self._notes:
            self._notes[key] = Finding(file, line, Severity.NOTE, code, reason)

    def _row(self, finding: Finding) -> None:
        self.counts[(finding.file, finding.severity, finding.code)] += 1
        if len(self._rows) < self._keep:
            self._rows.append(finding)

    def __iter__(self) -> Iterator[Finding]:
        yield from self._rows
        for key, finding in self._notes.items():
            yield replace(finding, count=self.counts[key])

    def clear(self) -> None:
        self._rows.clear()
        self._notes.clear()
        self.counts.clear()

    def refused(self, file: str) -> int:
        """How many rows of the file were left out because they can't be used."""
        return sum(
            n for (name, how, _), n in self.counts.items() if name == file and how == "refused"
        )
