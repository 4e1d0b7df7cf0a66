"""The JSON API of the directory: rosters, flags, schools, telling all again (v1)."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.contacts.actions.importing import (
    cancel_import,
    confirm_import,
    receive_roster,
    resend_directory,
)
from services.contacts.actions.schools import SchoolSettings, read_calendar, set_school
from services.contacts.domain.flags import FlagDraft, FlagEntry
from services.contacts.domain.importing import Import, Remark
from services.contacts.web.at import AtDesk
from services.contacts.web.rosters import LARGEST, findings_csv, uploads_of
from services.contacts.web.schools import LARGEST as LARGEST_CALENDAR
from shared import web
from shared.errors import Refused
from shared.identity import Viewer
from shared.messages import Record, SchoolChanged

router = APIRouter(prefix="/contacts/api/v1", tags=["directory"])
Importers = Annotated[Viewer, web.needs("district", scope="roster:write")]
Operators = Annotated[Viewer, web.needs("district", scope="operator")]
Deciders = Annotated[Viewer, web.needs("principal", "district")]
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class ImportList(Record):
    """The last imports, newest first."""

    items: tuple[Import, ...]


class RemarkList(Record):
    """What an import found, the worst first; `next` goes into `skip`."""

    items: tuple[Remark, ...]
    next: int | None = None


class FlagList(Record):
    """The newest word on each adult and pupil."""

    items: tuple[FlagEntry, ...]


class SchoolList(Record):
    """Schools with their classes."""

    items: tuple[SchoolChanged, ...]


@router.post("/rosters", status_code=202, response_model=Import, max_body_size=LARGEST)
async def post_roster(request: Request, viewer: Importers, desk: AtDesk) -> Response:
    """Begin an import: a form with `roster` (ZIP, or several CSV files) and `contacts`, or a ZIP.

    Answers at once; ask the address in `Location` how far it is. The same `Idempotency-Key` gives
    the same import.
    """
    key = request.headers.get("Idempotency-Key", "")
    known = await desk.store.imports.of_key(viewer.account_id, key) if key else None
    job = known or await _received(request, viewer, desk, key)
    desk.importer.woken.set()
    place = {"Location": f"/contacts/api/v1/rosters/{job.import_id}"}
    return JSONResponse(job.model_dump(mode="json"), 202, place)


async def _received(request: Request, viewer: Viewer, desk: AtDesk, key: str) -> Import:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS:
        roster, contacts = uploads_of(await request.form())
    elif kind in {"text/csv", "text/plain"}:
        raise Refused("Send CSV files as a form with the fields roster and contacts, or as a ZIP.")
    else:
        roster, contacts = {"roster.zip": _body(request)}, {}
    account = viewer.account_id
    return await receive_roster(desk.store, desk.units, roster, contacts, account, key=key)


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        yield piece


@router.get("/rosters")
async def list_rosters(viewer: Importers, desk: AtDesk) -> ImportList:  # noqa: ARG001
    """The last imports."""
    return ImportList(items=tuple(await desk.store.imports.newest()))


@router.get("/rosters/{import_id}")
async def get_roster(viewer: Importers, desk: AtDesk, import_id: str) -> Import:  # noqa: ARG001
    """How far an import is: its state, progress, counts and reasons."""
    return await desk.store.imports.one(import_id)


@router.get("/rosters/{import_id}/findings")
async def get_findings(
    viewer: Importers,  # noqa: ARG001 - the guard
    desk: AtDesk,
    import_id: str,
    skip: Annotated[int, Query(ge=0)] = 0,
    size: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> RemarkList:
    """Every row that was refused or repaired, with file, line and reason."""
    await desk.store.imports.one(import_id)
    found = await desk.store.imports.remarks(import_id, skip=skip, most=size + 1)
    following = skip + size if len(found) > size else None
    return RemarkList(items=tuple(found[:size]), next=following)


@router.get("/rosters/{import_id}/findings.csv")
async def get_findings_file(
    viewer: Importers,  # noqa: ARG001 - the guard
    desk: AtDesk,
    import_id: str,
) -> Response:
    """The same as a table."""
    return findings_csv(desk, await desk.store.imports.one(import_id))


@router.post("/rosters/{import_id}/confirm")
async def post_confirm(viewer: Importers, desk: AtDesk, import_id: str) -> Import:  # noqa: ARG001
    """Let an import go on that removes more than 20 % of people."""
    job = await confirm_import(desk.store, desk.units, import_id)
    desk.importer.woken.set()
    return job


@router.post("/rosters/{import_id}/cancel")
async def post_cancel(viewer: Importers, desk: AtDesk, import_id: str) -> Import:  # noqa: ARG001
    """Decide against an import that waits to be confirmed."""
    return await cancel_import(desk.store, desk.units, import_id)


@router.post("/directory/resend", status_code=202)
async def post_resend(viewer: Operators, desk: AtDesk) -> Import:
    """Tell every service the whole directory again; the answer is a job like an import."""
    job = await resend_directory(desk.store, desk.units, viewer.account_id)
    desk.importer.woken.set()
    return job


@router.post("/flags", status_code=201)
async def post_flag(draft: FlagDraft, viewer: Deciders, desk: AtDesk) -> FlagEntry:
    """Set or lift custody and do-not-contact of one adult for one pupil."""
    return await desk.register.decide(draft, viewer)


@router.get("/flags")
async def list_flags(
    viewer: Deciders, desk: AtDesk, guardian_id: Annotated[str, Query(max_length=300)] = ""
) -> FlagList:
    """The flags in the viewer's schools; `applied` says since when each service acts on them."""
    found = await desk.store.flags.in_force([guardian_id] if guardian_id else None)
    own = [each for each in found if await _in_own_school(desk, viewer, each)]
    return FlagList(items=tuple(own))


async def _in_own_school(desk: AtDesk, viewer: Viewer, flag: FlagEntry) -> bool:
    if viewer.role == "district":
        return True
    family = await desk.store.directory.family_of_student(flag.student_id)
    pupils = family.students if family else ()
    return any(
        each.student_id == flag.student_id and viewer.sees_school(each.school_id) for each in pupils
    )


@router.get("/schools")
async def list_schools(viewer: web.SignedIn, desk: AtDesk) -> SchoolList:
    """The viewer's schools with classes, terms and days without school."""
    found = await desk.store.directory.schools()
    return SchoolList(items=tuple(each for each in found if viewer.sees_school(each.school_id)))


@router.put("/schools/{school_id}")
async def put_school(
    settings: SchoolSettings, viewer: Deciders, desk: AtDesk, school_id: str
) -> SchoolChanged:
    """Set time zone, phone or days without school; what is not named stays."""
    return await set_school(desk.store, desk.units, school_id, settings, viewer)


@router.post("/schools/{school_id}/calendar", max_body_size=LARGEST_CALENDAR)
async def post_calendar(
    request: Request, viewer: Deciders, desk: AtDesk, school_id: str
) -> SchoolChanged:
    """Set the days without school from an iCalendar file, sent as the body."""
    days = read_calendar(await request.body())
    settings = SchoolSettings(no_school_days=days)
    return await set_school(desk.store, desk.units, school_id, settings, viewer)
