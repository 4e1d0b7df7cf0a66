"""Looking at the figures: for which school and time, and how much of it this viewer may see."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from services.reports.actions.desk import Desk
from services.reports.domain import periods
from services.reports.domain.cells import unescaped
from services.reports.domain.coverage import Coverage, Tally, coverage_for
from services.reports.domain.periods import Period
from services.reports.domain.zones import zone_of
from services.reports.store.reading import FamilyFigures
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged

NO_SCHOOL = N_("There is no such school, or it isn't yours to see.")
NO_PERIOD = N_("There is no such month, term or school year. Choose one from the list.")
NOT_YOUR_CLASS = N_("Figures of a class are for its own educators.")
NO_FAMILY = N_("There is no such family, or it isn't yours to see.")


@dataclass(frozen=True)
class Scope:
    """What a viewer looks at: one school, or all of the district (`school` None)."""

    school: SchoolChanged | None
    schools: tuple[SchoolChanged, ...]
    """Those that the viewer may choose."""
    whole_district: bool
    inside: bool
    """Whether small cells may be shown: the viewer belongs to the school."""
    today: date
    period: Period
    periods: tuple[Period, ...]

    @property
    def school_id(self) -> str:
        """`""` for the district, as counters have it."""
        return self.school.school_id if self.school else ""

    @property
    def nothing(self) -> bool:
        """Whether there is no school that this viewer may see."""
        return self.school is None and not self.whole_district

    @property
    def ends(self) -> date:
        """The last day of the period that can have figures."""
        return min(self.period.ends, self.today)


@dataclass
class Contacts:
    """How many contacts and attempts, by each way of telling them apart."""

    total: int = 0
    by_tone: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_outcome: Counter[str] = field(default_factory=Counter)
    by_direction: Counter[str] = field(default_factory=Counter)
    by_origin: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    """Answers by mail, by the kind of letter that was answered."""
    events: int = 0

    def add(self, cells: Mapping[str, int]) -> None:
        """Count the cells of one day."""
        for cell, number in cells.items():
            kind, *parts = cell.split("|")
            if not number:
                continue
            if kind == "contact":
                self._add_contacts(parts, number)
            elif kind == "answer":
                self.answers[parts[0]] += number
            elif kind == "reply":
                self.replies[unescaped(parts[0])] += number
            elif kind == "event":
                self.events += number

    def _add_contacts(self, parts: Sequence[str], number: int) -> None:
        tone, channel, outcome, direction, origin = parts
        self.total += number
        self.by_tone[tone] += number
        self.by_channel[channel] += number
        self.by_outcome[outcome] += number
        self.by_direction[direction] += number
        self.by_origin[unescaped(origin)] += number


@dataclass(frozen=True)
class Week:
    """The contacts of one week by tone."""

    begins: date
    ends: date
    by_tone: Mapping[str, int]


@dataclass(frozen=True)
class Month:
    """The families of one month; `tally` None: too few to be shown."""

    month: date
    tally: Tally | None


@dataclass(frozen=True)
class Summary:
    """All that the dashboard shows; weeks and months from the first that has any figure."""

    scope: Scope
    contacts: Contacts
    weeks: tuple[Week, ...]
    months: tuple[Month, ...]
    coverage: Coverage


async def scope_of(desk: Desk, viewer: Viewer, school_id: str = "", period: str = "") -> Scope:
    """What the viewer asks for, within what the viewer may see. `NotFound`, `Refused`."""
    known = await desk.directory.schools()
    may_see = tuple(each for each in known if viewer.sees_school(each.school_id))
    district = viewer.role == "district"
    chosen = next((each for each in may_see if each.school_id == school_id), None)
    if school_id and chosen is None:
        raise NotFound(NO_SCHOOL)
    if chosen is None and not district and may_see:
        chosen = may_see[0]
    today = today_at(desk.now, (chosen,) if chosen else known)
    terms = periods.terms_of([chosen] if chosen else may_see)
    wanted = periods.read(period, today, terms)
    if wanted is None:
        raise Refused(NO_PERIOD)
    return Scope(
        school=chosen,
        schools=may_see,
        whole_district=district,
        inside=chosen is not None and chosen.school_id in viewer.school_ids,
        today=today,
        period=wanted,
        periods=tuple(periods.choices(today, terms)),
    )


def today_at(now: datetime, schools: Sequence[SchoolChanged]) -> date:
    """The day at the first of some schools; in UTC where there is none."""
    zone = zone_of(schools[0].time_zone) if schools else UTC
    return now.astimezone(zone).date()


async def summary_of(desk: Desk, scope: Scope) -> Summary:
    """The dashboard's figures."""
    days = await desk.reading.days(scope.school_id, "", scope.period.begins, scope.ends)
    coverage = await coverage_of(desk, scope)
    return Summary(
        scope,
        contacts_in(days),
        tuple(_weeks(days, scope)),
        await _months(desk, scope, shown=coverage.total is not None),
        coverage,
    )


async def coverage_of(desk: Desk, scope: Scope) -> Coverage:
    """The tables of coverage, less what this viewer may not see."""
    own = scope.school_id if scope.inside else None
    cells = await desk.reading.cells(scope.period.months, own)
    return coverage_for(cells, scope.school_id or None, inside=scope.inside)


async def contacts_of_class(desk: Desk, viewer: Viewer, class_id: str, scope: Scope) -> Contacts:
    """A class's contacts, for those who teach it: anybody else would see one educator's figures."""
    if class_id not in await desk.directory.classes_of(viewer, scope.today):
        raise Forbidden(NOT_YOUR_CLASS)
    days = await desk.reading.days(scope.school_id, class_id, scope.period.begins, scope.ends)
    return contacts_in(days)


async def family_of(desk: Desk, viewer: Viewer, family_id: str) -> FamilyFigures:
    """One family's months; `NotFound` when the viewer may not see the family."""
    today = today_at(desk.now, await desk.directory.schools_in_brief())
    if not await desk.directory.sees_family(viewer, family_id, today):
        raise NotFound(NO_FAMILY)
    found = await desk.reading.family(family_id)
    return found or FamilyFigures(active=True, marks={}, forebears=())


def contacts_in(days: Mapping[str, Mapping[str, int]]) -> Contacts:
    """All days together."""
    contacts = Contacts()
    for cells in days.values():
        contacts.add(cells)
    return contacts


def _weeks(days: Mapping[str, Mapping[str, int]], scope: Scope) -> list[Week]:
    by_day = {day: contacts_in({day: cells}).by_tone for day, cells in days.items()}
    found: list[Week] = []
    for begins, ends in periods.weeks_of(scope.period, scope.today):
        tones: Counter[str] = Counter()
        for day, by_tone in by_day.items():
            if begins.isoformat() <= day <= ends.isoformat():
                tones.update(by_tone)
        # A school year begins in July, its contacts in September.
        if found or tones:
            found.append(Week(begins, ends, tones))
    return found


async def _months(desk: Desk, scope: Scope, *, shown: bool) -> tuple[Month, ...]:
    current = f"{scope.today:%Y-%m}"
    months = [month for month in scope.period.months if month <= current]
    if not months:
        return ()
    tallies = await desk.reading.by_month(months, scope.school_id or None)
    begun = next((n for n, month in enumerate(months) if tallies[month].any), len(months) - 1)
    return tuple(
        Month(date.fromisoformat(f"{month}-01"), tallies[month] if shown else None)
        for month in months[begun:]
    )
