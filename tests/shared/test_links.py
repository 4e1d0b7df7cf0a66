"""Links in letters: made, read back, and of no use changed, late or for another purpose."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SetClock
from shared.links import LinkRefused, Links

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
URL = "https://partners.example"


def links(purpose: str = "rsvp", *keys: str, clock: SetClock | None = None) -> Links:
    return Links(purpose, keys or ("first key, long enough",), URL, clock or SetClock(NOW))


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def test_a_link_says_what_it_was_made_for() -> None:
    url = links().make("/events/r", "h1", "e1", LATER, 3)
    assert url.startswith("https://partners.example/events/r/")
    link = links().read(token_of(url))
    assert (link.household_id, link.object_id, link.link_version) == ("h1", "e1", 3)
    assert link.expires_at == LATER


def test_a_link_of_real_ids_stays_short_enough_to_print() -> None:
    household, school_event = "0192f6c4-8a1b-7c3d-9e2f-1a2b3c4d5e6f", "0192f6c4-8a1b-7c3d-9e2f-0"
    assert len(links().token(household, school_event, LATER, 12)) < 180


def test_a_link_ends_on_its_day() -> None:
    clock = SetClock(NOW)
    token = links(clock=clock).token("h1", "e1", LATER, 0)
    clock.move(timedelta(days=30) - timedelta(seconds=1))
    assert links(clock=clock).read(token).household_id == "h1"
    clock.move(timedelta(seconds=1))
    with pytest.raises(LinkRefused) as refused:
        links(clock=clock).read(token)
    assert refused.value.reason == "expired"


def test_a_link_serves_one_purpose_only() -> None:
    token = links("rsvp").token("h1", "e1", LATER, 0)
    with pytest.raises(LinkRefused) as refused:
        links("unsubscribe").read(token)
    assert refused.value.reason == "broken"


def test_a_key_can_be_changed_while_links_are_out() -> None:
    out = links("rsvp", "the old key").token("h1", "e1", LATER, 0)
    both = links("rsvp", "the new key", "the old key")
    assert both.read(out).household_id == "h1"
    assert links("rsvp", "the new key").read(both.token("h2", "e1", LATER, 0)).household_id == "h2"
    with pytest.raises(LinkRefused):
        links("rsvp", "the new key").read(out)


def test_without_a_key_no_links_are_made() -> None:
    with pytest.raises(ValueError, match="rsvp"):
        Links("rsvp", (), URL, SetClock(NOW))


@given(place=st.integers(min_value=0, max_value=10_000), letter=st.sampled_from("ABCdef019_-."))
def test_any_changed_letter_breaks_it(place: int, letter: str) -> None:
    token = links().token("household", "object", LATER, 7)
    place %= len(token) - 1  # the very last letter of base64 holds two unused bits
    if token[place] == letter:
        return
    with pytest.raises(LinkRefused):
        links().read(token[:place] + letter + token[place + 1 :])


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(LinkRefused):
        links().read(text)


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 10**9))
def test_any_ids_come_back_as_they_were(household: str, thing: str, version: int) -> None:
    link = links().read(links().token(household, thing, LATER, version))
    assert (link.household_id, link.object_id, link.link_version) == (household, thing, version)
