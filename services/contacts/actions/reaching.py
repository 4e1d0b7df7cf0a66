"""Whom one may call in a family."""

from datetime import date

from services.contacts.store import Store
from shared.identity import Viewer
from shared.messages import FamilyChanged

MOST_CALLED = 3
"""Buttons that fit on a phone beside the form; the family's page has all numbers."""


async def phones_of(
    store: Store, family: FamilyChanged, viewer: Viewer, on: date
) -> list[tuple[str, str]]:
    """Name and number of the adults to call, without those who must not be contacted."""
    reach = await store.families.reach(family.family_id, seen_by=viewer, on=on)
    flags = await store.flags.in_force(list(reach))
    barred = {each.guardian_id for each in flags if each.do_not_contact}
    return [
        (f"{each.given_name} {each.family_name}".strip(), reach[each.guardian_id].phone)
        for each in family.guardians
        if each.guardian_id in reach
        and reach[each.guardian_id].phone
        and each.guardian_id not in barred
    ][:MOST_CALLED]
