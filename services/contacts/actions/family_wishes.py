"""What a family says itself by a link in its letters becomes a correction, as one of staff's."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.contacts.actions.corrections import Author, keep_within
from services.contacts.actions.desk import Desk
from services.contacts.domain.corrections import FAMILY, What
from services.contacts.domain.ids import plain_id
from services.contacts.domain.people import normal_address
from services.contacts.domain.views import Reach
from services.contacts.store import Store
from shared.errors import Passing, Refused
from shared.messages import (
    AddressConfirmed,
    GuardianFacts,
    HouseholdChanged,
    LanguageWished,
)
from shared.outbox import Work

ASKED = "The family asked for it, and somebody of the school approved it."


@dataclass(frozen=True)
class Adult:
    """Somebody of a household, with one of their families and how to reach those in it."""

    family_id: str
    facts: GuardianFacts
    reach: Mapping[str, Reach]

    @property
    def address(self) -> str:
        """Where they get mail now."""
        held = self.reach.get(self.facts.guardian_id)
        return normal_address(held.email) if held else ""


async def take_wished_language(desk: Desk, wished: LanguageWished, work: Work) -> None:
    """The adult at whose address the household is written to wants another language.

    Others who share the mailbox keep theirs. `Passing` while the household is not known.
    """
    household = await _household(desk.store, wished.household_id)
    home = await desk.store.previous.household(wished.household_id)
    if home is None:
        return  # it is no more
    chosen = home.writes_to or home.members[0]
    adult = await _adult(desk.store, household, plain_id(chosen.guardian_id))
    if adult is not None:
        await _keep(desk, adult, {"language": wished.language}, Author(FAMILY, ""), work)


async def take_confirmed_address(desk: Desk, confirmed: AddressConfirmed, work: Work) -> None:
    """These adults have another address. What staff corrected since stays, unless staff approved.

    `Passing` while the household is not known.
    """
    household = await _household(desk.store, confirmed.household_id)
    by = Author(FAMILY, "")
    if confirmed.approved_by:
        by = Author(confirmed.approved_by, confirmed.approved_by_name, ASKED)
    for guardian_id in confirmed.guardian_ids:
        adult = await _adult(desk.store, household, guardian_id)
        if adult is None:
            continue
        if confirmed.approved_by or adult.address == normal_address(confirmed.before):
            await _keep(desk, adult, {"email": confirmed.mailbox}, by, work)


async def _household(store: Store, household_id: str) -> HouseholdChanged:
    found = await store.directory.household(household_id)
    if found is None:
        raise Passing(f"household {household_id} is not known here")
    return found


async def _adult(store: Store, household: HouseholdChanged, guardian_id: str) -> Adult | None:
    """None for whoever is in none of the household's families any more."""
    for family in await store.directory.families(household.family_ids):
        for each in family.guardians:
            if each.guardian_id == guardian_id:
                reach = await store.families.reach_on_file(family.family_id)
                return Adult(family.family_id, each, reach)
    return None


async def _keep(desk: Desk, adult: Adult, said: Mapping[What, str], by: Author, work: Work) -> None:
    try:
        await keep_within(
            desk.store, adult.family_id, adult.facts, adult.reach, lambda _: said, by, work
        )
    except Refused:
        return  # it is like this already
    work.wake(desk.importer.woken)
