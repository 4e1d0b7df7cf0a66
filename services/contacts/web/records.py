"""The record of a pupil: to whom it was given, and giving it, by page and for programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from services.contacts.actions.records import student_of, take_out
from services.contacts.domain.records import Disclosure, DisclosureDraft, For, StudentRecord
from services.contacts.web.at import CORRECTED, AtDesk, all_words, choices, zone_at
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(tags=["records"])
Givers = Annotated[Viewer, web.needs("principal", "district")]
PATH = "/contacts/students/{student_id}/record"
TO: dict[str, str] = {
    "family": N_("A parent or caregiver"),
    "student": N_("The student"),
    "school": N_("Another school"),
    "court": N_("A court or an authority"),
    "other": N_("Somebody else"),
}


class RecordForm(BaseModel):
    """For whom, and why."""

    to: For = Field(title=N_("For whom"))
    reason: str = Field(title=N_("Who asked for it, and why"), min_length=3, max_length=500)
    file: bool = Field(False, title=N_("As a file for programs (JSON)"))

    def draft(self) -> DisclosureDraft:
        """What the rules read."""
        return DisclosureDraft(to=self.to, reason=self.reason)


class DisclosureList(Record):
    """All of one pupil, oldest first."""

    items: tuple[Disclosure, ...]


@router.get(PATH, include_in_schema=False)
async def record_page(page: web.Page, viewer: Givers, desk: AtDesk, student_id: str) -> Response:
    """To whom the record was given, and the form to take it out; nothing of it is shown yet."""
    return await _page(page, desk, viewer, student_id, web.Form.blank(RecordForm))


@router.post(PATH, include_in_schema=False)
async def post_record(
    page: web.Page,
    viewer: Givers,
    desk: AtDesk,
    student_id: str,
    form: Annotated[web.Form[RecordForm], web.form(RecordForm)],
) -> Response:
    """Keep that it is taken out, and show it: to be printed, or as a file."""
    if not form.ok:
        return await _page(page, desk, viewer, student_id, form)
    record = await take_out(desk.store, desk.units, student_id, form.data.draft(), viewer)
    if form.data.file:
        name = f'attachment; filename="student-{student_id}.json"'
        said = {"Content-Disposition": name}
        return JSONResponse(record.model_dump(mode="json"), headers=said)
    return page.render(
        "contacts/record.html",
        record=record,
        words=all_words(page),
        to=dict(choices(page, TO)),
        fields=dict(choices(page, CORRECTED)),
        zone=await zone_at(desk, viewer),
        schools={each.school_id: each for each in await desk.store.directory.schools_in_brief()},
    )


@router.get("/contacts/api/v1/students/{student_id}/disclosures")
async def list_disclosures(viewer: Givers, desk: AtDesk, student_id: str) -> DisclosureList:
    """To whom the record of a pupil was given."""
    await student_of(desk.store, student_id, viewer)
    return DisclosureList(items=await desk.store.disclosures.of_student(student_id))


@router.post("/contacts/api/v1/students/{student_id}/disclosures", status_code=201)
async def create_disclosure(
    draft: DisclosureDraft, viewer: Givers, desk: AtDesk, student_id: str
) -> StudentRecord:
    """Take the record out: kept is for whom and why, answered is everything."""
    return await take_out(desk.store, desk.units, student_id, draft, viewer)


async def _page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    student_id: str,
    form: web.Form[RecordForm],
) -> Response:
    student, family = await student_of(desk.store, student_id, viewer)
    return page.render(
        "contacts/record_form.html",
        status=422 if form.errors else 200,
        form=form,
        student=student,
        family=family,
        disclosures=await desk.store.disclosures.of_student(student_id),
        to=choices(page, TO),
        to_names=dict(choices(page, TO)),
        zone=await zone_at(desk, viewer),
    )
