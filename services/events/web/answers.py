"""Answers as staff see them: written down by hand, as a file, and as a list for the door."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.events.actions import (
    AnswerRow,
    answers_of,
    event_seen_by,
    figures_of,
    household_of,
    write_down_answer,
)
from services.events.domain import LARGEST_PARTY, SchoolEvent, Wrong
from services.events.web.at import AtDesk, sentence
from services.events.web.sheet import sheet_of
from services.events.web.when import When
from shared import web
from shared.errors import Conflict
from shared.i18n import N_, format_datetime
from shared.messages import Answer, Record

router = APIRouter(prefix="/events", include_in_schema=False)

ANSWERS: dict[str, str] = {"yes": N_("Yes"), "maybe": N_("Maybe"), "no": N_("No")}


class AnswerForm(Record):
    """What a family said by phone or on paper."""

    answer: Annotated[Answer, Field(title=N_("Their answer"))]
    party_size: Annotated[
        int | None, Field(ge=1, le=LARGEST_PARTY, title=N_("How many people come?"))
    ] = None


@router.get("/{event_id}/answers.csv")
async def download_answers(
    event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """The list of answers as a file for a spreadsheet."""
    event = await event_seen_by(desk, event_id, viewer)
    rows = await answers_of(desk, event, viewer)
    headings = [
        page._("Family"),
        page._("Answer"),
        page._("People"),
        page._("Answered at"),
        page._("Language"),
        page._("Interpreter"),
        page._("Written down by the school"),
    ]
    body = sheet_of([headings, *(_cells(page, row, event.time_zone) for row in rows)])
    headers = {
        "Content-Disposition": f'attachment; filename="answers-{event.starts_at:%Y-%m-%d}.csv"'
    }
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{event_id}/door")
async def door_list(event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """Who is expected, to print and tick off at the door."""
    event = await event_seen_by(desk, event_id, viewer)
    rows = await answers_of(desk, event, viewer)
    coming = [row for row in rows if row.rsvp and row.rsvp.answer == "yes"]
    perhaps = [row for row in rows if row.rsvp and row.rsvp.answer == "maybe"]
    return page.render(
        "events/door.html",
        event=event,
        when=When(page.language),
        coming=coming,
        perhaps=perhaps,
        counts=await figures_of(desk, event),
    )


@router.get("/{event_id}/answers/{household_id}")
async def ask_for_answer(
    event_id: str, household_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """The form for one household's answer by phone or on paper."""
    event = await event_seen_by(desk, event_id, viewer)
    row = await household_of(desk, event, household_id, viewer)
    known = (
        {"answer": row.rsvp.answer, "party_size": row.rsvp.party_size or None} if row.rsvp else {}
    )
    form = web.Form.blank(AnswerForm, **known)
    return _answer_page(page, event, row, form)


@router.post("/{event_id}/answers/{household_id}")
async def keep_answer(
    event_id: str,
    household_id: str,
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    form: Annotated[web.Form[AnswerForm], web.form(AnswerForm)],
) -> Response:
    """Write the answer down."""
    event = await event_seen_by(desk, event_id, viewer)
    row = await household_of(desk, event, household_id, viewer)
    if form.ok:
        said = form.data
        try:
            await write_down_answer(
                desk, event_id, household_id, said.answer, said.party_size, viewer
            )
        except Wrong as wrong:
            form.fail("party_size", sentence(page, wrong))
        except Conflict as closed:
            return page.redirect(f"/events/{event_id}", sentence(page, closed), "warning")
        else:
            thanks = page._("The answer of %(family)s is written down.", family=row.name)
            return page.redirect(f"/events/{event_id}", thanks)
    return _answer_page(page, event, row, form)


def _answer_page(
    page: web.PageContext, event: SchoolEvent, row: AnswerRow, form: web.Form[AnswerForm]
) -> Response:
    return page.render(
        "events/answer.html",
        status=422 if form.errors else 200,
        event=event,
        row=row,
        form=form,
        answers=ANSWERS,
        most=LARGEST_PARTY,
    )


def _cells(page: web.PageContext, row: AnswerRow, zone: str) -> list[str]:
    rsvp = row.rsvp
    return [
        row.name,
        page._(ANSWERS[rsvp.answer]) if rsvp else page._("Not answered yet"),
        str(rsvp.party_size) if rsvp else "",
        format_datetime(rsvp.answered_at, page.language, zone) if rsvp else "",
        row.language,
        page._("Yes") if row.interpreter else "",
        page._("Yes") if rsvp and rsvp.by else "",
    ]
