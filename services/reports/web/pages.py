"""The dashboard: figures, two charts with their tables, and who is not heard from yet."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from services.reports.actions.looking import Summary, scope_of, summary_of
from services.reports.charts import legend
from services.reports.domain.coverage import SMALLEST, Row
from services.reports.web import words
from services.reports.web.at import AtDesk, PeriodKey, SchoolId
from services.reports.web.drawing import months_chart, weeks_chart
from shared import web

router = APIRouter(prefix="/reports", include_in_schema=False)


@dataclass(frozen=True)
class Table:
    """A table of coverage with the words of its rows."""

    caption: str
    heading: str
    rows: tuple[Row, ...]
    names: dict[str, str]


@router.get("")
@router.get("/")
async def show_dashboard(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    school: SchoolId = "",
    period: PeriodKey = "",
) -> Response:
    scope = await scope_of(desk, viewer, school, period)
    if scope.nothing or not scope.schools:
        return page.render("reports/nothing.html", district=scope.whole_district)
    summary = await summary_of(desk, scope)
    weeks, months = weeks_chart(page, summary), months_chart(page, summary)
    return page.render(
        "reports/dashboard.html",
        scope=scope,
        summary=summary,
        coverage=summary.coverage,
        contacts=summary.contacts,
        smallest=SMALLEST,
        period_names=[(each.key, words.period_name(page, each)) for each in scope.periods],
        period_name=words.period_name(page, scope.period),
        tables=_tables(page, summary),
        weeks=weeks,
        months=months,
        legend=legend,
        month_name=lambda month: words.month_name(page.language, month),
        tones=words.TONES,
        ways=[
            (page._("How"), words.CHANNELS, summary.contacts.by_channel),
            (page._("What came of it"), words.OUTCOMES, summary.contacts.by_outcome),
        ],
    )


def _tables(page: web.PageContext, summary: Summary) -> list[Table]:
    coverage, schools = summary.coverage, summary.scope.schools
    kinds = (
        ("school", page._("By school"), page._("School"), coverage.schools),
        ("language", page._("By language at home"), page._("Language"), coverage.languages),
        ("grade", page._("By grade"), page._("Grade"), coverage.grades),
    )
    return [
        Table(caption, heading, rows, words.row_names(page, kind, [r.name for r in rows], schools))
        for kind, caption, heading, rows in kinds
        if rows
    ]
