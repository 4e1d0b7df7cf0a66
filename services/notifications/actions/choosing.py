"""What the district and families decide about mail."""

from dataclasses import dataclass
from typing import Literal

from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings, SchoolHours
from services.notifications.domain.sight import Stop
from shared.errors import NotFound
from shared.identity import Viewer
from shared.links import Link, LinkRefused
from shared.messages import Category, HouseholdChanged
from shared.outbox import Work


async def save_settings(room: MailRoom, settings: MailSettings, by: Viewer) -> MailSettings:
    """Decide anew; whatever waits is judged again at once. `NotFound` for an unknown school."""
    known = await room.store.people.schools(settings.live_school_ids)
    missing = sorted(set(settings.live_school_ids) - set(known))
    if missing:
        raise NotFound(f"There is no school {missing[0]}.")

    async def body(work: Work) -> MailSettings:
        await room.store.choices.keep_settings(settings, by.account_id, work)
        await room.store.backlog.look_again(work.now, work)
        return settings

    return await room.units.run(body)


async def save_hours(room: MailRoom, school_id: str, hours: SchoolHours | None, by: Viewer) -> None:
    """A school decides when its mail leaves; None: as the district has it. What waits is judged
    again at once. `NotFound` for a school that is not the viewer's.
    """
    if not by.sees_school(school_id) or not await room.store.people.schools([school_id]):
        raise NotFound("There is no such school, or it is not yours.")

    async def body(work: Work) -> None:
        await room.store.choices.keep_hours(school_id, hours, by.account_id, work)
        await room.store.backlog.look_again(work.now, work, school_id=school_id)

    await room.units.run(body)


@dataclass(frozen=True)
class StopLink:
    """What the link at the foot of a letter leads to."""

    delivery: Delivery
    mailbox: str
    categories: tuple[Category, ...]
    """Those of all that the letter brought: whoever stops it would not get it again."""
    stopped: bool
    language: str
    readers: tuple[str, ...]
    """The names of the adults who read this address, where the link may still tell them."""


async def open_stop_link(room: MailRoom, token: str) -> StopLink:
    """What a link stops, and for whom. Raises `LinkRefused`."""
    link = room.stop_links.read(token)
    row = await room.store.deliveries.get(link.object_id)
    if row is None or row.mailbox is None or row.household_id != link.household_id:
        raise LinkRefused("ended")
    if row.manners.must:
        raise LinkRefused("ended")  # these can't be stopped
    stopped = await room.store.choices.stopped([row.mailbox])
    household = await room.directory.household(row.household_id)
    return StopLink(
        delivery=row,
        mailbox=row.mailbox,
        categories=row.categories,
        stopped=stopped.get(row.mailbox, frozenset()).issuperset(row.categories),
        language=household.language if household else row.language,
        readers=_readers(household, row, link),
    )


def _readers(household: HouseholdChanged | None, row: Delivery, link: Link) -> tuple[str, ...]:
    # A household that changed since the letter may have other people now: say no names then.
    same = household is not None and household.active and household.mailbox is not None
    if household is None or not same or household.link_version != link.link_version:
        return ()
    return household.greeting if (household.mailbox or "").lower() == row.mailbox else ()


async def stop_letters(room: MailRoom, link: StopLink, how: Literal["one_click", "page"]) -> None:
    """No more letters of these categories to this address; asking twice is the same as once."""

    async def body(work: Work) -> None:
        for category in link.categories:
            wanted = Stop(mailbox=link.mailbox, category=category, how=how)
            await room.store.choices.stop(wanted, work)

    await room.units.run(body)


async def resume_letters(room: MailRoom, link: StopLink) -> None:
    """Letters of these categories again."""

    async def body(work: Work) -> None:
        for category in link.categories:
            await room.store.choices.resume(link.mailbox, category, work)

    await room.units.run(body)
