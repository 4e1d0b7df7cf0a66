"""What stands on a household's own page: pure rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar

from services.notifications.domain.household_page import (
    Coming,
    KnownAnswer,
    address_of,
    children_of,
    closes_at,
    feed_ends,
    fitting,
    in_feed,
    invited,
    takes_answers,
)
from services.notifications.domain.notice import KnownEvent
from services.notifications.letters.feed import feed, mark_of
from shared.messages import Answer, FamilyChanged, HouseholdChanged, HouseholdItemChanged
from tests.notifications.making import FACTS, NOW, family

EVENT = KnownEvent(version=1, facts=FACTS, published=True)
SCHOOLS = {"school-1": "Maple Elementary"}
GOMEZ, HOME = family("gomez")
assert isinstance(GOMEZ, FamilyChanged)
assert isinstance(HOME, HouseholdChanged)
CHILDREN = children_of(HOME, [GOMEZ])


def coming(answer: Answer | None = None, **of: object) -> Coming:
    said = KnownAnswer(
        rsvp_id="r", event_id=FACTS.event_id, household_id="h", answer=answer, party_size=2
    ) if answer else None  # fmt: skip
    return Coming(EVENT.model_copy(update=of), CHILDREN, said, "https://answer.example")


def test_only_children_whom_the_whole_household_may_see_stand_there() -> None:
    assert isinstance(GOMEZ, FamilyChanged)
    assert isinstance(HOME, HouseholdChanged)
    assert [each.given_name for each in CHILDREN] == ["Gomez"]
    assert children_of(HOME.model_copy(update={"student_ids": ()}), [GOMEZ]) == ()
    assert children_of(HOME, [GOMEZ.model_copy(update={"active": False})]) == ()


@pytest.mark.parametrize(
    ("class_ids", "school_id", "is_invited"),
    [((), "school-1", True), (("school-1-4a",), "school-1", True),
     (("school-1-5b",), "school-1", False), ((), "school-2", False)],
)  # fmt: skip
def test_a_child_is_invited_by_its_school_or_class(
    class_ids: tuple[str, ...], school_id: str, is_invited: bool
) -> None:
    facts = FACTS.model_copy(update={"class_ids": class_ids, "school_id": school_id})
    assert bool(invited(facts, CHILDREN, NOW)) is is_invited


def test_an_answer_is_wanted_until_its_day_and_never_of_what_is_cancelled() -> None:
    assert coming().wants_answer
    assert not coming("maybe").wants_answer
    assert takes_answers(EVENT, closes_at(FACTS) - timedelta(seconds=1))
    assert not takes_answers(EVENT, closes_at(FACTS))
    assert not takes_answers(EVENT.model_copy(update={"cancelled": True}), NOW)


def test_resources_are_for_the_childs_school_grade_and_language() -> None:
    (child,) = (each.model_copy(update={"grade": "04"}) for each in CHILDREN)

    def item(name: str, **of: object) -> HouseholdItemChanged:
        facts = {"item_id": name, "kind": "resource", "title": name, "link": "/p/{school_id}#r"}
        return HouseholdItemChanged.model_validate({**facts, **of})

    items = [
        item("english"), item("spanish", language="es-MX"), item("arabic", language="ar"),
        item("other school", school_ids=("school-2",)), item("fifth", grades=("05",)),
        item("fourth", grades=("04",)), item("gone", gone=True),
    ]  # fmt: skip
    found = fitting(items, [child], "es")
    assert [each.title for each in found] == ["spanish", "fourth", "english"]
    assert address_of(found[0], [child], "https://x.example") == "https://x.example/p/school-1#r"


def test_a_calendar_has_stable_entries_in_the_schools_time_and_nothing_of_the_family() -> None:
    shown = in_feed([coming(), coming("yes"), coming("no")])
    assert [each.answer.answer if each.answer else None for each in shown] == [None, "yes"]
    off = coming(cancelled=True)
    raw = feed([off], SCHOOLS, "School calendar", "schools.example", NOW)
    calendar = Calendar.from_ical(raw)
    (entry,) = calendar.walk("VEVENT")
    assert entry["uid"] == f"{FACTS.event_id}@schools.example"
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", FACTS.revision + 1)
    assert {each.name for each in calendar.walk("VTIMEZONE")[0].subcomponents} == {
        "STANDARD",
        "DAYLIGHT",
    }
    assert entry["dtstart"].params["TZID"] == "America/New_York"
    assert str(entry["location"]) == "Gym, Maple Elementary"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in raw
    assert b"X-PUBLISHED-TTL:PT6H\r\n" in raw
    assert [part for part in (b"gomez", b"pizza", b"answer") if part in raw.lower()] == []
    assert len(raw) < 1500


def test_the_mark_of_a_calendar_changes_with_what_it_says_and_not_with_the_hour() -> None:
    mark = mark_of([coming()], SCHOOLS, "School calendar")
    assert mark == mark_of([coming()], SCHOOLS, "School calendar")
    assert mark != mark_of([coming(cancelled=True)], SCHOOLS, "School calendar")
    moved = FACTS.model_copy(update={"place": "Library"})
    other = replace(coming(), known=EVENT.model_copy(update={"facts": moved}))
    assert mark != mark_of([other], SCHOOLS, "School calendar")


def test_the_address_of_a_calendar_stays_the_same_for_a_year() -> None:
    assert feed_ends(NOW) == feed_ends(NOW + timedelta(days=30))
    assert feed_ends(NOW) - NOW > timedelta(days=365)
