"""The page behind the link in an invitation: a household answers, without an account.

A GET never changes anything: mail programs open links before people do.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.events.actions import Invitation, LinkEnded, answer_by_link, invitation_of
from services.events.actions.answering import Closed, NotNow
from services.events.calendars import CONTENT_TYPE, calendar_of
from services.events.domain import LARGEST_PARTY, Wrong
from services.events.domain.rsvp import PARTY
from services.events.web.at import AtFront, Front, sentence
from services.events.web.when import When
from shared import web
from shared.i18n import N_
from shared.links import LinkRefused
from shared.messages import Answer, Record, SchoolChanged

USUAL_PARTY = 2
"""What the field shows before a family has said anything: a child and a grown-up."""
SHOWS = "one household's invitation and its own answer"

PUBLIC = (
    web.PublicRoute(
        "GET", "/events/rsvp/{token}", "families answer without an account", SHOWS, "120/minute"
    ),
    web.PublicRoute(
        "POST",
        "/events/rsvp/{token}",
        "families answer without an account",
        SHOWS,
        "60/minute",
        proof="link",
    ),
    web.PublicRoute("GET", "/events/rsvp/{token}/thanks", "what was answered", SHOWS, "120/minute"),
    web.PublicRoute(
        "GET",
        "/events/rsvp/{token}/calendar.ics",
        "calendars take the event in",
        "the event as families are told of it",
        "120/minute",
    ),
)

router = APIRouter(prefix="/events/rsvp", include_in_schema=False)


class ReplyForm(Record):
    """A household's answer."""

    answer: Annotated[Answer, Field(title=N_("Will you come?"))]
    party_size: Annotated[
        int | None, Field(ge=1, le=LARGEST_PARTY, title=N_("How many of you come?"))
    ] = None


@router.get("/{token}")
async def show_invitation(
    token: str,
    page: web.Page,
    front: AtFront,
    answer: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The invitation and the form; `answer` in the address only presses a button in advance."""

    async def show(invitation: Invitation) -> Response:
        known = invitation.rsvp
        chosen = answer if answer in {"yes", "no", "maybe"} else (known.answer if known else None)
        party = known.party_size if known and known.party_size else USUAL_PARTY
        form = web.Form.blank(ReplyForm, answer=chosen, party_size=party)
        return _invitation_page(page, token, invitation, form)

    return await _opened(token, page, front, show)


@router.post("/{token}")
async def reply(
    token: str,
    page: web.Page,
    front: AtFront,
    form: Annotated[web.Form[ReplyForm], web.form(ReplyForm)],
) -> Response:
    """Keep the answer, or show what is missing or why it is too late."""

    async def take(invitation: Invitation) -> Response:
        if invitation.standing != "open":
            return _invitation_page(page, token, invitation, form, status=409)
        if not form.ok:
            _say_again(page, form)
            return _invitation_page(page, token, invitation, form, status=422)
        said = form.data
        try:
            await answer_by_link(front.desk, front.links.read(token), said.answer, said.party_size)
        except Wrong as wrong:
            form.fail("party_size", sentence(page, wrong))
            return _invitation_page(page, token, invitation, form, status=422)
        return page.redirect(f"/events/rsvp/{token}/thanks")

    return await _opened(token, page, front, take)


@router.get("/{token}/thanks")
async def thank(token: str, page: web.Page, front: AtFront) -> Response:
    """What was answered, how to change it, and the date for the calendar."""

    async def show(invitation: Invitation) -> Response:
        if invitation.rsvp is None:
            return page.redirect(f"/events/rsvp/{token}")
        return page.render(
            "events/thanks.html", token=token, invitation=invitation, when=When(page.language)
        )

    return await _opened(token, page, front, show)


@router.get("/{token}/calendar.ics")
async def calendar(token: str, page: web.Page, front: AtFront) -> Response:
    """The event for a phone's calendar."""

    async def show(invitation: Invitation) -> Response:
        body = calendar_of(
            invitation.event, invitation.school, domain=front.mail_domain, now=front.desk.now
        )
        headers = {"Content-Disposition": 'attachment; filename="event.ics"'}
        return Response(body, headers={**headers, "Content-Type": CONTENT_TYPE})

    return await _opened(token, page, front, show)


def _say_again(page: web.PageContext, form: web.Form[ReplyForm]) -> None:
    # The form was read before the link told whose language this page speaks.
    plain = {
        "answer": page._("Please choose yes, maybe or no."),
        "party_size": page._(PARTY, most=str(LARGEST_PARTY)),
    }
    form.errors = {name: plain.get(name, said) for name, said in form.errors.items()}


async def _opened(
    token: str,
    page: web.PageContext,
    front: Front,
    show: Callable[[Invitation], Awaitable[Response]],
) -> Response:
    """Answer in the household's language; whatever the link can't open is told kindly."""
    try:
        invitation = await invitation_of(front.desk, front.links.read(token))
        page.prefer(invitation.household.language)
        return await show(invitation)
    except LinkRefused:
        return _shut(page, "ended", None, 410)
    except LinkEnded as ended:
        return _shut(page, "ended", ended.school, 410)
    except NotNow as wait:
        response = _shut(page, "wait", wait.school, 503)
        response.headers["Retry-After"] = "60"
        return response
    except Closed:
        # It closed between looking and answering: looking again tells why.
        return page.redirect(f"/events/rsvp/{token}")


def _shut(
    page: web.PageContext,
    why: Literal["ended", "wait"],
    school: SchoolChanged | None,
    status: int,
) -> Response:
    return page.render("events/shut.html", status=status, why=why, school=school)


def _invitation_page(
    page: web.PageContext,
    token: str,
    invitation: Invitation,
    form: web.Form[ReplyForm],
    status: int = 200,
) -> Response:
    return page.render(
        "events/rsvp.html",
        status=status,
        token=token,
        invitation=invitation,
        form=form,
        most=LARGEST_PARTY,
        when=When(page.language),
    )
