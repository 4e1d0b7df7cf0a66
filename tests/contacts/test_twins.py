"""One conversation told twice is one; two conversations are two."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.contact import HERE, Author, Contact, ContactDraft, Place
from services.contacts.domain.twins import APART, twins

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PHONES = "/ext/phones"


def contact(name: str, minutes: float = 0, origin: str = HERE, **facts: object) -> Contact:
    at = NOON + timedelta(minutes=minutes)
    educator = facts.pop("educator_id", "rivera")
    draft = ContactDraft.model_validate({"family_id": "vega", "occurred_at": at, **facts})
    author = Author.model_validate(
        {"account_id": origin, "educator_id": educator, "origin": origin}
    )
    return Contact.logged(name, draft, Place(school_id="maple"), author, NOON + timedelta(days=1))


def pairs(*held: Contact) -> list[tuple[str, str]]:
    return sorted((told.contact_id, logged.contact_id) for told, logged in twins(held))


def test_what_the_telephone_system_saw_is_the_call_that_was_logged() -> None:
    assert pairs(contact("logged"), contact("seen", 4, PHONES)) == [("seen", "logged")]


def test_the_system_need_not_know_who_called() -> None:
    seen = contact("seen", 4, PHONES, educator_id=None)
    assert pairs(contact("logged"), seen) == [("seen", "logged")]


def test_another_channel_family_direction_educator_or_time_is_another_conversation() -> None:
    others = [
        contact("text", 1, PHONES, channel="text"),
        contact("family", 1, PHONES, family_id="okafor"),
        contact("from", 1, PHONES, direction="from_family"),
        contact("colleague", 1, PHONES, educator_id="smith"),
        contact("later", 16, PHONES),
    ]
    assert pairs(contact("logged"), *others) == []


def test_two_calls_in_a_quarter_of_an_hour_are_two_and_the_nearer_is_the_twin() -> None:
    seen = [contact("first", 1, PHONES), contact("second", 9, PHONES)]
    assert pairs(contact("logged", 2), *seen) == [("first", "logged")]
    both = [contact("logged", 2), contact("again", 8)]
    assert pairs(*both, *seen) == [("first", "logged"), ("second", "again")]


def test_two_systems_may_have_seen_the_same_call() -> None:
    held = [contact("seen", 1, PHONES), contact("app", 2, "/ext/app")]
    assert pairs(contact("logged"), *held) == [("app", "logged"), ("seen", "logged")]


def test_two_educators_who_log_the_same_minute_talked_each() -> None:
    assert pairs(contact("one"), contact("other", educator_id="smith")) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([HERE, PHONES, "/ext/app"]),
            st.integers(0, 60),
            st.sampled_from(["rivera", "smith", None]),
        ),
        max_size=25,
    )
)
def test_nothing_is_a_twin_twice_and_nothing_is_far_from_its_twin(
    held: list[tuple[str, int, str | None]],
) -> None:
    contacts = [
        contact(str(number), minutes, origin, educator_id=educator)
        for number, (origin, minutes, educator) in enumerate(held)
    ]
    found = twins(contacts)
    assert len({told.contact_id for told, _ in found}) == len(found)
    assert len({(told.origin, logged.contact_id) for told, logged in found}) == len(found)
    for told, logged in found:
        assert told.origin != HERE
        assert logged.origin == HERE
        assert abs(told.occurred_at - logged.occurred_at) <= APART
