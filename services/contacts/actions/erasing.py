"""Asking for a family to be erased, agreeing, and erasing it: here in one transaction, elsewhere by
`FamilyErased` and by the blank family and households, which are told of as any change is.
"""

from datetime import date, datetime

from services.contacts.domain.erasing import (
    Erasure,
    Hold,
    Retention,
    Standing,
    WhyDraft,
    free_from,
    may_agree,
    may_ask,
    may_hold,
)
from services.contacts.store import Store
from services.contacts.store.erasing import Erased, blank_family
from shared.errors import Conflict, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged, FamilyErased, HouseholdChanged
from shared.mongo import Document
from shared.outbox import Units, Work


async def standing_of(store: Store, family_id: str, work: Work | None = None) -> Standing:
    """What speaks for and against erasing a family. `NotFound`."""
    row = await store.erasing.family(family_id, work)
    asked = await store.erasing.of_family(family_id, work)
    left_on = _day(row["own"].get("left_at"))
    return Standing(
        family_id=family_id,
        in_roster=row["active"],
        left_on=left_on,
        free_from=free_from(left_on, await store.erasing.retention()),
        holds=await store.erasing.holds(family_id, work),
        erased=bool(row["own"].get("erased")),
        open=next((each for each in asked if each.state == "asked"), None),
    )


async def ask(store: Store, units: Units, family_id: str, draft: WhyDraft, by: Viewer) -> Erasure:
    """Ask that a family be erased. `Conflict` says what stands against it."""

    async def body(work: Work) -> Erasure:
        await store.erasing.begin_to_count(family_id, work)
        may_ask(await standing_of(store, family_id, work), work.now.date())
        erasure = Erasure(
            erasure_id=units.mint(),
            family_id=family_id,
            reason=" ".join(draft.reason.split()),
            account_id=by.account_id,
            name=by.name,
            at=work.now,
        )
        await store.erasing.put(erasure, work)
        return erasure

    return await units.run(body)


async def decline(store: Store, units: Units, erasure_id: str, by: Viewer) -> Erasure:
    """Decide against it, or take one's own request back."""

    async def body(work: Work) -> Erasure:
        erasure = await store.erasing.one(erasure_id, work)
        if erasure.state != "asked":
            raise Conflict(N_("This was decided already."))
        return await _decided(store, erasure, "declined", by, work)

    return await units.run(body)


async def agree(store: Store, units: Units, erasure_id: str, by: Viewer) -> Erasure:
    """Erase it. `Forbidden` for whoever asked, `Conflict` when something stands against it."""

    async def body(work: Work) -> tuple[Erasure, Erased]:
        erasure = await store.erasing.one(erasure_id, work)
        standing = await standing_of(store, erasure.family_id, work)
        may_agree(erasure, standing, by, work.now.date())
        row = await store.erasing.family(erasure.family_id, work)
        gone = await store.erasing.alone_in(row, work)
        blanked = await store.erasing.blank(gone, work)
        await _tell_blank(store, row, gone, work)
        erasure = erasure.model_copy(update={"blanked": blanked})
        return await _decided(store, erasure, "done", by, work), gone

    done, gone = await units.run(body)
    await store.erasing.forget_told(gone)
    return done


async def _tell_blank(store: Store, row: Document, gone: Erased, work: Work) -> None:
    family = {**blank_family(row, gone), "version": int(row["version"]) + 1}
    await store.writing.put("family", [family], work)
    work.emit(FamilyChanged.model_validate(family), sequence=family["version"])
    homes = await store.writing.known("household", gone.household_ids, work)
    blank = [
        {
            **home,
            "mailbox": None,
            "greeting": [],
            "own": {**home["own"], "members": []},
            "digest": "",
            "active": False,
            "link_version": int(home["link_version"]) + 1,
            "version": int(home["version"]) + 1,
        }
        for home in homes.values()
    ]
    await store.writing.put("household", blank, work)
    for home in blank:
        work.emit(HouseholdChanged.model_validate(home), sequence=home["version"])
    said = FamilyErased(
        family_id=gone.family_id,
        student_ids=gone.student_ids,
        guardian_ids=gone.guardian_ids,
        household_ids=gone.household_ids,
        contact_ids=gone.contact_ids,
        asked_ids=gone.asked_ids,
        when=work.now,
    )
    work.emit(said, sequence=family["version"] + 1)


async def _decided(store: Store, erasure: Erasure, state: str, by: Viewer, work: Work) -> Erasure:
    decided = {"state": state, "decided_by": by.name, "decided_at": work.now}
    erasure = erasure.model_copy(update=decided)
    await store.erasing.put(erasure, work)
    return erasure


async def hold(store: Store, units: Units, family_id: str, draft: WhyDraft, by: Viewer) -> Hold:
    """Let nothing of a family be erased until the hold is lifted."""

    async def body(work: Work) -> Hold:
        may_hold(await standing_of(store, family_id, work))
        made = Hold(
            hold_id=units.mint(),
            family_id=family_id,
            reason=" ".join(draft.reason.split()),
            account_id=by.account_id,
            name=by.name,
            at=work.now,
        )
        await store.erasing.put_hold(made, work)
        return made

    return await units.run(body)


async def lift(store: Store, units: Units, family_id: str, hold_id: str, by: Viewer) -> Hold:
    """End a hold. `NotFound` when it is none of this family's, or lifted already."""

    async def body(work: Work) -> Hold:
        held = await store.erasing.holds(family_id, work)
        found = next((each for each in held if each.hold_id == hold_id), None)
        if found is None:
            raise NotFound(N_("There is no such hold any more."))
        lifted = found.model_copy(update={"lifted_by": by.name, "lifted_at": work.now})
        await store.erasing.put_hold(lifted, work)
        return lifted

    return await units.run(body)


async def set_retention(store: Store, units: Units, retention: Retention, by: Viewer) -> None:
    """Decide how long the district keeps what is known of families that have left."""

    async def body(work: Work) -> None:
        await store.erasing.keep_retention(retention, by.account_id, work)

    await units.run(body)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
