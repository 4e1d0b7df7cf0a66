"""Messages come in here: who is who, flags, and answers that other systems took."""

from pydantic import ValidationError

from services.events.actions import Desk, take_outside_answer
from shared.bus.handlers import Handlers
from shared.directory_handlers import keep_directory, keep_flags
from shared.envelope import faults
from shared.errors import Permanent
from shared.external import InvitationAnswered
from shared.messages import ExternalFactReceived
from shared.outbox import Work


def handlers(desk: Desk) -> Handlers:
    """One handler for each message that this service is bound to."""
    events = Handlers("events")
    keep_directory(events, desk.directory)
    keep_flags(events, desk.directory)

    # Every service hears of every outside fact; only answers to invitations are ours.
    @events.on(ExternalFactReceived, unless=lambda fact: fact.fact != InvitationAnswered.TYPE)
    async def take_answer(fact: ExternalFactReceived, work: Work) -> None:
        await take_outside_answer(desk, _read(fact), fact.system, work)

    return events


def _read(fact: ExternalFactReceived) -> InvitationAnswered:
    try:
        return InvitationAnswered.model_validate(fact.data)
    except ValidationError as wrong:
        raise Permanent(f"the data do not fit {fact.fact}: {faults(wrong)}") from wrong
