"""Planning, publishing, changing and cancelling, and who may."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.events.actions import (
    Desk,
    audiences_open_to,
    cancel_event,
    delete_draft,
    edit_event,
    event_seen_by,
    list_events,
    plan_event,
    publish_event,
)
from services.events.domain import SchoolEvent, Wrong
from shared.clock import SetClock
from shared.errors import Conflict, Forbidden, NotFound
from shared.identity import Viewer
from shared.messages import EventCancelled, EventChanged, EventPublished
from tests.events.conftest import (
    COORDINATOR,
    DISTRICT,
    OFFICE,
    OTHER_OFFICE,
    PRINCIPAL,
    TEACHER,
    told,
)
from tests.events.making import CEDAR, MAPLE, NOW, ROOM_4, ROOM_5, draft


async def published(desk: Desk, by: Viewer = OFFICE, **other: object) -> SchoolEvent:
    event = await plan_event(desk, draft(**other), by)
    return await publish_event(desk, event.event_id, by)


async def test_a_draft_is_kept_and_nobody_is_told(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    assert await desk.events.one(event.event_id) == event
    assert await told(desk, EventPublished) == []


async def test_publishing_tells_everyone_with_the_first_revision(desk: Desk) -> None:
    event = await published(desk)
    (envelope,) = await told(desk, EventPublished)
    assert (envelope.subject, envelope.version) == (event.event_id, 1)
    message = envelope.open()
    assert isinstance(message, EventPublished)
    assert message.facts == event.facts()
    assert message.facts.time_zone == "America/New_York"


async def test_a_change_is_told_as_the_next_revision(desk: Desk) -> None:
    event = await published(desk)
    await edit_event(desk, event.event_id, draft(place="Library"), OFFICE)
    await edit_event(desk, event.event_id, draft(place="Gym"), OFFICE)
    changes = await told(desk, EventChanged)
    assert [each.version for each in changes] == [2, 3]
    assert changes[-1].data["facts"]["place"] == "Gym"


async def test_saving_the_same_again_tells_nothing(desk: Desk) -> None:
    event = await published(desk)
    await edit_event(desk, event.event_id, draft(), OFFICE)
    assert await told(desk, EventChanged) == []


async def test_changing_a_draft_tells_nothing(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    await edit_event(desk, event.event_id, draft(place="Library"), OFFICE)
    assert await told(desk, EventChanged) == []


async def test_cancelling_is_told_with_its_reason(desk: Desk) -> None:
    event = await published(desk)
    await cancel_event(desk, event.event_id, "Snow", OFFICE)
    (envelope,) = await told(desk, EventCancelled)
    assert (envelope.version, envelope.data["reason"]) == (2, "Snow")


async def test_a_draft_can_be_deleted_and_a_published_event_not(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    await delete_draft(desk, event.event_id, OFFICE)
    assert await desk.events.one(event.event_id) is None
    event = await published(desk)
    with pytest.raises(Conflict, match="Cancel it instead"):
        await delete_draft(desk, event.event_id, OFFICE)


async def test_an_editor_who_saw_an_older_version_is_told_so(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    await edit_event(desk, event.event_id, draft(place="Library"), OFFICE, version=event.version)
    with pytest.raises(Conflict, match="Somebody else"):
        await edit_event(desk, event.event_id, draft(place="Gym"), OFFICE, version=event.version)


async def test_two_who_publish_at_once_publish_once(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    done = await asyncio.gather(
        *(publish_event(desk, event.event_id, OFFICE) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(each, SchoolEvent) for each in done) == 1
    assert all(isinstance(each, SchoolEvent | Conflict) for each in done)
    assert len(await told(desk, EventPublished)) == 1


async def test_a_class_of_another_school_is_refused(desk: Desk) -> None:
    with pytest.raises(Wrong, match="not a class of this school"):
        await plan_event(desk, draft(class_ids=("class-elsewhere",)), OFFICE)


async def test_an_unknown_school_is_refused(desk: Desk) -> None:
    with pytest.raises(Wrong, match="one of your schools"):
        await plan_event(desk, draft(school_id="nowhere"), DISTRICT)


@pytest.mark.parametrize("by", [OFFICE, PRINCIPAL, COORDINATOR, DISTRICT])
async def test_the_office_plans_for_the_whole_school(desk: Desk, by: Viewer) -> None:
    assert (await published(desk, by)).state == "published"


async def test_a_teacher_plans_for_own_classes_only(desk: Desk) -> None:
    event = await published(desk, TEACHER, class_ids=(ROOM_4,))
    assert event.organizer_id == "educator-rivera"
    with pytest.raises(Forbidden):
        await plan_event(desk, draft(class_ids=(ROOM_4, ROOM_5)), TEACHER)
    with pytest.raises(Forbidden):
        await plan_event(desk, draft(), TEACHER)


async def test_a_teacher_sees_the_school_event_and_may_not_change_it(desk: Desk) -> None:
    event = await published(desk)
    assert await event_seen_by(desk, event.event_id, TEACHER) == event
    with pytest.raises(Forbidden):
        await cancel_event(desk, event.event_id, "", TEACHER)
    with pytest.raises(Forbidden):
        await edit_event(desk, event.event_id, draft(class_ids=(ROOM_4,)), TEACHER)


async def test_a_teacher_does_not_see_the_draft_of_the_office(desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    with pytest.raises(NotFound):
        await event_seen_by(desk, event.event_id, TEACHER)
    with pytest.raises(NotFound):
        await publish_event(desk, event.event_id, TEACHER)


async def test_another_school_knows_nothing_of_it(desk: Desk) -> None:
    event = await published(desk)
    for act in (
        lambda: event_seen_by(desk, event.event_id, OTHER_OFFICE),
        lambda: publish_event(desk, event.event_id, OTHER_OFFICE),
        lambda: cancel_event(desk, event.event_id, "", OTHER_OFFICE),
        lambda: delete_draft(desk, event.event_id, OTHER_OFFICE),
    ):
        with pytest.raises(NotFound):
            await act()
    with pytest.raises(Wrong, match="one of your schools"):
        await plan_event(desk, draft(), OTHER_OFFICE)


async def test_a_helper_sees_no_events(desk: Desk) -> None:
    event = await published(desk)
    helper = Viewer(account_id="h", role="helper", school_ids=frozenset({MAPLE}))
    with pytest.raises(NotFound):
        await event_seen_by(desk, event.event_id, helper)


async def test_what_a_viewer_may_plan_for(desk: Desk) -> None:
    (mine,) = await audiences_open_to(desk, TEACHER)
    assert not mine.whole
    assert [each.class_id for each in mine.classes] == [ROOM_4]
    (school,) = await audiences_open_to(desk, OFFICE)
    assert (school.whole, len(school.classes)) == (True, 2)
    assert [each.school.school_id for each in await audiences_open_to(desk, DISTRICT)] == [
        CEDAR,
        MAPLE,
    ]


async def test_lists_are_paged_soonest_first(desk: Desk) -> None:
    for day in (5, 3, 4):
        starts = datetime(2026, 12, day, 18)
        await published(desk, title=f"Day {day}", starts=starts, ends=starts + timedelta(hours=1))
    first = await list_events(desk, "coming", OFFICE, limit=2)
    assert [each.event.title for each in first] == ["Day 3", "Day 4"]
    after = (first[-1].event.starts_at, first[-1].event.event_id)
    second = await list_events(desk, "coming", OFFICE, limit=2, after=after)
    assert [each.event.title for each in second] == ["Day 5"]


async def test_past_drafts_and_coming_are_apart(desk: Desk, clock: SetClock) -> None:
    await published(desk, title="Over soon")
    await plan_event(desk, draft(title="Only a plan"), OFFICE)
    clock.move(timedelta(days=20))
    titles = {
        listing: [each.event.title for each in await list_events(desk, listing, OFFICE, limit=9)]
        for listing in ("coming", "past", "drafts")
    }
    assert titles == {"coming": [], "past": ["Over soon"], "drafts": ["Only a plan"]}


async def test_a_list_may_be_of_one_school(desk: Desk) -> None:
    await published(desk)
    assert await list_events(desk, "coming", DISTRICT, limit=9, school_id=CEDAR) == []
    assert len(await list_events(desk, "coming", DISTRICT, limit=9, school_id=MAPLE)) == 1
    assert await list_events(desk, "coming", OTHER_OFFICE, limit=9) == []
    assert desk.now == NOW
