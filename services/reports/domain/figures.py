"""All figures in memory: the model of the stored ones, and the way to count as of a date."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reports.domain.facts import Fact
from services.reports.domain.fold import Changes, FamilyState, Place, fold, unblocks
from services.reports.domain.zones import Known


@dataclass
class FamilyRow:
    """What is kept of one family."""

    state: FamilyState | None = None
    marks: dict[str, int] = field(default_factory=dict)
    forebears: set[str] = field(default_factory=set)


@dataclass
class Figures:
    """Counters, families, and what waits."""

    counts: dict[Place, dict[str, int]] = field(default_factory=dict)
    families: dict[str, FamilyRow] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    def apply(self, changes: Changes) -> None:
        """Take in what a fold gave."""
        for place, cells in changes.counts.items():
            _sum(self.counts.setdefault(place, {}), cells)
        for family_id, marks in changes.marks.items():
            _sum(self._row(family_id).marks, marks)
        for family_id, state in changes.families.items():
            row = self._row(family_id)
            if row.state is None or state.stamp > row.state.stamp:
                row.state = state
        for family_id, forebears in changes.forebears.items():
            self._row(family_id).forebears |= forebears
        self.known = self.known.with_(changes.known)
        self.waiting.update(changes.waiting)
        for about in changes.no_longer_waiting:
            self.waiting.pop(about, None)

    def unblocked_by(self, facts: Sequence[Fact]) -> list[str]:
        """The things that waited for what these facts tell."""
        told = unblocks(facts)
        return [about for about, needs in self.waiting.items() if told.intersection(needs)]

    def take_in(self, news: Sequence[Fact], before: Mapping[str, Sequence[Fact]]) -> None:
        """Fold new facts; `before` has the older ones about the same things."""
        self.apply(fold(self.known, before, news, self.unblocked_by(news)))

    def digest(self) -> str:
        """Names the figures by their content."""
        counts = (
            count_line(*place, cells) for place, cells in sorted(self.counts.items(), key=_id_of)
        )
        families = (
            family_line(family_id, row.state, row.marks, row.forebears)
            for family_id, row in sorted(self.families.items())
        )
        waiting = (waiting_line(about, self.waiting[about]) for about in sorted(self.waiting))
        return digest_of([*counts, *families, *waiting])

    def _row(self, family_id: str) -> FamilyRow:
        return self.families.setdefault(family_id, FamilyRow())


def _id_of(item: tuple[Place, Mapping[str, int]]) -> str:
    return place_id(item[0])


def place_id(place: Place) -> str:
    """A counter's name."""
    return "|".join(place)


def _sum(row: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        row[name] = row.get(name, 0) + number


# --- the canonical form, by which figures are compared byte by byte -------------------------------


def count_line(day: str, school_id: str, class_id: str, cells: Mapping[str, int]) -> bytes:
    """One counter; empty when all of it is zero: a figure that fell to zero is none."""
    left = {name: number for name, number in cells.items() if number}
    return _line(["count", day, school_id, class_id, left]) if left else b""


def family_line(
    family_id: str,
    state: FamilyState | None,
    marks: Mapping[str, int],
    forebears: Iterable[str],
) -> bytes:
    """One family."""
    left = {name: number for name, number in marks.items() if number}
    told: list[Any] = []
    if state:
        told = [state.stamp, state.active, state.schools, state.grades, state.languages]
    if not (left or told or forebears):
        return b""
    return _line(["family", family_id, told, left, sorted(forebears)])


def waiting_line(about: str, needs: Sequence[str]) -> bytes:
    """One thing that waits."""
    return _line(["waiting", about, sorted(needs)])


def digest_of(lines: Iterable[bytes]) -> str:
    """SHA-256 of lines of canonical JSON: counters, families, waiting, each in order of names."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _line(values: list[Any]) -> bytes:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def chunks(facts: Sequence[Fact], size: int) -> Iterator[Sequence[Fact]]:
    """Facts in groups of at most `size`."""
    for start in range(0, len(facts), size):
        yield facts[start : start + size]
