"""The page behind the link in an invitation."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from services.events.actions import Desk, cancel_event, edit_event
from services.events.domain import SchoolEvent
from shared.clock import SetClock
from shared.messages import EventRSVPd, FlagsAsOf
from tests.events import making
from tests.events.conftest import OFFICE, know, told
from tests.events.making import NOW, draft
from tests.events.site import EventsSite


async def test_a_link_shows_the_invitation_to_the_household(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.family() as family:
        page = await family.get(site.path(event.event_id))
    assert page.status_code == 200
    for words in (
        "Family Math Night",
        "Sam Okafor",
        "Maple Elementary",
        "+1 555 0100",
        "Cafeteria",
    ):
        assert words in page.text
    assert "Thursday, December 3, 2026, 6:00" in page.text
    assert "until Tuesday, December 1, 2026" in page.text


@pytest.mark.parametrize("answer", ["yes", "maybe", "no"])
async def test_opening_a_link_changes_nothing_even_with_an_answer_in_it(
    site: EventsSite, desk: Desk, event: SchoolEvent, answer: str
) -> None:
    async with site.family() as family:
        for _ in range(3):
            page = await family.get(f"{site.path(event.event_id)}?answer={answer}")
            assert f'value="{answer}" checked' in page.text
    assert await desk.rsvps.one(event.event_id, "household-okafor") is None
    assert await told(desk, EventRSVPd) == []


async def test_an_answer_in_the_address_that_we_do_not_know_is_ignored(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.family() as family:
        page = await family.get(f"{site.path(event.event_id)}?answer=<b>")
    assert page.status_code == 200
    assert "checked" not in page.text


async def test_a_family_answers_without_cookies_and_is_thanked(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    path = site.path(event.event_id)
    async with site.family() as family:
        sent = await family.post(path, data={"answer": "yes", "party_size": "4"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{path}/thanks")
        thanks = await family.get(f"{path}/thanks")
        again = await family.get(path)
    assert "You said yes: 4 people." in thanks.text
    assert f"{path}/calendar.ics" in thanks.text
    assert 'value="yes" checked' in again.text
    assert 'value="4"' in again.text
    rsvp = await desk.rsvps.one(event.event_id, "household-okafor")
    assert rsvp is not None
    assert rsvp.by is None


async def test_an_answer_can_be_changed(site: EventsSite, desk: Desk, event: SchoolEvent) -> None:
    path = site.path(event.event_id)
    async with site.family() as family:
        await family.post(path, data={"answer": "yes", "party_size": "4"})
        await family.post(path, data={"answer": "no", "party_size": ""})
        thanks = await family.get(f"{path}/thanks")
    assert "You said that you can" in thanks.text
    assert len(await told(desk, EventRSVPd)) == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"party_size": "2"}, "Please choose yes, maybe or no."),
        ({"answer": "perhaps", "party_size": "2"}, "Please choose yes, maybe or no."),
        ({"answer": "yes", "party_size": ""}, "from 1 to 20"),
        ({"answer": "yes", "party_size": "21"}, "from 1 to 20"),
        ({"answer": "maybe", "party_size": "many"}, "from 1 to 20"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_kept(
    site: EventsSite, desk: Desk, event: SchoolEvent, sent: dict[str, str], sentence: str
) -> None:
    async with site.family() as family:
        page = await family.post(site.path(event.event_id), data=sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert await told(desk, EventRSVPd) == []


async def test_the_page_speaks_the_language_of_the_household(
    site: EventsSite, event: SchoolEvent
) -> None:
    path = site.path(event.event_id, "household-haddad")
    async with site.family(**{"Accept-Language": "en"}) as family:
        page = await family.get(path)
        wrong = await family.post(path, data={})
    for each in (page, wrong):
        assert each.headers["content-language"] == "ar"
        assert '<html lang="ar" dir="rtl">' in each.text
        assert "الخميس" in each.text


async def test_the_reader_may_choose_another_language(site: EventsSite, event: SchoolEvent) -> None:
    path = site.path(event.event_id, "household-haddad")
    async with site.family() as family:
        family.cookies.set("partners_language", "es", domain="partners.test")
        page = await family.get(f"{path}?answer=yes")
    assert page.headers["content-language"] == "es"
    assert f'name="next" value="{path}?answer=yes"' in page.text


async def test_a_cancelled_event_says_so_and_takes_no_answer(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    await cancel_event(desk, event.event_id, "Too much snow", OFFICE)
    path = site.path(event.event_id)
    async with site.family() as family:
        page = await family.get(path)
        sent = await family.post(path, data={"answer": "yes", "party_size": "2"})
    assert "This event is cancelled." in page.text
    assert "Too much snow" in page.text
    assert '<button class="btn btn-primary' not in page.text
    assert sent.status_code == 409
    assert await told(desk, EventRSVPd) == []


@pytest.mark.parametrize(
    ("days", "sentence"), [(9, "The day to answer is over."), (11, "has started or is over")]
)
async def test_too_late_is_said_kindly_with_the_phone_of_the_school(
    site: EventsSite, desk: Desk, event: SchoolEvent, clock: SetClock, days: int, sentence: str
) -> None:
    path = site.path(event.event_id)
    await know(desk, FlagsAsOf(number=0, as_of=clock.move(timedelta(days=days))))
    async with site.family() as family:
        page = await family.get(path)
        sent = await family.post(path, data={"answer": "yes", "party_size": "2"})
    assert page.status_code == 200
    assert sent.status_code == 409
    for each in (page, sent):
        assert sentence in each.text
        assert "+1 555 0100" in each.text


async def test_a_link_that_ended_gives_the_phone_of_the_school_and_no_reason(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    path = site.path(event.event_id)
    _, home = making.family("okafor")
    await know(desk, home.model_copy(update={"link_version": 2}), version=2)
    async with site.family() as family:
        answers = [
            await family.get(path),
            await family.post(path, data={"answer": "yes", "party_size": "2"}),
            await family.get(f"{path}/thanks"),
            await family.get(f"{path}/calendar.ics"),
        ]
    for answer in answers:
        assert answer.status_code == 410
        assert "This link no longer works" in answer.text
        assert "+1 555 0100" in answer.text
        assert "Family Math Night" not in answer.text
        assert "Okafor" not in answer.text
    assert await told(desk, EventRSVPd) == []


async def test_a_broken_or_expired_link_opens_nothing(site: EventsSite, event: SchoolEvent) -> None:
    good = site.path(event.event_id)
    expired = site.path(event.event_id, days=-1)
    async with site.family() as family:
        for path in ("/events/rsvp/nonsense", good[:-2] + "xx", expired):
            page = await family.get(path)
            assert page.status_code == 410
            assert "Math Night" not in page.text


async def test_when_flags_are_stale_the_family_is_asked_to_wait(
    site: EventsSite, event: SchoolEvent, clock: SetClock
) -> None:
    path = site.path(event.event_id)
    clock.move(timedelta(minutes=6))
    async with site.family() as family:
        page = await family.get(path)
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert "+1 555 0100" in page.text


async def test_separated_households_see_only_their_own_answer(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    whole, first = making.family("okafor")
    other = whole.guardians[0].model_copy(
        update={"guardian_id": "guardian-other", "household_id": "household-other"}
    )
    second = first.model_copy(
        update={
            "household_id": "household-other",
            "guardian_ids": ("guardian-other",),
            "greeting": ("Kim Okafor",),
            "mailbox": "kim@home.example",
        }
    )
    both = whole.model_copy(update={"guardians": (*whole.guardians, other)})
    await know(desk, both, second, version=2)
    async with site.family() as family:
        await family.post(site.path(event.event_id), data={"answer": "yes", "party_size": "7"})
        page = await family.get(site.path(event.event_id, "household-other"))
        unanswered = await family.get(site.path(event.event_id, "household-other") + "/thanks")
    assert "Kim Okafor" in page.text
    assert "You said" not in page.text
    assert 'value="7"' not in page.text
    assert "Sam Okafor" not in page.text
    assert unanswered.status_code == 303


async def test_the_calendar_file_has_the_hour_of_the_school_and_its_zone(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.family() as family:
        answer = await family.get(f"{site.path(event.event_id)}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.text)
    (entry,) = calendar.walk("VEVENT")
    assert entry.decoded("dtstart") == event.starts_at
    assert "TZID=America/New_York:20261203T180000" in answer.text
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    assert str(entry["uid"]) == f"{event.event_id}@lakeside.example"
    assert "/events/rsvp/" not in answer.text


async def test_a_changed_and_a_cancelled_event_replace_the_entry_in_calendars(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    async def entry() -> tuple[int, str]:
        async with site.family() as family:
            answer = await family.get(f"{site.path(event.event_id)}/calendar.ics")
        (found,) = Calendar.from_ical(answer.text).walk("VEVENT")
        return int(found.decoded("sequence")), str(found["status"])

    assert await entry() == (1, "CONFIRMED")
    await edit_event(desk, event.event_id, draft(place="Gym"), OFFICE)
    assert await entry() == (2, "CONFIRMED")
    await cancel_event(desk, event.event_id, "", OFFICE)
    assert await entry() == (3, "CANCELLED")


async def test_words_of_the_school_are_shown_as_words(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    await edit_event(
        desk, event.event_id, draft(title="<script>x</script> {{7*7}}", place="%s %(x)s"), OFFICE
    )
    async with site.family() as family:
        page = await family.get(site.path(event.event_id))
    assert page.status_code == 200
    assert "<script>x" not in page.text
    assert "{{7*7}}" in page.text
    assert desk.now == NOW


async def test_a_link_says_nothing_to_caches_and_other_sites(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.family() as family:
        page = await family.get(site.path(event.event_id))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "noindex" in page.text
