"""Bringing in contacts by page: upload, preview, import, what became of each row, taking back."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.contacts.actions.contact_files import (
    Sent,
    cancel_file,
    forget_mapping,
    import_file,
    match_again,
    receive_file,
    undo_file,
)
from services.contacts.domain.contact import Contact
from services.contacts.domain.contact_files.file import ContactFile, RowState
from services.contacts.oneroster.contact_files import LARGEST
from services.contacts.web.at import AtDesk, all_words, places_of, sentence, zone_at
from services.contacts.web.mine import names_of
from services.contacts.web.rosters import pieces_of
from shared import web
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.web.tables import csv_file

router = APIRouter(tags=["contact files"])
PATH = "/contacts/contact-files"
FORM_BYTES = LARGEST + 1_000_000
"""A file, and what a form wraps around it."""
SHOWN = 100
FIRST_ROWS = 10
STATES = {
    "received": N_("Received"),
    "looking": N_("Looking at its columns"),
    "matching": N_("Waiting for you to match its columns"),
    "reading": N_("Judging its rows"),
    "preview": N_("Waiting for you to look at it"),
    "applying": N_("Storing its contacts"),
    "done": N_("Done"),
    "undoing": N_("Taking it back"),
    "undone": N_("Taken back"),
    "refused": N_("Not imported"),
    "failed": N_("Stopped by a mistake of ours"),
    "cancelled": N_("Cancelled"),
}
ROW_STATES: dict[RowState, str] = {
    "new": N_("New"),
    "stored": N_("Stored"),
    "known": N_("Known before"),
    "refused": N_("Refused"),
    "undone": N_("Taken back"),
}
Bringers = Annotated[Viewer, web.needs("coordinator", "district")]


@router.get(PATH, include_in_schema=False)
async def contact_files(page: web.Page, viewer: Bringers, desk: AtDesk) -> Response:
    """The last files, the saved matchings, and where to send the next file."""
    return await _list(page, desk, viewer)


async def _list(page: web.PageContext, desk: AtDesk, viewer: Viewer, error: str = "") -> Response:
    places = await places_of(page, desk, viewer, "")
    return page.render(
        "contacts/contact_files.html",
        status=422 if error else 200,
        files=await desk.store.contact_files.newest(seen_by=viewer),
        mappings=await desk.store.mappings.usable(seen_by=viewer),
        places=places,
        place_names={"": page._("All schools"), **dict(places)},
        may_drop=[""] * (viewer.role == "district") + [place for place, _ in places if place],
        states={state: page._(words) for state, words in STATES.items()},
        zone=await zone_at(desk, viewer),
        error=error,
    )


@router.post(PATH, include_in_schema=False, max_body_size=FORM_BYTES)
async def post_file(request: Request, page: web.Page, viewer: Bringers, desk: AtDesk) -> Response:
    """Keep the file and begin; the next page shows how far it is."""
    form = await request.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return await _list(page, desk, viewer, page._("Choose a CSV file."))
    if (upload.size or 0) > LARGEST:
        return await _list(page, desk, viewer, page._("The file is larger than 50 MB."))
    sent = Sent(
        name=upload.filename,
        upload=pieces_of(upload),
        school_id=str(form.get("school_id", "")),
        mapping=str(form.get("mapping", "")),
    )
    try:
        job = await receive_file(desk.store, desk.units, sent, viewer)
    except (Refused, Forbidden, NotFound) as wrong:
        return await _list(page, desk, viewer, sentence(page, wrong))
    desk.file_worker.woken.set()
    return page.redirect(f"{PATH}/{job.file_id}")


@router.get(f"{PATH}/{{file_id}}", include_in_schema=False)
async def file_page(
    page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str, skip: int = 0
) -> Response:
    """How far a file is: the preview before anything is stored, the report after."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    start = max(skip, 0)
    refused = await desk.store.contact_files.rows(
        file_id, state="refused", skip=start, most=SHOWN + 1
    )
    first = await _first(desk, job)
    contacts = [contact for _, contact in first]
    until = job.undo_until()
    return page.render(
        "contacts/contact_file.html",
        job=job,
        first=first,
        names=await names_of(desk, viewer, contacts),
        own=job.by == viewer.account_id,
        refused=refused[:SHOWN],
        more=start + SHOWN if len(refused) > SHOWN else 0,
        counts=[(page._(words), job.counts.get(state, 0)) for state, words in _counted(job)],
        states={state: page._(words) for state, words in STATES.items()},
        words=all_words(page),
        undo_until=until if until and desk.units.clock.now() <= until else None,
        zone=await zone_at(desk, viewer),
    )


def _counted(job: ContactFile) -> list[tuple[RowState, str]]:
    always = (
        {"new", "known", "refused"} if job.state == "preview" else {"stored", "known", "refused"}
    )
    return [
        (state, words)
        for state, words in ROW_STATES.items()
        if state in always or job.counts.get(state)
    ]


async def _first(desk: AtDesk, job: ContactFile) -> Sequence[tuple[int, Contact]]:
    if job.state != "preview":
        return []
    return await desk.store.contact_files.first_contacts(job.file_id, FIRST_ROWS)


@router.post(f"{PATH}/{{file_id}}/import", include_in_schema=False)
async def post_import(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """Store what the preview showed."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    try:
        await import_file(desk.store, job)
    except Conflict as wrong:
        return page.redirect(f"{PATH}/{file_id}", sentence(page, wrong), "warning")
    desk.file_worker.woken.set()
    return page.redirect(f"{PATH}/{file_id}")


@router.post(f"{PATH}/{{file_id}}/again", include_in_schema=False)
async def post_again(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """Match the file anew before anything is stored."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    try:
        now = await match_again(desk.store, job)
    except Conflict as wrong:
        return page.redirect(f"{PATH}/{file_id}", sentence(page, wrong), "warning")
    desk.file_worker.woken.set()
    return page.redirect(f"{PATH}/{file_id}{'/columns' if now.state == 'matching' else ''}")


@router.post(f"{PATH}/{{file_id}}/cancel", include_in_schema=False)
async def post_cancel(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """Decide against a file of which nothing is stored."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    try:
        await cancel_file(desk.store, desk.units, job)
    except Conflict as wrong:
        return page.redirect(f"{PATH}/{file_id}", sentence(page, wrong), "warning")
    return page.redirect(PATH, page._("Cancelled; nothing was stored."))


@router.post(f"{PATH}/{{file_id}}/undo", include_in_schema=False)
async def post_undo(page: web.Page, viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """Take back everything that came from a file."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    try:
        await undo_file(desk.store, desk.units, job, viewer)
    except Conflict as wrong:
        return page.redirect(f"{PATH}/{file_id}", sentence(page, wrong), "warning")
    desk.file_worker.woken.set()
    return page.redirect(f"{PATH}/{file_id}")


@router.post(f"{PATH}/mappings/forget", include_in_schema=False)
async def post_forget(
    page: web.Page,
    viewer: Bringers,
    desk: AtDesk,
    name: Annotated[str, Form(max_length=40)],
    school_id: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Drop a saved matching."""
    await forget_mapping(desk.store, desk.units, school_id, name, viewer)
    return page.redirect(PATH, page._("Removed. What came in by it stays."))


@router.get(f"{PATH}/{{file_id}}/rows.csv", include_in_schema=False)
async def rows_file(viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """What became of every row, for a spreadsheet."""
    return rows_csv(desk, await desk.store.contact_files.one(file_id, seen_by=viewer))


@router.get(f"{PATH}/{{file_id}}/refused.csv", include_in_schema=False)
async def refused_file(viewer: Bringers, desk: AtDesk, file_id: str) -> Response:
    """The refused rows as they were, to be corrected and sent again."""
    return refused_csv(desk, await desk.store.contact_files.one(file_id, seen_by=viewer), viewer)


ROW_COLUMNS = ("line", "what became of it", "reason", "contact_id")


def rows_csv(desk: AtDesk, job: ContactFile) -> Response:
    """Every row with what became of it and why."""

    async def rows() -> AsyncIterator[list[object]]:
        async for each in desk.store.contact_files.all_rows(job.file_id):
            yield [each.line, each.state, each.reason, each.contact_id]

    return csv_file(f"contacts-{job.file_id}.csv", ROW_COLUMNS, rows())


def refused_csv(desk: AtDesk, job: ContactFile, viewer: Viewer) -> Response:
    """Refused rows in the file's own columns, and why. `Forbidden` to all but the sender.

    Rows may hold notes, which only their author and the principal read.
    """
    if job.by != viewer.account_id:
        raise Forbidden(N_("Only whoever sent the file gets its rows back."))

    async def rows() -> AsyncIterator[list[object]]:
        async for each in desk.store.contact_files.all_rows(job.file_id, "refused"):
            missing = len(job.header) - len(each.cells)
            yield [*each.cells, *[""] * missing, each.line, each.reason]

    header = (*job.header, "line refused", "reason refused")
    return csv_file(f"refused-{job.file_id}.csv", header, rows())
