"""How messages become figures."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.domain.cells import escaped, unescaped
from services.reports.domain.facts import fact_of
from services.reports.domain.figures import Figures
from services.reports.domain.fold import fold
from shared import messages as m
from shared.envelope import Envelope
from shared.errors import Permanent
from tests.reports.making import (
    MAPLE,
    NOW,
    OAK,
    ROOM_4,
    ROOM_5,
    accepted,
    answer,
    bounced,
    contact,
    corrected,
    counted,
    event,
    event_facts,
    facts,
    family,
    replied,
    retracted,
    school,
    seal,
    student,
)

CALL = "contact|good_news|call|reached|to_family|/partners/contacts"
BASE = [seal(school()), seal(school(OAK)), seal(family("okafor")), seal(family("li"))]


def marks(figures: Figures, family_id: str = "okafor") -> dict[str, int]:
    return {name: n for name, n in figures.families[family_id].marks.items() if n}


def of(*messages: Envelope) -> Figures:
    return counted([*BASE, *messages])


# --- counters -------------------------------------------------------------------------------------


def test_a_contact_counts_once_for_district_and_school_and_in_each_class() -> None:
    figures = of(seal(contact("1", class_ids=(ROOM_4, ROOM_5, ROOM_4))))
    assert figures.counts == {
        ("2026-11-24", "", ""): {CALL: 1},
        ("2026-11-24", MAPLE, ""): {CALL: 1},
        ("2026-11-24", MAPLE, ROOM_4): {CALL: 1},
        ("2026-11-24", MAPLE, ROOM_5): {CALL: 1},
    }


def test_the_day_is_the_schools_own() -> None:
    evening = datetime(2026, 12, 1, 3, 30, tzinfo=UTC)
    figures = of(
        seal(contact("1", occurred_at=evening)),
        seal(school("kona", "Pacific/Honolulu")),
        seal(
            contact("2", "li", school_id="kona", occurred_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
        ),
    )
    assert ("2026-11-30", MAPLE, "") in figures.counts
    assert ("2026-11-30", "kona", "") in figures.counts
    assert marks(figures) == {"2026-11.told": 1, "2026-11.good": 1, "2026-11.reached": 1}


def test_a_correction_moves_a_contact_to_its_right_place() -> None:
    right = corrected("1", school_id=OAK, class_ids=(), tone="hello", family_id="li")
    figures = of(seal(contact("1")), seal(right, 2))
    cell = "contact|hello|call|reached|to_family|/partners/contacts"
    left = {place: {c: n for c, n in cells.items() if n} for place, cells in figures.counts.items()}
    assert {place: cells for place, cells in left.items() if cells} == {
        ("2026-11-24", "", ""): {cell: 1},
        ("2026-11-24", OAK, ""): {cell: 1},
    }
    assert marks(figures, "li") == {"2026-11.told": 1, "2026-11.reached": 1}
    assert marks(figures) == {}


@pytest.mark.parametrize("late", [retracted("1"), corrected("1", tone="concern")])
def test_what_comes_before_the_contact_itself_still_wins(late: m.Message) -> None:
    assert of(seal(late, 2), seal(contact("1"))).digest() == (
        of(seal(contact("1")), seal(late, 2)).digest()
    )


def test_a_contact_taken_back_leaves_nothing() -> None:
    assert of(seal(contact("1")), seal(retracted("1"), 2)).digest() == of().digest()


def test_events_and_answers_are_counted_at_their_school() -> None:
    moved = m.EventChanged(event_id="night", facts=event_facts("night", class_ids=(ROOM_4,)))
    figures = of(
        seal(event()),
        seal(moved, 2),
        seal(answer("1", "okafor", "li", said="maybe")),
        seal(answer("1", "okafor", "li", said="no"), 2),
    )
    cells = figures.counts["2026-11-24", MAPLE, ""]
    assert {c: n for c, n in cells.items() if n} == {"event": 1, "answer|no|/partners/events": 1}
    assert figures.counts["2026-11-24", MAPLE, ROOM_4] == {"event": 1}
    assert marks(figures, "li") == {"2026-11.reached": 1}


def test_an_answer_by_mail_counts_by_the_kind_of_letter_and_its_families_are_reached() -> None:
    figures = of(seal(replied("r1", "okafor", "li")), seal(replied("r2", "li")))
    assert figures.counts["2026-11-24", MAPLE, ""] == {"reply|good_news": 2}
    assert marks(figures) == {"2026-11.reached": 1}
    assert marks(figures, "li") == {"2026-11.reached": 2}
    early = seal(replied("r1", "okafor"))
    assert counted([early, *BASE]).digest() == of(early).digest()


def test_a_cancelled_event_did_not_take_place() -> None:
    cancelled = m.EventCancelled(event_id="night", facts=event_facts("night"))
    assert of(seal(event()), seal(cancelled, 2)).digest() == of().digest()


def test_names_of_other_systems_survive_as_parts_of_a_fields_name() -> None:
    for origin in ("/ext/sis", "/ext/a.b$c|d%2E", "%", ""):
        assert not set(escaped(origin)) & set(".$|\0")
        assert unescaped(escaped(origin)) == origin


# --- told and reached -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "gained"),
    [
        ({}, {"told", "good", "reached"}),
        ({"tone": "concern"}, {"told", "reached"}),
        ({"outcome": "voicemail"}, {"told", "good"}),
        ({"outcome": "message_left"}, {"told", "good"}),
        ({"outcome": "handed_out", "channel": "letter"}, {"told", "good"}),
        ({"outcome": "sent", "channel": "text"}, {"told", "good"}),
        ({"outcome": "no_answer"}, set()),
        ({"outcome": "wrong_number"}, set()),
        ({"direction": "from_family", "tone": "concern"}, {"told", "reached"}),
        ({"direction": "from_family", "outcome": "voicemail"}, {"reached"}),
        ({"direction": "from_family", "outcome": "sent", "channel": "email"}, {"reached"}),
    ],
)
def test_what_a_contact_means_for_the_family(other: dict[str, Any], gained: set[str]) -> None:
    figures = of(seal(contact("1", **other)))
    row = figures.families["okafor"].marks
    assert {name.partition(".")[2] for name in row} == gained


@pytest.mark.parametrize("said", ["yes", "no", "maybe"])
def test_any_answer_means_reached(said: m.Answer) -> None:
    assert marks(of(seal(answer("1", "okafor", said=said)))) == {"2026-11.reached": 1}


def test_a_letter_tells_each_of_its_families_until_it_comes_back() -> None:
    letter = seal(accepted("d", "okafor", "li"))
    told = {"2026-11.told": 1, "2026-11.good": 1}
    assert marks(of(letter), "li") == told
    assert marks(of(letter), "okafor") == told
    came_back = seal(bounced("d", "okafor", "li"), 2)
    assert of(letter, came_back).digest() == of(came_back, letter).digest() == of().digest()


def test_a_bounce_takes_away_only_what_its_own_letter_told() -> None:
    figures = of(
        seal(accepted("d", "okafor")),
        seal(contact("1", outcome="voicemail")),
        seal(bounced("d", "okafor"), 2),
    )
    assert marks(figures) == {"2026-11.told": 1, "2026-11.good": 1}


def test_a_letter_that_is_no_good_news_tells_all_the_same() -> None:
    letter = accepted("d", "okafor", good_news=False, channel="paper")
    assert marks(of(seal(letter))) == {"2026-11.told": 1}


def test_a_letter_not_sent_tells_nobody() -> None:
    said = m.NoticeNotSent(
        delivery_id="d", kind="good_news", about="c", household_id="h",
        family_ids=("okafor",), reason="no address",
    )  # fmt: skip
    assert of(seal(said)).digest() == of().digest()


def test_the_month_of_a_letter_is_that_of_the_familys_school() -> None:
    night = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)
    assert "2026-11.told" in marks(of(seal(accepted("d", "okafor", accepted_at=night))))


# --- who is who -----------------------------------------------------------------------------------


def test_an_older_word_about_a_family_is_ignored() -> None:
    newer = seal(family("okafor", OAK, grade="04", language="ig"), 3)
    older = seal(family("okafor", language="fr"), 2)
    state = of(newer, older).families["okafor"].state
    assert state is not None
    assert (state.schools, state.grades, state.languages) == ((OAK,), ((OAK, "04"),), ("ig",))


def test_a_family_counts_in_each_of_its_schools_and_grades() -> None:
    two = family("okafor", more=(student("2", OAK, "07"), student("3", MAPLE, "03")))
    state = of(seal(two, 2)).families["okafor"].state
    assert state is not None
    assert state.grades == ((MAPLE, "03"), (OAK, "07"))


def test_past_facts_keep_their_family_when_it_splits_or_merges() -> None:
    split = m.FamilySplit(family_id="okafor", into=("okafor", "new"), when=NOW)
    merged = m.FamilyMerged(family_id="okafor", merged=("li",), when=NOW)
    figures = of(seal(contact("1")), seal(contact("2", "li")), seal(split), seal(merged))
    assert marks(figures)["2026-11.told"] == marks(figures, "li")["2026-11.told"] == 1
    assert figures.families["new"].forebears == {"okafor"}
    assert figures.families["okafor"].forebears == {"li"}
    assert figures.families["new"].marks == {}


@pytest.mark.parametrize("size", [1, 2, 99])
def test_what_comes_before_its_school_is_known_waits_for_it(size: int) -> None:
    early = [seal(contact("1")), seal(answer("2", "okafor")), seal(accepted("3", "okafor"))]
    without = counted(early, size)
    assert without.counts == {}
    assert set(without.waiting) == {"contact|1", "rsvp|2", "delivery|3"}
    assert counted([*early, *BASE], size).digest() == counted([*BASE, *early], size).digest()
    assert counted([*early, *reversed(BASE)], size).waiting == {}


def test_a_schools_move_to_another_zone_asks_for_a_rebuild_and_keeps_the_old_days() -> None:
    figures = of()
    changes = fold(figures.known, {}, facts([seal(school(zone="America/Chicago"), 2)]))
    assert changes.rezoned == {MAPLE}
    assert not changes.known.zones


def test_a_message_that_reports_does_not_know_is_refused() -> None:
    with pytest.raises(Permanent, match="does not count"):
        fact_of(seal(m.FlagsApplied(service="events", number=1)))


# --- any order, any repetition, any grouping -----------------------------------------------------


def _district() -> st.SearchStrategy[list[Envelope]]:
    """Some messages of a small district, each of which may come in several versions."""
    names = st.sampled_from(["okafor", "li", "garcia", "new"])
    schools = st.sampled_from([MAPLE, OAK])
    classes = st.lists(st.sampled_from([ROOM_4, ROOM_5]), max_size=2).map(tuple)
    days = st.sampled_from([NOW, datetime(2026, 12, 1, 4, 30, tzinfo=UTC)])
    tones = st.sampled_from(["good_news", "hello", "concern"])
    outcomes = st.sampled_from(["reached", "voicemail", "no_answer"])
    said = st.sampled_from(["yes", "no", "maybe"])
    few = st.integers(1, 3).map(str)
    contacts: Callable[..., st.SearchStrategy[m.ContactLogged]] = lambda: st.builds(  # noqa: E731
        contact, few, names, school_id=schools, class_ids=classes, tone=tones, outcome=outcomes,
        occurred_at=days,
    )  # fmt: skip
    corrections = contacts().map(lambda now: m.ContactCorrected(contact_id=now.contact_id, now=now))
    some_message = st.one_of(
        contacts(),
        corrections,
        st.builds(retracted, few),
        st.builds(answer, few, names, names, said=said, school_id=schools, answered_at=days),
        st.builds(accepted, few, names, names, good_news=st.booleans(), accepted_at=days),
        st.builds(bounced, few, names),
        st.builds(event, few, schools, starts_at=days, class_ids=classes),
        st.builds(
            lambda e: m.EventCancelled(event_id=e, facts=event_facts(e)), few
        ),
        schools.map(school),
        st.builds(family, names, schools, grade=st.sampled_from(["03", "04"]),
                  language=st.sampled_from(["en", "ar"]), active=st.booleans()),
        st.builds(lambda a, b: m.FamilySplit(family_id=a, into=(a, b), when=NOW), names, names),
        st.builds(lambda a, b: m.FamilyMerged(family_id=a, merged=(b,), when=NOW), names, names),
    )  # fmt: skip
    numbered = st.tuples(some_message, st.integers(1, 3), st.integers(0, 10_000))
    return st.lists(
        numbered.map(lambda each: seal(each[0], each[1], id=f"id-{each[2]}")),
        max_size=14,
        unique_by=lambda envelope: envelope.key,
    )


@settings(max_examples=400)
@given(messages=_district(), data=st.data())
def test_any_order_repetition_and_grouping_gives_the_same_figures(
    messages: list[Envelope], data: st.DataObject
) -> None:
    expected = counted(messages, 500).digest()
    again = data.draw(st.lists(st.sampled_from(messages), max_size=5)) if messages else []
    shuffled = data.draw(st.permutations([*messages, *again]))
    assert counted(shuffled, data.draw(st.integers(1, 6))).digest() == expected


@settings(max_examples=200)
@given(messages=_district())
def test_no_figure_is_ever_below_zero(messages: list[Envelope]) -> None:
    figures = counted(messages, 1)
    assert all(n >= 0 for cells in figures.counts.values() for n in cells.values())
    assert all(n >= 0 for row in figures.families.values() for n in row.marks.values())


@settings(max_examples=200)
@given(messages=_district())
def test_classes_and_schools_add_up_to_the_district(messages: list[Envelope]) -> None:
    figures = counted(messages, 3)
    for (day, school_id, class_id), cells in figures.counts.items():
        if (school_id, class_id) != ("", ""):
            continue
        for cell, number in cells.items():
            schools = sum(
                row.get(cell, 0)
                for (at, of_school, of_class), row in figures.counts.items()
                if at == day and of_school and not of_class
            )
            assert schools == number
