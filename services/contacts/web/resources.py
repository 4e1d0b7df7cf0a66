"""Resources for families, as the staff sees them: suggested, reviewed, taken over from others."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AnyHttpUrl, BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.contacts.actions.resources import (
    Upload,
    add_resource,
    copy_resource,
    edit_resource,
    review_resource,
)
from services.contacts.domain.resources import (
    LARGEST_FILE,
    MOST_WORDS,
    Resource,
    ResourceDraft,
    State,
    Topic,
    may_edit,
    may_review,
)
from services.contacts.web.at import AtDesk, choices, places_of, sentence
from services.contacts.web.parents import (
    CHOICES,
    GRADES,
    LANGUAGES,
    Narrow,
    file_response,
    narrowing,
)
from shared import web
from shared.errors import NotFound, PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Language, Record

router = APIRouter(tags=["resources"])
PATH = "/contacts/resources"
ALL_SCHOOLS = "district"
LARGEST_FORM = LARGEST_FILE + 100_000


class ResourceForm(BaseModel):
    """What is shared, and with whom."""

    place: str = Field(title=N_("For families of"), max_length=300)
    title: str = Field(title=N_("Title"), min_length=3, max_length=120)
    topic: Topic = Field(title=N_("Topic"))
    language: Language = Field("en", title=N_("Language"))
    grades: tuple[str, ...] = Field((), title=N_("Grades"))
    words: str = Field("", title=N_("What it is, in a few words"), max_length=MOST_WORDS)
    link: AnyHttpUrl | None = Field(None, title=N_("Web address"))

    def draft(self) -> ResourceDraft:
        """What the rules read."""
        return ResourceDraft.model_validate(self.model_dump(exclude={"place"}))

    @property
    def school_id(self) -> str | None:
        """None: all schools."""
        return None if self.place == ALL_SCHOOLS else self.place


class ReviewForm(BaseModel):
    """Shown to families, or withdrawn."""

    to: State = "shown"


class CopyForm(BaseModel):
    """For which school."""

    place: str = Field(max_length=300)


class ResourceList(Record):
    """Those of the viewer's schools, newest first."""

    items: tuple[Resource, ...]


Sent = Annotated[web.Form[ResourceForm], web.form(ResourceForm)]


@router.get(PATH, include_in_schema=False)
async def resources_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, narrow: Narrow
) -> Response:
    """What waits to be reviewed, what families see, what was withdrawn."""
    found = await _own(desk, viewer, narrow)
    return page.render(
        "contacts/resources.html",
        waiting=[each for each in found if each.state == "suggested"],
        shown=[each for each in found if each.state == "shown"],
        withdrawn=[each for each in found if each.state == "withdrawn"],
        editable={each.resource_id for each in found if may_edit(each, viewer)},
        reviewable={each.resource_id for each in found if may_review(each.school_id, viewer)},
        places=await places_of(page, desk, viewer, ALL_SCHOOLS),
        elsewhere=False,
        **narrowing(page, narrow),
    )


@router.get(f"{PATH}/elsewhere", include_in_schema=False)
async def elsewhere_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, narrow: Narrow
) -> Response:
    """What other schools show, to be taken over."""
    found = await desk.store.resources.elsewhere(sorted(viewer.school_ids), narrow.chosen())
    return page.render(
        "contacts/resources.html",
        waiting=[],
        shown=found if viewer.role != "district" else [],
        withdrawn=[],
        editable=set(),
        reviewable=set(),
        places=await places_of(page, desk, viewer, ALL_SCHOOLS),
        elsewhere=True,
        **narrowing(page, narrow),
    )


@router.get(f"{PATH}/new", include_in_schema=False)
async def new_page(page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """The empty form."""
    form = web.Form.blank(ResourceForm, language=page.language)
    return await _form_page(page, desk, viewer, form)


@router.post(f"{PATH}/new", include_in_schema=False, max_body_size=LARGEST_FORM)
async def post_new(
    request: Request, page: web.Page, viewer: web.SignedIn, desk: AtDesk, form: Sent
) -> Response:
    """Keep it; with anything wrong the form comes back as it was typed."""
    upload = await _upload(request)
    if form.ok:
        sent = form.data
        try:
            new = await add_resource(
                desk.store, desk.units, sent.school_id, sent.draft(), upload, viewer
            )
        except PartnersError as wrong:
            form.fail("", sentence(page, wrong))
        else:
            said = (
                N_("Families see it now.") if new.state == "shown" else N_("It waits for review.")
            )
            return page.redirect(PATH, page._(said))
    return await _form_page(page, desk, viewer, form)


@router.get(f"{PATH}/{{resource_id}}/edit", include_in_schema=False)
async def edit_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, resource_id: str
) -> Response:
    """The form with what is there."""
    known = await _editable(desk, viewer, resource_id)
    filled = known.model_dump(include={"title", "topic", "language", "grades", "words"})
    place = known.school_id or ALL_SCHOOLS
    form = web.Form.blank(ResourceForm, place=place, link=known.link or None, **filled)
    return await _form_page(page, desk, viewer, form, known)


@router.post(f"{PATH}/{{resource_id}}/edit", include_in_schema=False, max_body_size=LARGEST_FORM)
async def post_edit(
    request: Request,
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    resource_id: str,
    form: Sent,
) -> Response:
    """Keep other facts."""
    known = await _editable(desk, viewer, resource_id)
    upload = await _upload(request)
    if form.ok:
        try:
            await edit_resource(
                desk.store, desk.units, resource_id, form.data.draft(), upload, viewer
            )
        except PartnersError as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(PATH, page._("Saved."))
    return await _form_page(page, desk, viewer, form, known)


@router.post(f"{PATH}/{{resource_id}}/review", include_in_schema=False)
async def post_review(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    resource_id: str,
    form: Annotated[web.Form[ReviewForm], web.form(ReviewForm)],
) -> Response:
    """Show it to families, or withdraw it."""
    if not form.ok or form.data.to == "suggested":
        raise Refused(N_("Choose whether families see it."))
    done = await review_resource(desk.store, desk.units, resource_id, form.data.to, viewer)
    return page.redirect(PATH, page._(_kept(done)))


@router.post(f"{PATH}/{{resource_id}}/copy", include_in_schema=False)
async def post_copy(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    resource_id: str,
    form: Annotated[web.Form[CopyForm], web.form(CopyForm)],
) -> Response:
    """Take over what another school shows."""
    if not form.ok:
        raise Refused(N_("Choose the school for which you take it over."))
    school_id = None if form.data.place == ALL_SCHOOLS else form.data.place
    new = await copy_resource(desk.store, desk.units, resource_id, school_id, viewer)
    return page.redirect(PATH, page._(_kept(new)))


@router.get(f"{PATH}/{{resource_id}}/file", include_in_schema=False)
async def resource_file(viewer: web.SignedIn, desk: AtDesk, resource_id: str) -> Response:
    """Its file, for the staff: also before families see it."""
    known = await desk.store.resources.one(resource_id)
    if known.state != "shown" and not (may_edit(known, viewer)):
        raise NotFound("There is no such file.")
    return await file_response(desk, known)


@router.get("/contacts/api/v1/resources")
async def list_resources(viewer: web.SignedIn, desk: AtDesk, narrow: Narrow) -> ResourceList:
    """What the viewer's schools share, in any state that the viewer may see."""
    return ResourceList(items=tuple(await _own(desk, viewer, narrow)))


def _kept(resource: Resource) -> str:
    return {
        "shown": N_("Families see it now."),
        "suggested": N_("It waits for review."),
        "withdrawn": N_("Families see it no more."),
    }[resource.state]


async def _own(desk: AtDesk, viewer: Viewer, narrow: Narrow) -> list[Resource]:
    schools = sorted(viewer.school_ids)
    if viewer.role == "district":
        schools = [each.school_id for each in await desk.store.directory.schools_in_brief()]
    states: tuple[State, ...] = ("suggested", "shown", "withdrawn")
    found = await desk.store.resources.of_schools(schools, states, narrow.chosen())
    return [each for each in found if each.state == "shown" or may_edit(each, viewer)]


async def _editable(desk: AtDesk, viewer: Viewer, resource_id: str) -> Resource:
    known = await desk.store.resources.one(resource_id)
    if not may_edit(known, viewer):
        raise NotFound("There is no such resource.")
    return known


async def _upload(request: Request) -> Upload | None:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    return sent.filename, await sent.read()


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    form: web.Form[ResourceForm],
    known: Resource | None = None,
) -> Response:
    return page.render(
        "contacts/resource.html",
        status=422 if form.errors else 200,
        form=form,
        known=known,
        places=await places_of(page, desk, viewer, ALL_SCHOOLS),
        topics=choices(page, CHOICES),
        written_in=LANGUAGES,
        grade_codes=GRADES,
    )
