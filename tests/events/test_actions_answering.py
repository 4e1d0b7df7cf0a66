"""Answers by link, through the school and from other systems: what is kept, told and refused."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.events.actions import (
    Desk,
    LinkEnded,
    answer_by_link,
    answers_of,
    cancel_event,
    figures_of,
    household_of,
    invitation_of,
    plan_event,
    publish_event,
    write_down_answer,
)
from services.events.actions.answering import Closed, NotNow
from services.events.domain import SchoolEvent, Wrong
from shared.clock import SetClock
from shared.errors import NotFound
from shared.links import Link
from shared.messages import EventRSVPd, FlagsAsOf, FlagsChanged
from tests.events import making
from tests.events.conftest import OFFICE, OTHER_OFFICE, TEACHER, know, told
from tests.events.making import NOW, ROOM_4, ROOM_5, draft


def link(event: SchoolEvent, key: str = "okafor", version: int = 1) -> Link:
    return Link(f"household-{key}", event.event_id, version, NOW + timedelta(days=30))


async def test_an_answer_by_link_is_kept_and_told_in_one(desk: Desk, event: SchoolEvent) -> None:
    rsvp = await answer_by_link(desk, link(event), "yes", 4)
    assert await desk.rsvps.one(event.event_id, "household-okafor") == rsvp
    (envelope,) = await told(desk, EventRSVPd)
    assert (envelope.subject, envelope.version) == (f"{event.event_id}|household-okafor", 1)
    assert envelope.open() == EventRSVPd(
        rsvp_id=rsvp.rsvp_id,
        event_id=event.event_id,
        school_id=event.school_id,
        household_id="household-okafor",
        family_ids=("family-okafor",),
        answer="yes",
        party_size=4,
        answered_at=NOW,
    )


async def test_a_second_reply_replaces_the_first(desk: Desk, event: SchoolEvent) -> None:
    await answer_by_link(desk, link(event), "yes", 4)
    await answer_by_link(desk, link(event), "no", None)
    counts = await figures_of(desk, event)
    assert (counts.yes.households, counts.no.households, counts.expected) == (0, 1, 0)
    assert [each.version for each in await told(desk, EventRSVPd)] == [1, 2]


async def test_pressing_twice_tells_once(desk: Desk, event: SchoolEvent) -> None:
    await answer_by_link(desk, link(event), "yes", 4)
    await answer_by_link(desk, link(event), "yes", 4)
    assert len(await told(desk, EventRSVPd)) == 1


async def test_answers_at_once_from_one_household_end_as_one(
    desk: Desk, event: SchoolEvent
) -> None:
    await asyncio.gather(*(answer_by_link(desk, link(event), "yes", n) for n in range(1, 6)))
    sequence = [each.version for each in await told(desk, EventRSVPd)]
    assert sorted(sequence) == [1, 2, 3, 4, 5]
    counts = await figures_of(desk, event)
    assert counts.yes.households == 1


async def test_figures_add_up(desk: Desk, event: SchoolEvent) -> None:
    await answer_by_link(desk, link(event, "okafor"), "yes", 4)
    await answer_by_link(desk, link(event, "garcia"), "maybe", 3)
    await answer_by_link(desk, link(event, "li"), "no", None)
    counts = await figures_of(desk, event)
    assert (counts.invited, counts.not_answered, counts.answered) == (4, 1, 3)
    assert (counts.expected, counts.maybe.people, counts.maybe.households) == (4, 3, 1)


async def test_a_party_of_zero_is_refused(desk: Desk, event: SchoolEvent) -> None:
    with pytest.raises(Wrong, match="from 1 to 20"):
        await answer_by_link(desk, link(event), "yes", 0)


async def test_after_the_reply_day_a_family_is_late_and_the_school_is_not(
    desk: Desk, event: SchoolEvent, clock: SetClock
) -> None:
    clock.move(timedelta(days=9))
    await know(desk, FlagsAsOf(number=0, as_of=clock.now()))
    assert (await invitation_of(desk, link(event))).standing == "late"
    with pytest.raises(Closed) as late:
        await answer_by_link(desk, link(event), "yes", 2)
    assert late.value.standing == "late"
    rsvp = await write_down_answer(desk, event.event_id, "household-okafor", "yes", 2, OFFICE)
    assert (rsvp.by, rsvp.answer) == ("account-office", "yes")


async def test_a_cancelled_event_takes_no_answers(desk: Desk, event: SchoolEvent) -> None:
    await cancel_event(desk, event.event_id, "Snow", OFFICE)
    assert (await invitation_of(desk, link(event))).standing == "cancelled"
    with pytest.raises(Closed):
        await answer_by_link(desk, link(event), "yes", 2)
    with pytest.raises(Closed):
        await write_down_answer(desk, event.event_id, "household-okafor", "yes", 2, OFFICE)


async def test_a_link_of_an_older_version_opens_nothing(desk: Desk, event: SchoolEvent) -> None:
    _, home = making.family("okafor")
    await know(desk, home.model_copy(update={"link_version": 2}), version=2)
    with pytest.raises(LinkEnded) as ended:
        await invitation_of(desk, link(event))
    assert ended.value.school == making.school()
    assert (await invitation_of(desk, link(event, version=2))).standing == "open"


async def test_a_household_that_is_gone_opens_nothing(desk: Desk, event: SchoolEvent) -> None:
    _, home = making.family("okafor")
    await know(desk, home.model_copy(update={"active": False}), version=2)
    with pytest.raises(LinkEnded):
        await invitation_of(desk, link(event))


async def test_a_link_to_a_draft_or_to_nothing_opens_nothing(desk: Desk) -> None:
    hidden = await plan_event(desk, draft(), OFFICE)
    with pytest.raises(LinkEnded):
        await invitation_of(desk, link(hidden))
    with pytest.raises(LinkEnded):
        await invitation_of(desk, Link("household-okafor", "nothing", 1, NOW))


async def test_a_household_that_is_not_invited_has_no_page(desk: Desk) -> None:
    event = await plan_event(desk, draft(class_ids=(ROOM_5,)), OFFICE)
    event = await publish_event(desk, event.event_id, OFFICE)
    assert (await invitation_of(desk, link(event, "li"))).standing == "open"
    with pytest.raises(LinkEnded):
        await invitation_of(desk, link(event, "okafor"))
    with pytest.raises(LinkEnded):
        await invitation_of(desk, link(event, "smith"))


async def test_a_flag_ends_the_link_and_the_invitation(desk: Desk, event: SchoolEvent) -> None:
    flag = FlagsChanged(
        number=1, guardian_id="guardian-okafor", student_id="student-okafor", custody=True
    )
    await know(desk, flag, FlagsAsOf(number=1, as_of=NOW))
    with pytest.raises(LinkEnded):
        await answer_by_link(desk, link(event), "yes", 2)
    assert (await figures_of(desk, event)).invited == 3
    lifted = flag.model_copy(update={"number": 2, "custody": False})
    await know(desk, lifted, FlagsAsOf(number=2, as_of=NOW))
    assert (await invitation_of(desk, link(event))).standing == "open"
    assert (await figures_of(desk, event)).invited == 4


async def test_without_fresh_flags_nobody_is_let_in(
    desk: Desk, event: SchoolEvent, clock: SetClock
) -> None:
    clock.move(timedelta(minutes=6))
    with pytest.raises(NotNow):
        await invitation_of(desk, link(event))


async def test_a_teacher_sees_the_numbers_of_all_and_the_names_of_own_families(
    desk: Desk, event: SchoolEvent
) -> None:
    await answer_by_link(desk, link(event, "li"), "yes", 4)
    await answer_by_link(desk, link(event, "garcia"), "yes", 2)
    assert (await figures_of(desk, event)).expected == 6
    names = [row.name for row in await answers_of(desk, event, TEACHER)]
    assert names == ["Sam Garcia", "Sam Haddad", "Sam Okafor"]
    assert len(await answers_of(desk, event, OFFICE)) == 4


async def test_answers_are_listed_by_answer_and_name(desk: Desk, event: SchoolEvent) -> None:
    await answer_by_link(desk, link(event, "li"), "yes", 4)
    await answer_by_link(desk, link(event, "garcia"), "no", None)
    rows = await answers_of(desk, event, OFFICE)
    assert [(row.name, row.rsvp.answer if row.rsvp else "") for row in rows] == [
        ("Sam Li", "yes"),
        ("Sam Garcia", "no"),
        ("Sam Haddad", ""),
        ("Sam Okafor", ""),
    ]
    assert [row.name for row in await answers_of(desk, event, OFFICE, "no")] == ["Sam Garcia"]
    assert len(await answers_of(desk, event, OFFICE, "none")) == 2


async def test_a_family_that_left_after_answering_stays_listed(
    desk: Desk, event: SchoolEvent
) -> None:
    await answer_by_link(desk, link(event), "yes", 4)
    whole, _ = making.family("okafor", "class-cedar", making.CEDAR)
    await know(desk, whole, version=2)
    (gone,) = [row for row in await answers_of(desk, event, DISTRICT_OFFICE) if not row.invited]
    assert gone.name == "Sam Okafor"


async def test_a_teacher_writes_down_for_own_families_only(desk: Desk, event: SchoolEvent) -> None:
    await write_down_answer(desk, event.event_id, "household-garcia", "yes", 3, TEACHER)
    with pytest.raises(NotFound):
        await write_down_answer(desk, event.event_id, "household-li", "yes", 3, TEACHER)
    with pytest.raises(NotFound):
        await write_down_answer(desk, event.event_id, "household-garcia", "no", 1, OTHER_OFFICE)
    row = await household_of(desk, event, "household-garcia", OFFICE)
    assert row.rsvp is not None
    assert row.rsvp.party_size == 3


async def test_an_uninvited_household_can_not_be_written_down(desk: Desk) -> None:
    event = await plan_event(desk, draft(class_ids=(ROOM_4,)), OFFICE)
    event = await publish_event(desk, event.event_id, OFFICE)
    with pytest.raises(NotFound, match="not invited"):
        await write_down_answer(desk, event.event_id, "household-li", "yes", 3, OFFICE)


async def test_counting_reads_the_index_alone(desk: Desk, event: SchoolEvent) -> None:
    await answer_by_link(desk, link(event), "yes", 4)
    plan = (
        await desk.units.database["rsvps"]
        .find({"event_id": event.event_id}, {"_id": 0, "event_id": 1, "answer": 1, "party_size": 1})
        .hint("counted")
        .explain()
    )
    assert "FETCH" not in str(plan["queryPlanner"]["winningPlan"])


DISTRICT_OFFICE = OFFICE.model_copy(update={"role": "district", "school_ids": frozenset()})


async def test_a_class_that_begins_next_month_is_not_asked_yet(desk: Desk, clock: SetClock) -> None:
    event = await plan_event(desk, draft(class_ids=(ROOM_5,)), OFFICE)
    whole, home = making.family("new", ROOM_5)
    student = whole.students[0]
    starts = datetime(2026, 12, 20).date()
    enrolled = student.enrollments[0].model_copy(update={"begins": starts})
    student = student.model_copy(update={"enrollments": (enrolled,)})
    await know(desk, whole.model_copy(update={"students": (student,)}), home)
    assert not await desk.audience.invites(event, home, clock.now())
    assert await desk.audience.invites(event, home, clock.move(timedelta(days=14)))
