"""The JSON API of figures, and of rebuilding them (v1)."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.reports.actions.looking import (
    Contacts,
    Scope,
    contacts_of_class,
    coverage_of,
    family_of,
    scope_of,
    summary_of,
)
from services.reports.actions.rebuilding import ask_for_rebuild, progress_of_rebuild
from services.reports.domain.coverage import Row, Tally
from services.reports.store.jobs import Rebuild, State
from services.reports.web.at import AtDesk, PeriodKey, SchoolId
from shared import web
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/reports/api/v1", tags=["reports"])
Rebuilds = Annotated[Viewer, web.needs("district", scope="reports:rebuild")]


class PeriodOut(Record):
    """From one day to another, both included; coverage counts by whole months."""

    key: str
    begins: date
    ends: date
    months: tuple[str, ...]


class TallyOut(Record):
    """Numbers of families; `not_told` are not heard from yet."""

    families: int
    not_told: int
    told_good_news: int
    told: int
    reached: int


class RowOut(Record):
    """One line of a table. `numbers` null: fewer than 10 families, or they could be worked out."""

    name: str
    numbers: TallyOut | None


class CoverageOut(Record):
    """Coverage of a school, or of the district (`school_id` empty)."""

    school_id: str
    period: PeriodOut
    total: TallyOut | None
    schools: tuple[RowOut, ...]
    languages: tuple[RowOut, ...]
    grades: tuple[RowOut, ...]


class ContactsOut(Record):
    """Numbers of contacts and attempts."""

    total: int
    by_tone: dict[str, int]
    by_channel: dict[str, int]
    by_outcome: dict[str, int]
    by_direction: dict[str, int]
    by_origin: dict[str, int]


class WeekOut(Record):
    """The contacts of one week by tone."""

    begins: date
    ends: date
    by_tone: dict[str, int]


class MonthOut(Record):
    """The families of one month."""

    month: str
    families: TallyOut | None


class SummaryOut(Record):
    """What the dashboard shows. With `class_id`: contacts of one class, for its educators."""

    school_id: str
    class_id: str | None = None
    period: PeriodOut
    contacts: ContactsOut
    answers: dict[str, int] = Field(default_factory=dict)
    replies: dict[str, int] = Field(default_factory=dict)
    """Answers by mail, by the kind of letter that was answered."""
    events: int = 0
    weeks: tuple[WeekOut, ...] = ()
    families: TallyOut | None = None
    months: tuple[MonthOut, ...] = ()


class FamilyMonthOut(Record):
    """What one family's month had."""

    month: str
    told_good_news: bool
    told: bool
    reached: bool


class FamilyOut(Record):
    """One family; months without anything are left out. `came_from`: before a split or merge."""

    family_id: str
    active: bool
    months: tuple[FamilyMonthOut, ...]
    came_from: tuple[str, ...]


class RebuildOut(Record):
    """A rebuild. `equal` null: not known yet; messages that came meanwhile are in `done`."""

    state: State
    done: int
    total: int
    digest_before: str
    digest_after: str
    equal: bool | None
    reason: str
    asked_at: datetime
    finished_at: datetime | None


@router.get("/summary")
async def get_summary(
    viewer: web.SignedIn,
    desk: AtDesk,
    school_id: SchoolId = "",
    period: PeriodKey = "",
    class_id: Annotated[str, Query(max_length=64)] = "",
) -> SummaryOut:
    """Contacts by week and kind, and families told and reached by month."""
    scope = await scope_of(desk, viewer, school_id, period)
    if class_id:
        contacts = await contacts_of_class(desk, viewer, class_id, scope)
        return SummaryOut(
            school_id=scope.school_id,
            class_id=class_id,
            period=_period(scope),
            contacts=_contacts(contacts),
        )
    _refuse_nothing(scope)
    found = await summary_of(desk, scope)
    return SummaryOut(
        school_id=scope.school_id,
        period=_period(scope),
        contacts=_contacts(found.contacts),
        answers=dict(found.contacts.answers),
        replies=dict(found.contacts.replies),
        events=found.contacts.events,
        weeks=tuple(
            WeekOut(begins=week.begins, ends=week.ends, by_tone=dict(week.by_tone))
            for week in found.weeks
        ),
        families=_tally(found.coverage.total),
        months=tuple(
            MonthOut(month=f"{each.month:%Y-%m}", families=_tally(each.tally))
            for each in found.months
        ),
    )


@router.get("/coverage")
async def get_coverage(
    viewer: web.SignedIn, desk: AtDesk, school_id: SchoolId = "", period: PeriodKey = ""
) -> CoverageOut:
    """Of how many families how many were told and reached, by school, language and grade."""
    scope = await scope_of(desk, viewer, school_id, period)
    _refuse_nothing(scope)
    coverage = await coverage_of(desk, scope)
    return CoverageOut(
        school_id=scope.school_id,
        period=_period(scope),
        total=_tally(coverage.total),
        schools=_rows(coverage.schools),
        languages=_rows(coverage.languages),
        grades=_rows(coverage.grades),
    )


@router.get("/families/{family_id}")
async def get_family(family_id: str, viewer: web.SignedIn, desk: AtDesk) -> FamilyOut:
    """In which months a family was told and reached, for staff who may see the family."""
    found = await family_of(desk, viewer, family_id)
    months = sorted({name.partition(".")[0] for name in found.marks})
    return FamilyOut(
        family_id=family_id,
        active=found.active,
        months=tuple(
            FamilyMonthOut(
                month=month,
                told_good_news=f"{month}.good" in found.marks,
                told=f"{month}.told" in found.marks,
                reached=f"{month}.reached" in found.marks,
            )
            for month in months
        ),
        came_from=tuple(sorted(found.forebears)),
    )


@router.post("/rebuild", status_code=202)
async def post_rebuild(viewer: Rebuilds, desk: AtDesk) -> RebuildOut:
    """Fold the ledger into fresh figures in the background, compare, and change over."""
    del viewer
    return _rebuild(await ask_for_rebuild(desk))


@router.get("/rebuild")
async def get_rebuild(viewer: Rebuilds, desk: AtDesk) -> RebuildOut:
    """How far the newest rebuild is, or how it ended."""
    del viewer
    job = await progress_of_rebuild(desk)
    if job is None:
        raise NotFound("Nobody has asked for a rebuild yet. POST here to begin one.")
    return _rebuild(job)


def _refuse_nothing(scope: Scope) -> None:
    if scope.nothing:
        raise NotFound("No school of yours is known yet. Ask for the roster to be imported.")


def _period(scope: Scope) -> PeriodOut:
    each = scope.period
    return PeriodOut(key=each.key, begins=each.begins, ends=each.ends, months=each.months)


def _tally(tally: Tally | None) -> TallyOut | None:
    if tally is None:
        return None
    return TallyOut(
        families=tally.families,
        not_told=tally.not_told,
        told_good_news=tally.good,
        told=tally.told,
        reached=tally.reached,
    )


def _rows(rows: tuple[Row, ...]) -> tuple[RowOut, ...]:
    return tuple(RowOut(name=row.name, numbers=_tally(row.tally)) for row in rows)


def _contacts(contacts: Contacts) -> ContactsOut:
    return ContactsOut(
        total=contacts.total,
        by_tone=dict(contacts.by_tone),
        by_channel=dict(contacts.by_channel),
        by_outcome=dict(contacts.by_outcome),
        by_direction=dict(contacts.by_direction),
        by_origin=dict(contacts.by_origin),
    )


def _rebuild(job: Rebuild) -> RebuildOut:
    return RebuildOut.model_validate(job.model_dump(include=set(RebuildOut.model_fields)))
