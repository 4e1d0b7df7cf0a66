"""Bringing a roster in by page: upload, how far it is, what was found, what a person decides."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Uploaded
from starlette.responses import Response

from services.contacts.actions.importing import cancel_import, confirm_import, receive_roster
from services.contacts.actions.matching import decide_match
from services.contacts.domain.importing import Import, Remark
from services.contacts.web.at import AtDesk, sentence, zone_at
from shared import web
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.web.tables import csv_file

router = APIRouter(tags=["rosters"])
LARGEST = 600_000_000
"""Bytes of one upload; a district of 100,000 students sends about 10 MB as a ZIP, 120 MB as CSV."""
PIECE = 512 * 1024
SHOWN = 100
STATES = {
    "received": N_("Received"),
    "reading": N_("Reading the files"),
    "judged": N_("Read"),
    "waiting": N_("Waiting for you to confirm it"),
    "merging": N_("Taking it over"),
    "planning": N_("Working out families and households"),
    "applying": N_("Bringing families in"),
    "done": N_("Done"),
    "refused": N_("Not imported"),
    "failed": N_("Stopped by a mistake of ours"),
    "cancelled": N_("Cancelled"),
}
SEVERITIES = {
    "refused": N_("Left out"),
    "repaired": N_("Taken, with a repair"),
    "note": N_("To know"),
}
COUNTS = {
    "schools": N_("Schools"),
    "classes": N_("Classes"),
    "people": N_("People"),
    "student": N_("Students"),
    "guardian": N_("Parents and caregivers"),
    "staff": N_("Staff"),
    "other_adult": N_("Other adults"),
    "enrollments": N_("Enrollments"),
    "links": N_("Students and their adults"),
    "contacts_lines": N_("Lines of the contacts file"),
}
District = Annotated[Viewer, web.needs("district")]


@router.get("/contacts/rosters", include_in_schema=False)
async def rosters(page: web.Page, viewer: District, desk: AtDesk) -> Response:
    """The last imports, and where to send the next."""
    return await _list(page, desk, viewer)


async def _list(page: web.PageContext, desk: AtDesk, viewer: Viewer, error: str = "") -> Response:
    return page.render(
        "contacts/rosters.html",
        status=422 if error else 200,
        imports=await desk.store.imports.newest(),
        matches=await desk.store.previous.count_matches(),
        states={state: page._(words) for state, words in STATES.items()},
        zone=await zone_at(desk, viewer),
        error=error,
    )


@router.post("/contacts/rosters", include_in_schema=False, max_body_size=LARGEST)
async def post_roster(request: Request, page: web.Page, viewer: District, desk: AtDesk) -> Response:
    """Keep the files and begin; the next page shows how far it is."""
    roster, contacts = uploads_of(await request.form())
    try:
        job = await receive_roster(desk.store, desk.units, roster, contacts, viewer.account_id)
    except Refused as wrong:
        return await _list(page, desk, viewer, sentence(page, wrong))
    desk.importer.woken.set()
    return page.redirect(f"/contacts/rosters/{job.import_id}")


def uploads_of(
    form: FormData,
) -> tuple[dict[str, AsyncIterator[bytes]], dict[str, AsyncIterator[bytes]]]:
    """The files of a form: those of the roster, and the contacts file, by name."""
    return _files(form, "roster"), _files(form, "contacts")


def _files(form: FormData, field: str) -> dict[str, AsyncIterator[bytes]]:
    held = [each for each in form.getlist(field) if isinstance(each, Uploaded) and each.filename]
    return {each.filename or field: pieces_of(each) for each in held}


async def pieces_of(upload: Uploaded | UploadFile) -> AsyncIterator[bytes]:
    """An uploaded file, piece by piece."""
    while piece := await upload.read(PIECE):
        yield piece


@router.get("/contacts/rosters/matches", include_in_schema=False)
async def matches(page: web.Page, viewer: District, desk: AtDesk) -> Response:  # noqa: ARG001
    """Records that may be one adult; a person decides, the next import acts on it."""
    return page.render("contacts/matches.html", matches=await desk.store.previous.matches())


@router.post("/contacts/rosters/matches", include_in_schema=False)
async def post_match(
    page: web.Page,
    viewer: District,
    desk: AtDesk,
    pair: Annotated[str, Form(max_length=600)],
    decision: Annotated[str, Form(pattern="^(same|different)$")],
) -> Response:
    """Keep what somebody decided about two records."""
    await decide_match(desk.store, desk.units, pair, decision, viewer)
    return page.redirect("/contacts/rosters/matches", page._("Kept. The next import acts on it."))


@router.get("/contacts/rosters/{import_id}", include_in_schema=False)
async def roster_page(
    page: web.Page, viewer: District, desk: AtDesk, import_id: str, skip: int = 0
) -> Response:
    """How far an import is and what it found."""
    job = await desk.store.imports.one(import_id)
    start = max(skip, 0)
    remarks = await desk.store.imports.remarks(import_id, skip=start, most=SHOWN + 1)
    return page.render(
        "contacts/roster.html",
        job=job,
        remarks=remarks[:SHOWN],
        more=start + SHOWN if len(remarks) > SHOWN else 0,
        states={state: page._(words) for state, words in STATES.items()},
        severities={name: page._(words) for name, words in SEVERITIES.items()},
        counts=[
            (page._(words), job.counts[name])
            for name, words in COUNTS.items()
            if name in job.counts
        ],
        zone=await zone_at(desk, viewer),
    )


@router.post("/contacts/rosters/{import_id}/confirm", include_in_schema=False)
async def post_confirm(
    page: web.Page,
    viewer: District,  # noqa: ARG001 - the guard
    desk: AtDesk,
    import_id: str,
) -> Response:
    """Let an import go on that removes many people."""
    try:
        await confirm_import(desk.store, desk.units, import_id)
    except Conflict as wrong:
        return page.redirect(f"/contacts/rosters/{import_id}", sentence(page, wrong), "warning")
    desk.importer.woken.set()
    return page.redirect(f"/contacts/rosters/{import_id}")


@router.post("/contacts/rosters/{import_id}/cancel", include_in_schema=False)
async def post_cancel(
    page: web.Page,
    viewer: District,  # noqa: ARG001 - the guard
    desk: AtDesk,
    import_id: str,
) -> Response:
    """Decide against an import that waits."""
    await cancel_import(desk.store, desk.units, import_id)
    return page.redirect("/contacts/rosters", page._("Cancelled; nothing was changed."))


@router.get("/contacts/rosters/{import_id}/findings.csv", include_in_schema=False)
async def findings_file(
    viewer: District,  # noqa: ARG001 - the guard
    desk: AtDesk,
    import_id: str,
) -> Response:
    """Everything that was found, for a spreadsheet."""
    job = await desk.store.imports.one(import_id)
    return findings_csv(desk, job)


FINDING_COLUMNS = ("severity", "file", "line", "code", "count", "reason")


def findings_csv(desk: AtDesk, job: Import) -> Response:
    """The findings of an import as a table."""

    async def rows() -> AsyncIterator[list[object]]:
        async for each in desk.store.imports.all_remarks(job.import_id):
            yield _cells(each)

    return csv_file(f"roster-{job.import_id}.csv", FINDING_COLUMNS, rows())


def _cells(each: Remark) -> list[object]:
    return [each.severity, each.file, each.line, each.code, each.count, each.reason]
