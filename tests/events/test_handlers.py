"""Messages that come in: the directory, flags, and answers from other systems."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.events.actions import Desk, answer_by_link, cancel_event, plan_event, publish_event
from services.events.domain import SchoolEvent
from services.events.handlers import handlers
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import Passing, Permanent
from shared.external import FamilyContacted, InvitationAnswered
from shared.inbox import Inbox
from shared.links import Link
from shared.messages import (
    EventRSVPd,
    ExternalFactReceived,
    FlagsApplied,
    FlagsAsOf,
    FlagsChanged,
    Message,
)
from tests.events import making
from tests.events.conftest import OFFICE, know, told
from tests.events.making import NOW, ROOM_5, draft

Arrive = Callable[..., Any]


@pytest.fixture
def arrive(desk: Desk) -> Arrive:
    """Let a message in through the inbox; True when it had its effect."""
    all_handlers = handlers(desk)
    all_handlers.check()
    inbox = Inbox(desk.units)

    async def arrive(message: Message, message_id: str = "m-1", sequence: int = 1) -> bool:
        source = f"/partners/{type(message).OWNER}"
        envelope = Envelope.seal(message, id=message_id, source=source, time=NOW, sequence=sequence)
        handler = all_handlers.by_type[message.TYPE]
        if all_handlers.means_nothing(message):
            return False
        return await inbox.once(envelope, lambda work: handler(envelope.open(), work))

    return arrive


def said(event: SchoolEvent, fact: str = InvitationAnswered.TYPE, **data: Any) -> Message:
    whole = {
        "event_id": event.event_id,
        "answer": "yes",
        "party_size": 3,
        "answered_at": (NOW - timedelta(minutes=5)).isoformat(),
    }
    return ExternalFactReceived(
        receipt_id="receipt-1",
        system="lakeside-sis",
        fact=fact,
        source_id="s-1",
        occurred_at=NOW,
        data={key: value for key, value in (whole | data).items() if value is not None},
    )


async def test_an_answer_from_another_system_is_ours_with_its_origin(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))
    (envelope,) = await told(desk, EventRSVPd)
    assert envelope.causationid == "m-1"
    message = envelope.open()
    assert isinstance(message, EventRSVPd)
    assert (message.household_id, message.party_size) == ("household-okafor", 3)
    assert message.origin == "/ext/lakeside-sis"


async def test_a_guardian_may_be_named_by_address(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    await arrive(said(event, guardian_email="garcia@home.example"))
    (envelope,) = await told(desk, EventRSVPd)
    assert envelope.data["household_id"] == "household-garcia"


async def test_a_message_that_comes_twice_counts_once(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    message = said(event, guardian_sourced_id="sis-guardian-okafor")
    assert await arrive(message)
    assert not await arrive(message)
    assert len(await told(desk, EventRSVPd)) == 1


async def test_an_answer_given_elsewhere_between_two_presses_of_the_link_is_older(
    desk: Desk, event: SchoolEvent, arrive: Arrive, clock: SetClock
) -> None:
    link = Link("household-okafor", event.event_id, 1, NOW + timedelta(days=30))
    await answer_by_link(desk, link, "yes", 4)
    between = clock.move(timedelta(minutes=1))
    clock.move(timedelta(minutes=1))
    await answer_by_link(desk, link, "yes", 4)
    no = {"answer": "no", "answered_at": between.isoformat()}
    await arrive(said(event, guardian_sourced_id="sis-guardian-okafor", **no))
    rsvp = await desk.rsvps.one(event.event_id, "household-okafor")
    assert rsvp is not None
    assert (rsvp.answer, rsvp.version) == ("yes", 1)


async def test_facts_of_other_services_are_left_alone(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    assert not await arrive(said(event, FamilyContacted.TYPE))
    assert await told(desk, EventRSVPd) == []


@pytest.mark.parametrize(
    "who", [{"guardian_sourced_id": "nobody"}, {"guardian_email": "nobody@home.example"}]
)
async def test_an_unknown_guardian_waits(
    event: SchoolEvent, arrive: Arrive, who: dict[str, str]
) -> None:
    with pytest.raises(Passing, match="not known"):
        await arrive(said(event, **who))


async def test_an_unknown_event_waits(event: SchoolEvent, arrive: Arrive) -> None:
    with pytest.raises(Passing, match="event elsewhere"):
        await arrive(said(event, event_id="elsewhere", guardian_sourced_id="sis-guardian-okafor"))


async def test_a_household_that_is_not_invited_waits(desk: Desk, arrive: Arrive) -> None:
    event = await plan_event(desk, draft(class_ids=(ROOM_5,)), OFFICE)
    event = await publish_event(desk, event.event_id, OFFICE)
    with pytest.raises(Passing, match="not invited"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))


async def test_an_answer_waits_for_fresh_flags(
    event: SchoolEvent, arrive: Arrive, clock: SetClock
) -> None:
    clock.move(timedelta(minutes=6))
    with pytest.raises(Passing, match="not up to date"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))


async def test_an_answer_given_too_late_is_dead_with_its_reason(
    event: SchoolEvent, arrive: Arrive, clock: SetClock
) -> None:
    clock.move(timedelta(days=9))
    late = clock.now().isoformat()
    with pytest.raises(Permanent, match="took answers until 2026-12-02"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor", answered_at=late))


async def test_an_answer_given_in_time_that_travelled_long_is_taken(
    desk: Desk, event: SchoolEvent, arrive: Arrive, clock: SetClock
) -> None:
    await know(desk, FlagsAsOf(number=0, as_of=clock.move(timedelta(days=9))))
    await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))
    assert len(await told(desk, EventRSVPd)) == 1


async def test_an_answer_to_a_cancelled_event_is_dead(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    await cancel_event(desk, event.event_id, "", OFFICE)
    with pytest.raises(Permanent, match="cancelled"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))


async def test_an_impossible_party_is_dead(event: SchoolEvent, arrive: Arrive) -> None:
    with pytest.raises(Permanent, match="party_size"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor", party_size=0))


async def test_broken_data_are_dead_and_their_values_not_repeated(
    event: SchoolEvent, arrive: Arrive
) -> None:
    with pytest.raises(Permanent, match="answer") as dead:
        await arrive(said(event, guardian_email="x@home.example", answer="of course, Maria"))
    assert "Maria" not in str(dead.value)


async def test_an_older_answer_from_outside_does_not_undo_a_newer_one(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    await answer_by_link(desk, Link("household-okafor", event.event_id, 1, NOW), "no", None)
    await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))
    kept = await desk.rsvps.one(event.event_id, "household-okafor")
    assert kept is not None
    assert kept.answer == "no"


async def test_a_clock_that_runs_ahead_does_not_win_for_ever(
    desk: Desk, event: SchoolEvent, arrive: Arrive, clock: SetClock
) -> None:
    ahead = datetime(2026, 11, 30, tzinfo=NOW.tzinfo).isoformat()
    await arrive(said(event, guardian_sourced_id="sis-guardian-okafor", answered_at=ahead))
    kept = await desk.rsvps.one(event.event_id, "household-okafor")
    assert kept is not None
    assert kept.answered_at == clock.now()


async def test_two_households_of_one_adult_are_not_guessed_between(
    desk: Desk, event: SchoolEvent, arrive: Arrive
) -> None:
    _, home = making.family("okafor")
    await know(desk, home.model_copy(update={"household_id": "household-second"}))
    with pytest.raises(Permanent, match="several"):
        await arrive(said(event, guardian_sourced_id="sis-guardian-okafor"))


async def test_a_flag_is_applied_and_said(desk: Desk, arrive: Arrive) -> None:
    flag = FlagsChanged(number=1, guardian_id="guardian-li", student_id="student-li", custody=True)
    await arrive(flag)
    (envelope,) = await told(desk, FlagsApplied)
    assert envelope.open() == FlagsApplied(service="events", number=1)


async def test_a_school_that_comes_in_is_known(desk: Desk, arrive: Arrive) -> None:
    await arrive(making.school("school-new", "New School"))
    assert await desk.directory.school("school-new") is not None
