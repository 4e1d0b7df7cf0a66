"""Messages come in here: what other systems saw, letters, invitations, who acts on flags."""

from services.contacts.actions.asking import take_ask
from services.contacts.actions.desk import Desk
from services.contacts.actions.family_wishes import take_confirmed_address, take_wished_language
from services.contacts.actions.flags import note_applied
from services.contacts.actions.invitations import note_event
from services.contacts.actions.mail import (
    note_accepted,
    note_bounced,
    note_mail_reply,
    note_not_sent,
    note_reply,
)
from services.contacts.actions.outside import take_in_contact
from services.contacts.actions.suggestions import take_in_achievement
from shared.bus.handlers import Handlers
from shared.external import FamilyContacted, StudentAchieved
from shared.messages import (
    AddressConfirmed,
    EventCancelled,
    EventChanged,
    EventPublished,
    EventRSVPd,
    ExternalFactReceived,
    FamilyAsked,
    FlagsApplied,
    GuardianReplied,
    LanguageWished,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
)
from shared.outbox import Work

OURS = frozenset({FamilyContacted.TYPE, StudentAchieved.TYPE})


def handlers(desk: Desk) -> Handlers:
    """One handler for each message that this service is bound to."""
    contacts = Handlers("contacts")
    store = desk.store
    _wishes(contacts, desk)
    _asks(contacts, desk)

    # Every service hears of every outside fact; an answer to an invitation is none of ours.
    @contacts.on(ExternalFactReceived, unless=lambda fact: fact.fact not in OURS)
    async def keep_what_another_system_saw(fact: ExternalFactReceived, work: Work) -> None:
        take_in = take_in_achievement if fact.fact == StudentAchieved.TYPE else take_in_contact
        await take_in(store, fact, work)

    @contacts.on(FlagsApplied)
    async def show_that_flags_are_in_force(said: FlagsApplied, work: Work) -> None:
        await note_applied(store, said, work)

    @contacts.on(NoticeAccepted)
    async def show_letter_handed_over(notice: NoticeAccepted, work: Work) -> None:
        await note_accepted(store, notice, work)

    @contacts.on(NoticeBounced)
    async def show_letter_came_back(notice: NoticeBounced, work: Work) -> None:
        await note_bounced(store, notice, work)

    @contacts.on(NoticeNotSent)
    async def show_why_not_sent(notice: NoticeNotSent, work: Work) -> None:
        await note_not_sent(store, notice, work)

    @contacts.on(GuardianReplied)
    async def show_answer_by_mail(said: GuardianReplied, work: Work) -> None:
        await note_mail_reply(store, said, work)

    _school_events(contacts, desk)
    return contacts


def _school_events(contacts: Handlers, desk: Desk) -> None:
    store = desk.store

    @contacts.on(EventPublished)
    async def know_invitation(published: EventPublished, work: Work) -> None:
        await note_event(store, published.facts, work)

    @contacts.on(EventChanged)
    async def know_change(changed: EventChanged, work: Work) -> None:
        await note_event(store, changed.facts, work)

    @contacts.on(EventCancelled)
    async def know_cancellation(cancelled: EventCancelled, work: Work) -> None:
        await note_event(store, cancelled.facts, work, cancelled=True)

    @contacts.on(EventRSVPd)
    async def show_reply(rsvp: EventRSVPd, work: Work) -> None:
        await note_reply(store, rsvp, work)


def _wishes(contacts: Handlers, desk: Desk) -> None:
    @contacts.on(LanguageWished)
    async def write_in_their_language(wished: LanguageWished, work: Work) -> None:
        await take_wished_language(desk, wished, work)

    @contacts.on(AddressConfirmed)
    async def write_to_their_address(confirmed: AddressConfirmed, work: Work) -> None:
        await take_confirmed_address(desk, confirmed, work)


def _asks(contacts: Handlers, desk: Desk) -> None:
    @contacts.on(FamilyAsked)
    async def promise_an_answer(asked: FamilyAsked, work: Work) -> None:
        await take_ask(desk.store, asked, work)
