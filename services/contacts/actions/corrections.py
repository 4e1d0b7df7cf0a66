"""Staff correct what the roster says of an adult; families are formed anew by the same way as after
an import, so that letters, links and the other services follow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from services.contacts.actions.logging_contacts import today
from services.contacts.domain.corrections import (
    NO,
    OURS,
    REACH,
    YES,
    Correction,
    Draft,
    Standing,
    What,
    changes_of,
    may_correct,
    standing_of,
)
from services.contacts.domain.importing import Import
from services.contacts.domain.views import LOGS, Reach
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound, Passing, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import AddressConfirmed, FamilyChanged, GuardianFacts
from shared.outbox import Units, Work

Standings = Mapping[str, tuple[Standing, ...]]
"""By adult."""
_FROM_PAPER = "given by the family on the page behind a paper letter"


async def standings(store: Store, family: FamilyChanged, reach: Mapping[str, Reach]) -> Standings:
    """How every adult of a family stands, field by field; `reach`: as the viewer may read it."""
    ids = [each.guardian_id for each in family.guardians]
    corrections = await store.corrections.of_guardians(ids)
    found = {each.guardian_id: _standing(each, reach, corrections) for each in family.guardians}
    return {
        guardian: tuple(each for each in fields if not hidden(reach, guardian, each.what))
        for guardian, fields in found.items()
    }


async def history(store: Store, guardian_id: str, reach: Mapping[str, Reach]) -> list[Correction]:
    """Every change of an adult, the newest first; `reach`: as the viewer may read it."""
    found = await store.corrections.history([guardian_id])
    return [each for each in found if not hidden(reach, guardian_id, each.what)]


def hidden(reach: Mapping[str, Reach], guardian_id: str, what: What) -> bool:
    """Whether a field is withheld from whom this was read for."""
    held = reach.get(guardian_id)
    return what in REACH and (held is None or held.withheld)


async def correct(
    store: Store, units: Units, family_id: str, guardian_id: str, draft: Draft, by: Viewer
) -> list[Correction]:
    """Correct the fields that differ. `Refused`, `Forbidden`, `NotFound` with the reason."""
    said = draft.said()
    return await _keep(store, units, family_id, guardian_id, said, lambda _: said, draft.reason, by)


async def take_back(
    store: Store, units: Units, family_id: str, guardian_id: str, what: What, by: Viewer
) -> list[Correction]:
    """Let the roster speak again. `Refused` when it does."""

    def as_in_roster(standing: Sequence[Standing]) -> Mapping[What, str]:
        return {each.what: each.roster for each in standing if each.what == what}

    return await _keep(store, units, family_id, guardian_id, {what}, as_in_roster, "", by)


async def _keep(
    store: Store,
    units: Units,
    family_id: str,
    guardian_id: str,
    fields: Collection[What],
    said_of: Callable[[Sequence[Standing]], Mapping[What, str]],
    reason: str,
    by: Viewer,
) -> list[Correction]:
    on = await today(store, by, units.clock.now())
    family, guardian = await adult_of(store, family_id, guardian_id, by, on)
    _allow(fields, by)
    reach = await store.families.reach(family_id, seen_by=by, on=on)

    async def body(work: Work) -> list[Correction]:
        known = await store.corrections.of_guardians([guardian_id], work)
        standing = _standing(guardian, reach, known)
        changes = changes_of(said_of(standing), standing)
        made = _made(units, family, guardian, standing, changes, reason, by, work)
        await store.corrections.add(made, work)
        if any(each.what not in OURS for each in made):
            await store.corrections.put_in_place(_job(units, by), work)
        return made

    return await units.run(body)


async def take_confirmed_address(
    store: Store, units: Units, said: AddressConfirmed, work: Work
) -> None:
    """A family gave an address on its paper letter, and staff of its school confirmed it.

    It is the adult's from now on, as if that person had corrected it here. `Passing` while the
    household is not as notifications knew it.
    """
    # Who confirmed it saw the household; this only reads how the adult stands.
    by = Viewer(account_id=said.account_id, role="district", name=said.name)
    home = await store.directory.household(said.household_id)
    families = await store.directory.families(home.family_ids if home else ())
    pairs = [(f, a) for f in families for a in f.guardians if a.guardian_id == said.guardian_id]
    if not pairs:
        raise Passing(f"household {said.household_id} has no such adult now")
    family, guardian = pairs[0]
    reach = await store.families.reach(family.family_id, seen_by=by, on=work.now.date())
    known = await store.corrections.of_guardians([guardian.guardian_id], work)
    standing = _standing(guardian, reach, known)
    try:
        changes = changes_of(Draft(email=said.address).said(), standing)
    except Refused:
        return  # it is like this already, or no address for a person
    made = _made(units, family, guardian, standing, changes, _FROM_PAPER, by, work)
    await store.corrections.add(made, work)
    await store.corrections.put_in_place(_job(units, by), work)


def _made(
    units: Units,
    family: FamilyChanged,
    guardian: GuardianFacts,
    standing: Sequence[Standing],
    changes: Sequence[Standing],
    reason: str,
    by: Viewer,
    work: Work,
) -> list[Correction]:
    before = {each.what: each.value for each in standing}
    return [
        Correction(
            correction_id=units.mint(),
            guardian_id=guardian.guardian_id,
            sourced_ids=guardian.sourced_ids or (guardian.guardian_id,),
            what=each.what,
            value=each.value,
            before=before[each.what],
            ended=each.value == each.roster,
            reason=" ".join(reason.split()),
            family_id=family.family_id,
            account_id=by.account_id,
            name=by.name,
            at=work.now,
        )
        for each in changes
    ]


def _allow(fields: Collection[What], by: Viewer) -> None:
    if all(may_correct(what, by.role) for what in fields):
        return
    if "confidential" in fields:
        raise Forbidden(N_("Only the principal and the district make an address confidential."))
    raise Forbidden(
        N_("Only the office, coordinators and the principal correct addresses and phones.")
    )


def _job(units: Units, by: Viewer) -> Import:
    return Import(
        import_id=units.mint(),
        kind="corrections",
        state="planning",
        by=by.account_id,
        created_at=units.clock.now(),
    )


async def adult_of(
    store: Store, family_id: str, guardian_id: str, by: Viewer, on: date
) -> tuple[FamilyChanged, GuardianFacts]:
    """An adult whom somebody may correct, and the family. `NotFound`, `Forbidden`."""
    family = await store.families.one(family_id, seen_by=by, on=on)
    if by.role not in LOGS:
        raise Forbidden(N_("You may not correct this."))
    for each in family.guardians:
        if each.guardian_id == guardian_id:
            return family, each
    raise NotFound(N_("There is no such parent or caregiver in this family."))


def _standing(
    guardian: GuardianFacts,
    reach: Mapping[str, Reach],
    corrections: Mapping[tuple[str, What], Correction],
) -> tuple[Standing, ...]:
    held = reach.get(guardian.guardian_id, Reach(guardian_id=guardian.guardian_id))
    now: dict[What, str] = {
        "language": guardian.language,
        "interpreter": YES if guardian.interpreter else NO,
        "email": held.email,
        "phone": held.phone,
        "best": "",
        "confidential": NO,
    }
    own = {what: each for (who, what), each in corrections.items() if who == guardian.guardian_id}
    return standing_of(now, held.roster, tuple(held.roster), own)
