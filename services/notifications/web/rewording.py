"""The wording of letters: the district reads each sentence, words it anew, and takes that back."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions import rewording
from services.notifications.actions.languages import TRANSLATED, read_language
from services.notifications.actions.rewording import Reads, Scope
from services.notifications.actions.room import MailRoom
from services.notifications.actions.trying_words import Trial, current, grade_for, try_words
from services.notifications.domain.languages import in_parts
from services.notifications.domain.reading_level import AIM
from services.notifications.domain.rewording import DISTRICT, Rewording, faults_in, longest, shown
from services.notifications.letters.tongue import right_to_left
from services.notifications.web.at import KINDS, AtRoom
from shared import web
from shared.errors import Conflict, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/wording", include_in_schema=False)
District = Annotated[Viewer, web.needs("district")]
SchoolIn = Annotated[str, Query(max_length=64)]
PLACE = "/notifications/wording"
SOURCES = {
    "school": (N_("Words of this school"), "info"),
    "district": (N_("Words of the district"), "info"),
    "catalog": (N_("As it came with Partners"), "plain"),
}
INCOMPLETE = N_("This page was sent incompletely. Go back, load it again and try once more.")


class WordsForm(Record):
    """New words, one for each form, as people write them; `seen`: the last change that they saw."""

    words: tuple[Annotated[str, Field(max_length=2000)], ...] = ()
    seen: Annotated[int, Field(ge=0)]


class AgainForm(Record):
    """A version whose words are to hold again; 0: the words without any of one's own."""

    version: Annotated[int, Field(ge=0)]
    seen: Annotated[int, Field(ge=0)]


Sent = Annotated[web.Form[WordsForm], web.form(WordsForm)]


@router.get("")
async def show_scopes(
    page: web.Page, viewer: District, room: AtRoom, school: SchoolIn = ""
) -> Response:
    """The languages, and how many sentences have own words in each."""
    del viewer
    scope = await rewording.scope_of(room, "en", school)
    return page.render(
        "notifications/wordings.html",
        scope=scope,
        counted=await rewording.counted(room, scope.school_id),
        schools=await room.directory.schools_in_brief(),
    )


@router.get("/{language}")
async def show_sentences(
    language: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    cursor: web.Cursor,
    school: SchoolIn = "",
    q: Annotated[str, Query(max_length=200)] = "",
    own: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """The sentences with the words that they have now; `q` is looked for, `own` leaves out ours."""
    del viewer
    scope = await rewording.scope_of(room, language, school)
    found = found_in(await rewording.read_all(room, scope), q.strip(), own=bool(own))
    asked = {"school": school, "q": q.strip(), "own": own}
    return page.render(
        "notifications/wording_sentences.html",
        **await _scope(room, scope),
        filters={name: value for name, value in asked.items() if value},
        slice=web.paginate(rows_after(found, cursor), cursor, place_in_list),
        number=len(found),
        q=q.strip(),
        own=bool(own),
        schools=await room.directory.schools_in_brief(),
    )


@router.get("/{language}/history")
async def show_history(
    language: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    cursor: web.Cursor,
    school: SchoolIn = "",
) -> Response:
    """Every change in a scope, the newest first."""
    del viewer
    scope = await rewording.scope_of(room, language, school)
    return page.render(
        "notifications/wording_history.html",
        **await _scope(room, scope),
        slice=web.paginate(await history(room, scope, cursor), cursor, by_version),
    )


@router.get("/{language}/sentences/{key}")
async def show_sentence(
    language: str, key: str, page: web.Page, viewer: District, room: AtRoom, school: SchoolIn = ""
) -> Response:
    """One sentence: its words, to be changed, and all that they were."""
    del viewer
    scope = await rewording.scope_of(room, language, school)
    return await _page(page, room, scope, key)


@router.post("/{language}/sentences/{key}")
async def save_words(
    language: str,
    key: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    form: Sent,
    school: SchoolIn = "",
) -> Response:
    """Keep new words, unless somebody else changed the sentence meanwhile."""
    scope = await rewording.scope_of(room, language, school)
    if await _is_wrong(page, room, scope, key, form):
        return await _page(page, room, scope, key, form, status=422)
    try:
        kept = await rewording.save(room, scope, key, form.data.words, form.data.seen, viewer)
    except Conflict as late:
        form.fail("", page._(str(late)))
        return await _page(page, room, scope, key, form, status=409)
    said = N_("These are the words already. Nothing was changed.")
    if kept:
        said = N_("Letters have these words from now on.")
    return page.redirect(_address(scope, key), said=page._(said))


@router.post("/{language}/sentences/{key}/preview")
async def preview_words(
    language: str,
    key: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    form: Sent,
    school: SchoolIn = "",
) -> Response:
    """Whole letters with the new words; nothing is kept."""
    del viewer
    scope = await rewording.scope_of(room, language, school)
    if await _is_wrong(page, room, scope, key, form):
        return await _page(page, room, scope, key, form, status=422)
    reads, _ = await rewording.read_one(room, scope, key)
    return await _page(
        page, room, scope, key, form, trial=await try_words(room, scope, reads, form.data.words)
    )


@router.post("/{language}/sentences/{key}/preview/html")
async def preview_html(
    language: str,
    key: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    form: Sent,
    school: SchoolIn = "",
    letter: Annotated[int, Query(ge=0, le=100)] = 0,
) -> Response:
    """One of these letters as a mail program shows it."""
    del viewer
    scope = await rewording.scope_of(room, language, school)
    if await _is_wrong(page, room, scope, key, form):
        raise Refused(next(iter(form.errors.values())))
    reads, _ = await rewording.read_one(room, scope, key)
    letters = (await try_words(room, scope, reads, form.data.words)).letters
    if letter >= len(letters):
        raise NotFound(N_("There is no such letter."))
    return web.letter(letters[letter].html)


@router.post("/{language}/sentences/{key}/again")
async def take_again(
    language: str,
    key: str,
    page: web.Page,
    viewer: District,
    room: AtRoom,
    form: Annotated[web.Form[AgainForm], web.form(AgainForm)],
    school: SchoolIn = "",
) -> Response:
    """Undo, or take the words of an older version again; that is a version, too."""
    scope = await rewording.scope_of(room, language, school)
    if not form.ok:
        raise Refused(INCOMPLETE)
    await rewording.take_again(room, scope, key, form.data.version, form.data.seen, viewer)
    said = page._(N_("Letters have these words from now on."))
    return page.redirect(_address(scope, key), said=said)


async def _is_wrong(
    page: web.PageContext, room: MailRoom, scope: Scope, key: str, form: web.Form[WordsForm]
) -> bool:
    """Say at each form of the sentence what is wrong with it."""
    if not form.ok:
        raise Refused(INCOMPLETE)
    reads, _ = await rewording.read_one(room, scope, key)
    for number, fault in faults_in(reads.sentence, form.data.words).items():
        form.fail(f"words-{number}", page._(fault.sentence, **fault.values))
    return not form.ok


async def _page(
    page: web.PageContext,
    room: MailRoom,
    scope: Scope,
    key: str,
    form: web.Form[WordsForm] | None = None,
    *,
    status: int = 200,
    trial: Trial | None = None,
) -> Response:
    reads, versions = await rewording.read_one(room, scope, key)
    typed = tuple(form.values("words")) if form else current(reads)
    forms = len(reads.sentence.words)
    return page.render(
        "notifications/wording_sentence.html",
        status=status,
        **await _scope(room, scope),
        reads=reads,
        versions=versions,
        undo=rewording.before(versions),
        form=form or web.Form.blank(WordsForm),
        typed=[*typed[:forms], *[""] * (forms - len(typed))],
        limit=longest(reads.sentence),
        late=status == 409,
        trial=trial,
        grade=grade_for(scope, typed),
        aim=AIM,
        kinds=KINDS,
    )


async def _scope(room: MailRoom, scope: Scope) -> dict[str, Any]:
    """What all pages of a scope show."""
    standing = None
    if scope.language in TRANSLATED:
        standing, _ = await read_language(room, scope.language)
    return {
        "scope": scope,
        "standing": standing,
        "direction_of_it": "rtl" if right_to_left(scope.language) else "ltr",
        "kept": {"school": scope.school_id} if scope.school else {},
        "sources": SOURCES,
        "in_parts": in_parts,
        "shown": shown,
    }


def found_in(sentences: list[Reads], search: str, *, own: bool) -> list[Reads]:
    """Those that hold what is looked for; `own`: of those with other words than ours."""
    return [
        each
        for each in sentences
        if (not search or each.has(search)) and (not own or each.source != "catalog")
    ]


def rows_after(found: list[Reads], cursor: web.CursorIn) -> list[Reads]:
    """The sentences of one page and one more; `Refused` for a cursor of another list."""
    begin = number_in(cursor) or 0
    return [row for row in found if row.sentence.place > begin][: cursor.fetch]


async def history(room: MailRoom, scope: Scope, cursor: web.CursorIn) -> list[Rewording]:
    """The changes of one page and one more, the newest first."""
    return await room.store.rewordings.history(
        scope.school_id, scope.language, limit=cursor.fetch, before=number_in(cursor)
    )


def number_in(cursor: web.CursorIn) -> int | None:
    """Where a list goes on; `Refused` for a cursor of another list."""
    match cursor.after:
        case None:
            return None
        case (int() as number,):
            return number
    raise Refused(N_("This page address is broken. Start again from the first page."))


def place_in_list(row: Reads) -> tuple[int]:
    """By what the sentences are ordered: as they stand in the catalog."""
    return (row.sentence.place,)


def by_version(change: Rewording) -> tuple[int]:
    """By what a history is ordered."""
    return (change.version,)


def _address(scope: Scope, key: str) -> str:
    query = f"?{urlencode({'school': scope.school_id})}" if scope.school_id != DISTRICT else ""
    return f"{PLACE}/{scope.language}/sentences/{key}{query}"
