"""Giving a family to an educator by hand, and ending that; every service learns who sees whom."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.contacts.actions.logging_contacts import today
from services.contacts.domain.caseloads import (
    GIVES,
    MOST_OF_EDUCATOR,
    Caseload,
    CaseloadDraft,
)
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EducatorChanged
from shared.mongo import Document
from shared.outbox import Units, Work

WESTWARD = timedelta(days=1)
"""What a message leaves out is over in every time zone of the district."""


async def give_family(
    store: Store,
    units: Units,
    family_id: str,
    draft: CaseloadDraft,
    by: Viewer,
    caseload_id: str | None = None,
) -> Caseload:
    """Let an educator see a family beyond the own classes. `Refused`, `NotFound`, `Forbidden`.

    `caseload_id` is given by whoever may ask again: then the entry that is there is given.
    """
    on = await may_give(store, units, family_id, by)
    educator = await _educator(store, draft.educator_id, by)
    name = f"{educator.given_name} {educator.family_name}".strip()
    now = units.clock.now()
    entry = Caseload.given(caseload_id or units.mint(), family_id, draft, name, by, now, on)

    async def body(work: Work) -> Caseload:
        if there := await store.caseloads.known(entry.caseload_id, work):
            return there
        held = await store.caseloads.of_educators([entry.educator_id], on, work)
        _fits(entry, held.get(entry.educator_id, []), on)
        await store.caseloads.put(entry, work)
        await _tell(store, entry.educator_id, work)
        return entry

    return await units.run(body)


async def end_caseload(store: Store, units: Units, caseload_id: str, by: Viewer) -> Caseload:
    """Let the educator see the family no more by this entry. `Conflict` when it was over."""
    known = await store.caseloads.one(caseload_id)
    await may_give(store, units, known.family_id, by)

    async def body(work: Work) -> Caseload:
        entry = await store.caseloads.known(caseload_id, work) or known
        over = entry.ended(work.now)
        await store.caseloads.put(over, work)
        await _tell(store, over.educator_id, work)
        return over

    return await units.run(body)


async def may_give(store: Store, units: Units, family_id: str, by: Viewer) -> date:
    """Today, where the viewer may give this family to somebody; else `Forbidden`, `NotFound`."""
    if by.role not in GIVES:
        raise Forbidden(N_("Coordinators and principals give families to educators."))
    on = await today(store, by, units.clock.now())
    await store.families.one(family_id, seen_by=by, on=on)
    return on


async def educators_for(store: Store, by: Viewer) -> list[EducatorChanged]:
    """To whom the viewer may give families: the staff of the own schools, by family name."""
    found: dict[str, EducatorChanged] = {}
    for school_id in sorted(by.school_ids):
        found |= {
            each.educator_id: each for each in await store.directory.educators_in_brief(school_id)
        }
    return sorted(found.values(), key=lambda each: (each.family_name, each.given_name))


async def caseload_rows(
    store: Store, educator_ids: Sequence[str], work: Work
) -> dict[str, list[Document]]:
    """What educators' messages say of their caseloads, as it is kept."""
    on = work.now.date() - WESTWARD
    held = await store.caseloads.of_educators(educator_ids, on, work)
    return {
        educator_id: [each.told().model_dump(mode="json") for each in entries]
        for educator_id, entries in held.items()
    }


async def _educator(store: Store, educator_id: str, by: Viewer) -> EducatorChanged:
    educator = await store.directory.educator(educator_id)
    if educator is None or not educator.active:
        raise NotFound(N_("There is no such member of the staff any more."))
    if not any(by.sees_school(each) for each in educator.school_ids):
        raise Forbidden(N_("This member of the staff is not at your school."))
    return educator


def _fits(entry: Caseload, held: Sequence[Caseload], on: date) -> None:
    if any(each.family_id == entry.family_id and each.runs(on) for each in held):
        raise Refused(N_("This family is given to them already. End that first."))
    if len(held) >= MOST_OF_EDUCATOR:
        raise Refused(N_("So many families are given to them already: end some first."))


async def _tell(store: Store, educator_id: str, work: Work) -> None:
    """Keep the caseload with the educator and tell it; a conflict with an import tries again."""
    known = (await store.writing.known("educator", [educator_id], work)).get(educator_id)
    if known is None:
        raise NotFound(N_("There is no such member of the staff any more."))
    rows = await caseload_rows(store, [educator_id], work)
    row = {
        **known,
        "caseload": rows.get(educator_id, []),
        "version": int(known["version"]) + 1,
    }
    await store.writing.put("educator", [row], work)
    work.emit(EducatorChanged.model_validate(row), sequence=row["version"])
