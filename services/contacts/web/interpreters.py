"""The list of interpreters: looking somebody up, adding, changing, ending, offering again."""

from collections.abc import Sequence
from datetime import time
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from pydantic import BaseModel, EmailStr, Field
from starlette.responses import Response

from services.contacts.actions.interpreters import (
    add_interpreter,
    change_interpreter,
    end_interpreter,
)
from services.contacts.domain.interpreters import (
    DISTRICT,
    EDITS,
    MOST_HOURS,
    SAID,
    Hours,
    Interpreter,
    InterpreterDraft,
    Kind,
    faults_of,
    language_in,
    may_edit,
)
from services.contacts.web.at import AtDesk, choices, places_of, sentence
from shared import web
from shared.errors import Conflict, Forbidden, Refused
from shared.i18n import N_, weekday_names
from shared.identity import Viewer
from shared.web.templates import language_name

router = APIRouter(tags=["interpreters"])
Keeps = Annotated[Viewer, web.needs(*sorted(EDITS))]
PATH = "/contacts/interpreters"
KINDS: dict[str, str] = {
    "person": N_("A person"),
    "phone_service": N_("A phone service"),
}
OFTEN = ("es", "ar", "zh", "vi", "pt", "ru", "fr", "ht", "so", "uk", "tl", "ase")
"""Languages that stand ready to be ticked; the last is American Sign Language."""
EMPTY_LINES = 3


class InterpreterForm(BaseModel):
    """The form. Hours come as lines of a day, a beginning and an end; empty lines are left out."""

    school_id: str = Field(DISTRICT, title=N_("School"), max_length=64)
    name: str = Field(title=N_("Name"), min_length=2, max_length=120)
    kind: Kind = Field("person", title=N_("What it is"))
    languages: tuple[str, ...] = Field((), title=N_("Languages"), max_length=300)
    more_languages: str = Field("", title=N_("Other languages"), max_length=2000)
    phone: str = Field(title=N_("Phone"), min_length=3, max_length=40)
    email: EmailStr | None = Field(None, title=N_("Mail address"))
    weekday: tuple[str, ...] = Field((), max_length=MOST_HOURS)
    begins: tuple[str, ...] = Field((), max_length=MOST_HOURS)
    ends: tuple[str, ...] = Field((), max_length=MOST_HOURS)
    training: str = Field("", title=N_("Training"), max_length=500)
    independent: bool = Field(
        False, title=N_("This is an adult who is no student here and no relative of the families")
    )
    version: int | None = None

    def draft(self, languages: tuple[str, ...], hours: tuple[Hours, ...]) -> InterpreterDraft:
        """What the rules read."""
        kept = self.model_dump(include={"school_id", "name", "kind", "phone", "email", "training"})
        return InterpreterDraft(
            **kept, languages=languages, hours=hours, independent=self.independent
        )


Sent = Annotated[web.Form[InterpreterForm], web.form(InterpreterForm)]


@router.get(PATH, include_in_schema=False)
async def list_page(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    language: Annotated[str, Query(max_length=35)] = "",
    weekday: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Whom to call, by language and day; those who ended stand at the end."""
    known = await desk.store.interpreters.listed(seen_by=viewer)
    called = [each for each in known if each.ended_at is None]
    spoken = {each for interpreter in called for each in interpreter.languages}
    day = int(weekday) if weekday in set("0123456") else None
    return page.render(
        "contacts/interpreters.html",
        interpreters=narrowed(called, language, day),
        ended=[e for e in known if e.ended_at is not None and may_edit(e.school_id, viewer)],
        anybody=bool(called),
        spoken=_named(page, spoken),
        chosen=language,
        weekday="" if day is None else str(day),
        kinds={kind: page._(words) for kind, words in KINDS.items()},
        schools={
            each.school_id: each.name for each in await desk.store.directory.schools_in_brief()
        },
        keeps=viewer.role in EDITS,
        editable={each.interpreter_id for each in known if may_edit(each.school_id, viewer)},
        leads=viewer.role in {"coordinator", "principal"},
    )


def narrowed(
    interpreters: Sequence[Interpreter], language: str, weekday: int | None
) -> list[Interpreter]:
    """Those who speak a language and may be called on a day; empty: all."""
    return [
        each
        for each in interpreters
        if (not language or each.speaks(language)) and (weekday is None or each.works_on(weekday))
    ]


def _named(page: web.PageContext, languages: Sequence[str] | set[str]) -> list[tuple[str, str]]:
    pairs = [(each, language_name(page.language, each)) for each in languages]
    return sorted(pairs, key=lambda pair: pair[1].casefold())


@router.get(f"{PATH}/new", include_in_schema=False)
async def open_form(page: web.Page, viewer: Keeps, desk: AtDesk) -> Response:
    """The empty form."""
    own = sorted(viewer.school_ids)
    form = web.Form.blank(InterpreterForm, school_id=own[0] if own else DISTRICT)
    return await _form_page(page, desk, viewer, form)


@router.post(PATH, include_in_schema=False)
async def post_new(page: web.Page, viewer: Keeps, desk: AtDesk, form: Sent) -> Response:
    """Add an interpreter; with anything wrong the form comes back as it was typed."""
    draft = _draft(page, form)
    if draft:
        try:
            made = await add_interpreter(desk.store, desk.units, draft, viewer)
        except (Refused, Forbidden) as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(PATH, page._("%(name)s is in the list.", name=made.name))
    return await _form_page(page, desk, viewer, form)


@router.get(f"{PATH}/{{interpreter_id}}", include_in_schema=False)
async def open_change(page: web.Page, viewer: Keeps, desk: AtDesk, interpreter_id: str) -> Response:
    """The form with what is known."""
    known = await desk.store.interpreters.one(interpreter_id, seen_by=viewer)
    ticked = [each for each in known.languages if each in OFTEN]
    form = web.Form.blank(
        InterpreterForm,
        **known.model_dump(
            include={"school_id", "name", "kind", "phone", "email", "training", "version"}
        ),
        languages=ticked,
        more_languages=", ".join(each for each in known.languages if each not in ticked),
        weekday=[str(each.weekday) for each in known.hours],
        begins=[f"{each.begins:%H:%M}" for each in known.hours],
        ends=[f"{each.ends:%H:%M}" for each in known.hours],
        independent=True,
    )
    return await _form_page(page, desk, viewer, form, known)


@router.post(f"{PATH}/{{interpreter_id}}", include_in_schema=False)
async def post_change(
    page: web.Page, viewer: Keeps, desk: AtDesk, interpreter_id: str, form: Sent
) -> Response:
    """Keep what is written now."""
    known = await desk.store.interpreters.one(interpreter_id, seen_by=viewer)
    draft = _draft(page, form)
    if draft:
        try:
            await change_interpreter(
                desk.store, desk.units, interpreter_id, draft, viewer, version=form.data.version
            )
        except (Refused, Forbidden, Conflict) as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(PATH, page._("Saved."))
    return await _form_page(page, desk, viewer, form, known)


@router.post(f"{PATH}/{{interpreter_id}}/end", include_in_schema=False)
async def post_end(page: web.Page, viewer: Keeps, desk: AtDesk, interpreter_id: str) -> Response:
    """Offer them no more; the list shows how to undo it."""
    ended = await end_interpreter(desk.store, desk.units, interpreter_id, viewer)
    said = page._("%(name)s is not offered any more. You can undo this below.", name=ended.name)
    return page.redirect(f"{PATH}#ended", said)


@router.post(f"{PATH}/{{interpreter_id}}/resume", include_in_schema=False)
async def post_resume(page: web.Page, viewer: Keeps, desk: AtDesk, interpreter_id: str) -> Response:
    """Offer them again."""
    back = await end_interpreter(desk.store, desk.units, interpreter_id, viewer, ended=False)
    return page.redirect(PATH, page._("%(name)s is in the list.", name=back.name))


def _draft(page: web.PageContext, form: web.Form[InterpreterForm]) -> InterpreterDraft | None:
    """What was typed as the rules read it; None with a sentence at each wrong field."""
    if not form.ok:
        return None
    sent = form.data
    languages, unread = _languages(sent)
    if unread:
        form.fail(
            "more_languages",
            page._("“%(typed)s” is no language tag. Write tags such as so or hmn.", typed=unread),
        )
    elif not languages:
        form.fail("languages", page._("Please choose at least one language."))
    hours = _hours(sent)
    if hours is None:
        form.fail("hours", page._("Each line of hours needs a day, a beginning and an end."))
    if form.errors or hours is None:
        return None
    draft = sent.draft(languages, hours)
    for field, code in faults_of(draft).items():
        form.fail(field, page._(SAID[code]))
    return None if form.errors else draft


def _languages(sent: InterpreterForm) -> tuple[tuple[str, ...], str]:
    """The languages, and the first text that is none."""
    typed = [*sent.languages, *sent.more_languages.replace(";", ",").split(",")]
    found = [(text.strip(), language_in(text)) for text in typed if text.strip()]
    unread = next((text for text, language in found if language is None), "")
    return tuple(dict.fromkeys(language for _, language in found if language)), unread


def _hours(sent: InterpreterForm) -> tuple[Hours, ...] | None:
    """The lines that are filled in; None when one is so in part only."""
    try:
        lines = list(zip(sent.weekday, sent.begins, sent.ends, strict=True))
        return tuple(
            Hours(
                weekday=int(weekday),
                begins=time.fromisoformat(begins),
                ends=time.fromisoformat(ends),
            )
            for weekday, begins, ends in lines
            if weekday or begins or ends
        )
    except ValueError:
        return None


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    form: web.Form[InterpreterForm],
    known: Interpreter | None = None,
) -> Response:
    lists = (form.values("weekday"), form.values("begins"), form.values("ends"))
    lines = [line for line in zip(*lists, strict=False) if any(line)]
    free = min(EMPTY_LINES, MOST_HOURS - len(lines))
    return page.render(
        "contacts/interpreter.html",
        status=422 if form.errors else 200,
        form=form,
        known=known,
        may_keep=known is None or may_edit(known.school_id, viewer),
        kinds=choices(page, {kind: KINDS[kind] for kind in get_args(Kind)}),
        often=_named(page, OFTEN),
        schools=await places_of(page, desk, viewer, DISTRICT),
        weekdays=list(enumerate(weekday_names(page.language))),
        lines=[*lines, *[("", "", "")] * free],
    )
