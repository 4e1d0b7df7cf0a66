"""Forms that other sites send in a signed-in person's name are refused."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, UploadFile

from shared.errors import Forbidden
from shared.i18n import N_
from shared.web.visit import visit_of

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class OutOfDate(Forbidden):
    """The form was made for another session, or cookies are off. HTTP 403."""


def same_origin(headers: Headers, public_url: str) -> bool:
    """Whether a browser says that the request comes from our own pages.

    Fetch Metadata first, then Origin. Neither means no browser of the last years (a program, or a
    mail service's one-click): such a request carries no cookie that it was tricked into sending.
    """
    site = headers.get("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if not origin:
        return True
    here = {urlsplit(public_url).netloc, headers.get("host", "")}
    return urlsplit(origin).netloc in here


async def check_form(request: Request) -> None:
    """Raises `OutOfDate` unless the form field or the header carries this session's token."""
    presented = request.headers.get(HEADER, "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not presented and kind in _FORMS:
        field = (await request.form()).get(FIELD, "")
        presented = "" if isinstance(field, UploadFile) else field
    if not visit_of(request).csrf_matches(presented):
        raise OutOfDate(N_("This form is out of date. Go back, reload the page and send it again."))
