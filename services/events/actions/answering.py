"""Answers to invitations: by signed link, by phone or paper through the school, from outside."""

from dataclasses import dataclass
from datetime import datetime

from services.events.actions.desk import Desk
from services.events.actions.rights import event_seen_by
from services.events.domain import Reply, Rsvp, SchoolEvent, Standing, Wrong, reply_state
from services.events.domain.answering import is_newer, rsvp_of, staff_may_write_down
from shared.errors import Conflict, NotFound, PartnersError, Passing, Permanent
from shared.external import InvitationAnswered
from shared.i18n import N_
from shared.identity import Viewer
from shared.links import Link
from shared.messages import Answer, HouseholdChanged, SchoolChanged
from shared.outbox import Work

BY_LINK = "/partners/events"


class LinkEnded(PartnersError):
    """The link was ours and opens nothing any more; the reason is no reader's business."""

    def __init__(self, school: SchoolChanged | None = None) -> None:
        """`school` is whom to call, where that is known."""
        super().__init__("This link no longer works.")
        self.school = school


class NotNow(PartnersError):
    """For a moment we can't tell who may see what; try again soon, or call."""

    def __init__(self, school: SchoolChanged) -> None:
        """`school` is whom to call."""
        super().__init__("This page can't be shown for the moment.")
        self.school = school


class Closed(Conflict):
    """Too late, cancelled or over: `standing` says which."""

    def __init__(self, standing: Standing) -> None:
        """Never "open"."""
        super().__init__(N_("This event takes no answers any more."))
        self.standing = standing


@dataclass(frozen=True)
class Invitation:
    """What a household sees when it follows its link."""

    event: SchoolEvent
    school: SchoolChanged
    household: HouseholdChanged
    rsvp: Rsvp | None
    standing: Standing


async def invitation_of(desk: Desk, link: Link) -> Invitation:
    """What a link opens, checked against today's replica. Raises `LinkEnded`, `NotNow`.

    A flag, a join, a split or a new address raises the household's link version, and so ends it.
    """
    event = await desk.events.one(link.object_id)
    if event is None or event.state == "draft":
        raise LinkEnded
    school = await desk.directory.school(event.school_id)
    household = await desk.directory.household(link.household_id)
    if school is None or household is None or household.link_version != link.link_version:
        raise LinkEnded(school)
    if not await desk.directory.flags_fresh(desk.now):
        # Who was barred a minute ago must not see this, so without the news nobody does.
        raise NotNow(school)
    if not await desk.audience.invites(event, household, desk.now):
        raise LinkEnded(school)
    rsvp = await desk.rsvps.one(event.event_id, household.household_id)
    return Invitation(event, school, household, rsvp, reply_state(event, desk.now))


async def answer_by_link(desk: Desk, link: Link, answer: Answer, party_size: int | None) -> Rsvp:
    """A family answers, or answers again. Raises `LinkEnded`, `Closed`, `Wrong`."""
    invitation = await invitation_of(desk, link)

    async def body(work: Work) -> Rsvp:
        event = await _event(desk, invitation.event.event_id, work)
        standing = reply_state(event, work.now)
        if standing != "open":
            raise Closed(standing)
        reply = Reply(answer=answer, party_size=party_size, answered_at=work.now, origin=BY_LINK)
        return await _keep(desk, rsvp_of(event, invitation.household, reply), work)

    return await desk.units.run(body)


async def write_down_answer(
    desk: Desk, event_id: str, household_id: str, answer: Answer, party_size: int | None, by: Viewer
) -> Rsvp:
    """The school notes what a family said by phone or on paper, until the event has ended."""
    household = await household_seen_by(desk, event_id, household_id, by)

    async def body(work: Work) -> Rsvp:
        event = await event_seen_by(desk, event_id, by, work)
        if not staff_may_write_down(event, work.now):
            raise Closed(reply_state(event, work.now))
        reply = Reply(
            answer=answer,
            party_size=party_size,
            answered_at=work.now,
            origin=BY_LINK,
            by=by.account_id,
        )
        return await _keep(desk, rsvp_of(event, household, reply), work)

    return await desk.units.run(body)


async def household_seen_by(
    desk: Desk, event_id: str, household_id: str, viewer: Viewer
) -> HouseholdChanged:
    """An invited household; `NotFound` when it is not, or the viewer may not know of it."""
    event = await event_seen_by(desk, event_id, viewer)
    household = await desk.directory.household(household_id)
    if (
        household is None
        or not await desk.directory.sees_household(viewer, household_id, desk.now.date())
        or not await desk.audience.invites(event, household, desk.now)
    ):
        raise NotFound(N_("This family is not invited, or isn't yours to see."))
    return household


async def take_outside_answer(
    desk: Desk, said: InvitationAnswered, system: str, work: Work
) -> None:
    """Another system took a family's answer. `Passing` while we don't know event or family yet."""
    event = await desk.events.one(said.event_id, work)
    if event is None or event.state == "draft":
        raise Passing(f"event {said.event_id} is not known, or not published yet")
    answered_at = min(said.answered_at, work.now)
    _must_be_in_time(event, answered_at)
    household = await _household_of(desk, said, event)
    reply = Reply(
        answer=said.answer,
        party_size=said.party_size,
        answered_at=answered_at,
        origin=f"/ext/{system}",
    )
    try:
        rsvp = rsvp_of(event, household, reply)
    except Wrong as wrong:
        raise Permanent(f"the answer can't be kept: {wrong}") from wrong
    before = await desk.rsvps.one(event.event_id, household.household_id, work)
    if is_newer(rsvp, before):
        await _keep(desk, rsvp, work)


def _must_be_in_time(event: SchoolEvent, answered_at: datetime) -> None:
    if event.state == "cancelled":
        raise Permanent(f"event {event.event_id} is cancelled")
    if answered_at >= event.closes_at:
        raise Permanent(f"event {event.event_id} took answers until {event.closes_at.isoformat()}")


async def _household_of(
    desk: Desk, said: InvitationAnswered, event: SchoolEvent
) -> HouseholdChanged:
    homes = await _named_households(desk, said)
    if not await desk.directory.flags_fresh(desk.now):
        raise Passing("the list of who may be contacted is not up to date")
    invited = [home for home in homes if await desk.audience.invites(event, home, desk.now)]
    if not invited:
        raise Passing("the guardian is not known, or their household is not invited (yet)")
    if len(invited) > 1:
        raise Permanent("the guardian belongs to several invited households; answer by link")
    return invited[0]


async def _named_households(desk: Desk, said: InvitationAnswered) -> list[HouseholdChanged]:
    if said.guardian_email is not None:
        return await desk.directory.households_by_mailbox(said.guardian_email)
    sourced_id = said.guardian_sourced_id or ""
    guardian_ids = {
        guardian.guardian_id
        for family in await desk.directory.families_of_guardian(sourced_id)
        for guardian in family.guardians
        if sourced_id in guardian.sourced_ids
    }
    homes = {
        home.household_id: home
        for guardian_id in sorted(guardian_ids)
        for home in await desk.directory.households_of_guardian(guardian_id)
    }
    return list(homes.values())


async def _event(desk: Desk, event_id: str, work: Work) -> SchoolEvent:
    event = await desk.events.one(event_id, work)
    if event is None:
        raise LinkEnded
    return event


async def _keep(desk: Desk, rsvp: Rsvp, work: Work) -> Rsvp:
    before = await desk.rsvps.one(rsvp.event_id, rsvp.household_id, work)
    if before is not None and rsvp.says_the_same_as(before):
        return await _said_again(desk, before, rsvp.answered_at, work)
    kept = rsvp.after(before)
    await desk.rsvps.keep(kept, work)
    work.emit(kept.told(), sequence=kept.version)
    return kept


async def _said_again(desk: Desk, rsvp: Rsvp, at: datetime, work: Work) -> Rsvp:
    # Nothing new to tell. But what was answered elsewhere in between, and comes late, is older.
    if at <= rsvp.answered_at:
        return rsvp
    kept = rsvp.model_copy(update={"answered_at": at})
    await desk.rsvps.keep(kept, work)
    return kept
