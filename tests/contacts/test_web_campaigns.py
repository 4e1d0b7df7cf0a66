"""Campaigns on their pages: planned, counted, seen by families, ended, deleted."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.contacts.actions.invitations import note_event
from services.contacts.actions.logging_contacts import log_contact, retract_contact
from services.contacts.actions.mail import note_accepted, note_bounced
from services.contacts.domain.contact import Contact, ContactDraft
from shared.envelope import Envelope
from shared.identity import Viewer
from shared.messages import (
    EventCancelled,
    EventFacts,
    EventPublished,
    Message,
    NoticeAccepted,
    NoticeBounced,
)
from shared.outbox import Work
from tests.contacts.conftest import NOW, TODAY, staff_viewer
from tests.contacts.site import ContactsSite, fill_in, text_of

PATH = "/contacts/campaigns"
FIELDS = {
    "name": "Week of thanks",
    "begins": (TODAY - timedelta(days=1)).isoformat(),
    "ends": (TODAY + timedelta(days=3)).isoformat(),
    "words": "A week for you.",
    "goal": "12",
    "goal_is": "families",
    "language": "en",
}


async def plan(site: ContactsSite, viewer: Viewer, school_id: str, **fields: object) -> str:
    """Plan one; gives the path of its page."""
    sent: dict[str, Any] = {"place": school_id, **FIELDS, **fields}
    saved = await fill_in(site.browser(viewer), f"{PATH}/new", **sent)
    assert saved.status_code == 303, saved.text
    return saved.headers["location"]


async def families_of(site: ContactsSite, school_id: str, most: int) -> list[str]:
    principal = staff_viewer("principal", school_id)
    lines = await site.desk.store.families.listed(seen_by=principal, on=TODAY, most=most)
    return [each.family_id for each in lines]


async def tell(site: ContactsSite, school_id: str, family_id: str, **facts: object) -> Contact:
    draft = ContactDraft.model_validate({"family_id": family_id, **facts})
    principal = staff_viewer("principal", school_id)
    return await log_contact(site.desk.store, site.desk.units, draft, principal)


async def hear(site: ContactsSite, message: Message, version: int = 1) -> None:
    """Take in a message as the bus would bring it."""
    cause = Envelope.seal(
        message, id=f"m{version}", source="/partners/elsewhere", time=NOW, sequence=version
    )

    async def body(work: Work) -> None:
        match message:
            case NoticeAccepted():
                await note_accepted(site.desk.store, message, work)
            case NoticeBounced():
                await note_bounced(site.desk.store, message, work)
            case EventPublished() | EventCancelled():
                off = isinstance(message, EventCancelled)
                await note_event(site.desk.store, message.facts, work, cancelled=off)

    await site.desk.units.run(body, cause=cause)


def event(school_id: str, **facts: object) -> EventFacts:
    starts = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    usual = {
        "event_id": "event-1", "school_id": school_id, "title": "Open house", "place": "Gym",
        "starts_at": starts, "ends_at": starts + timedelta(hours=2),
        "time_zone": "America/New_York",
    }  # fmt: skip
    return EventFacts.model_validate({**usual, **facts})


async def test_each_family_that_was_told_good_news_in_its_days_counts_once(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    path = await plan(site, coordinator, school_id)
    first, second, third, fourth, fifth = await families_of(site, school_id, 5)
    await tell(site, school_id, first)
    await tell(site, school_id, first, outcome="voicemail")
    await tell(site, school_id, second, outcome="no_answer")
    await tell(site, school_id, third, tone="information")
    await tell(site, school_id, fourth, occurred_at=NOW - timedelta(days=5))
    undone = await tell(site, school_id, fifth)
    desk = site.desk
    principal = staff_viewer("principal", school_id)
    await retract_contact(desk.store, desk.units, undone.contact_id, principal)
    assert "1 of 12 families have heard good news" in await text_of(site, path, coordinator)


async def test_a_letter_tells_when_it_was_handed_over_and_not_when_it_came_back(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    path = await plan(site, coordinator, school_id)
    [family_id] = await families_of(site, school_id, 1)
    contact = await tell(site, school_id, family_id, outcome="no_answer", words="Well done!")
    letter: dict[str, Any] = {"delivery_id": "d1", "household_id": "h1", "family_ids": (family_id,)}
    accepted = NoticeAccepted(
        **letter, kind="good_news", about=contact.contact_id, good_news=True, accepted_at=NOW,
    )  # fmt: skip
    assert "0 of 12 families" in await text_of(site, path, coordinator)
    await hear(site, accepted)
    assert "1 of 12 families" in await text_of(site, path, coordinator)
    bounced = NoticeBounced(**letter, permanent=True, reason="No such address.", bounced_at=NOW)
    await hear(site, bounced, version=2)
    assert "0 of 12 families" in await text_of(site, path, coordinator)


async def test_the_count_is_read_from_an_index(
    site: ContactsSite, school_id: str, coordinator: Viewer
) -> None:
    query = {"school_id": school_id, "tone": {"$in": ["good_news"]}, "retraction": None,
             "occurred_at": {"$gte": NOW - timedelta(days=1), "$lt": NOW}}  # fmt: skip
    plan_of = await site.desk.database["contacts"].find(query).explain()
    assert "'of_school'" in str(plan_of["queryPlanner"]["winningPlan"])


async def test_families_see_the_count_only_when_nobody_can_tell_who_is_meant(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    await plan(site, coordinator, school_id)
    told = await families_of(site, school_id, 10)
    for family_id in told[:9]:
        await tell(site, school_id, family_id)
    page = await text_of(site, f"/contacts/parents/{school_id}")
    assert "Week of thanks" in page
    assert "A week for you." in page
    assert "As soon as 10 families have heard good news" in page
    assert "9 of 12" not in page
    assert "<progress" not in page
    await tell(site, school_id, told[9])
    page = await text_of(site, f"/contacts/parents/{school_id}")
    assert "10 of 12 families have heard good news" in page
    assert '<progress class="w-100" max="12" value="10"' in page


async def test_events_for_the_whole_school_are_named_and_those_of_its_days_to_families(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    parents = f"/contacts/parents/{school_id}"
    await hear(site, EventPublished(event_id="event-1", facts=event(school_id)))
    late = event(school_id, event_id="event-2", title="Winter fair",
                 starts_at=datetime(2026, 12, 9, 23, 0, tzinfo=UTC),
                 ends_at=datetime(2026, 12, 10, 1, 0, tzinfo=UTC))  # fmt: skip
    await hear(site, EventPublished(event_id="event-2", facts=late))
    small = event(school_id, event_id="event-3", title="One class", class_ids=("class-1",))
    await hear(site, EventPublished(event_id="event-3", facts=small))
    form = await text_of(site, f"{PATH}/new", coordinator)
    assert "Open house" in form
    assert "One class" not in form
    path = await plan(site, coordinator, school_id, event_ids=["event-1", "event-2"])
    page = await text_of(site, path, coordinator)
    assert "Open house" in page
    assert "Not during these days" in page
    public = await text_of(site, parents)
    assert "Open house" in public
    assert "Winter fair" not in public
    gone = EventCancelled(event_id="event-1", facts=event(school_id), reason="Snow.")
    await hear(site, gone, version=3)
    await hear(site, EventPublished(event_id="event-1", facts=event(school_id)), version=1)
    assert "Cancelled" in await text_of(site, path, coordinator)
    assert "Open house" not in await text_of(site, parents)
    unknown = {"place": school_id, **FIELDS, "event_ids": "event-3"}
    refused = await fill_in(site.browser(coordinator), f"{PATH}/new", **unknown)
    assert refused.status_code == 422
    assert "not one of this school" in refused.text


async def test_one_that_is_yet_to_come_says_its_goal_and_is_listed(
    site: ContactsSite, coordinator: Viewer, school_id: str, teacher: Viewer
) -> None:
    days = {"begins": date(2026, 12, 7).isoformat(), "ends": date(2026, 12, 11).isoformat()}
    path = await plan(site, coordinator, school_id, **days, goal="100", goal_is="percent")
    page = await text_of(site, path, teacher)
    assert "Yet to come" in page
    assert "100 percent of the families" in page
    assert "<progress" not in page
    assert "Week of thanks" in await text_of(site, PATH, teacher)
    assert "Week of thanks" in await text_of(site, f"/contacts/parents/{school_id}")


async def test_what_is_wrong_comes_back_as_it_was_typed(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    wrong = {"place": school_id, **FIELDS, "ends": "2026-01-01"}
    answer = await fill_in(site.browser(coordinator), f"{PATH}/new", **wrong)
    assert answer.status_code == 422
    assert "The last day is before the first." in answer.text
    assert "A week for you." in answer.text


async def test_it_is_edited_ended_early_and_deleted_only_when_sure(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    path = await plan(site, coordinator, school_id)
    browser = site.browser(coordinator)
    sent = {"place": school_id, **FIELDS, "name": "Our week", "version": "1"}
    assert (await fill_in(browser, f"{path}/edit", **sent)).status_code == 303
    stale = await fill_in(browser, f"{path}/edit", **sent)
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.text
    ended = await fill_in(browser, f"{path}/end", form_at=path, version="2")
    assert ended.status_code == 303
    assert "Ended early" in await text_of(site, path, coordinator)
    again = await fill_in(browser, f"{path}/end", form_at=path, version="3")
    assert again.status_code == 409
    unsure = await fill_in(browser, f"{path}/delete", form_at=path, version="3")
    assert unsure.status_code == 422
    assert "Our week" in await text_of(site, path, coordinator)
    sure = await fill_in(browser, f"{path}/delete", form_at=path, version="3", sure="true")
    assert sure.status_code == 303
    assert (await browser.get(path)).status_code == 404
    assert "No campaign yet" in await text_of(site, PATH, coordinator)


async def test_a_teacher_looks_and_another_school_does_not(
    site: ContactsSite, coordinator: Viewer, school_id: str, teacher: Viewer
) -> None:
    path = await plan(site, coordinator, school_id)
    browser = site.browser(teacher)
    assert (await browser.get(path)).status_code == 200
    assert (await browser.get(f"{path}/edit")).status_code == 403
    assert "/edit" not in (await browser.get(path)).text
    assert (await fill_in(browser, f"{path}/end", form_at=PATH, version="1")).status_code == 403
    other = staff_viewer("principal", "elsewhere")
    for page in (path, f"{path}/edit"):
        assert (await site.browser(other).get(page)).status_code == 404
    assert "Week of thanks" not in await text_of(site, PATH, other)


async def test_more_than_a_page_of_them_goes_on(
    site: ContactsSite, coordinator: Viewer, school_id: str
) -> None:
    for number in range(3):
        await plan(site, coordinator, school_id, name=f"Week {number}")
    page = await text_of(site, f"{PATH}?size=2", coordinator)
    onward = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
    assert onward
    rest = await text_of(site, PATH + onward.group(1).replace("&amp;", "&"), coordinator)
    found = re.findall(r"<bdi>Week (\d)</bdi>", page + rest)
    assert sorted(found) == ["0", "1", "2"]
