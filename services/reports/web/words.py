"""What figures are called on pages."""

from datetime import date

from babel.dates import format_skeleton

from services.reports.domain.coverage import UNKNOWN_LANGUAGE
from services.reports.domain.periods import Period
from shared import i18n, web
from shared.i18n import N_
from shared.messages import Channel, Outcome, SchoolChanged, Tone
from shared.web.templates import language_name

TONES: dict[Tone, str] = {
    "good_news": N_("Good news"),
    "hello": N_("Just to say hello"),
    "information": N_("Information"),
    "concern": N_("Concern"),
}
CHANNELS: dict[Channel, str] = {
    "call": N_("Phone call"),
    "text": N_("Text message"),
    "email": N_("Email"),
    "in_person": N_("In person"),
    "video": N_("Video call"),
    "home_visit": N_("Home visit"),
    "letter": N_("Letter"),
    "app": N_("App"),
    "other": N_("Another way"),
}
OUTCOMES: dict[Outcome, str] = {
    "reached": N_("Spoke with someone"),
    "voicemail": N_("Left a voicemail"),
    "message_left": N_("Left a message"),
    "sent": N_("Sent"),
    "handed_out": N_("Handed out"),
    "no_answer": N_("No answer"),
    "wrong_number": N_("Wrong number"),
}
UNKNOWN = N_("Not known")


def period_name(page: web.PageContext, period: Period) -> str:
    """A month, term or school year as people call it."""
    if period.kind == "month":
        return month_name(page.language, period.begins)
    if period.kind == "year":
        first = int(period.key.partition(":")[2])
        return page._("School year %(year)s", year=f"{first}–{(first + 1) % 100:02d}")
    # Isolated, so that neither changes the order of the other's words in the other script.
    return page._(
        "%(term)s, from %(day)s",
        term=f"\u2068{period.title}\u2069",
        day=f"\u2068{day(page, period.begins)}\u2069",
    )


def month_name(language: str, month: date) -> str:
    """Such as November 2026."""
    return str(format_skeleton("yMMMM", month, locale=i18n.locale_of(language)))


def day(page: web.PageContext, value: date) -> str:
    """Such as Nov 23, 2026."""
    return i18n.format_date(value, page.language)


def row_names(
    page: web.PageContext, kind: str, names: list[str], schools: tuple[SchoolChanged, ...]
) -> dict[str, str]:
    """The names of the rows of a table: of schools, languages or grades."""
    if kind == "school":
        known = {each.school_id: each.name for each in schools}
        return {name: known.get(name, page._(UNKNOWN)) for name in names}
    if kind == "language":
        found = {name: language_name(page.language, name) for name in names}
        return found | {UNKNOWN_LANGUAGE: page._(UNKNOWN)}
    return {name: i18n.grade_name(name, page._) if name else page._(UNKNOWN) for name in names}
