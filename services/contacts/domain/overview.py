"""How a school's families stand this term: who was told, who was forgotten, who has an educator."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.contacts.domain.caseloads import Caseload
from services.contacts.domain.reaching_out import Route, Trouble, suggested_route
from services.contacts.domain.views import FamilyLine

Show = Literal["not_told", "no_contact", "unreachable", "no_educator", "given"]
"""Which families: nobody told them good news this term; nobody was in touch with them at all this
term; letters do not reach one of their households; no educator teaches them or was given them; they
were given to somebody by hand."""
NONE = "-"
"""Stands for "no grade" or "no language known" where one is chosen."""

_EARLY_GRADES = ("IT", "PR", "PK", "TK", "KG")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[datetime, datetime, str]
"""Where a family stands in the list."""


@dataclass(frozen=True)
class Standing:
    """One family, and what holds for it."""

    line: FamilyLine
    told: bool
    """Whether it heard good news this term."""
    spoken: bool
    """Whether anybody was in touch with it this term, for whatever reason."""
    taught: bool
    """Whether somebody at work here teaches one of its pupils."""
    given: tuple[Caseload, ...] = ()
    trouble: Trouble | None = None
    """Why letters do not reach one of its households."""
    route: Route | None = None
    """The other way to try."""

    def is_shown(self, show: Show) -> bool:
        """Whether it belongs to a list."""
        match show:
            case "not_told":
                return not self.told
            case "no_contact":
                return not self.told and not self.spoken
            case "unreachable":
                return self.trouble is not None
            case "no_educator":
                return not self.taught and not self.given
            case "given":
                return bool(self.given)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its adults."""
        return self.line.languages or (NONE,)

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades of its pupils."""
        return self.line.grades or (NONE,)

    @property
    def place(self) -> Place:
        """Who waits longest for good news comes first, then for any contact."""
        heard, spoken = self.line.good_news_at, self.line.contact_at
        return heard or _LONG_AGO, spoken or _LONG_AGO, self.line.family_id


@dataclass(frozen=True)
class Overview:
    """A list of families, and the numbers beside it; a family of two grades counts in both."""

    counts: dict[Show, int]
    """Of all families, whatever is chosen."""
    by_language: list[tuple[str, int]]
    by_grade: list[tuple[str, int]]
    families: list[Standing]


def standing(
    line: FamilyLine,
    began: date | None,
    zone: ZoneInfo,
    *,
    taught: bool,
    given: Sequence[Caseload] = (),
    trouble: Trouble | None = None,
    phone: bool = False,
) -> Standing:
    """How a family stands in the term that began on a day; without a known term, ever.

    `phone`: whether one of its adults has one.
    """
    way = suggested_route(trouble, phone=phone, interpreter=line.interpreter) if trouble else None
    return Standing(
        line,
        told=_since(line.good_news_at, began, zone),
        spoken=_since(line.contact_at, began, zone),
        taught=taught,
        given=tuple(given),
        trouble=trouble,
        route=way,
    )


def overview(
    standings: Iterable[Standing], show: Show, language: str = "", grade: str = ""
) -> Overview:
    """The families of a list, narrowed by language and grade; each number is what choosing it
    beside what is chosen already would leave.
    """
    everybody = list(standings)
    shown = [each for each in everybody if each.is_shown(show)]
    speak = [each for each in shown if not language or language in each.languages]
    attend = [each for each in shown if not grade or grade in each.grades]
    return Overview(
        counts={each: sum(s.is_shown(each) for s in everybody) for each in _SHOWS},
        by_language=_most_first(code for each in attend for code in each.languages),
        by_grade=_by_grade(code for each in speak for code in each.grades),
        families=sorted(
            (each for each in speak if not grade or grade in each.grades), key=lambda s: s.place
        ),
    )


_SHOWS: tuple[Show, ...] = ("not_told", "no_contact", "unreachable", "no_educator", "given")


def _since(at: datetime | None, began: date | None, zone: ZoneInfo) -> bool:
    if at is None:
        return False
    return began is None or at.astimezone(zone).date() >= began


def _most_first(codes: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(codes).items(), key=lambda pair: (-pair[1], pair[0]))


def _by_grade(codes: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(codes).items(), key=lambda pair: _grade_place(pair[0]))


def _grade_place(code: str) -> tuple[int, str]:
    if code in _EARLY_GRADES:
        return _EARLY_GRADES.index(code), code
    return (len(_EARLY_GRADES), code) if code.isdigit() else (len(_EARLY_GRADES) + 1, code)
