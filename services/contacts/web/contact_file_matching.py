"""Matching a contact file: first which column says what, then what the words in them mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.contact_files import choose_columns, match_file
from services.contacts.domain.contact_files.columns import Column, guess_columns, guess_values
from services.contacts.domain.contact_files.file import ContactFile
from services.contacts.domain.contact_files.mapping import (
    FIELDS,
    LONGEST_COLUMN,
    MOST_WORDS,
    VALUES,
    ContactMapping,
    FieldName,
    MappingDraft,
    ValueField,
    Values,
    faults_of,
    faults_of_columns,
    plain_word,
)
from services.contacts.domain.contact_files.moments import NOON, DateOrder, read_moment
from services.contacts.web.at import CHANNELS, DIRECTIONS, OUTCOMES, TONES, AtDesk, Pair, choices
from services.contacts.web.contact_files import PATH, Bringers
from shared import web
from shared.i18n import N_, format_datetime

router = APIRouter(tags=["contact files"])
OUR_WORDS: Mapping[ValueField, dict[str, str]] = {
    "channel": CHANNELS, "direction": DIRECTIONS, "tone": TONES, "outcome": OUTCOMES,
}  # fmt: skip
TITLES: Mapping[ValueField, str] = {
    "channel": N_("How"),
    "direction": N_("Who contacted whom"),
    "tone": N_("What it was about"),
    "outcome": N_("What happened"),
}
ORDERS: dict[DateOrder, str] = {
    "month_first": N_("Month, day, year"),
    "day_first": N_("Day, month, year"),
}


class ColumnsForm(BaseModel):
    """Which column says what; empty where none does."""

    student: str = Field("", title=N_("Student's id in the roster"), max_length=LONGEST_COLUMN)
    guardian_phone: str = Field(
        "", title=N_("Phone of a parent or caregiver"), max_length=LONGEST_COLUMN
    )
    guardian_email: str = Field(
        "", title=N_("Email of a parent or caregiver"), max_length=LONGEST_COLUMN
    )
    date: str = Field("", title=N_("Date"), max_length=LONGEST_COLUMN)
    time: str = Field("", title=N_("Time, if it is a column of its own"), max_length=LONGEST_COLUMN)
    channel: str = Field("", title=N_("How"), max_length=LONGEST_COLUMN)
    direction: str = Field("", title=N_("Who contacted whom"), max_length=LONGEST_COLUMN)
    tone: str = Field("", title=N_("What it was about"), max_length=LONGEST_COLUMN)
    outcome: str = Field("", title=N_("What happened"), max_length=LONGEST_COLUMN)
    educator: str = Field(
        "", title=N_("Educator: email or id in the roster"), max_length=LONGEST_COLUMN
    )
    note: str = Field("", title=N_("Note for staff"), max_length=LONGEST_COLUMN)
    row_id: str = Field("", title=N_("The row's own id"), max_length=LONGEST_COLUMN)

    def chosen(self) -> dict[FieldName, str]:
        """The columns that were chosen."""
        held = self.model_dump()
        return {name: held[name] for name in FIELDS if held[name]}


@router.get(f"{PATH}/{{file_id}}/columns", include_in_schema=False)
async def columns_page(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """Every field, with the column that probably says it."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    if job.state != "matching":
        return page.redirect(f"{PATH}/{file_id}")
    before = job.columns or (job.mapping.columns if job.mapping else {})
    form = web.Form.blank(ColumnsForm, **(before or guess_columns(job.profile)))
    return _columns(page, job, form)


def _columns(page: web.PageContext, job: ContactFile, form: web.Form[ColumnsForm]) -> Response:
    return page.render(
        "contacts/contact_file_columns.html",
        status=422 if form.errors else 200,
        job=job,
        form=form,
        options=[(each.name, _with_samples(each)) for each in job.profile],
    )


def _with_samples(column: Column) -> str:
    samples = " / ".join(each[:24] for each in column.samples[:2])
    return f"{column.name[:60]} ({samples})" if samples else column.name[:60]


@router.post(f"{PATH}/{{file_id}}/columns", include_in_schema=False)
async def post_columns(
    page: web.Page,
    viewer: Bringers,
    desk: AtDesk,
    file_id: str,
    form: Annotated[web.Form[ColumnsForm], web.form(ColumnsForm)],
) -> Response:
    """Keep the choice; the words in those columns come next."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    if form.ok:
        chosen = form.data.chosen()
        for name, fault in {**faults_of_columns(chosen), **_too_many(job, chosen)}.items():
            form.fail(name, page._(fault))
        if not form.errors and job.state == "matching":
            await choose_columns(desk.store, job, chosen)
            return page.redirect(f"{PATH}/{file_id}/words")
    return _columns(page, job, form)


_TOO_MANY = N_(
    "This column has more than 60 different words, so it can't be a list to match. Choose another, "
    "or none."
)


def _too_many(job: ContactFile, chosen: Mapping[FieldName, str]) -> dict[str, str]:
    full = {each.name for each in job.profile if each.words is None}
    return {name: _TOO_MANY for name in VALUES if chosen.get(name) in full}


# --- the words ------------------------------------------------------------------------------------


@dataclass
class Asked:
    """One of how, who, about and what: the words of its column, and what each is taken for."""

    name: ValueField
    title: str
    options: list[Pair]
    column: str = ""
    words: list[tuple[str, str, int, str]] = field(default_factory=list)
    """Name of the field, the word, how often, and what it is taken for."""
    otherwise: str = ""
    error: str = ""


@router.get(f"{PATH}/{{file_id}}/words", include_in_schema=False)
async def words_page(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """The words of the file beside ours, the way of its dates, and a name to save all that by."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    if job.state != "matching" or not job.columns:
        return page.redirect(f"{PATH}/{file_id}")
    dates = _date_column(job)
    guess = dates.dates if dates and dates.dates else "month_first"
    known = job.mapping
    values = {name: _guessed(job, name, known) for name in VALUES}
    order = known.dates if known else guess
    return _words(page, job, values, known.name if known else "", order, {})


def _guessed(job: ContactFile, name: ValueField, known: ContactMapping | None) -> Values:
    guess = guess_values(name, [word for word, _ in _words_of(job, name)])
    before = known.values.get(name) if known else None
    if before is None:
        return guess
    return Values(words={**guess.words, **before.words}, otherwise=before.otherwise)


def _words_of(job: ContactFile, name: ValueField) -> Sequence[tuple[str, int]]:
    column = job.columns.get(name, "")
    held = next((each.words for each in job.profile if each.name == column), None)
    return (held or ())[:MOST_WORDS]


def _date_column(job: ContactFile) -> Column | None:
    return next((each for each in job.profile if each.name == job.columns.get("date")), None)


def _words(
    page: web.PageContext,
    job: ContactFile,
    values: Mapping[ValueField, Values],
    name: str,
    dates: DateOrder,
    faults: Mapping[str, str],
) -> Response:
    column = _date_column(job)
    return page.render(
        "contacts/contact_file_words.html",
        status=422 if faults else 200,
        job=job,
        asked=[_asked(page, job, each, values[each], faults) for each in VALUES],
        name=name,
        dates=dates,
        orders=[
            (order, page._(words), _read_as(page, job, order)) for order, words in ORDERS.items()
        ],
        dates_certain=column is None or column.dates_certain,
        dates_matter=column is not None and column.dates is not None,
        faults={each: page._(said) for each, said in faults.items()},
        titles={"name": page._("Name")} | {str(k): page._(words) for k, words in TITLES.items()},
    )


def _asked(
    page: web.PageContext,
    job: ContactFile,
    name: ValueField,
    values: Values,
    faults: Mapping[str, str],
) -> Asked:
    words = [
        (f"{name}-{number}", word, times, values.words.get(plain_word(word), ""))
        for number, (word, times) in enumerate(_words_of(job, name))
    ]
    return Asked(
        name=name,
        title=page._(TITLES[name]),
        options=choices(page, OUR_WORDS[name]),
        column=job.columns.get(name, ""),
        words=words,
        otherwise=values.otherwise,
        error=page._(faults[name]) if name in faults else "",
    )


def _read_as(page: web.PageContext, job: ContactFile, order: DateOrder) -> list[Pair]:
    """The first dates of the file, and how they are read in that order."""
    column = _date_column(job)
    found: list[Pair] = []
    for sample in column.samples if column else ():
        moment = read_moment(sample, "", order)
        if moment is None:
            found.append((sample, page._("can't be read so")))
        else:
            at = datetime.combine(moment.day, moment.clock or NOON, UTC)
            style = "yMMMd" if moment.clock is None else "yMMMdjm"
            found.append((sample, format_datetime(at, page.language, "UTC", style)))
    return found


@router.post(f"{PATH}/{{file_id}}/words", include_in_schema=False)
async def post_words(
    request: Request, page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str
) -> Response:
    """Save the matching under its name, and judge the rows by it."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    if job.state != "matching" or not job.columns:
        return page.redirect(f"{PATH}/{file_id}")
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    name = typed.get("name", "").strip()
    order: DateOrder = "day_first" if typed.get("dates") == "day_first" else "month_first"
    values = {each: _typed(job, each, typed) for each in VALUES}
    draft = MappingDraft(name=name, columns=job.columns, dates=order, values=values)
    if faults := faults_of(draft):
        return _words(page, job, values, name, order, faults)
    draft = _with_words_of_before(draft, await desk.store.mappings.one(job.school_id, name))
    await match_file(desk.store, desk.units, job, draft, viewer)
    desk.file_worker.woken.set()
    return page.redirect(f"{PATH}/{file_id}")


def _typed(job: ContactFile, name: ValueField, typed: Mapping[str, str]) -> Values:
    words = {
        plain_word(word): meant
        for number, (word, _) in enumerate(_words_of(job, name))
        if (meant := typed.get(f"{name}-{number}", "")) in VALUES[name]
    }
    otherwise = typed.get(f"{name}-other", "")
    return Values(words=words, otherwise=otherwise if otherwise in VALUES[name] else "")


def _with_words_of_before(draft: MappingDraft, known: ContactMapping | None) -> MappingDraft:
    """Words that this file lacks stay matched: the file of another night may have them."""
    if known is None:
        return draft
    values = {
        name: Values(
            words={**known.values.get(name, Values()).words, **now.words}, otherwise=now.otherwise
        )
        if known.columns.get(cast("FieldName", name)) == draft.columns.get(cast("FieldName", name))
        else now
        for name, now in draft.values.items()
    }
    return draft.model_copy(update={"values": values})
