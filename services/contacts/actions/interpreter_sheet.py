"""Bringing a table of interpreters in: each row is taken or refused by itself, with the reason."""

from collections.abc import Mapping, Sequence

from services.contacts.actions.interpreters import may_keep
from services.contacts.domain.interpreter_rows import Judged, Outcome, Row, row_of, school_for
from services.contacts.domain.interpreters import Interpreter, may_edit
from services.contacts.store import Store
from shared.clock import id_from
from shared.errors import Forbidden, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Units, Work

MOST_ROWS = 2000


async def take_rows(
    store: Store, units: Units, rows: Sequence[tuple[int, Mapping[str, str]]], by: Viewer
) -> list[Judged]:
    """Add or change what the rows say; gives what became of each, in their order.

    The same table again changes nothing: a row is known by its id, and without one by its school,
    name and number.
    """
    judged: list[Judged] = []
    seen: set[str] = set()
    for line, cells in rows:
        name = cells.get("name", "").strip()
        try:
            if len(judged) >= MOST_ROWS:
                raise Refused(N_("A table has at most 2000 rows. Bring the rest in another one."))
            row = row_of(cells, school_for(by.school_ids))
            interpreter_id = row.interpreter_id or _id_of(row)
            if interpreter_id in seen:
                raise Refused(N_("This interpreter stands in the table twice."))
            seen.add(interpreter_id)
            judged.append(Judged(line, name, await _take(store, units, interpreter_id, row, by)))
        except (Refused, Forbidden) as wrong:
            judged.append(Judged(line, name, "refused", str(wrong)))
    return judged


async def _take(store: Store, units: Units, key: str, row: Row, by: Viewer) -> Outcome:
    await may_keep(store, row.draft.school_id, by)

    async def body(work: Work) -> Outcome:
        known = (await store.interpreters.known([key], work)).get(key)
        if known is None:
            made = Interpreter.of(key, row.draft, by, work.now)
            await store.interpreters.put(_as_active(made, row, by, work), work)
            return "added"
        if not may_edit(known.school_id, by):
            raise Forbidden(N_("This interpreter is another school's, or the district's."))
        right = _as_active(known.replaced(row.draft, by, work.now), row, by, work)
        if right.says_the_same_as(known):
            return "same"
        await store.interpreters.put(right, work)
        return "changed"

    return await units.run(body)


def _as_active(interpreter: Interpreter, row: Row, by: Viewer, work: Work) -> Interpreter:
    if (interpreter.ended_at is None) == row.active:
        return interpreter
    changed = interpreter.with_end(by, work.now, ended=not row.active)
    return changed.model_copy(update={"version": interpreter.version})


def _id_of(row: Row) -> str:
    digits = "".join(each for each in row.draft.phone if each.isdigit())
    name = " ".join(row.draft.name.split()).casefold()
    return id_from("interpreter", row.draft.school_id, name, digits)
