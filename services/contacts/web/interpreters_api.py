"""The list of interpreters for programs (v1)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.contacts.actions.interpreters import (
    add_interpreter,
    change_interpreter,
    end_interpreter,
)
from services.contacts.domain.interpreters import Interpreter, InterpreterDraft
from services.contacts.web.at import AtDesk
from services.contacts.web.interpreters import Keeps, narrowed
from shared import web
from shared.messages import Record

PATH = "/contacts/api/v1/interpreters"
router = APIRouter(tags=["interpreters"])


class InterpreterList(Record):
    """Interpreters whom the viewer's schools may call, by name."""

    items: tuple[Interpreter, ...]


@router.get(PATH)
async def list_interpreters(
    viewer: web.SignedIn,
    desk: AtDesk,
    language: Annotated[str, Query(max_length=35)] = "",
    weekday: Annotated[int | None, Query(ge=0, le=6, description="0 is Monday")] = None,
    ended: Annotated[bool, Query(description="Those who are not offered any more, too")] = False,
) -> InterpreterList:
    """Whom to call, by language and day of the week."""
    known = await desk.store.interpreters.listed(seen_by=viewer)
    called = [each for each in known if ended or each.ended_at is None]
    return InterpreterList(items=tuple(narrowed(called, language, weekday)))


@router.post(PATH, status_code=201, response_model=Interpreter)
async def create_interpreter(
    request: Request, draft: InterpreterDraft, viewer: Keeps, desk: AtDesk
) -> Response:
    """Add one. `independent` must be true: no pupil and no relative of the families."""

    async def create(interpreter_id: str | None) -> Response:
        made = await add_interpreter(desk.store, desk.units, draft, viewer, interpreter_id)
        place = {"Location": f"{PATH}/{made.interpreter_id}"}
        return JSONResponse(made.model_dump(mode="json"), 201, place)

    return await web.idempotent(request, desk.database, desk.units.clock, create)


@router.get(f"{PATH}/{{interpreter_id}}")
async def get_interpreter(viewer: web.SignedIn, desk: AtDesk, interpreter_id: str) -> Interpreter:
    """One of them; `ended_at` tells since when nobody calls."""
    return await desk.store.interpreters.one(interpreter_id, seen_by=viewer)


@router.put(f"{PATH}/{{interpreter_id}}")
async def put_interpreter(
    draft: InterpreterDraft,
    viewer: Keeps,
    desk: AtDesk,
    interpreter_id: str,
    version: Annotated[int | None, Query(description="The one that you saw")] = None,
) -> Interpreter:
    """Change all of it. 409 when there is a newer version than the one named."""
    return await change_interpreter(
        desk.store, desk.units, interpreter_id, draft, viewer, version=version
    )


@router.delete(f"{PATH}/{{interpreter_id}}")
async def delete_interpreter(viewer: Keeps, desk: AtDesk, interpreter_id: str) -> Interpreter:
    """Offer them no more. The entry stays, because contacts name it."""
    return await end_interpreter(desk.store, desk.units, interpreter_id, viewer)


@router.post(f"{PATH}/{{interpreter_id}}/resume")
async def resume_interpreter(viewer: Keeps, desk: AtDesk, interpreter_id: str) -> Interpreter:
    """Offer them again."""
    return await end_interpreter(desk.store, desk.units, interpreter_id, viewer, ended=False)
