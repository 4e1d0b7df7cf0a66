"""Messages come in here: who is who, flags, and the facts that families are told of."""

from services.notifications.actions import (
    arranging,
    asking,
    event_reminders,
    flagging,
    inviting,
    notes,
    papering,
    publishing,
    requesting,
)
from services.notifications.actions.room import MailRoom
from shared import messages as m
from shared.bus.handlers import Handlers
from shared.directory_handlers import keep_directory
from shared.external import NoticeAsked
from shared.outbox import Work


def handlers(room: MailRoom) -> Handlers:
    """One handler for each message that this service is bound to."""
    notifications = Handlers("notifications")
    on = notifications.on
    _directory(notifications, room)
    _flags(notifications, room)
    _page(notifications, room)

    # Most contacts are logged without a word to the family.
    @on(m.ContactLogged, unless=lambda contact: contact.letter is None)
    async def write_good_news(contact: m.ContactLogged, work: Work) -> None:
        await notes.write_note(room, contact, work)

    @on(m.ContactCorrected)
    async def reword_note(corrected: m.ContactCorrected, work: Work) -> None:
        await notes.correct_note(room, corrected, work)

    @on(m.ContactRetracted)
    async def take_back_note(retracted: m.ContactRetracted, work: Work) -> None:
        await notes.take_back_note(room, retracted, work)

    @on(m.EventPublished)
    async def invite(published: m.EventPublished, work: Work) -> None:
        await inviting.invite(room, published, work)

    @on(m.EventChanged)
    async def tell_change(changed: m.EventChanged, work: Work) -> None:
        await inviting.tell_change(room, changed, work)
        await arranging.follow_event(room, changed.event_id, work)

    @on(m.EventCancelled)
    async def tell_cancellation(cancelled: m.EventCancelled, work: Work) -> None:
        await inviting.tell_cancellation(room, cancelled, work)
        await arranging.follow_event(room, cancelled.event_id, work)

    @on(m.EventRSVPd)
    async def confirm_rsvp(answered: m.EventRSVPd, work: Work) -> None:
        await room.store.household.keep_answer(answered, work)
        await inviting.confirm_rsvp(room, answered, work)
        await event_reminders.heed_answer(room, answered, work)

    _requests(notifications, room)
    _arranged(notifications, room)
    _published(notifications, room)
    return notifications


def _arranged(notifications: Handlers, room: MailRoom) -> None:
    on = notifications.on

    @on(m.WaitlistChanged)
    async def tell_place(place: m.WaitlistChanged, work: Work) -> None:
        await arranging.tell_arranged(room, place, work)

    @on(m.LunchChanged)
    async def tell_lunch(lunch: m.LunchChanged, work: Work) -> None:
        await arranging.tell_arranged(room, lunch, work)

    @on(m.VisitChanged)
    async def tell_visit(visit: m.VisitChanged, work: Work) -> None:
        await arranging.tell_arranged(room, visit, work)

    @on(m.ShiftChanged)
    async def tell_shift(shift: m.ShiftChanged, work: Work) -> None:
        await arranging.tell_arranged(room, shift, work)


def _published(notifications: Handlers, room: MailRoom) -> None:
    @notifications.on(m.PolicyChanged)
    async def give_policy(policy: m.PolicyChanged, work: Work) -> None:
        await publishing.tell_published(room, policy, work)

    @notifications.on(m.SurveyChanged)
    async def ask_families(survey: m.SurveyChanged, work: Work) -> None:
        await publishing.tell_published(room, survey, work)


def _requests(notifications: Handlers, room: MailRoom) -> None:
    on = notifications.on

    @on(m.NoticeRequested)
    async def take_request(request: m.NoticeRequested, work: Work) -> None:
        await requesting.take_request(room, request, work)

    @on(m.ExternalFactReceived, unless=lambda fact: fact.fact != NoticeAsked.TYPE)
    async def take_ask(fact: m.ExternalFactReceived, work: Work) -> None:
        await asking.take_ask(room, fact, work)


def _directory(notifications: Handlers, room: MailRoom) -> None:
    async def mail_again(household: m.HouseholdChanged, work: Work) -> None:
        await papering.mail_again(room, household, work)

    keep_directory(notifications, room.directory, mail_again)


def _flags(notifications: Handlers, room: MailRoom) -> None:
    @notifications.on(m.FlagsChanged)
    async def apply_flag(flag: m.FlagsChanged, work: Work) -> None:
        await flagging.apply_flag(room, flag, work)

    @notifications.on(m.FlagsAsOf)
    async def note_as_of(as_of: m.FlagsAsOf, work: Work) -> None:
        await flagging.note_as_of(room, as_of, work)


def _page(notifications: Handlers, room: MailRoom) -> None:
    @notifications.on(m.HouseholdItemChanged)
    async def keep_on_page(item: m.HouseholdItemChanged, work: Work) -> None:
        await room.store.household.keep(item, work)

    @notifications.on(m.FamilyErased)
    async def forget_family(erased: m.FamilyErased, work: Work) -> None:
        await room.store.forgetting.forget(erased, work)
        await room.store.household.forget(erased, work)
