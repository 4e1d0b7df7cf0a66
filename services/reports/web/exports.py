"""The figures as CSV, for spreadsheets: no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.reports.actions.exporting import (
    contact_rows,
    coverage_rows,
    coverage_to_export,
    days_to_export,
)
from services.reports.actions.looking import Scope, scope_of
from services.reports.domain.coverage import SMALLEST, Tally
from services.reports.web.at import AtDesk, PeriodKey, SchoolId
from shared import web

router = APIRouter(prefix="/reports", tags=["exports"])
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for the beginning of a formula (OWASP, CSV injection)."""
AsOf = Annotated[
    date | None, Query(description="By what was recorded by the end of this day; empty: by now.")
]


@router.get("/coverage.csv")
async def export_coverage(
    viewer: web.SignedIn,
    desk: AtDesk,
    school: SchoolId = "",
    period: PeriodKey = "",
    as_of: AsOf = None,
) -> Response:
    """Of how many families how many were told good news, told and reached."""
    scope = await scope_of(desk, viewer, school, period)
    coverage = await coverage_to_export(desk, scope, as_of)
    names = {each.school_id: each.name for each in scope.schools}
    rows = [
        [part, names.get(row.name, row.name), *_numbers(row.tally)]
        for part, row in coverage_rows(coverage)
    ]
    headings = ("table", "name", "families", "not_told", "told_good_news", "told", "reached")
    return _csv("coverage", scope, as_of, headings, rows)


@router.get("/contacts.csv")
async def export_contacts(
    viewer: web.SignedIn,
    desk: AtDesk,
    school: SchoolId = "",
    period: PeriodKey = "",
    as_of: AsOf = None,
) -> Response:
    """Numbers of contacts by day and kind."""
    scope = await scope_of(desk, viewer, school, period)
    days = await days_to_export(desk, scope, as_of)
    headings = ("day", "tone", "channel", "outcome", "direction", "origin", "contacts")
    return _csv("contacts", scope, as_of, headings, contact_rows(days))


def _numbers(tally: Tally | None) -> Sequence[object]:
    if tally is None:
        return (f"fewer than {SMALLEST}", "", "", "", "")
    return (tally.families, tally.not_told, tally.good, tally.told, tally.reached)


def _csv(
    kind: str,
    scope: Scope,
    as_of: date | None,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> Response:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    day = (as_of or scope.today).isoformat()
    name = f"{kind}-{scope.period.begins.isoformat()}-{day}.csv"
    # The mark at the beginning makes spreadsheet programs read it as UTF-8.
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def safe(cell: object) -> object:
    """A cell that a spreadsheet program shows and never runs."""
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell
