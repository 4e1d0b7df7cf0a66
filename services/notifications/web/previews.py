"""Before a note is sent: who gets it, how it reads to each, and who does not get it and why."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError
from starlette.responses import Response

from services.notifications.actions.previewing import NoteDraft, Previewed, preview
from services.notifications.actions.room import MailRoom
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Language, Record, SharedResource, Starter, Tone
from shared.sight import attends
from shared.starters import AT_HOME, begun, is_praise

router = APIRouter(prefix="/notifications/preview", include_in_schema=False)


# As contacts says it when such a contact is saved.
NEVER_MAILED = N_(
    "A concern is never mailed from here: talk with the family, so that they can answer. "
    "Empty “Also write to the family”, or choose another tone."
)


class PreviewForm(Record):
    """The fields of the forms that log contacts, as far as a letter needs them.

    With `class_id` there are several families, and the first is shown.
    """

    class_id: Annotated[str, Field(max_length=300)] = ""
    family_ids: tuple[str, ...] = ()
    family_id: Annotated[str, Field(max_length=64)] = ""
    student_id: Annotated[str, Field(max_length=64)] = ""
    student_ids: tuple[str, ...] = ()
    words: Annotated[str, Field(max_length=2000, title=N_("Also write to the family"))] = ""
    words_language: Language | None = None
    beginning: Annotated[str, Field(max_length=300)] = ""
    praise: Annotated[str, Field(max_length=40)] = ""
    at_home: Annotated[str, Field(max_length=40)] = ""
    resource: Annotated[str, Field(max_length=3000)] = ""
    tone: Tone = "good_news"
    household_id: Annotated[str, Field(max_length=64)] = ""

    @property
    def starter(self) -> Starter | None:
        """The sentences that were chosen; those that there are not are left out."""
        chosen = Starter(
            praise=self.praise if is_praise(self.praise) else "",
            at_home=self.at_home if self.at_home in AT_HOME else "",
        )
        return chosen if chosen != Starter() else None

    @property
    def taken_along(self) -> SharedResource | None:
        """What was chosen from the library, as the form tells of it: contacts keeps it."""
        try:
            return SharedResource.model_validate_json(self.resource) if self.resource else None
        except ValidationError:
            return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not begun(self.beginning, self.words) and self.starter is None


Sent = Annotated[web.Form[PreviewForm], web.form(PreviewForm)]
FamilyIn = Annotated[str, Query(max_length=64)]


@router.post("")
async def show_preview(
    page: web.Page, viewer: web.SignedIn, room: AtRoom, form: Sent, family_id: FamilyIn = ""
) -> Response:
    """The page, or for htmx its part; nothing is kept or sent."""
    part = page.request.headers.get("hx-request") == "true"
    template = "_preview.html" if part else "preview.html"
    if not form.ok or form.data.is_empty:
        return page.render(
            f"notifications/{template}", status=422, letters=None, draft=None, filled=[], together=0
        )
    if form.data.tone == "concern":
        context: dict[str, object] = {
            "letters": None,
            "draft": None,
            "filled": [],
            "together": 0,
            "refused": NEVER_MAILED,
        }
        return page.render(f"notifications/{template}", status=422, **context)
    draft = await _draft(room, form.data, family_id, page.language)
    letters = await preview(room, draft, viewer)
    filled = [] if part else await _filled(page)
    return page.render(
        f"notifications/{template}",
        letters=letters,
        draft=draft,
        filled=filled,
        together=len(form.data.family_ids) if form.data.class_id else 0,
    )


async def _filled(page: web.PageContext) -> list[tuple[str, str]]:
    """The whole form of a new contact as it was filled in, to be saved right from the preview."""
    fields = [
        (name, value)
        for name, value in (await page.request.form()).multi_items()
        if isinstance(value, str) and name != web.CSRF_FIELD
    ]
    # A correction is saved from its own form, which knows the contact.
    return [] if any(name == "version" for name, _ in fields) else fields


@router.post("/html")
async def show_preview_html(
    page: web.Page, viewer: web.SignedIn, room: AtRoom, form: Sent, family_id: FamilyIn = ""
) -> Response:
    """One household's letter as its mail program shows it."""
    if not form.ok:
        raise Refused(N_("Go back and write something to the family first."))
    draft = await _draft(room, form.data, family_id, page.language)
    return web.letter((await _one(room, draft, viewer, form.data.household_id)).html)


async def _one(room: MailRoom, draft: NoteDraft, viewer: Viewer, household_id: str) -> Previewed:
    for each in await preview(room, draft, viewer):
        if each.household.household_id == household_id:
            return each
    raise NotFound("There is no such household in this family.")


async def _draft(room: MailRoom, sent: PreviewForm, family_id: str, language: str) -> NoteDraft:
    family = sent.family_id or family_id
    if sent.class_id and sent.family_ids:
        return await _draft_for_first(room, sent, language)
    one = sent.student_id or (sent.student_ids[0] if sent.student_ids else "")
    if not family and one:
        found = await room.directory.family_of_student(one)
        family = found.family_id if found else ""
    if not family or sent.is_empty:
        raise Refused(N_("Go back and write something to the family first."))
    return _note(sent, family, sent.student_ids, language)


async def _draft_for_first(room: MailRoom, sent: PreviewForm, language: str) -> NoteDraft:
    """About the pupils of the first family who are in the class, as contacts will log it."""
    family = await room.directory.family(sent.family_ids[0])
    pupils = tuple(
        student.student_id
        for student in (family.students if family else ())
        if attends(student, [sent.class_id], room.now.date())
    )
    return _note(sent, sent.family_ids[0], pupils, language)


def _note(
    sent: PreviewForm, family_id: str, student_ids: tuple[str, ...], language: str
) -> NoteDraft:
    return NoteDraft(
        family_id=family_id,
        student_ids=student_ids,
        words=begun(sent.beginning, sent.words),
        starter=sent.starter,
        resource=sent.taken_along,
        words_language=sent.words_language or language,
        tone=sent.tone,
    )
