"""What the district and families decide about mail."""

from dataclasses import dataclass
from typing import Literal

from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings
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
        await room.store.deliveries.look_again(work.now, work)
        return settings

    return await room.units.run(body)


@dataclass(frozen=True)
class StopLink:
    """What the link at the foot of a letter leads to."""

    delivery: Delivery
    mailbox: str
    category: Category
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
        category=row.manners.category,
        stopped=row.manners.category in stopped.get(row.mailbox, frozenset()),
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
    """No more letters of this category to this address; asking twice is the same as once."""

    async def body(work: Work) -> None:
        wanted = Stop(mailbox=link.mailbox, category=link.category, how=how)
        await room.store.choices.stop(wanted, work)

    await room.units.run(body)


async def resume_letters(room: MailRoom, link: StopLink) -> None:
    """Letters of this category again."""

    async def body(work: Work) -> None:
        await room.store.choices.resume(link.mailbox, link.category, work)

    await room.units.run(body)
