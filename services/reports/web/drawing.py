"""The two charts of the dashboard, from its summary."""

from services.reports.actions.looking import Summary
from services.reports.charts import Chart, Series
from services.reports.web.words import TONES, month_name
from shared import i18n, web

COLOURS = {
    "good_news": "#1c6338",
    "hello": "#b8770b",
    "information": "#1f4f8f",
    "concern": "#a83b23",
}
MONTH_COLOURS = ("#1c6338", "#1f4f8f", "#b8770b")


def weeks_chart(page: web.PageContext, summary: Summary) -> Chart:
    """Contacts of each week, by tone."""
    weeks = summary.weeks
    series = [
        Series(page._(words), COLOURS[tone], [week.by_tone.get(tone, 0) for week in weeks])
        for tone, words in TONES.items()
    ]
    return Chart(
        id="weeks",
        title=page._("Contacts per week, by tone"),
        description=page._(
            "One bar for each week: %(total)s contacts in all, %(good)s of them good news.",
            total=summary.contacts.total,
            good=summary.contacts.by_tone.get("good_news", 0),
        ),
        labels=[i18n.format_date(week.begins, page.language, "MMMd") for week in weeks],
        series=series,
        direction=page.direction,
    )


def months_chart(page: web.PageContext, summary: Summary) -> Chart | None:
    """Families of each month: told good news, told, reached. None when they may not be shown."""
    shown = [(each.month, each.tally) for each in summary.months if each.tally is not None]
    if not shown or len(shown) < len(summary.months):
        return None
    names = (page._("Told good news"), page._("Told"), page._("Reached"))
    numbers = (
        [tally.good for _, tally in shown],
        [tally.told for _, tally in shown],
        [tally.reached for _, tally in shown],
    )
    last_month, last = shown[-1]
    return Chart(
        id="months",
        title=page._("Families told and reached per month"),
        description=page._(
            "Three bars for each month. In %(month)s, %(told)s of %(families)s families were told "
            "something and %(reached)s were reached.",
            month=month_name(page.language, last_month),
            told=last.told,
            families=last.families,
            reached=last.reached,
        ),
        labels=[i18n.format_date(month, page.language, "MMM") for month, _ in shown],
        series=[
            Series(name, colour, values)
            for name, colour, values in zip(names, MONTH_COLOURS, numbers, strict=True)
        ],
        kind="grouped",
        direction=page.direction,
    )
