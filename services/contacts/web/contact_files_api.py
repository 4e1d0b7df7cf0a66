"""The JSON API of contact files, for a nightly job (v1)."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from services.contacts.actions.contact_files import (
    Sent,
    cancel_file,
    import_file,
    receive_file,
    undo_file,
)
from services.contacts.actions.importing import Upload
from services.contacts.domain.contact_files.file import ContactFile, RowReport, RowState
from services.contacts.domain.contact_files.mapping import ContactMapping
from services.contacts.oneroster.contact_files import LARGEST
from services.contacts.web.at import AtDesk
from services.contacts.web.contact_files import FORM_BYTES, refused_csv, rows_csv
from services.contacts.web.rosters import pieces_of
from shared import web
from shared.errors import Refused
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/contacts/api/v1", tags=["contact files"])
Senders = Annotated[Viewer, web.needs("coordinator", "district", scope="contacts:write")]
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_WORKBOOK = "application/vnd."


class FileList(Record):
    """The last files, newest first."""

    items: tuple[ContactFile, ...]


class RowList(Record):
    """What became of rows, in their order; `next` goes into `skip`."""

    items: tuple[RowReport, ...]
    next: int | None = None


class MappingList(Record):
    """Saved mappings that may be used."""

    items: tuple[ContactMapping, ...]


@router.post(
    "/contact-files", status_code=202, response_model=ContactFile, max_body_size=FORM_BYTES
)
async def post_contact_file(
    request: Request,
    viewer: Senders,
    desk: AtDesk,
    mapping: Annotated[str, Query(min_length=1, max_length=40)],
    school: Annotated[str, Query(max_length=300)] = "",
    name: Annotated[str, Query(max_length=200)] = "contacts.csv",
    hold: bool = False,
) -> Response:
    """Bring in a CSV of contacts by a saved mapping: the file as the body, or a form with `file`.

    Answers at once; ask the address in `Location` what became of the rows. With `hold`, and when
    more than half of the rows are refused, it waits as a preview and nothing is stored. The same
    `Idempotency-Key` gives the same file; the same rows are never stored twice, key or not.
    """
    key = request.headers.get("Idempotency-Key", "")[:200]
    known = await desk.store.contact_files.of_key(viewer.account_id, key) if key else None
    if known is None:
        named, upload = await _upload(request, name)
        sent = Sent(named, upload, school, mapping, key, by_itself=not hold)
        known = await receive_file(desk.store, desk.units, sent, viewer)
    desk.file_worker.woken.set()
    place = {"Location": f"/contacts/api/v1/contact-files/{known.file_id}"}
    return JSONResponse(known.model_dump(mode="json"), 202, place)


async def _upload(request: Request, name: str) -> tuple[str, Upload]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith(_WORKBOOK) and "csv" not in kind:
        raise Refused("Send the sheet as CSV, not as a workbook.")
    if kind not in _FORMS:
        return name, _body(request)
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise Refused("Send the CSV file in the field file, or as the body with type text/csv.")
    return upload.filename or name, pieces_of(upload)


async def _body(request: Request) -> AsyncIterator[bytes]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST:
            raise Refused("The file is larger than 50 MB. Cut it into several files.")
        yield piece


@router.get("/contact-files")
async def list_contact_files(viewer: Senders, desk: AtDesk) -> FileList:
    """The last files that the caller may see; another system sees its own."""
    return FileList(items=tuple(await desk.store.contact_files.newest(seen_by=viewer)))


@router.get("/contact-files/{file_id}")
async def get_contact_file(viewer: Senders, desk: AtDesk, file_id: str) -> ContactFile:
    """How far a file is: its state, how its rows ended, and reasons."""
    return await desk.store.contact_files.one(file_id, seen_by=viewer)


@router.get("/contact-files/{file_id}/rows")
async def get_rows(
    viewer: Senders,
    desk: AtDesk,
    file_id: str,
    state: RowState | None = None,
    skip: Annotated[int, Query(ge=0)] = 0,
    size: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> RowList:
    """What became of each row, with its line and the reason; kept for 30 days."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    found = await desk.store.contact_files.rows(
        file_id, state=state or "", skip=skip, most=size + 1
    )
    own = job.by == viewer.account_id
    items = [each if own else each.model_copy(update={"cells": ()}) for each in found[:size]]
    return RowList(items=tuple(items), next=skip + size if len(found) > size else None)


@router.get("/contact-files/{file_id}/rows.csv")
async def get_rows_file(viewer: Senders, desk: AtDesk, file_id: str) -> Response:
    """The same as a table."""
    return rows_csv(desk, await desk.store.contact_files.one(file_id, seen_by=viewer))


@router.get("/contact-files/{file_id}/refused.csv")
async def get_refused_file(viewer: Senders, desk: AtDesk, file_id: str) -> Response:
    """Refused rows in the file's own columns, to be corrected and sent again; for the sender."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    return refused_csv(desk, job, viewer)


@router.post("/contact-files/{file_id}/import")
async def post_import(viewer: Senders, desk: AtDesk, file_id: str) -> ContactFile:
    """Store what a preview shows."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    now = await import_file(desk.store, job)
    desk.file_worker.woken.set()
    return now


@router.post("/contact-files/{file_id}/cancel")
async def post_cancel(viewer: Senders, desk: AtDesk, file_id: str) -> ContactFile:
    """Decide against a file of which nothing is stored."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    return await cancel_file(desk.store, desk.units, job)


@router.post("/contact-files/{file_id}/undo")
async def post_undo(viewer: Senders, desk: AtDesk, file_id: str) -> ContactFile:
    """Take back everything that came from a file; for 24 hours."""
    job = await desk.store.contact_files.one(file_id, seen_by=viewer)
    now = await undo_file(desk.store, desk.units, job, viewer)
    desk.file_worker.woken.set()
    return now


@router.get("/contact-mappings")
async def list_mappings(viewer: Senders, desk: AtDesk) -> MappingList:
    """Saved mappings: the district's, and those of own schools. They are made on the page."""
    return MappingList(items=tuple(await desk.store.mappings.usable(seen_by=viewer)))
