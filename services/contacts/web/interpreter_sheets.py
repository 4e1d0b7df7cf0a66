"""The list of interpreters as a table: taken along, and brought in again."""

from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.contacts.actions.interpreter_sheet import take_rows
from services.contacts.domain.interpreter_rows import COLUMNS, NEEDED, Judged, Outcome, cells_of
from services.contacts.domain.interpreters import Interpreter
from services.contacts.web.at import AtDesk, sentence
from services.contacts.web.interpreters import PATH, Keeps
from services.contacts.web.tables import rows_in
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.web.tables import csv_file

router = APIRouter(tags=["interpreters"])
LARGEST = 1_000_000
"""Bytes; two thousand rows are less."""
OUTCOMES: dict[Outcome, str] = {
    "added": N_("Added"),
    "changed": N_("Changed"),
    "same": N_("Was so already"),
    "refused": N_("Left out"),
}


@router.get(f"{PATH}.csv", include_in_schema=False)
async def interpreters_file(viewer: web.SignedIn, desk: AtDesk) -> Response:
    """All of them, those who ended too, as the import reads them."""
    known = await desk.store.interpreters.listed(seen_by=viewer)
    return csv_file("interpreters.csv", COLUMNS, _rows(known))


async def _rows(known: Sequence[Interpreter]) -> AsyncIterator[list[str]]:
    for each in known:
        yield cells_of(each)


@router.get(f"{PATH}/import", include_in_schema=False)
async def open_import(page: web.Page, viewer: Keeps) -> Response:  # noqa: ARG001
    """Where the table is chosen."""
    return _import_page(page, [])


@router.post(f"{PATH}/import", include_in_schema=False, max_body_size=LARGEST)
async def post_import(request: Request, page: web.Page, viewer: Keeps, desk: AtDesk) -> Response:
    """Take the rows; the page says of each what became of it."""
    upload = (await request.form()).get("file")
    try:
        body = await upload.read() if isinstance(upload, UploadFile) else b""
        rows = rows_in(body, NEEDED)
    except Refused as wrong:
        return _import_page(page, [], sentence(page, wrong))
    return _import_page(page, await take_rows(desk.store, desk.units, rows, viewer))


def _import_page(page: web.PageContext, judged: Sequence[Judged], error: str = "") -> Response:
    counts = {
        page._(words): sum(each.outcome == outcome for each in judged)
        for outcome, words in OUTCOMES.items()
    }
    return page.render(
        "contacts/interpreter_import.html",
        status=422 if error else 200,
        judged=judged,
        counts=counts,
        outcomes={outcome: page._(words) for outcome, words in OUTCOMES.items()},
        columns=", ".join(COLUMNS),
        error=error,
    )
