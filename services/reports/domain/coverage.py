"""Coverage: of how many families how many were told good news, told, reached; and who may see that.

Counts families, never calls. A family with pupils in two schools counts in both and once in the
total; so with grades and with languages.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from services.reports.domain.fold import FamilyState

SMALLEST = 10
"""Cells of fewer families are not shown outside their school: one could tell who they are."""
UNKNOWN_LANGUAGE = "und"
"""ISO 639-2 for families of whom no adult is known."""
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of families."""

    families: int = 0
    good: int = 0
    told: int = 0
    reached: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.families + other.families,
            self.good + other.good,
            self.told + other.told,
            self.reached + other.reached,
        )

    @property
    def any(self) -> bool:
        """Whether any family was told or reached."""
        return bool(self.told or self.reached)

    @property
    def not_told(self) -> int:
        """Families not heard from yet: nothing got to them."""
        return self.families - self.told

    @property
    def share_told(self) -> float:
        """From 0 to 1; 1 where there is no family."""
        return self.told / self.families if self.families else 1.0


@dataclass
class Cells:
    """All tallies of the district: margins, and by school."""

    total: Tally = field(default_factory=Tally)
    schools: dict[str, Tally] = field(default_factory=dict)
    languages: dict[str, Tally] = field(default_factory=dict)
    grades: dict[str, Tally] = field(default_factory=dict)
    school_languages: dict[tuple[str, str], Tally] = field(default_factory=dict)
    school_grades: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def add(self, state: FamilyState, tally: Tally) -> None:
        """Count one active family."""
        languages = state.languages or (UNKNOWN_LANGUAGE,)
        self.total += tally
        _each(self.schools, state.schools, tally)
        _each(self.languages, languages, tally)
        _each(self.grades, {grade for _, grade in state.grades}, tally)
        _each(
            self.school_languages, ((s, lang) for s in state.schools for lang in languages), tally
        )
        _each(self.school_grades, state.grades, tally)


def _each(row: dict[K, Tally], keys: Iterable[K], tally: Tally) -> None:
    for key in keys:
        row[key] = row.get(key, Tally()) + tally


def cells_of(
    families: Iterable[tuple[FamilyState, Mapping[str, int]]], months: Collection[str]
) -> Cells:
    """The tallies of active families over some months (such as 2026-11)."""
    cells = Cells()
    for state, marks in families:
        if state.active:
            cells.add(state, tally_of(marks, months))
    return cells


def tally_of(marks: Mapping[str, int], months: Collection[str]) -> Tally:
    """One family: was it told good news, told, reached in any of the months?"""

    def any_(mark: str) -> int:
        return int(any(marks.get(f"{month}.{mark}", 0) > 0 for month in months))

    return Tally(1, any_("good"), any_("told"), any_("reached"))


@dataclass(frozen=True)
class Row:
    """One line of a table of coverage; `tally` None: too few families to be shown."""

    name: str
    tally: Tally | None


@dataclass(frozen=True)
class Coverage:
    """What one viewer may see of one school (or of all)."""

    total: Tally | None
    schools: tuple[Row, ...]
    languages: tuple[Row, ...]
    grades: tuple[Row, ...]


def coverage_for(cells: Cells, school_id: str | None, *, inside: bool) -> Coverage:
    """The tables for a school, or for the district (None).

    `inside`: the viewer belongs to that school and so sees small cells, too. Everyone else sees
    none under 10 families, nor what would let one be worked out from the others: in each school's
    table and, for each language and grade, across the schools.
    """
    languages = _table(cells.school_languages, cells.languages, school_id, inside=inside)
    grades = _table(cells.school_grades, cells.grades, school_id, inside=inside)
    hidden = set() if inside else hidden_of({name: t.families for name, t in cells.schools.items()})
    total = cells.schools.get(school_id, Tally()) if school_id else cells.total
    if school_id:
        schools: dict[str, Tally | None] = {}
        shown_total = None if school_id in hidden else total
    else:
        schools = {name: None if name in hidden else each for name, each in cells.schools.items()}
        shown_total = total
    if not inside and 0 < total.families < SMALLEST:
        shown_total = None
    if shown_total is None:
        languages, grades = dict.fromkeys(languages), dict.fromkeys(grades)
    return Coverage(shown_total, _sorted(schools), _sorted(languages), _sorted(grades))


def _table(
    by_school: Mapping[tuple[str, str], Tally],
    district: Mapping[str, Tally],
    school_id: str | None,
    *,
    inside: bool,
) -> dict[str, Tally | None]:
    if inside:
        own = district if school_id is None else _of_school(by_school, school_id)
        return dict(own)
    cells = {**by_school, **{("", name): tally for name, tally in district.items()}}
    hidden = hidden_in_grid({cell: tally.families for cell, tally in cells.items()})
    table = district if school_id is None else _of_school(by_school, school_id)
    return {
        name: None if (school_id or "", name) in hidden else tally for name, tally in table.items()
    }


def _of_school(by_school: Mapping[tuple[str, str], Tally], school_id: str) -> dict[str, Tally]:
    return {name: tally for (school, name), tally in by_school.items() if school == school_id}


def hidden_of(sizes: Mapping[K, int]) -> set[K]:
    """Which cells of one line are hidden, given that its total is known.

    Those under 10; and as long as one cell alone is hidden, or all hidden together are under 10,
    the smallest that is still shown: else the total less the others would tell.
    """
    hidden = {key for key, size in sizes.items() if 0 < size < SMALLEST}
    while hidden and (len(hidden) == 1 or sum(sizes[key] for key in hidden) < SMALLEST):
        shown = [key for key, size in sizes.items() if key not in hidden and size]
        if not shown:
            break
        hidden.add(min(shown, key=lambda key: (sizes[key], str(key))))
    return hidden


def hidden_in_grid(sizes: Mapping[tuple[str, str], int]) -> set[tuple[str, str]]:
    """The same along both ways of a grid of school × name.

    The school `""` is the district; its line is the sum of the others and hides only what is small
    or what its own total would tell.
    """
    hidden: set[tuple[str, str]] = {cell for cell, size in sizes.items() if 0 < size < SMALLEST}
    while True:
        more = set[tuple[str, str]]()
        for line in (*_lines(sizes, _school), *_lines(_less_district(sizes), _name)):
            more |= _more(line, hidden)
        if more <= hidden:
            return hidden
        hidden |= more


def _more(
    line: Mapping[tuple[str, str], int], hidden: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    mine = hidden.intersection(line)
    while mine and (len(mine) == 1 or sum(line[cell] for cell in mine) < SMALLEST):
        shown = [cell for cell, size in line.items() if cell not in mine and size]
        if not shown:
            break
        mine.add(min(shown, key=lambda cell: (line[cell], cell)))
    return mine


def _lines(
    sizes: Mapping[tuple[str, str], int], by: Callable[[tuple[str, str]], str]
) -> list[dict[tuple[str, str], int]]:
    lines: dict[str, dict[tuple[str, str], int]] = {}
    for cell, size in sizes.items():
        lines.setdefault(by(cell), {})[cell] = size
    return list(lines.values())


def _less_district(sizes: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {cell: size for cell, size in sizes.items() if cell[0]}


def _school(cell: tuple[str, str]) -> str:
    return cell[0]


def _name(cell: tuple[str, str]) -> str:
    return cell[1]


def _sorted(table: Mapping[str, Tally | None]) -> tuple[Row, ...]:
    """Who is not heard from yet first; what is not shown last."""
    rows = [Row(name, tally) for name, tally in table.items()]

    def order(row: Row) -> tuple[bool, float, int, str]:
        if row.tally is None:
            return True, 0, 0, row.name
        return False, row.tally.share_told, -row.tally.not_told, row.name

    return tuple(sorted(rows, key=order))
