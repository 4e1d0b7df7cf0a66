"""What educators share with colleagues: sentences to begin with, and ideas that worked."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.ideas import (
    copy_idea,
    edit_idea,
    leave_idea,
    names_in,
    offer_idea,
    report_idea,
    seen_idea,
    share_idea,
    take_back_idea,
)
from services.contacts.domain.ideas import (
    MOST_OF_IDEA,
    MOST_REASON,
    Idea,
    IdeaDraft,
    Kind,
    may_edit,
    may_lead,
    may_share,
)
from services.contacts.domain.resources import Topic
from services.contacts.web.at import AtDesk, choices, place_of, schools_of, sentence
from services.contacts.web.parents import CHOICES, GRADES, LANGUAGES, Narrow, narrowing
from shared import web
from shared.errors import Forbidden, NotFound, PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Language

router = APIRouter(prefix="/contacts/ideas", include_in_schema=False)
PATH = "/contacts/ideas"
Sharers = Annotated[Viewer, web.needs("educator", "coordinator", "principal")]
Leads = Annotated[Viewer, web.needs("coordinator", "principal")]
KINDS: dict[str, str] = {
    "starter": N_("A sentence to begin with"),
    "idea": N_("An idea that worked"),
}


class IdeaForm(BaseModel):
    """What is shared, and at which school."""

    place: str = Field(title=N_("School"), max_length=300)
    kind: Kind = Field("starter", title=N_("What it is"))
    title: str = Field(title=N_("Title"), min_length=3, max_length=80)
    words: str = Field(title=N_("Words"), min_length=3, max_length=MOST_OF_IDEA)
    topic: Topic = Field(title=N_("Topic"))
    language: Language = Field("en", title=N_("Language"))
    grades: tuple[str, ...] = Field((), title=N_("Grades"))
    nobody: bool = Field(False, title=N_("Nobody is meant by these words"))

    def draft(self) -> IdeaDraft:
        """What the rules read."""
        return IdeaDraft.model_validate(self.model_dump(exclude={"place", "nobody"}))


class OfferForm(BaseModel):
    """Offered, or no more."""

    offered: bool = False


class ReportForm(BaseModel):
    """What the coordinator should look at."""

    reason: str = Field("", max_length=MOST_REASON)


class CopyForm(BaseModel):
    """For which school."""

    place: str = Field(max_length=300)


Sent = Annotated[web.Form[IdeaForm], web.form(IdeaForm)]


@router.get("")
async def ideas_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, cursor: web.Cursor, narrow: Narrow
) -> Response:
    """What colleagues share, newest first."""
    schools = [school_id for school_id, _ in await schools_of(desk, viewer)]
    found = await desk.store.ideas.of_schools(
        schools, narrow.chosen(), after=place_of(cursor.after), most=cursor.fetch
    )
    return await _list_page(page, desk, viewer, cursor, narrow, found)


@router.get("/elsewhere")
async def elsewhere_page(
    page: web.Page, viewer: Sharers, desk: AtDesk, cursor: web.Cursor, narrow: Narrow
) -> Response:
    """What other schools offer, to be copied."""
    found = await desk.store.ideas.elsewhere(
        viewer.school_ids, narrow.chosen(), after=place_of(cursor.after), most=cursor.fetch
    )
    return await _list_page(page, desk, viewer, cursor, narrow, found, elsewhere=True)


@router.get("/new")
async def new_page(page: web.Page, viewer: Sharers, desk: AtDesk) -> Response:
    """The empty form."""
    form = web.Form.blank(IdeaForm, language=page.language)
    return await _form_page(page, desk, viewer, form)


@router.post("/new")
async def post_new(page: web.Page, viewer: Sharers, desk: AtDesk, form: Sent) -> Response:
    """Share it; with anything wrong, or a name in it, the form comes back as it was typed."""
    names: list[str] = []
    if form.ok:
        sent = form.data
        if not (names := await _names(desk, form, sent.place, viewer)):
            try:
                await share_idea(desk.store, desk.units, sent.place, sent.draft(), viewer)
            except PartnersError as wrong:
                form.fail("", sentence(page, wrong))
            else:
                return page.redirect(PATH, page._("Your colleagues see it now."))
    return await _form_page(page, desk, viewer, form, names=names)


@router.get("/{idea_id}/edit")
async def edit_page(page: web.Page, viewer: Sharers, desk: AtDesk, idea_id: str) -> Response:
    """The form with what is there."""
    known = await _editable(desk, viewer, idea_id)
    filled = known.model_dump(include=set(IdeaForm.model_fields))
    form = web.Form.blank(IdeaForm, place=known.school_id, **filled)
    return await _form_page(page, desk, viewer, form, known)


@router.post("/{idea_id}/edit")
async def post_edit(
    page: web.Page, viewer: Sharers, desk: AtDesk, idea_id: str, form: Sent
) -> Response:
    """Keep other words."""
    known = await _editable(desk, viewer, idea_id)
    names: list[str] = []
    if form.ok and not (names := await _names(desk, form, known.school_id, viewer)):
        try:
            await edit_idea(desk.store, desk.units, idea_id, form.data.draft(), viewer)
        except PartnersError as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(PATH, page._("Saved."))
    return await _form_page(page, desk, viewer, form, known, names=names)


@router.post("/{idea_id}/take-back")
async def post_take_back(page: web.Page, viewer: Sharers, desk: AtDesk, idea_id: str) -> Response:
    """Colleagues see it no more."""
    await take_back_idea(desk.store, desk.units, idea_id, viewer)
    return page.redirect(PATH, page._("Taken back."))


@router.post("/{idea_id}/offer")
async def post_offer(
    page: web.Page,
    viewer: Leads,
    desk: AtDesk,
    idea_id: str,
    form: Annotated[web.Form[OfferForm], web.form(OfferForm)],
) -> Response:
    """Let other schools copy it, or no more."""
    offered = form.ok and form.data.offered
    await offer_idea(desk.store, desk.units, idea_id, viewer, offered=offered)
    said = N_("Other schools may copy it now.") if offered else N_("It is not offered any more.")
    return page.redirect(PATH, page._(said))


@router.post("/{idea_id}/report")
async def post_report(
    page: web.Page,
    viewer: Sharers,
    desk: AtDesk,
    idea_id: str,
    form: Annotated[web.Form[ReportForm], web.form(ReportForm)],
) -> Response:
    """Ask the coordinator to look at it."""
    reason = form.data.reason if form.ok else ""
    await report_idea(desk.store, desk.units, idea_id, reason, viewer)
    return page.redirect(PATH, page._("The coordinator and the principal see what you wrote."))


@router.post("/{idea_id}/leave")
async def post_leave(page: web.Page, viewer: Leads, desk: AtDesk, idea_id: str) -> Response:
    """What was reported is fine."""
    await leave_idea(desk.store, desk.units, idea_id, viewer)
    return page.redirect(PATH, page._("It stays as it is."))


@router.post("/{idea_id}/copy")
async def post_copy(
    page: web.Page,
    viewer: Sharers,
    desk: AtDesk,
    idea_id: str,
    form: Annotated[web.Form[CopyForm], web.form(CopyForm)],
) -> Response:
    """Take over what another school offers."""
    if not form.ok:
        raise Refused(N_("Choose the school for which you take it over."))
    await copy_idea(desk.store, desk.units, idea_id, form.data.place, viewer)
    return page.redirect(PATH, page._("Your colleagues see it now."))


async def _names(desk: AtDesk, form: web.Form[IdeaForm], school_id: str, by: Viewer) -> list[str]:
    """Names of the school's families in the words, unless somebody said that nobody is meant."""
    if form.data.nobody or not may_share(school_id, by):
        return []
    return await names_in(desk.store, school_id, form.data.draft())


async def _editable(desk: AtDesk, viewer: Viewer, idea_id: str) -> Idea:
    known = await seen_idea(desk.store, idea_id, viewer)
    if not may_edit(known, viewer):
        raise NotFound("There is no such idea.")
    return known


async def _list_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    cursor: web.CursorIn,
    narrow: Narrow,
    found: list[Idea],
    *,
    elsewhere: bool = False,
) -> Response:
    part = web.paginate(found, cursor, lambda each: (each.changed_at, each.idea_id))
    schools = await desk.store.directory.schools_in_brief()
    kept = {name: getattr(narrow, name) for name in ("topic", "language", "grade")}
    return page.render(
        "contacts/ideas.html",
        part=part,
        kept={name: value for name, value in kept.items() if value},
        elsewhere=elsewhere,
        kinds=dict(choices(page, KINDS)),
        school_names={each.school_id: each.name for each in schools},
        editable={each.idea_id for each in part.items if may_edit(each, viewer)},
        led={each.idea_id for each in part.items if may_lead(each, viewer)},
        may_share=any(may_share(school_id, viewer) for school_id in viewer.school_ids),
        places=await schools_of(desk, viewer),
        most_reason=MOST_REASON,
        **narrowing(page, narrow),
    )


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    form: web.Form[IdeaForm],
    known: Idea | None = None,
    names: list[str] | None = None,
) -> Response:
    places = await schools_of(desk, viewer)
    if not places:
        raise Forbidden(N_("Only who works at a school shares ideas there."))
    return page.render(
        "contacts/idea.html",
        status=422 if form.errors or names else 200,
        form=form,
        known=known,
        named=names or [],
        places=places,
        kinds=choices(page, KINDS),
        topics=choices(page, CHOICES),
        written_in=LANGUAGES,
        grade_codes=GRADES,
    )
