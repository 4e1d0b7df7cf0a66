"""What goes wrong, told: to programs by RFC 9457, to people by a page in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.errors import (
    Conflict,
    DependencyDown,
    Forbidden,
    NotFound,
    PartnersError,
    Refused,
)
from shared.i18n import N_
from shared.identity import TokenRefused
from shared.links import LinkRefused
from shared.web.admission import Busy
from shared.web.csrf import SAFE, OutOfDate
from shared.web.guards import SignInNeeded
from shared.web.page import page_of_error
from shared.web.rates import TooMany

_RETRY_SECONDS = 5


@dataclass(frozen=True)
class Problem:
    """One answer that is not what was asked for. `name` identifies the kind to programs."""

    status: int
    name: str
    title: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[Mapping[str, str]] = ()


_KINDS: tuple[tuple[type[PartnersError], int, str, str], ...] = (
    (OutOfDate, 403, "form-out-of-date", N_("This form is out of date")),
    (LinkRefused, 410, "link-ended", N_("This link no longer works")),
    (Refused, 422, "refused", N_("That did not work")),
    (NotFound, 404, "not-found", N_("We can't find that")),
    (Forbidden, 403, "forbidden", N_("This is not open to you")),
    (Conflict, 409, "conflict", N_("Somebody else changed this first")),
    (DependencyDown, 503, "unavailable", N_("We need a moment")),
    (Busy, 503, "busy", N_("We need a moment")),
    (TooMany, 429, "too-many", N_("Please wait a little")),
    (SignInNeeded, 401, "sign-in-needed", N_("Please sign in")),
    (TokenRefused, 401, "token-refused", N_("Please sign in")),
)

ADVICE = {
    401: N_("You are signed out. Sign in, then go back to what you were doing."),
    403: N_("If you think that you should see this, ask your school's office."),
    404: N_("The address may be old or mistyped. Start again from the first page."),
    405: N_("Go back and try again."),
    409: N_("Go back, reload the page and look at what changed."),
    410: N_("Ask the school for a new link, or call the school's office."),
    413: N_("The file or text is too big. Send a smaller one."),
    422: N_("Go back, change it and send it again."),
    429: N_("Too many tries came from here. Wait a little and try again."),
    500: N_(
        "That is our mistake. It has been noted. Try again; if it stays, tell the number below."
    ),
    503: N_("A part of the system is restarting. Nothing is lost. Try again in a few seconds."),
}


def problem_of(error: Exception) -> Problem:
    """How an error is told."""
    if isinstance(error, RequestValidationError):
        return _validation(error)
    if isinstance(error, HTTPException):
        return _http(error)
    for kind, status, name, title in _KINDS:
        if isinstance(error, kind):
            return Problem(status, name, title, str(error), _headers(error))
    return Problem(500, "mistake", N_("Something went wrong"), N_("An unexpected error happened."))


async def answer(request: Request, error: Exception) -> Response:
    """The response that tells of an error, as the reader can take it."""
    problem = problem_of(error)
    if not wants_page(request):
        return _json(request, problem)
    if isinstance(error, SignInNeeded) and request.method in SAFE:
        return _to_sign_in(request)
    page = await page_of_error(request)
    response = page.render(
        "error.html",
        status=problem.status,
        problem=problem,
        advice=ADVICE.get(problem.status, ""),
    )
    response.headers.update(problem.headers)
    return response


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page; an API always answers with JSON."""
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Let every error of the app be told this way."""
    for kind in (PartnersError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _json(request: Request, problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:partners:problem:{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request.scope.get("partners.request_id", ""),
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    headers = dict(problem.headers)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="partners"'
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def _to_sign_in(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    target = "/sign-in?next=" + quote(request.url.path + query, safe="")
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, TooMany | Busy):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(_RETRY_SECONDS)} if isinstance(error, DependencyDown) else {}


def _http(error: HTTPException) -> Problem:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_of(NotFound(N_("There is nothing at this address.")))
    phrase = HTTPStatus(error.status_code).phrase
    name = phrase.lower().replace(" ", "-")
    return Problem(error.status_code, name, phrase, str(error.detail), dict(error.headers or {}))


def _validation(error: RequestValidationError) -> Problem:
    # Without the values, which may be personal data and would be logged by whoever called.
    errors = [
        {
            "place": ".".join(str(part) for part in each["loc"]),
            "problem": str(each["msg"]),
        }
        for each in error.errors()
    ]
    places = ", ".join(each["place"] for each in errors[:5])
    detail = f"Not as described in the API: {places}. See `errors` for each."
    return Problem(422, "not-valid", N_("That did not work"), detail, errors=errors)
