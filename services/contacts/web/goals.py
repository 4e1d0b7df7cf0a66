"""Goals: how far I am this month, how far my school is, and what is asked for."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.goals import (
    LEADS,
    decide_goals,
    follow_district,
    my_progress,
    school_progress,
)
from services.contacts.domain.goals import Decided, Goals, Progress, Round
from services.contacts.web.at import AtDesk, choices
from shared import web
from shared.errors import NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record, SchoolChanged

router = APIRouter(tags=["goals"])
Deciders = Annotated[Viewer, web.needs("principal", "district")]
Educators = Annotated[Viewer, web.needs("educator")]
ROUNDS: dict[str, str] = {
    "month": N_("Every family once a month"),
    "quarter": N_("Every family once a quarter"),
    "term": N_("Every family once a term"),
}
DISTRICT = "district"
"""Stands for all schools in the address of the settings."""


class GoalsForm(BaseModel):
    """What is asked for; an empty field is no such goal."""

    a_school_day: int | None = Field(None, ge=1, le=20, title=N_("Families a school day"))
    a_month: int | None = Field(None, ge=1, le=400, title=N_("Families a month"))
    every_family_each: Round | None = Field(None, title=N_("Every family"))
    opened: bool = Field(
        False, title=N_("Coordinators and principals see the figures of each educator")
    )


class MyGoals(Record):
    """How far one is. `opened`: coordinators and principals see these figures, too."""

    goals: Goals
    progress: Progress
    opened: bool


@router.get("/contacts/goals", include_in_schema=False)
async def goals_page(page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """One's own month for an educator, the school's round for who leads it, else the settings."""
    clock = desk.units.clock
    if viewer.role == "educator":
        mine = await my_progress(desk.store, clock, viewer)
        return page.render("contacts/goals.html", mine=mine, rounds=ROUNDS)
    if viewer.role in LEADS:
        school = await school_progress(desk.store, clock, viewer)
        return page.render("contacts/goals_school.html", school=school, rounds=ROUNDS)
    if viewer.role == "district":
        return page.redirect(f"/contacts/goals/settings/{DISTRICT}")
    raise NotFound("Goals are for educators and for who leads a school.")


@router.get("/contacts/goals/settings/{school_id}", include_in_schema=False)
async def goal_settings(page: web.Page, viewer: Deciders, desk: AtDesk, school_id: str) -> Response:
    """The form, as it is now: of all schools, or of one."""
    school = await _school(desk, viewer, school_id)
    decided = await desk.store.goals.decided(school.school_id if school else None)
    form = web.Form.blank(
        GoalsForm,
        **decided.goals.model_dump(),
        opened="true" if decided.opened else None,
    )
    return await _settings_page(page, desk, school, form)


@router.post("/contacts/goals/settings/{school_id}", include_in_schema=False)
async def post_settings(
    page: web.Page,
    viewer: Deciders,
    desk: AtDesk,
    school_id: str,
    form: Annotated[web.Form[GoalsForm], web.form(GoalsForm)],
) -> Response:
    """Keep what is asked for."""
    school = await _school(desk, viewer, school_id)
    if not form.ok:
        return await _settings_page(page, desk, school, form, status=422)
    asked = Goals.model_validate(form.data.model_dump(exclude={"opened"}))
    decided = Decided(asked, form.data.opened)
    of = school.school_id if school else None
    await decide_goals(desk.units, desk.store, of, decided, viewer)
    return page.redirect(f"/contacts/goals/settings/{school_id}", page._("Saved."))


@router.post("/contacts/goals/settings/{school_id}/district", include_in_schema=False)
async def post_follow(page: web.Page, viewer: Deciders, desk: AtDesk, school_id: str) -> Response:
    """A school takes the district's goals again."""
    school = await _school(desk, viewer, school_id)
    if school is None:
        raise NotFound("Only a school can take the goals of the district.")
    await follow_district(desk.units, desk.store, school.school_id, viewer)
    said = page._("The goals of the district hold here again.")
    return page.redirect(f"/contacts/goals/settings/{school_id}", said)


@router.get("/contacts/api/v1/goals/mine")
async def my_goals(viewer: Educators, desk: AtDesk) -> MyGoals:
    """How far the viewer is this month and in this round; nobody else's figures."""
    mine = await my_progress(desk.store, desk.units.clock, viewer)
    return MyGoals(goals=mine.goals, progress=mine.progress, opened=mine.opened)


async def _school(desk: AtDesk, viewer: Viewer, school_id: str) -> SchoolChanged | None:
    if school_id == DISTRICT and viewer.role == "district":
        return None
    school = await desk.store.directory.school(school_id)
    if school is None or not viewer.sees_school(school_id):
        raise NotFound("There is no such school, or it is not yours.")
    return school


async def _settings_page(
    page: web.PageContext,
    desk: AtDesk,
    school: SchoolChanged | None,
    form: web.Form[GoalsForm],
    status: int = 200,
) -> Response:
    return page.render(
        "contacts/goal_settings.html",
        status=status,
        form=form,
        school=school,
        own=school is not None and await desk.store.goals.own_goals(school.school_id),
        rounds=choices(page, ROUNDS),
        schools=[] if school else await desk.store.directory.schools(),
    )
