"""Keeping the list of interpreters, and finding whom to offer for a family."""

from services.contacts.domain.interpreters import (
    DISTRICT,
    Interpreter,
    InterpreterDraft,
    fitting,
    may_edit,
    needs_interpreting,
)
from services.contacts.store import Store
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.outbox import Units, Work


async def add_interpreter(
    store: Store,
    units: Units,
    draft: InterpreterDraft,
    by: Viewer,
    interpreter_id: str | None = None,
) -> Interpreter:
    """Keep a new entry. `Refused`, `Forbidden` with the reason.

    `interpreter_id` is given by whoever may ask again: then the entry that is there is given.
    """
    await may_keep(store, draft.school_id, by)
    made = Interpreter.of(interpreter_id or units.mint(), draft, by, units.clock.now())

    async def body(work: Work) -> Interpreter:
        known = await store.interpreters.known([made.interpreter_id], work)
        if made.interpreter_id in known:
            return known[made.interpreter_id]
        await store.interpreters.put(made, work)
        return made

    return await units.run(body)


async def change_interpreter(
    store: Store,
    units: Units,
    interpreter_id: str,
    draft: InterpreterDraft,
    by: Viewer,
    *,
    version: int | None = None,
) -> Interpreter:
    """Keep what is written now. `Conflict` when there is a newer version than the one given."""
    await may_keep(store, draft.school_id, by)
    await store.interpreters.one(interpreter_id, seen_by=by)

    async def body(work: Work) -> Interpreter:
        before = await _to_change(store, interpreter_id, by, version, work)
        right = before.replaced(draft, by, work.now)
        if right.says_the_same_as(before):
            return before
        await store.interpreters.put(right, work)
        return right

    return await units.run(body)


async def end_interpreter(
    store: Store, units: Units, interpreter_id: str, by: Viewer, *, ended: bool = True
) -> Interpreter:
    """Offer an interpreter no more; with `ended=False`, offer again. Contacts keep the name."""
    await store.interpreters.one(interpreter_id, seen_by=by)

    async def body(work: Work) -> Interpreter:
        before = await _to_change(store, interpreter_id, by, None, work)
        if (before.ended_at is not None) == ended:
            return before
        now = before.with_end(by, work.now, ended=ended)
        await store.interpreters.put(now, work)
        return now

    return await units.run(body)


async def may_keep(store: Store, school_id: str, by: Viewer) -> None:
    """`Forbidden` where somebody writes for a school that is not theirs, `Refused` for none."""
    if not may_edit(school_id, by):
        raise Forbidden(
            N_("Coordinators keep the interpreters of their own schools, the district all others.")
        )
    if school_id != DISTRICT and await store.directory.school(school_id) is None:
        raise Refused(N_("There is no such school. Choose one of the list."))


async def offered_for(store: Store, family: FamilyChanged, viewer: Viewer) -> list[Interpreter]:
    """Whom to offer where a contact with a family is logged; nobody where none is needed."""
    if not needs_interpreting(family.guardians):
        return []
    return fitting(await store.interpreters.listed(seen_by=viewer), family.guardians)


async def name_of_interpreter(
    store: Store,
    interpreter_id: str | None,
    by: Viewer,
    *,
    before: tuple[str | None, str] = (None, ""),
) -> str:
    """The name that a contact keeps of who interpreted. `Refused` for nobody in the list.

    `before`: who a contact that is corrected names already; they may have ended since.
    """
    if not interpreter_id:
        return ""
    if interpreter_id == before[0]:
        return before[1]
    try:
        found = await store.interpreters.one(interpreter_id, seen_by=by)
    except NotFound as wrong:
        raise Refused(_NOT_LISTED) from wrong
    if found.ended_at is not None:
        raise Refused(_NOT_LISTED)
    return found.name


_NOT_LISTED = N_("This interpreter is not in the list of your school any more. Choose again.")


async def _to_change(
    store: Store, interpreter_id: str, by: Viewer, version: int | None, work: Work
) -> Interpreter:
    known = (await store.interpreters.known([interpreter_id], work)).get(interpreter_id)
    if known is None:
        raise NotFound(N_("There is no such interpreter."))
    if not may_edit(known.school_id, by):
        raise Forbidden(N_("Only the district changes an interpreter of all schools."))
    if version is not None and version != known.version:
        raise Conflict(N_("Somebody changed this in the meantime. Look at it again."))
    return known
