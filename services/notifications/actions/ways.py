"""Which letters may go by backpack where mail does not reach a household."""

from collections.abc import Iterable, Sequence

from services.notifications.actions.room import MailRoom
from services.notifications.domain.backpack import other_homes, why_no_paper
from services.notifications.domain.kinds import Kind
from services.notifications.domain.settings import MailSettings
from shared.messages import HouseholdChanged


async def ways_on_paper(
    room: MailRoom,
    kind: Kind,
    letters: Iterable[tuple[HouseholdChanged, Sequence[str]]],
    settings: MailSettings,
) -> dict[str, str]:
    """By household: why not even paper may go to it, "" when it may. `letters`: each household
    that mail does not reach, with the pupils of its letter. Nothing where there is no paper.
    """
    wanted = list(letters)
    if settings.paper == "off" or not kind.on_paper or not wanted:
        return {}
    homes = await room.store.people.homes({each for _, pupils in wanted for each in pupils})
    return {
        household.household_id: why_no_paper(household, other_homes(household, pupils, homes))
        for household, pupils in wanted
    }
