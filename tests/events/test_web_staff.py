"""The staff's pages: lists, planning, publishing, answers, files."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from services.events.actions import Desk, plan_event
from services.events.domain import SchoolEvent
from services.events.web.sheet import sheet_of
from shared.clock import SetClock
from shared.messages import EventCancelled, EventChanged, EventPublished
from tests.events import making
from tests.events.conftest import DISTRICT, OFFICE, OTHER_OFFICE, TEACHER, know, told
from tests.events.making import MAPLE, ROOM_4, ROOM_5, draft
from tests.events.site import EventsSite, fill_in

FILLED: dict[str, Any] = {
    "school_id": MAPLE,
    "title": "Winter Sing",
    "audience": "school",
    "day": "2026-12-10",
    "starts": "18:00",
    "ends": "19:30",
    "reply_by": "2026-12-08",
    "place": "Gym",
    "language": "en",
    "act": "save",
}


async def test_without_sign_in_there_is_nothing(site: EventsSite, event: SchoolEvent) -> None:
    async with site.family() as stranger:
        for path in ("", "/new", f"/{event.event_id}", f"/{event.event_id}/answers.csv"):
            answer = await stranger.get(f"/events{path}")
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in?next=")


async def test_an_empty_list_says_what_to_do(site: EventsSite) -> None:
    async with site.browser(OFFICE) as browser:
        for show, words in [
            ("coming", "No events are coming"),
            ("past", "No event is over yet"),
            ("drafts", "There are no drafts"),
        ]:
            assert words in (await browser.get(f"/events?show={show}")).text


async def test_the_list_shows_what_is_coming_page_by_page(site: EventsSite, desk: Desk) -> None:
    for title in ("First", "Second", "Third"):
        await plan_event(desk, draft(title=title), OFFICE)
    async with site.browser(OFFICE) as browser:
        page = await browser.get("/events?show=drafts&size=2")
        assert ("Third" in page.text, "Second" in page.text) == (True, True)
        assert "First" not in page.text
        more = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        rest = await browser.get(f"/events{more}&size=2")
        assert "First" in rest.text
        broken = await browser.get("/events?after=WzEsMl0")
    assert broken.status_code == 422


async def test_an_event_is_planned_in_one_form_and_published_by_its_button(
    site: EventsSite, desk: Desk
) -> None:
    async with site.browser(OFFICE) as browser:
        answer = await fill_in(browser, "/events/new", **FILLED | {"act": "publish"})
        assert answer.status_code == 303
        page = await browser.get(answer.headers["location"])
    assert "Published. Families are invited now." in page.text
    assert "Winter Sing" in page.text
    assert "not answered yet" in page.text
    assert len(await told(desk, EventPublished)) == 1


async def test_a_draft_is_saved_then_published_then_changed_then_cancelled(
    site: EventsSite, desk: Desk
) -> None:
    async with site.browser(OFFICE) as browser:
        place = (await fill_in(browser, "/events/new", **FILLED)).headers["location"]
        assert "4 households will be invited" in (await browser.get(place)).text
        await fill_in(browser, f"{place}/publish", form_at=place)
        edited = FILLED | {"place": "Library", "version": "2"}
        await fill_in(browser, f"{place}/edit", **edited)
        await fill_in(browser, f"{place}/cancel", reason="Snow")
        page = await browser.get(place)
    assert "Cancelled" in page.text
    assert "Snow" in page.text
    assert [len(await told(desk, kind)) for kind in (EventPublished, EventChanged)] == [1, 1]
    (cancelled,) = await told(desk, EventCancelled)
    assert cancelled.data["facts"]["place"] == "Library"


async def test_the_form_shows_what_is_known(site: EventsSite, event: SchoolEvent) -> None:
    async with site.browser(OFFICE) as browser:
        page = await browser.get(f"/events/{event.event_id}/edit")
    for value in ("Family Math Night", "2026-12-03", "18:00", "19:30", "2026-12-01", "Cafeteria"):
        assert f'value="{value}"' in page.text
    assert "they are told of it" in page.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"day": "2026-11-01"}, "This is in the past."),
        ({"ends": "17:00"}, "must end after it starts"),
        ({"day": "2027-03-14", "starts": "02:30", "ends": "05:00"}, "does not exist"),
        ({"reply_by": "2026-12-11"}, "before it starts"),
        ({"audience": "classes"}, "choose at least one class"),
        ({"audience": "classes", "class_ids": ["elsewhere"]}, "not a class of this school"),
        ({"day": "soon"}, "Please write a date"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    site: EventsSite, desk: Desk, wrong: dict[str, Any], sentence: str
) -> None:
    async with site.browser(OFFICE) as browser:
        page = await fill_in(browser, "/events/new", **FILLED | wrong)
    assert page.status_code == 422
    assert sentence in page.text
    assert 'value="Gym"' in page.text
    assert await desk.units.database["school_events"].count_documents({}) == 0


async def test_somebody_else_was_faster(site: EventsSite, event: SchoolEvent) -> None:
    stale = FILLED | {"version": str(event.version - 1)}
    async with site.browser(OFFICE) as browser:
        page = await fill_in(browser, f"/events/{event.event_id}/edit", **stale)
    assert page.status_code == 422
    assert "Somebody else changed this event" in page.text


async def test_a_teacher_may_choose_own_classes_only(site: EventsSite) -> None:
    async with site.browser(TEACHER) as browser:
        page = await browser.get("/events/new")
        assert (f'value="{ROOM_4}"' in page.text, f'value="{ROOM_5}"' in page.text) == (True, False)
        assert "The whole school" not in page.text
        whole = await fill_in(browser, "/events/new", **FILLED)
        own = FILLED | {"audience": "classes", "class_ids": [ROOM_4]}
        mine = await fill_in(browser, "/events/new", **own)
    assert "You can plan events for your own classes." in whole.text
    assert mine.status_code == 303


async def test_the_district_chooses_a_school_first(site: EventsSite) -> None:
    async with site.browser(DISTRICT) as browser:
        page = await browser.get("/events/new")
        assert "For which school?" in page.text
        form = await browser.get(f"/events/new?school={MAPLE}")
    assert "Maple Elementary" in form.text


async def test_a_teacher_sees_figures_and_no_buttons_on_the_schools_event(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.browser(TEACHER) as browser:
        page = await browser.get(f"/events/{event.event_id}")
        assert page.status_code == 200
        assert "Cancel the event" not in page.text
        assert "Sam Li" not in page.text
        assert "Sam Okafor" in page.text
        assert "4 households are invited" in page.text
        cancelled = await fill_in(
            browser, f"/events/{event.event_id}/cancel", form_at="/events/new"
        )
    assert cancelled.status_code == 403


async def test_another_school_finds_nothing_on_any_page(
    site: EventsSite, event: SchoolEvent
) -> None:
    one = f"/events/{event.event_id}"
    async with site.browser(OTHER_OFFICE) as browser:
        assert "Math Night" not in (await browser.get("/events")).text
        for path in ("", "/edit", "/cancel", "/door", "/answers.csv", "/answers/household-okafor"):
            assert (await browser.get(one + path)).status_code == 404
        for path in ("/edit", "/publish", "/cancel", "/delete", "/answers/household-okafor"):
            sent = await fill_in(
                browser, one + path, form_at="/events/new", answer="yes", party_size="2", **FILLED
            )
            assert sent.status_code == 404


async def test_a_form_without_its_token_is_refused(site: EventsSite, event: SchoolEvent) -> None:
    async with site.browser(OFFICE) as browser:
        answer = await browser.post(f"/events/{event.event_id}/cancel", data={"reason": "x"})
    assert answer.status_code == 403


async def test_the_office_writes_down_what_a_family_said_by_phone(
    site: EventsSite, event: SchoolEvent
) -> None:
    path = f"/events/{event.event_id}/answers/household-haddad"
    async with site.browser(OFFICE) as browser:
        assert "Sam Haddad" in (await browser.get(path)).text
        missing = await fill_in(browser, path, answer="yes", party_size="")
        assert missing.status_code == 422
        saved = await fill_in(browser, path, answer="yes", party_size="5")
        assert saved.status_code == 303
        page = await browser.get(f"/events/{event.event_id}?answer=yes")
    assert "The answer of Sam Haddad is written down." in page.text
    assert "by phone or paper" in page.text


async def test_answers_come_as_a_file_that_runs_nothing(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    _, home = making.family("garcia")
    await know(desk, home.model_copy(update={"greeting": ("=HYPERLINK(1)",)}), version=2)
    async with site.browser(OFFICE) as browser:
        path = f"/events/{event.event_id}/answers/household-haddad"
        await fill_in(browser, path, answer="maybe", party_size="2")
        answer = await browser.get(f"/events/{event.event_id}/answers.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="answers-2026-12-03.csv"'
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert [row["Family"] for row in rows] == [
        "Sam Haddad",
        "'=HYPERLINK(1)",
        "Sam Li",
        "Sam Okafor",
    ]
    assert (rows[0]["Answer"], rows[0]["People"]) == ("Maybe", "2")
    assert rows[1]["Answer"] == "Not answered yet"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\r=x", "  =x", "＝x", "|x"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    (row,) = csv.reader(StringIO(sheet_of([[cell]]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{cell}"]


async def test_the_list_for_the_door_has_who_said_yes_and_maybe(
    site: EventsSite, event: SchoolEvent
) -> None:
    async with site.browser(OFFICE) as browser:
        for home, answer in [("haddad", "yes"), ("li", "maybe"), ("okafor", "no")]:
            path = f"/events/{event.event_id}/answers/household-{home}"
            await fill_in(browser, path, answer=answer, party_size="3")
        await browser.get(f"/events/{event.event_id}")  # where the last answer is confirmed
        page = await browser.get(f"/events/{event.event_id}/door")
    assert "3 people expected" in page.text
    assert ("Sam Haddad" in page.text, "Sam Li" in page.text) == (True, True)
    assert "Sam Okafor" not in page.text


async def test_publishing_what_is_past_is_refused_with_a_sentence(
    site: EventsSite, desk: Desk, clock: SetClock
) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    clock.move(timedelta(days=20))
    place = f"/events/{event.event_id}"
    async with site.browser(OFFICE) as browser:
        await fill_in(browser, f"{place}/publish", form_at=place)
        page = await browser.get(place)
    assert "It starts in the past. Change the day first." in page.text


async def test_a_draft_is_deleted(site: EventsSite, desk: Desk) -> None:
    event = await plan_event(desk, draft(), OFFICE)
    place = f"/events/{event.event_id}"
    async with site.browser(OFFICE) as browser:
        await fill_in(browser, f"{place}/delete", form_at=place)
        assert (await browser.get(place)).status_code == 404


async def test_many_families_come_page_by_page(
    site: EventsSite, desk: Desk, event: SchoolEvent
) -> None:
    await know(desk, *(each for i in range(99) for each in making.family(f"n{i:02d}")))
    async with site.browser(OFFICE) as browser:
        first = await browser.get(f"/events/{event.event_id}?answer=none")
        rest = await browser.get(f"/events/{event.event_id}?answer=none&start=100")
    assert (first.text.count('scope="row"'), rest.text.count('scope="row"')) == (100, 3)
    assert "answer=none&amp;start=100#answers" in first.text
    assert 'rel="next"' not in rest.text
