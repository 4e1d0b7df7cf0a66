"""Families answer invitations by their links."""

from tests.faults.acting import Acting


async def answering_invitations(acting: Acting) -> None:
    """One household answers, or answers anew; nobody of it answers twice at a time."""
    chance = acting.chance
    free = [each for each in acting.order.guests if each.household_id not in acting.busy]
    if not free:
        return
    guest = chance.choice(free)
    answer = chance.choice(("yes", "yes", "maybe", "no"))
    party = 0 if answer == "no" else chance.randint(1, 6)
    key = acting.ledger.key()
    acting.busy.add(guest.household_id)
    try:
        acting.ledger.intend(
            key,
            "rsvp",
            way="link",
            event_id=guest.event_id,
            household_id=guest.household_id,
            answer=answer,
            party_size=party,
        )
        got = await acting.asked(
            "events",
            "POST",
            guest.link,
            data={"answer": answer} | ({"party_size": str(party)} if party else {}),
            # Each family has an address of its own, as the front door would say.
            headers={"X-Forwarded-For": _address(guest.household_id)},
        )
        thanked = got.said == "accepted" and got.where.endswith("/thanks")
        said = got.said if thanked or got.said != "accepted" else "unclear"
        acting.noted(key, got, said)
    finally:
        acting.busy.discard(guest.household_id)


def _address(household_id: str) -> str:
    number = hash(household_id) & 0xFFFFFF
    return f"10.{number >> 16}.{number >> 8 & 0xFF}.{number & 0xFF}"
