"""The rules of school events: their life, and answers to them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain import LARGEST_PARTY, Rsvp, SchoolEvent, Wrong, reply_state
from services.events.domain.answering import Reply, is_newer, rsvp_of, staff_may_write_down
from services.events.domain.counting import counts_of, tallies_of
from services.events.domain.draft import hours_of
from services.events.domain.rsvp import party_of
from shared.errors import Conflict
from shared.messages import Answer
from tests.events.making import NOW, ROOM_4, ZONE, draft, family, later, open_event, planned

HOUSEHOLD = family("okafor")[1]


def edited(event: SchoolEvent, **other: Any) -> SchoolEvent:
    wanted = draft(**other)
    return event.edited(wanted, hours_of(wanted, ZONE, NOW), NOW)


def answer(said: Answer, party: int | None = None, minutes: int = 0) -> Rsvp:
    reply = Reply(
        answer=said,
        party_size=party,
        answered_at=later(minutes=minutes),
        origin="/partners/events",
    )
    return rsvp_of(open_event(), HOUSEHOLD, reply)


def test_a_new_event_is_a_draft_that_no_family_knows_of() -> None:
    event = planned()
    assert (event.state, event.revision, event.version) == ("draft", 0, 1)


def test_publishing_makes_the_first_revision() -> None:
    event = open_event()
    assert (event.state, event.revision, event.published_at) == ("published", 1, NOW)
    assert not event.changed


def test_an_event_is_published_once() -> None:
    with pytest.raises(Conflict, match="published already"):
        open_event().published(NOW)


def test_an_event_that_starts_in_the_past_is_not_published() -> None:
    with pytest.raises(Wrong, match="starts in the past"):
        planned().published(later(days=30))


def test_an_event_that_nobody_could_answer_is_not_published() -> None:
    with pytest.raises(Wrong, match="Nobody could answer"):
        planned().published(later(days=9))


def test_editing_a_draft_is_no_revision() -> None:
    event = edited(planned(), title="Family Art Night")
    assert (event.title, event.revision, event.version) == ("Family Art Night", 0, 2)


def test_editing_a_published_event_is_a_new_revision() -> None:
    event = edited(open_event(), place="Library")
    assert event.changed
    assert (event.place, event.revision) == ("Library", 2)
    assert event.facts().revision == 2


def test_saving_without_a_change_changes_nothing() -> None:
    event = open_event()
    assert edited(event) is event


def test_a_published_event_keeps_its_audience() -> None:
    with pytest.raises(Wrong, match="invited already"):
        edited(open_event(), class_ids=(ROOM_4,))


def test_a_draft_may_change_its_audience() -> None:
    assert edited(planned(), class_ids=(ROOM_4,)).class_ids == (ROOM_4,)


def test_a_draft_is_not_cancelled() -> None:
    with pytest.raises(Conflict, match="Delete the draft"):
        planned().cancelled("", NOW)


def test_cancelling_is_a_revision_and_the_end() -> None:
    event = open_event().cancelled("  Snow \n day ", NOW)
    assert (event.state, event.revision, event.cancel_reason) == ("cancelled", 2, "Snow day")
    with pytest.raises(Conflict, match="is cancelled"):
        edited(event, place="Library")
    with pytest.raises(Conflict, match="is cancelled"):
        event.published(NOW)


def test_a_past_event_is_not_cancelled() -> None:
    with pytest.raises(Conflict, match="is over"):
        open_event().cancelled("", later(days=30))


def test_what_a_form_shows_gives_the_same_event_again() -> None:
    event = open_event()
    shown = event.as_draft()
    assert event.edited(shown, hours_of(shown, ZONE, NOW), NOW) is event


@pytest.mark.parametrize(
    ("moment", "standing"),
    [
        (later(days=1), "open"),
        (later(days=8, hours=15), "late"),
        (later(days=10, hours=8), "over"),
    ],
)
def test_a_family_may_answer_until_the_reply_day_ends(moment: Any, standing: str) -> None:
    assert reply_state(open_event(), moment) == standing


def test_without_a_reply_day_a_family_may_answer_until_it_starts() -> None:
    event = open_event(reply_by=None)
    assert reply_state(event, event.starts_at - timedelta(seconds=1)) == "open"
    assert reply_state(event, event.starts_at) == "over"


def test_a_draft_and_a_cancelled_event_take_no_answers() -> None:
    assert reply_state(planned(), NOW) == "unpublished"
    assert reply_state(open_event().cancelled("", NOW), NOW) == "cancelled"


def test_the_school_may_write_down_an_answer_until_the_event_ends() -> None:
    event = open_event()
    assert staff_may_write_down(event, event.ends_at - timedelta(seconds=1))
    assert not staff_may_write_down(event, event.ends_at)
    assert not staff_may_write_down(planned(), NOW)


def test_a_second_reply_replaces_the_first() -> None:
    first = answer("yes", 4)
    second = answer("no", minutes=5).after(first)
    assert second.rsvp_id == first.rsvp_id
    assert (second.version, second.seats) == (2, 0)


def test_a_maybe_keeps_no_seat_but_its_party_is_known() -> None:
    maybe = answer("maybe", 5)
    assert (maybe.seats, maybe.party_size) == (0, 5)


def test_a_no_has_no_party() -> None:
    assert answer("no", 7).party_size == 0


@pytest.mark.parametrize("party", [None, 0, -1, LARGEST_PARTY + 1])
def test_a_party_is_one_to_twenty_people(party: int | None) -> None:
    with pytest.raises(Wrong, match="from 1 to 20"):
        party_of("yes", party)


def test_pressing_twice_is_one_answer() -> None:
    assert answer("yes", 3, minutes=1).says_the_same_as(answer("yes", 3))
    assert not answer("yes", 3).says_the_same_as(answer("yes", 2))
    assert not answer("yes", 3).says_the_same_as(None)


def test_an_older_answer_that_arrives_late_does_not_win() -> None:
    assert not is_newer(answer("yes", 2), answer("no", minutes=5))
    assert is_newer(answer("yes", 2, minutes=5), answer("no"))
    assert is_newer(answer("yes", 2), None)


def test_counts_tell_who_has_not_answered() -> None:
    tallies = tallies_of([answer("yes", 4)])
    counts = counts_of(tallies, ["a", "b", "c"], ["a", "gone"])
    assert (counts.invited, counts.not_answered, counts.answered) == (3, 2, 1)


answers = st.builds(answer, st.sampled_from(["yes", "no", "maybe"]), st.integers(1, LARGEST_PARTY))


@given(st.lists(answers, max_size=12))
def test_only_the_last_answer_of_a_household_counts(said: list[Rsvp]) -> None:
    kept: Rsvp | None = None
    for each in said:
        kept = each.after(kept)
    counts = counts_of(tallies_of([kept] if kept else []))
    assert counts.answered == min(len(said), 1)
    assert counts.expected == (kept.seats if kept else 0)
    assert (kept.version if kept else 0) == len(said)


@given(st.lists(answers, max_size=30))
def test_people_expected_are_the_seats_of_all_yeses(said: list[Rsvp]) -> None:
    counts = counts_of(tallies_of(said))
    assert counts.expected == sum(rsvp.seats for rsvp in said)
    assert counts.answered == len(said)
