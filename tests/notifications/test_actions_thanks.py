"""Thanks for an answer that have not left yet: they speak of the event as it is by then."""

from services.notifications.domain import reasons
from shared.messages import EventCancelled, EventChanged, EventPublished, EventRSVPd
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS

GOMEZ = "gomez@family.example"


async def _answered_before_a_look(bench: Bench) -> None:
    await bench.tell(EventPublished(event_id="event-1", facts=FACTS))
    await bench.settle()
    answer = EventRSVPd(
        rsvp_id="rsvp-gomez",
        event_id="event-1",
        school_id="school-1",
        household_id="household-gomez",
        family_ids=("family-gomez",),
        answer="yes",
        party_size=3,
        answered_at=FACTS.starts_at,
    )
    await bench.tell(answer)


async def test_they_name_the_new_place(bench: Bench) -> None:
    await _answered_before_a_look(bench)
    moved = FACTS.model_copy(update={"place": "Library", "revision": 2})
    await bench.tell(EventChanged(event_id="event-1", facts=moved), version=2)
    await bench.settle()
    thanks = [
        mail for mail in bench.sink.letters_to(GOMEZ) if mail["Subject"].startswith("Gracias")
    ]
    assert len(thanks) == 1
    body = thanks[0].get_body(("plain",))
    assert body is not None
    assert "Library" in body.get_content()
    assert "Gym" not in body.get_content()


async def test_nobody_is_thanked_once_the_event_is_cancelled(bench: Bench) -> None:
    await _answered_before_a_look(bench)
    await bench.tell(EventCancelled(event_id="event-1", facts=FACTS, reason="Snow."), version=2)
    await bench.settle()
    (row,) = await bench.rows(kind="rsvp_confirmation")
    assert (row.state, row.reason) == ("suppressed", reasons.EVENT_CANCELLED)


async def test_thanks_for_an_answer_to_another_event_stay(bench: Bench) -> None:
    await _answered_before_a_look(bench)
    other = FACTS.model_copy(update={"event_id": "event-2"})
    await bench.tell(EventPublished(event_id="event-2", facts=other))
    await bench.tell(EventCancelled(event_id="event-2", facts=other), version=2)
    await bench.settle()
    (row,) = await bench.rows(kind="rsvp_confirmation")
    assert row.state == "accepted"
