"""Exports: the same figures for spreadsheets, today's or as the ledger had them on a day."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from services.reports.actions.desk import Desk
from services.reports.actions.looking import Scope, coverage_of
from services.reports.domain.cells import unescaped
from services.reports.domain.coverage import Coverage, Row, cells_of, coverage_for
from services.reports.domain.figures import Figures
from services.reports.domain.zones import Known, zone_of
from shared.errors import Refused
from shared.i18n import N_

IN_FUTURE = N_("This day is not over yet. Choose one before today.")
Days = Mapping[str, Mapping[str, int]]


async def figures_as_of(desk: Desk, before: datetime) -> Figures:
    """All figures by what the ledger had recorded before a moment. Reads the whole ledger."""
    figures = Figures(known=Known(zones=await desk.ledger.newest_zones()))
    place = 0
    while True:
        facts, last = await desk.ledger.after(place, recorded_before=before)
        if last == place:
            return figures
        things = {fact.about for fact in facts if not fact.alone}
        things.update(figures.unblocked_by(facts))
        older = await desk.ledger.about(things, up_to=place, recorded_before=before)
        figures.take_in(facts, older)
        place = last


async def coverage_to_export(desk: Desk, scope: Scope, as_of: date | None) -> Coverage:
    """The tables of coverage, now or by what was recorded by the end of a day."""
    if as_of is None:
        return await coverage_of(desk, scope)
    figures = await figures_as_of(desk, end_of(as_of, scope))
    families = ((row.state, row.marks) for row in figures.families.values() if row.state)
    cells = cells_of(families, scope.period.months)
    return coverage_for(cells, scope.school_id or None, inside=scope.inside)


async def days_to_export(desk: Desk, scope: Scope, as_of: date | None) -> Days:
    """The counters of each day, now or by what was recorded by the end of a day."""
    if as_of is None:
        return await desk.reading.days(scope.school_id, "", scope.period.begins, scope.ends)
    figures = await figures_as_of(desk, end_of(as_of, scope))
    begins, ends = scope.period.begins.isoformat(), scope.ends.isoformat()
    return {
        day: cells
        for (day, school_id, class_id), cells in figures.counts.items()
        if (school_id, class_id) == (scope.school_id, "") and begins <= day <= ends
    }


def end_of(day: date, scope: Scope) -> datetime:
    """The moment at which a day was over at the school; `Refused` for a day that is not."""
    if day >= scope.today:
        raise Refused(IN_FUTURE)
    schools = (scope.school,) if scope.school else scope.schools
    zone = zone_of(schools[0].time_zone if schools else "UTC")
    return datetime.combine(day + timedelta(days=1), time(), zone)


def contact_rows(days: Days) -> Iterator[tuple[str, str, str, str, str, str, int]]:
    """Day, tone, channel, outcome, direction, origin and number of contacts, in order."""
    for day in sorted(days):
        for cell, number in sorted(days[day].items()):
            kind, *parts = cell.split("|")
            if kind == "contact" and number:
                tone, channel, outcome, direction, origin = parts
                yield day, tone, channel, outcome, direction, unescaped(origin), number


def coverage_rows(coverage: Coverage) -> Iterator[tuple[str, Row]]:
    """All lines of coverage, each with the name of its table."""
    yield "total", Row("", coverage.total)
    for name, table in (
        ("school", coverage.schools),
        ("language", coverage.languages),
        ("grade", coverage.grades),
    ):
        for row in table:
            yield name, row
