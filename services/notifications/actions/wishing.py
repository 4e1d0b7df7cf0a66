"""What families choose on the page behind its letters: when each kind comes, a pause, a language.

Whoever has a letter of a mailbox may choose for the mailbox. What is about the household (names,
its language, its address) needs a link that is not older than the household is now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.notifications.actions.languages import languages_off, own_of_district
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.domain.address_requests import AddressRequest
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.wishes import (
    CHOOSABLE,
    Wish,
    Wishes,
    last_day_of,
    pause_of,
)
from services.notifications.letters.tongue import WRITTEN_IN
from shared.errors import Refused
from shared.i18n import N_
from shared.links import LinkRefused
from shared.messages import Category, HouseholdChanged, LanguageWished
from shared.outbox import Work


@dataclass(frozen=True)
class Reader:
    """An adult of the household."""

    guardian_id: str
    given_name: str


@dataclass(frozen=True)
class Choices:
    """What the page shows, and what may be done on it."""

    row: Delivery
    mailbox: str
    wishes: Wishes
    language: str
    """Of the page, and of letters where `household` is told."""
    zone: str
    phone: str
    household: HouseholdChanged | None
    """None where the household is another than it was: then only the mailbox can choose."""
    readers: tuple[Reader, ...] = ()
    others: bool = False
    """Whether letters of other households come to this mailbox, too. They are not named."""
    language_off: bool = False
    request: AddressRequest | None = None
    """The newest wish for another address, which is not shown."""

    @property
    def paused_through(self) -> date | None:
        """The last day of a pause."""
        return last_day_of(self.wishes.paused_until, self.zone)


async def open_choices(room: MailRoom, token: str) -> Choices:
    """What a link of a letter opens. Raises `LinkRefused`."""
    link = room.stop_links.read(token)
    row = await room.store.deliveries.get(link.object_id)
    if row is None or row.mailbox is None or row.household_id != link.household_id:
        raise LinkRefused("ended")
    household = await room.directory.household(row.household_id)
    school = await room.directory.school(row.school_id)
    wished = await room.store.choices.wishes([row.mailbox], room.now)
    settings = await room.settings()
    shown = Choices(
        row=row,
        mailbox=row.mailbox,
        wishes=wished.get(row.mailbox, Wishes()),
        language=household.language if household else row.language,
        zone=school_days(school).time_zone,
        phone=(school.phone if school else "") or settings.phone,
        household=None,
    )
    if household is None or not _same(household, row, link.link_version):
        return shown
    return await _with_household(room, shown, household)


def _same(household: HouseholdChanged, row: Delivery, link_version: int) -> bool:
    here = (household.mailbox or "").lower() == row.mailbox
    return here and household.active and household.link_version == link_version


async def _with_household(room: MailRoom, shown: Choices, household: HouseholdChanged) -> Choices:
    families = await room.store.people.families(household.family_ids)
    names = {
        each.guardian_id: each.given_name
        for family in families.values()
        for each in family.guardians
    }
    there = await room.store.people.reading(shown.mailbox)
    off = await languages_off(room, [household.language], await own_of_district(room))
    return Choices(
        row=shown.row,
        mailbox=shown.mailbox,
        wishes=shown.wishes,
        language=household.language,
        zone=shown.zone,
        phone=shown.phone,
        household=household,
        readers=tuple(Reader(each, names.get(each, "")) for each in household.guardian_ids),
        others=any(each.household_id != household.household_id for each in there),
        language_off=bool(off),
        request=await room.store.addresses.newest_of(household.household_id, shown.mailbox),
    )


async def choose(
    room: MailRoom, shown: Choices, wanted: Mapping[Category, Wish], paused_through: date | None
) -> None:
    """What holds from now on; letters that wait are judged anew. `Refused` for an odd pause."""
    # A pause that runs already may be left as it is on its last day, too.
    until = (
        shown.wishes.paused_until
        if paused_through == shown.paused_through
        else pause_of(paused_through, shown.zone, room.now)
    )

    async def body(work: Work) -> None:
        for category in CHOOSABLE:
            wish = wanted[category]
            if wish != shown.wishes.wish(category):
                await room.store.choices.wish(shown.mailbox, category, wish, "page", work)
        if until != shown.wishes.paused_until:
            await room.store.choices.pause(shown.mailbox, until, work)
        await room.store.backlog.look_again(work.now, work, mailbox=shown.mailbox)
        work.wake(room.due)

    await room.units.run(body)


async def wish_language(room: MailRoom, shown: Choices, language: str) -> None:
    """Ask contacts for letters in another language. `Refused` for one that we do not write in."""
    if language not in WRITTEN_IN:
        raise Refused(N_("Choose a language from the list."))
    household = the_household(shown)

    async def body(work: Work) -> None:
        wish = LanguageWished(
            wish_id=room.units.mint(),
            household_id=household.household_id,
            language=language,
            wished_at=work.now,
        )
        work.emit(wish, sequence=1)

    await room.units.run(body)


def the_household(shown: Choices) -> HouseholdChanged:
    """The household of a link that still speaks for it; raises `LinkRefused`."""
    if shown.household is None:
        raise LinkRefused("ended")
    return shown.household


def names_of(readers: Sequence[Reader]) -> tuple[str, ...]:
    """The given names that are known."""
    return tuple(each.given_name for each in readers if each.given_name)
