"""Another mail address: asked for by a link, told to the old one, confirmed at the new one.

Nothing that a page says here depends on whether an address is known to us, or on a flag.
"""

from collections.abc import Collection
from datetime import timedelta

from services.notifications.actions.addressing import Recipient, draft, keep_promises
from services.notifications.actions.room import MailRoom
from services.notifications.actions.wishing import Choices, the_household
from services.notifications.domain.address_requests import (
    CONFIRM_WITHIN,
    KEPT_FOR,
    MOST_A_DAY,
    AddressRequest,
    Why,
    why_staff,
)
from services.notifications.domain.kinds import KindName
from services.notifications.domain.notice import AddressWords, Notice, notice_id
from services.notifications.domain.sight import in_force
from services.notifications.letters.mail import usable
from shared.errors import Refused
from shared.i18n import N_
from shared.links import Link, LinkRefused
from shared.messages import AddressConfirmed, HouseholdChanged
from shared.outbox import Work

TOLD_IS_OF_USE_FOR = timedelta(days=14)


async def ask_for_address(
    room: MailRoom, shown: Choices, address: str, whose: Collection[str]
) -> None:
    """Write to both addresses. `Refused` for what is no address, and when asked too often."""
    household = the_household(shown)
    mailbox = _usable(address)
    guardians = tuple(each for each in household.guardian_ids if each in whose)
    if not guardians:
        raise Refused(N_("Please choose whose address it is."))
    if mailbox == shown.mailbox:
        raise Refused(N_("Letters go to this address already."))
    addresses, now = room.store.addresses, room.now
    if await addresses.asked_within_a_day("before", shown.mailbox, now) >= MOST_A_DAY:
        raise Refused(N_("This was asked for several times today. Please try again tomorrow."))
    # Somebody who does not know us must not be written to again and again; the page says the same.
    quiet = await addresses.asked_within_a_day("mailbox", mailbox, now) >= MOST_A_DAY
    request = AddressRequest(
        request_id=room.units.mint(),
        household_id=household.household_id,
        guardian_ids=guardians,
        school_ids=await _schools(room, household, shown.row.school_id),
        before=shown.mailbox,
        mailbox=mailbox,
        link_version=household.link_version,
        asked_at=now,
        expires_at=now + CONFIRM_WITHIN,
        forget_at=now + CONFIRM_WITHIN + KEPT_FOR,
    )

    async def body(work: Work) -> None:
        earlier = await addresses.newest_of(household.household_id, shown.mailbox, work)
        if earlier is not None and not earlier.ended:
            await addresses.put(earlier, earlier.withdrawn(work.now), work)
        await addresses.add(request, work)
        if not quiet:
            await _write(room, "address_confirm", request, household, request.mailbox, work)
        await _write(room, "address_told", request, household, request.before, work)

    await room.units.run(body)


def _usable(address: str) -> str:
    try:
        return usable(address).lower()
    except Refused as wrong:
        raise Refused(N_("This address can't be used. Please check it.")) from wrong


async def _schools(room: MailRoom, household: HouseholdChanged, also: str) -> tuple[str, ...]:
    families = await room.store.people.families(household.family_ids)
    found = {
        student.school_id
        for family in families.values()
        for student in family.students
        if student.student_id in household.student_ids
    }
    return tuple(sorted((found | {also}) - {""}))


async def _write(
    room: MailRoom,
    kind: KindName,
    request: AddressRequest,
    household: HouseholdChanged,
    mailbox: str,
    work: Work,
) -> None:
    until = request.expires_at
    notice = Notice(
        notice_id=notice_id(kind, request.request_id, ""),
        kind=kind,
        about=request.request_id,
        occasion="",
        version=1,
        school_id=request.school_ids[0],
        content=AddressWords(
            request_id=request.request_id, link_version=request.link_version, expires_at=until
        ),
        created_at=work.now,
        use_by=until if kind == "address_confirm" else work.now + TOLD_IS_OF_USE_FOR,
    )
    await room.store.notices.put(notice, work)
    recipient = Recipient(household, household.student_ids, household.family_ids)
    flags = await room.store.flags.of_guardians(household.guardian_ids, work)
    new_id = room.units.mint()
    row = draft(notice, recipient, work.now, flags=flags, ways={}, delivery_id=new_id, wait=0)
    await keep_promises(room, [row.model_copy(update={"mailbox": mailbox})], work)


async def withdraw_address(room: MailRoom, shown: Choices) -> None:
    """Nothing comes of what was asked for last; asking twice is the same as once."""
    household = the_household(shown)

    async def body(work: Work) -> None:
        newest = await room.store.addresses.newest_of(household.household_id, shown.mailbox, work)
        if newest is not None and not newest.ended:
            await room.store.addresses.put(newest, newest.withdrawn(work.now), work)

    await room.units.run(body)


async def open_confirmation(room: MailRoom, token: str) -> tuple[AddressRequest, str]:
    """The request behind the link in the letter to a new address, and the household's language.

    Raises `LinkRefused`. It works once; afterwards it only says that it was confirmed.
    """
    link = room.address_links.read(token)
    request = await room.store.addresses.get(link.object_id)
    household = await room.directory.household(link.household_id)
    if request is None or household is None or request.household_id != link.household_id:
        raise LinkRefused("ended")
    if request.confirmed_at is None and not _counts(room, request, household, link):
        raise LinkRefused("ended")
    return request, household.language


def _counts(
    room: MailRoom, request: AddressRequest, household: HouseholdChanged, link: Link
) -> bool:
    unchanged = household.active and household.link_version == link.link_version
    return unchanged and request.open_at(room.now)


async def confirm_address(room: MailRoom, token: str) -> None:
    """Confirmed by who reads the new address: applied at once, unless staff looks at it first."""
    link = room.address_links.read(token)
    request, _ = await open_confirmation(room, token)
    household = await room.directory.household(request.household_id)
    if request.confirmed_at is not None or household is None:
        return
    here = await room.store.people.reading(request.before)
    there = await room.store.people.reading(request.mailbox)
    readers = {adult for each in here for adult in each.guardian_ids} | {*household.guardian_ids}
    others = [each for each in there if each.household_id != household.household_id]

    async def body(work: Work) -> None:
        now = await room.store.addresses.get(request.request_id, work)
        if now is None or not _counts(room, now, household, link):
            raise LinkRefused("ended")
        flagged, fresh = await _flags(room, household, work)
        why: tuple[Why, ...] = why_staff(
            readers=len(readers), others_there=len(others), flagged=flagged, flags_fresh=fresh
        )
        confirmed = now.confirmed(why, work.now)
        await room.store.addresses.put(now, confirmed, work)
        if confirmed.state == "applied":
            await tell_confirmed(room, confirmed, work)

    await room.units.run(body)


async def _flags(room: MailRoom, household: HouseholdChanged, work: Work) -> tuple[bool, bool]:
    """Whether any flag stands on an adult or a child of the household, and whether we know all."""
    families = await room.store.people.families(household.family_ids)
    pupils = {each.student_id for family in families.values() for each in family.students}
    found = await room.store.flags.touching(
        household.guardian_ids, pupils | {*household.student_ids}, work
    )
    return in_force(found), await room.store.flags.fresh(work.now, work)


async def tell_confirmed(room: MailRoom, request: AddressRequest, work: Work) -> None:
    """Let contacts correct the address; what was wished at the old one holds at the new one."""
    said = AddressConfirmed(
        request_id=request.request_id,
        household_id=request.household_id,
        guardian_ids=request.guardian_ids,
        before=request.before,
        mailbox=request.mailbox,
        confirmed_at=request.confirmed_at or work.now,
        approved_by=request.decided_by,
        approved_by_name=request.decided_by_name,
    )
    work.emit(said, sequence=1)
    await room.store.choices.carry_over(request.before, request.mailbox, work)
