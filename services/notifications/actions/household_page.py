"""A household's own page, by signed link: all its children, what comes, and asking the school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.actions.composing import AFTER_THE_EVENT
from services.notifications.actions.linking import choices_url
from services.notifications.actions.room import MailRoom
from services.notifications.domain.household_page import (
    ASKED_SHOWN_FOR,
    FEED_GOES_BACK,
    MOST_A_DAY,
    MOST_RESOURCES,
    AskedBefore,
    Coming,
    OurChildren,
    address_of,
    children_of,
    feed_ends,
    fitting,
    in_feed,
    invited,
    takes_answers,
)
from services.notifications.domain.sight import barred
from shared.clock import id_from
from shared.errors import PartnersError, Refused
from shared.i18n import N_
from shared.links import Link, LinkRefused
from shared.messages import (
    Ask,
    AskTime,
    FamilyAsked,
    HouseholdChanged,
    HouseholdItemChanged,
    Language,
    StudentFacts,
)
from shared.outbox import Work

TOO_OFTEN = N_("You have asked several times today. Please call the school.")
NOT_YOURS = N_("Please choose one of your children.")


class NotNow(PartnersError):
    """For a moment nobody can tell who may see what; try again soon, or call."""


@dataclass(frozen=True)
class Wish:
    """What a household typed into the form."""

    key: str
    """Of the form: sent twice, it asks once."""
    what: Ask
    student_id: str
    best_time: AskTime
    words: str
    language: Language


async def household_of(room: MailRoom, link: Link) -> HouseholdChanged:
    """Whose link it is, by today's replica. Raises `LinkRefused`, `NotNow`.

    A flag, a join, a split or a new address raises the household's link version, which ends the
    link; a flag that came before that change ends it at once.
    """
    household = await room.directory.household(link.household_id)
    if household is None or not household.active or household.link_version != link.link_version:
        raise LinkRefused("ended")
    if not await room.store.flags.fresh(room.now):
        # Who was barred a minute ago must not see this, so without the news nobody does.
        raise NotNow("the list of flags is not up to date")
    flags = await room.store.flags.of_guardians(household.guardian_ids)
    if barred(flags, household.guardian_ids, household.student_ids):
        raise LinkRefused("ended")
    return household


async def our_children(room: MailRoom, link: Link) -> OurChildren:
    """Everything on the page. Raises as `household_of`; a household without pupils has none."""
    household = await household_of(room, link)
    children = await _children(room, household)
    schools = await room.store.people.schools({each.school_id for each in children})
    items = await room.store.household.own(household.household_id)
    asked = await room.store.household.asked(household.household_id, room.now - ASKED_SHOWN_FOR)
    names = {each.student_id: each.given_name for each in children}
    return OurChildren(
        household=household,
        children=children,
        schools=schools,
        coming=tuple(await _coming(room, household, children, since=room.now)),
        resources=await _resources(room, household, children),
        asked=tuple(
            AskedBefore(each, names[each.student_id], items.get(each.asked_id))
            for each in asked
            if each.student_id in names
        ),
        feed_url=await _feed_url(room, household),
        choices_url=await _choices_url(room, household, link),
    )


async def ask(room: MailRoom, household: HouseholdChanged, wish: Wish) -> None:
    """Let the school know what the household wants. `Refused` with the reason."""
    children = await _children(room, household)
    child = next((each for each in children if each.student_id == wish.student_id), None)
    if child is None:
        raise Refused(NOT_YOURS)
    asked = FamilyAsked(
        asked_id=id_from("asked", household.household_id, wish.key),
        household_id=household.household_id,
        family_ids=household.family_ids,
        student_id=child.student_id,
        school_id=child.school_id,
        what=wish.what,
        best_time=wish.best_time,
        words=wish.words,
        language=wish.language,
        asked_at=room.now,
    )

    async def body(work: Work) -> None:
        shelf = room.store.household
        if await shelf.is_asked(asked.asked_id, work):
            return
        day_ago = work.now - timedelta(days=1)
        if await shelf.asked_since(asked.household_id, day_ago, work) >= MOST_A_DAY:
            raise Refused(TOO_OFTEN)
        await shelf.add_ask(asked, work)
        work.emit(asked, sequence=1)

    await room.units.run(body)


async def renew_feed(room: MailRoom, household: HouseholdChanged) -> None:
    """End the address of the household's calendar; the page shows the new one."""

    async def body(work: Work) -> None:
        await room.store.household.renew_feed(household.household_id, work)

    await room.units.run(body)


async def feed_of(room: MailRoom, link: Link) -> tuple[HouseholdChanged, list[Coming]]:
    """What the calendar behind an address shows. Raises `LinkRefused`, `NotNow`."""
    household = await household_of(room, link)
    if link.object_id != str(await room.store.household.feed_number(household.household_id)):
        raise LinkRefused("ended")
    children = await _children(room, household)
    since = room.now - FEED_GOES_BACK
    return household, in_feed(await _coming(room, household, children, since=since))


async def _children(room: MailRoom, household: HouseholdChanged) -> tuple[StudentFacts, ...]:
    families = await room.store.people.families(household.family_ids)
    return children_of(household, families.values())


async def _coming(
    room: MailRoom,
    household: HouseholdChanged,
    children: Sequence[StudentFacts],
    *,
    since: datetime,
) -> list[Coming]:
    """School events by the day on which they begin."""
    schools = {each.school_id for each in children}
    found = await room.store.events.since(schools, since)
    answers = await room.store.household.answers(household.household_id)
    coming = [
        Coming(
            known,
            theirs,
            answers.get(known.facts.event_id),
            room.answer_links.make(
                "/events/rsvp",
                household.household_id,
                known.facts.event_id,
                known.facts.ends_at + AFTER_THE_EVENT,
                household.link_version,
            )
            if takes_answers(known, room.now)
            else "",
        )
        for known in found
        if (theirs := invited(known.facts, children, room.now))
    ]
    return sorted(coming, key=lambda each: (each.facts.starts_at, each.facts.event_id))


async def _resources(
    room: MailRoom, household: HouseholdChanged, children: Sequence[StudentFacts]
) -> tuple[tuple[HouseholdItemChanged, str], ...]:
    found = await room.store.household.resources({each.school_id for each in children})
    best = fitting(found, children, household.language)[:MOST_RESOURCES]
    return tuple((each, address_of(each, children, room.place.public_url)) for each in best)


async def _feed_url(room: MailRoom, household: HouseholdChanged) -> str:
    number = await room.store.household.feed_number(household.household_id)
    address = room.feed_links.make(
        "/notifications/our-children",
        household.household_id,
        str(number),
        feed_ends(room.now),
        household.link_version,
    )
    return f"{address}/calendar.ics"


async def _choices_url(room: MailRoom, household: HouseholdChanged, link: Link) -> str:
    row = await room.store.deliveries.get(link.object_id)
    if row is None or row.mailbox is None or row.household_id != household.household_id:
        return ""
    return choices_url(room, row.delivery_id, household, room.now)
