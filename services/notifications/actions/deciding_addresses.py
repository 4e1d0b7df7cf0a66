"""Staff looks at new addresses where a mailbox is shared, a flag stands, or others read it, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.actions.moving import tell_confirmed
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.domain.address_requests import AddressRequest
from services.notifications.domain.sight import Sight
from shared.errors import NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged
from shared.outbox import Work


@dataclass(frozen=True)
class Waiting:
    """A request with the names that staff know its people by."""

    request: AddressRequest
    adults: tuple[str, ...]
    children: tuple[str, ...]
    family_id: str
    """One of the household's families, to look further."""
    zone: str


async def waiting_requests(
    room: MailRoom, viewer: Viewer, *, limit: int, after: tuple[datetime, str] | None = None
) -> list[Waiting]:
    """What waits for this viewer's school, the oldest first."""
    rows = await room.store.addresses.waiting(seen_by=_sight(viewer), limit=limit, after=after)
    households = await room.store.people.households([row.household_id for row in rows])
    ids = {each for home in households.values() for each in home.family_ids}
    families = await room.store.people.families(ids)
    schools = await room.store.people.schools({row.school_ids[0] for row in rows})
    return [
        _named(
            row,
            [
                families[each]
                for each in households[row.household_id].family_ids
                if each in families
            ],
            school_days(schools.get(row.school_ids[0])).time_zone,
        )
        for row in rows
        if row.household_id in households
    ]


async def decide_address(
    room: MailRoom, request_id: str, viewer: Viewer, *, approved: bool, reason: str = ""
) -> AddressRequest:
    """Approve or refuse. `NotFound`, `Conflict` where it waits no more, `Refused` without why."""

    async def body(work: Work) -> AddressRequest:
        request = await room.store.addresses.one(request_id, seen_by=_sight(viewer), work=work)
        if request is None:
            raise NotFound(N_("There is no such request at your school."))
        after = request.decided(
            viewer.account_id, viewer.name, work.now, approved=approved, reason=reason
        )
        await room.store.addresses.put(request, after, work)
        if approved:
            await tell_confirmed(room, after, work)
        return after

    return await room.units.run(body)


def _sight(viewer: Viewer) -> Sight:
    if viewer.role == "district":
        return Sight(everything=True)
    return Sight(school_ids=viewer.school_ids)


def _named(row: AddressRequest, families: Sequence[FamilyChanged], zone: str) -> Waiting:
    adults = {
        each.guardian_id: f"{each.given_name} {each.family_name}".strip()
        for family in families
        for each in family.guardians
    }
    children = dict.fromkeys(
        f"{each.given_name} {each.family_name}".strip()
        for family in families
        for each in family.students
    )
    return Waiting(
        request=row,
        adults=tuple(adults[each] for each in row.guardian_ids if each in adults),
        children=tuple(children),
        family_id=families[0].family_id if families else "",
        zone=zone,
    )
