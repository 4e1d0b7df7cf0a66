"""A family that has not answered an invitation is listed with it until that makes no sense."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.invitations import ASKED_WITHIN, Invitation, unanswered
from shared.identity import Viewer
from shared.messages import (
    EventCancelled,
    EventChanged,
    EventFacts,
    EventPublished,
    EventRSVPd,
    FamilyChanged,
    NoticeAccepted,
    NoticeBounced,
)
from tests.contacts.conftest import NOW, Office, staff_viewer
from tests.contacts.outside import hear
from tests.contacts.site import ContactsSite

NIGHT = NOW + timedelta(days=10)
NAMES = st.sampled_from(["e1", "e2", "e3"])
FAMILIES = st.frozensets(st.sampled_from(["f1", "f2", "f3"]))
BY_EVENT = st.dictionaries(NAMES, FAMILIES)


def facts(school_id: str, **changes: object) -> EventFacts:
    base = EventFacts(
        event_id="e1", school_id=school_id, title="Literacy night", starts_at=NIGHT,
        ends_at=NIGHT + timedelta(hours=2), time_zone="America/New_York",
    )  # fmt: skip
    return base.model_copy(update=changes)


def invited(family: FamilyChanged, event_id: str = "e1", **changes: object) -> NoticeAccepted:
    base = NoticeAccepted(
        delivery_id=f"d-{event_id}", kind="invitation", about=event_id, household_id="h1",
        family_ids=(family.family_id,), accepted_at=NOW,
    )  # fmt: skip
    return base.model_copy(update=changes)


def answered(family: FamilyChanged, school_id: str, answer: Any = "no") -> EventRSVPd:
    return EventRSVPd(
        rsvp_id="e1|h1", event_id="e1", school_id=school_id, household_id="h1",
        family_ids=(family.family_id,), answer=answer, answered_at=NOW,
    )  # fmt: skip


@pytest.fixture
def school(teacher: Viewer) -> str:
    [school_id] = teacher.school_ids
    return school_id


@pytest.fixture
async def asked(district: Office, family: FamilyChanged, school: str) -> None:
    """The family was invited to an evening in ten days."""
    await hear(district, EventPublished(event_id="e1", facts=facts(school)), "m1")
    await hear(district, invited(family), "m2")


async def reasons(
    site: ContactsSite, viewer: Viewer, family: FamilyChanged
) -> list[tuple[str, str]]:
    """The events that the family has not answered, as the list says it."""
    answer = await site.program(viewer).get("/contacts/api/v1/next")
    [found] = [
        each for each in answer.json()["items"] if each["family"]["family_id"] == family.family_id
    ]
    return [
        (each["what"], each["on"]) for each in found["reasons"] if each["cause"] == "unanswered"
    ]


# --- the rule -----------------------------------------------------------------------------------


def test_it_closes_on_the_day_to_reply_by_and_at_the_latest_when_it_begins() -> None:
    assert Invitation.to(facts("oak")).closes_at == NIGHT
    day = NOW + timedelta(days=4)
    assert Invitation.to(facts("oak", reply_by=day)).closes_at == day
    assert Invitation.to(facts("oak", reply_by=NIGHT + timedelta(days=1))).closes_at == NIGHT


@given(
    st.lists(
        st.builds(
            Invitation,
            event_id=NAMES,
            school_id=st.just("oak"),
            title=st.just("Fair"),
            closes_at=st.datetimes(
                datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC)
            ),
            cancelled=st.booleans(),
        ),
        unique_by=lambda each: each.event_id,
    ),
    BY_EVENT,
    BY_EVENT,
)
def test_each_family_has_the_first_to_close_of_those_that_wait_for_its_answer(
    events: list[Invitation],
    invited_to: dict[str, frozenset[str]],
    answers: dict[str, frozenset[str]],
) -> None:
    found = unanswered(events, invited_to, answers, NOW)
    for family_id in ("f1", "f2", "f3"):
        waiting = [
            each.closes_at
            for each in events
            if family_id in invited_to.get(each.event_id, ())
            and family_id not in answers.get(each.event_id, ())
            and not each.cancelled
            and NOW < each.closes_at <= NOW + ASKED_WITHIN
        ]
        got = found.get(family_id)
        assert (got.closes_at if got else None) == min(waiting, default=None)


# --- what other services tell ---------------------------------------------------------------------


@pytest.mark.usefixtures("asked")
async def test_the_list_says_which_invitation_waits_and_until_when(
    site: ContactsSite, teacher: Viewer, family: FamilyChanged, school: str
) -> None:
    assert await reasons(site, teacher, family) == [("Literacy night", "2026-12-04")]
    coordinator = staff_viewer("coordinator", school)
    assert len(await reasons(site, coordinator, family)) == 1
    page = await site.browser(teacher).get("/contacts/next")
    said = "Has not answered the invitation to Literacy night (open until Dec 4, 2026)"
    assert page.text.count(said) == 1


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("answer", ["yes", "no", "maybe"])
async def test_any_answer_ends_it_also_one_that_came_before_the_word_of_the_letter(
    site: ContactsSite,
    district: Office,
    teacher: Viewer,
    family: FamilyChanged,
    school: str,
    answer: str,
) -> None:
    await hear(district, answered(family, school, answer), "m3")
    await hear(district, invited(family, delivery_id="again"), "m4")
    assert await reasons(site, teacher, family) == []


@pytest.mark.usefixtures("asked")
async def test_a_cancelled_event_ends_it_and_an_older_word_does_not_bring_it_back(
    site: ContactsSite, district: Office, teacher: Viewer, family: FamilyChanged, school: str
) -> None:
    it = facts(school)
    await hear(district, EventCancelled(event_id="e1", facts=it), "m3", version=3)
    await hear(district, EventChanged(event_id="e1", facts=it), "m4", version=2)
    assert await reasons(site, teacher, family) == []


@pytest.mark.usefixtures("asked")
async def test_it_follows_the_event_to_another_day_and_stops_when_it_closes(
    site: ContactsSite, district: Office, teacher: Viewer, family: FamilyChanged, school: str
) -> None:
    day = NOW + timedelta(days=5)
    changed = EventChanged(event_id="e1", facts=facts(school, reply_by=day, title="Book night"))
    await hear(district, changed, "m3", version=2)
    assert await reasons(site, teacher, family) == [("Book night", "2026-11-29")]
    site.clock.move(timedelta(days=5))
    assert await reasons(site, teacher, family) == []


async def test_an_event_that_is_far_off_leaves_families_their_time(
    site: ContactsSite, district: Office, teacher: Viewer, family: FamilyChanged, school: str
) -> None:
    later = facts(school, starts_at=NOW + timedelta(days=20))
    await hear(district, EventPublished(event_id="e1", facts=later), "m1")
    await hear(district, invited(family), "m2")
    assert await reasons(site, teacher, family) == []
    site.clock.move(timedelta(days=7))
    assert len(await reasons(site, teacher, family)) == 1


@pytest.mark.usefixtures("asked")
async def test_an_invitation_that_came_back_invited_nobody(
    site: ContactsSite, district: Office, teacher: Viewer, family: FamilyChanged
) -> None:
    bounced = NoticeBounced(
        delivery_id="d-e1", household_id="h1", family_ids=(family.family_id,), permanent=True,
        bounced_at=NOW,
    )  # fmt: skip
    await hear(district, bounced, "m3", version=2)
    assert await reasons(site, teacher, family) == []


async def test_events_of_other_schools_and_other_letters_are_no_reason(
    site: ContactsSite, district: Office, teacher: Viewer, family: FamilyChanged, school: str
) -> None:
    await hear(district, EventPublished(event_id="e1", facts=facts("elsewhere")), "m1")
    await hear(district, invited(family), "m2")
    other = facts(school, event_id="e2")
    await hear(district, EventPublished(event_id="e2", facts=other), "m3")
    await hear(district, invited(family, "e2", kind="event_changed"), "m4")
    assert await reasons(site, teacher, family) == []
