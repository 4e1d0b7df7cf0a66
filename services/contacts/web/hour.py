"""The interpreter hour: who is called when, on a page, on paper and in a table."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.contacts.actions.hour import Asked, CallList, call_list
from services.contacts.actions.logging_contacts import school_of
from services.contacts.domain.caseloads import GIVES
from services.contacts.domain.hour import Span
from services.contacts.domain.interpreters import Interpreter
from services.contacts.web.at import AtDesk, day_of
from services.contacts.web.interpreters import PATH, narrowed
from services.contacts.web.turns import in_words
from shared import web
from shared.errors import Refused
from shared.i18n import N_, weekday_names
from shared.identity import Viewer
from shared.web.tables import csv_file
from shared.web.templates import language_name

router = APIRouter(tags=["interpreters"])
Leads = Annotated[Viewer, web.needs(*sorted(GIVES))]
COLUMNS = (
    "day", "begins", "ends", "family_id", "students", "adults", "phones", "languages",
    "educators", "why",
)  # fmt: skip


class Wanted:
    """What was chosen, as it stands in the address."""

    def __init__(
        self,
        language: Annotated[str, Query(max_length=35)] = "",
        interpreter: Annotated[str, Query(max_length=64)] = "",
        day: Annotated[str, Query(max_length=10)] = "",
        begins: Annotated[str, Query(alias="from", max_length=8)] = "",
        ends: Annotated[str, Query(alias="to", max_length=8)] = "",
    ) -> None:
        """As typed; `Choice` reads it."""
        self.language, self.interpreter = language.strip(), interpreter
        self.day, self.begins, self.ends = day, begins, ends

    def kept(self) -> dict[str, str]:
        """For the address of the table."""
        held = {
            "language": self.language, "interpreter": self.interpreter, "day": self.day,
            "from": self.begins, "to": self.ends,
        }  # fmt: skip
        return {name: value for name, value in held.items() if value}


Wants = Annotated[Wanted, Depends(Wanted)]


@dataclass
class Choice:
    """What that means: whom, when, and what is wrong with it in words not yet translated."""

    day: date
    languages: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    interpreter: Interpreter | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def asked(self) -> Asked | None:
        """What to look up; None while something is missing or wrong."""
        if self.faults or not self.languages or not self.spans:
            return None
        return Asked(self.languages, self.day, self.spans)


def choice_of(wanted: Wanted, interpreters: Sequence[Interpreter], today: date) -> Choice:
    """Read what was chosen; an interpreter's languages and hours stand where none are given."""
    choice = Choice(today)
    try:
        choice.day = date.fromisoformat(wanted.day) if wanted.day else today
    except ValueError:
        choice.faults.append(N_("Please write a date, such as 2026-09-01."))
    known = [each for each in interpreters if each.interpreter_id == wanted.interpreter]
    choice.interpreter = known[0] if known else None
    if wanted.language:
        choice.languages = (wanted.language,)
    elif choice.interpreter:
        choice.languages = choice.interpreter.languages
    if wanted.begins or wanted.ends:
        choice.spans = _typed_span(wanted, choice)
    elif choice.interpreter:
        hours = choice.interpreter.hours_on(choice.day.weekday())
        choice.spans = tuple(Span(each.begins, each.ends) for each in hours)
    return choice


def _typed_span(wanted: Wanted, choice: Choice) -> tuple[Span, ...]:
    try:
        span = Span(time.fromisoformat(wanted.begins), time.fromisoformat(wanted.ends))
    except ValueError:
        choice.faults.append(N_("Please write from when until when, such as 14:00 and 16:00."))
        return ()
    if span.begins.tzinfo or span.ends.tzinfo or span.ends <= span.begins:
        choice.faults.append(N_("Hours end after they begin, such as 14:00 to 16:00."))
        return ()
    return (span,)


@router.get(f"{PATH}/hour", include_in_schema=False)
async def hour_page(page: web.Page, viewer: Leads, desk: AtDesk, wanted: Wants) -> Response:
    """Choose a language and hours; below, who is called in which ten minutes."""
    on = await day_of(desk, viewer)
    interpreters = await _called(desk, viewer)
    choice = choice_of(wanted, interpreters, on)
    found = None
    if choice.asked:
        found = await call_list(desk.store, desk.units.clock, viewer, choice.asked)
    school = await school_of(desk.store, viewer)
    return page.render(
        "contacts/hour.html",
        status=422 if choice.faults else 200,
        wanted=wanted,
        choice=choice,
        found=found,
        why=_why(page, found) if found else {},
        no_school=bool(school and choice.day in school.no_school_days),
        day_name=weekday_names(page.language)[choice.day.weekday()],
        interpreters=interpreters,
        there=_there(interpreters, choice),
        needed=await _languages(page, desk, viewer, on, wanted.language),
    )


@router.get(f"{PATH}/hour.csv", include_in_schema=False)
async def hour_file(page: web.Page, viewer: Leads, desk: AtDesk, wanted: Wants) -> Response:
    """The same list as a table."""
    on = await day_of(desk, viewer)
    choice = choice_of(wanted, await _called(desk, viewer), on)
    if choice.asked is None:
        missing = N_("Choose a language or an interpreter, and from when until when.")
        said = " ".join(choice.faults) or missing
        raise Refused(said)
    found = await call_list(desk.store, desk.units.clock, viewer, choice.asked)
    name = f"interpreter-hour-{choice.day.isoformat()}.csv"
    return csv_file(name, COLUMNS, _rows(page, choice.asked, found))


async def _rows(
    page: web.PageContext, asked: Asked, found: CallList
) -> AsyncIterator[list[object]]:
    why = _why(page, found)
    for call in found.plan.calls:
        line = found.lines[call.family_id]
        yield [
            asked.day.isoformat(),
            f"{call.slot.begins:%H:%M}",
            f"{call.slot.ends:%H:%M}",
            call.family_id,
            "; ".join(line.students),
            "; ".join(each.name for each in call.adults),
            "; ".join(each.phone for each in call.adults),
            "; ".join(dict.fromkeys(each.language for each in call.adults)),
            "; ".join(found.educators[call.family_id]),
            "; ".join(why[call.family_id]),
        ]


def _why(page: web.PageContext, found: CallList) -> dict[str, list[str]]:
    """Why each family is called now; that an interpreter is there goes without saying."""
    return {
        family_id: in_words(page, [each for each in turn.reasons if each.cause != "interpreter"])
        for family_id, turn in found.turns.items()
    }


async def _called(desk: AtDesk, viewer: Viewer) -> list[Interpreter]:
    known = await desk.store.interpreters.listed(seen_by=viewer)
    return [each for each in known if each.ended_at is None]


def _there(interpreters: Sequence[Interpreter], choice: Choice) -> list[Interpreter]:
    """Who can be asked to interpret then: the one chosen, else all of that language and day."""
    if choice.interpreter:
        return [choice.interpreter]
    if not choice.languages:
        return []
    return narrowed(interpreters, choice.languages[0], choice.day.weekday())


async def _languages(
    page: web.PageContext, desk: AtDesk, viewer: Viewer, on: date, chosen: str
) -> list[tuple[str, str]]:
    needed = await desk.store.overview.languages_needed(seen_by=viewer, on=on)
    pairs = [(each, language_name(page.language, each)) for each in needed | ({chosen} - {""})]
    return sorted(pairs, key=lambda pair: pair[1].casefold())
