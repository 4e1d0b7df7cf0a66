"""The interpreter hour: a pure rule, tried with any hours and any families."""

import itertools
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.hour import Adult, Home, Plan, Span, plan_hour, slots_of

TIMES = st.times()
SPANS = st.lists(st.builds(Span, begins=TIMES, ends=TIMES), max_size=4)
ADULTS = st.builds(
    Adult,
    name=st.just("Rana"),
    phone=st.sampled_from(["", "555 0100"]),
    language=st.sampled_from(["ar", "ar-IQ", "so", "en"]),
    interpreter=st.booleans(),
    barred=st.booleans(),
)
HOMES = st.lists(
    st.builds(Home, family_id=st.uuids().map(str), adults=st.lists(ADULTS, max_size=3).map(tuple)),
    max_size=40,
    unique_by=lambda each: each.family_id,
)
AFTERNOON = Span(time(14), time(16))
RANA = Adult("Rana", "555 0100", "ar", interpreter=True)


def hour(*homes: Home, spans: tuple[Span, ...] = (AFTERNOON,)) -> Plan:
    return plan_hour(homes, spans, ["ar"])


def test_two_hours_are_twelve_calls_of_ten_minutes() -> None:
    slots = slots_of([AFTERNOON])
    assert len(slots) == 12
    assert [f"{each.begins:%H:%M}" for each in slots[:3]] == ["14:00", "14:10", "14:20"]
    assert slots[-1] == Span(time(15, 50), time(16))


def test_what_is_left_of_ten_minutes_is_no_slot() -> None:
    assert slots_of([Span(time(14, 5), time(14, 24))]) == (Span(time(14, 5), time(14, 15)),)
    assert slots_of([Span(time(16), time(14))]) == ()
    assert slots_of([Span(time(23, 50), time(23, 59))]) == ()


@given(SPANS)
def test_no_slot_overlaps_another_and_none_lies_outside_the_hours(spans: list[Span]) -> None:
    slots = slots_of(spans)
    for one, next_one in itertools.pairwise(slots):
        assert one.ends <= next_one.begins
    for slot in slots:
        minutes = (slot.ends.hour - slot.begins.hour) * 60 + slot.ends.minute - slot.begins.minute
        assert minutes == 10
        assert any(span.begins <= slot.begins and slot.ends <= span.ends for span in spans)


@given(HOMES, SPANS)
def test_nobody_is_listed_who_must_not_be_contacted_or_is_not_meant(
    homes: list[Home], spans: list[Span]
) -> None:
    plan = plan_hour(homes, spans, ["ar"])
    for call in plan.calls:
        assert call.adults
        for adult in call.adults:
            assert not adult.barred
            assert adult.interpreter
            assert adult.phone
            assert adult.language.startswith("ar")
    only_barred = {h.family_id for h in homes if all(each.barred for each in h.adults)}
    assert not only_barred & {*(c.family_id for c in plan.calls), *plan.later, *plan.silent}


@given(HOMES, SPANS)
def test_families_come_in_their_order_and_each_stands_in_one_place(
    homes: list[Home], spans: list[Span]
) -> None:
    plan = plan_hour(homes, spans, ["ar"])
    order = [each.family_id for each in homes]
    called = [each.family_id for each in plan.calls]
    assert [*called, *plan.later] == [f for f in order if f in {*called, *plan.later}]
    everybody = [*called, *plan.later, *plan.silent]
    assert len(everybody) == len(set(everybody))
    assert [each.slot for each in plan.calls] + list(plan.free) == list(slots_of(spans))
    assert not (plan.free and plan.later)


def test_who_does_not_fit_comes_later_and_who_has_no_number_is_named() -> None:
    homes = [Home(str(number), (RANA,)) for number in range(14)]
    mute = Home("mute", (Adult("Rana", "", "ar", interpreter=True),))
    plan = hour(mute, *homes)
    assert [each.family_id for each in plan.calls] == [str(number) for number in range(12)]
    assert plan.later == ("12", "13")
    assert plan.silent == ("mute",)


def test_the_other_parent_is_called_when_one_must_not_be() -> None:
    barred = Adult("Omar", "555 0101", "ar", interpreter=True, barred=True)
    [call] = hour(Home("f", (barred, RANA))).calls
    assert call.adults == (RANA,)
    english = Adult("Jo", "555 0102", "en", interpreter=False)
    assert hour(Home("f", (barred, english))).calls == ()
