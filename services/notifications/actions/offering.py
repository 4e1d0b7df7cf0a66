"""Behind a code on paper: the page to answer on, or one on which to offer a mail address.

Nobody is written to because of an offer: staff confirms it, and contacts corrects the address.
"""

from dataclasses import dataclass

from services.notifications.actions.composing import answer_url
from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import Delivery
from services.notifications.letters.mail import usable
from services.notifications.store.paper import Offer
from shared.errors import Conflict, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.links import LinkRefused
from shared.messages import AddressConfirmed, GuardianFacts, HouseholdChanged
from shared.outbox import Work


@dataclass(frozen=True)
class Opened:
    """What a code opens."""

    delivery: Delivery
    household: HouseholdChanged
    answer_url: str
    """Where the household answers; "" where there is nothing to answer."""


@dataclass(frozen=True)
class Offered:
    """An offer as staff looks at it, with the adults who may be meant."""

    offer: Offer
    household: HouseholdChanged
    adults: tuple[GuardianFacts, ...]
    school: str


async def open_code(room: MailRoom, typed: str) -> Opened:
    """What a code opens. `LinkRefused` for every other, whatever is wrong with it."""
    digests = room.codes.digests(typed)
    code = await room.store.paper.code(digests, room.now) if digests else None
    if code is None:
        raise LinkRefused("broken")
    row = await room.store.deliveries.get(code.delivery_id)
    household = (await room.store.people.households([code.household_id])).get(code.household_id)
    if row is None or household is None or not household.active:
        raise LinkRefused("ended")
    if household.link_version != code.link_version:
        raise LinkRefused("ended")
    notice = await room.store.notices.get(row.notice_id)
    return Opened(row, household, answer_url(room, notice, household) if notice else "")


async def offer_address(room: MailRoom, typed: str, address: str) -> None:
    """Keep an address that the household gave, for staff. `LinkRefused`, `Refused`."""
    opened = await open_code(room, typed)
    plain = usable(address).lower()

    async def body(work: Work) -> None:
        offer = Offer(
            offer_id=room.units.mint(),
            household_id=opened.household.household_id,
            delivery_id=opened.delivery.delivery_id,
            school_id=opened.delivery.school_id,
            family_ids=opened.household.family_ids,
            address=plain,
            at=work.now,
        )
        await room.store.paper.offer(offer, work)

    await room.units.run(body)


async def offers(room: MailRoom, viewer: Viewer) -> list[Offered]:
    """The offers that wait for the viewer, the oldest first; not those of homes that are gone."""
    held = await room.store.paper.offers(seen_by=await room.sight_of(viewer))
    homes = await room.store.people.households({each.household_id for each in held})
    families = await room.store.people.families({f for each in held for f in each.family_ids})
    schools = await room.store.people.schools({each.school_id for each in held})
    adults = {a.guardian_id: a for family in families.values() for a in family.guardians}
    return [
        Offered(
            each,
            home,
            tuple(adults[who] for who in home.guardian_ids if who in adults),
            schools[each.school_id].name if each.school_id in schools else "",
        )
        for each in held
        if (home := homes.get(each.household_id)) is not None and home.active
    ]


async def confirm_offer(room: MailRoom, offer_id: str, guardian_id: str, by: Viewer) -> None:
    """The address is this adult's: contacts is told, and corrects it. `NotFound`, `Conflict`."""
    sight = await room.sight_of(by)

    async def body(work: Work) -> None:
        offer = await room.store.paper.settle(
            offer_id, "confirmed", by.account_id, work, seen_by=sight
        )
        if offer is None:
            raise NotFound(N_("This address is not waiting any more."))
        homes = await room.store.people.households([offer.household_id])
        home = homes.get(offer.household_id)
        if home is None or guardian_id not in home.guardian_ids:
            raise Conflict(N_("This household has changed. Please open its page."))
        said = AddressConfirmed(
            request_id=offer_id,
            household_id=offer.household_id,
            guardian_ids=(guardian_id,),
            mailbox=offer.address,
            confirmed_at=work.now,
            approved_by=by.account_id,
            approved_by_name=by.name,
        )
        work.emit(said, sequence=1)

    await room.units.run(body)


async def refuse_offer(room: MailRoom, offer_id: str, by: Viewer) -> None:
    """It is not the family's; nothing changes. `NotFound`."""
    sight = await room.sight_of(by)

    async def body(work: Work) -> None:
        settled = await room.store.paper.settle(
            offer_id, "refused", by.account_id, work, seen_by=sight
        )
        if settled is None:
            raise NotFound(N_("This address is not waiting any more."))

    await room.units.run(body)
