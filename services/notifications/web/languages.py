"""The languages of the letters: who reviewed each, and drafts to accept sentence by sentence."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions import languages
from services.notifications.actions.languages import Judged, Read
from services.notifications.domain.languages import LONGEST_REMARK, in_parts
from services.notifications.letters.tongue import right_to_left
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/languages", include_in_schema=False)
Judge = Annotated[Viewer, web.needs("coordinator", "district")]
PLACE = "/notifications/languages"
VERDICTS = {
    "accepted": (N_("Accepted"), "good"),
    "rejected": (N_("Rejected"), "bad"),
    "open": (N_("Not looked at yet"), "warn"),
}


class JudgeForm(Record):
    """What somebody thinks of one sentence. `fingerprint` says which words they read."""

    fingerprint: Annotated[str, Field(max_length=64)]
    decision: Annotated[Literal["accept", "reject"], Field(title=N_("Decision"))]
    remark: Annotated[str, Field(max_length=LONGEST_REMARK, title=N_("What is wrong with it?"))] = (
        ""
    )


class AcceptForm(Record):
    """The sentences of a page that nobody has looked at yet, each as `key:fingerprint`."""

    sentence: tuple[Annotated[str, Field(max_length=130)], ...] = ()
    following: Annotated[str, Field(max_length=600)] = ""
    """Where the list goes on."""


@router.get("")
async def show_languages(page: web.Page, viewer: Judge, room: AtRoom) -> Response:
    """Each language, who reviewed it, and whether families get letters in it."""
    del viewer
    standings = await languages.standings(room)
    return page.render("notifications/languages.html", standings=standings)


@router.get("/{language}")
async def show_language(
    language: str, page: web.Page, viewer: Judge, room: AtRoom, cursor: web.Cursor
) -> Response:
    """A language sentence by sentence."""
    del viewer
    return await _page(page, room, language, cursor)


@router.post("/{language}/sentences/{key}")
async def judge_sentence(
    language: str,
    key: str,
    page: web.Page,
    viewer: Judge,
    room: AtRoom,
    cursor: web.Cursor,
    form: Annotated[web.Form[JudgeForm], web.form(JudgeForm)],
) -> Response:
    """Accept one sentence, or reject it with a remark."""
    if form.ok and form.data.decision == "reject" and not form.data.remark.strip():
        form.fail("remark", page._(N_("Please write what is wrong, so that it can be mended.")))
    if not form.ok:
        return await _page(page, room, language, cursor, (key, form))
    read, accepted = Read(key, form.data.fingerprint), form.data.decision == "accept"
    await languages.judge(room, language, read, viewer, accepted=accepted, remark=form.data.remark)
    here = _address(language, _after(page))
    return page.redirect(f"{here}#s-{key}", said=page._(N_("Noted. Thank you.")))


@router.post("/{language}/accept")
async def accept_page(
    language: str,
    page: web.Page,
    viewer: Judge,
    room: AtRoom,
    form: Annotated[web.Form[AcceptForm], web.form(AcceptForm)],
) -> Response:
    """Accept what stood on a page and nobody had looked at, and go on to the next."""
    if not form.ok:
        raise Refused(
            N_("This page was sent incompletely. Go back, load it again and try once more.")
        )
    pairs = [each.partition(":") for each in form.data.sentence]
    read = [Read(key, fingerprint) for key, _, fingerprint in pairs]
    standing = await languages.accept_open(room, language, read, viewer)
    if standing.on:
        return page.redirect(
            PLACE, said=page._(N_("Every sentence is accepted: letters go out in it."))
        )
    return page.redirect(
        _address(language, form.data.following), said=page._(N_("These sentences are accepted."))
    )


async def _page(
    page: web.PageContext,
    room: AtRoom,
    language: str,
    cursor: web.CursorIn,
    wrong: tuple[str, web.Form[JudgeForm]] | None = None,
) -> Response:
    standing, judged = await languages.read_language(room, language)
    slice_ = web.paginate(rows_after(judged, cursor), cursor, place_in_list)
    return page.render(
        "notifications/language.html",
        status=422 if wrong else 200,
        standing=standing,
        direction_of_it="rtl" if right_to_left(language) else "ltr",
        slice=slice_,
        after=_after(page),
        still_open=[row.sentence for row in slice_.items if row.verdict == "open"],
        wrong=wrong,
        blank=web.Form.blank(JudgeForm),
        verdicts=VERDICTS,
        in_parts=in_parts,
    )


def rows_after(judged: list[Judged], cursor: web.CursorIn) -> list[Judged]:
    """The sentences of one page and one more; `Refused` for a cursor of another list."""
    match cursor.after:
        case None:
            begin = 0
        case (int() as begin,):
            pass
        case _:
            raise Refused(N_("This page address is broken. Start again from the first page."))
    return [row for row in judged if row.sentence.place > begin][: cursor.fetch]


def place_in_list(row: Judged) -> tuple[int]:
    """By what the sentences are ordered: as they stand in the catalog."""
    return (row.sentence.place,)


def _after(page: web.PageContext) -> str:
    return page.request.query_params.get("after", "")


def _address(language: str, after: str) -> str:
    query = f"?{urlencode({'after': after})}" if after else ""
    return f"{PLACE}/{language}{query}"
