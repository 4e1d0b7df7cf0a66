"""A household's own page: its link in a letter, what it shows, asking, and its calendar."""

import re
from datetime import timedelta
from pathlib import Path

import httpx2
from icalendar import Calendar

from shared.messages import (
    EventCancelled,
    EventPublished,
    EventRSVPd,
    FamilyAsked,
    FamilyErased,
    FlagsAsOf,
    FlagsChanged,
    HouseholdItemChanged,
)
from shared.web.templates import STATIC
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, NOW, contact, household
from tests.notifications.making import Adult as Grown
from tests.notifications.site import Site

HOST = "https://partners.schools.example"
HEAVIEST = 60_000
"""Bytes that a browser loads at the first visit, as they are, before anybody squeezes them."""
PUBLISHED = EventPublished(event_id=FACTS.event_id, facts=FACTS)


async def link_of(bench: Bench, home: str, family: str, contact_id: str = "contact-1") -> str:
    """The path of the page, from the newest letter to a household."""
    await bench.tell(contact(family, contact_id))
    await bench.settle()
    mail = bench.sink.letters_to(f"{home}@family.example")[-1]
    body = mail.get_body(preferencelist=("plain",))
    assert body
    found = re.search(rf"{HOST}(/notifications/our-children/\S+)", str(body.get_content()))
    assert found
    return found.group(1)


def feed_in(page: str) -> str:
    found = re.search(r'href="https?://[^/"]+(/notifications/our-children/[^"]+\.ics)"', page)
    assert found
    return found.group(1)


def rsvp(home: str, answer: str = "yes") -> EventRSVPd:
    return EventRSVPd.model_validate(
        {
            "rsvp_id": f"{FACTS.event_id}|{home}", "event_id": FACTS.event_id,
            "school_id": "school-1", "household_id": f"household-{home}",
            "family_ids": ("family-smith",), "answer": answer, "party_size": 7,
            "answered_at": NOW,
        }
    )  # fmt: skip


async def ask(
    client: httpx2.AsyncClient, link: str, *, key: str = "", **fields: str
) -> httpx2.Response:
    shown = (await client.get(link)).text
    made = re.search(r'name="key" value="([^"]+)"', shown)
    student = re.search(r'name="student_id" value="([^"]+)"', shown)
    assert made
    assert student
    sent = {"key": key or made.group(1), "student_id": student.group(1), "what": "call", **fields}
    return await client.post(link, data=sent)


async def test_a_letter_leads_to_all_that_comes_in_the_familys_language(
    bench: Bench, site: Site
) -> None:
    link = await link_of(bench, "gomez", "gomez")
    await bench.tell(PUBLISHED)
    item = HouseholdItemChanged(
        item_id="r1", kind="resource", school_ids=("school-1",), title="Leer juntos",
        language="es", link="/contacts/parents/school-1#r-r1",
    )  # fmt: skip
    await bench.tell(item)
    async with site.family() as family:
        shown = await family.get(link)
        answer_at = re.search(r'href="[^"]*(/events/rsvp/[^"]+)"', shown.text)
        choices_at = re.search(r'href="[^"]*(/notifications/choices/[^"]+)"', shown.text)
        assert choices_at
        assert (await family.get(choices_at.group(1))).status_code == 200
    assert shown.status_code == 200
    assert '<html lang="es"' in shown.text
    for words in ("Nuestros niños", "Ana Test y Luis Test", "<bdi>Gomez</bdi>", FACTS.title[:8]):
        assert words in shown.text
    for words in ("Maple Elementary", "Leer juntos", "Responda a más tardar", "webcal://"):
        assert words in shown.text
    assert answer_at
    assert (
        bench.room.answer_links.read(answer_at.group(1).rpartition("/")[2]).object_id == "event-1"
    )
    assert "<script" not in shown.text


async def test_the_page_is_light_enough_for_an_old_telephone(bench: Bench, site: Site) -> None:
    link = await link_of(bench, "gomez", "gomez")
    for number in range(25):
        facts = FACTS.model_copy(update={"event_id": f"event-{number}", "title": "A" * 80})
        await bench.tell(EventPublished(event_id=facts.event_id, facts=facts))
    async with site.family() as family:
        page = (await family.get(link)).text
    loaded = re.findall(r'(?:<link rel="(?:stylesheet|icon)" href|src)="/static/([^"?]+)', page)
    assert "light.css" in loaded
    weight = len(page.encode()) + sum((Path(STATIC) / name).stat().st_size for name in loaded)
    assert weight <= HEAVIEST, f"{weight} bytes"


async def test_two_households_of_one_child_never_see_each_others_answer_or_ask(
    bench: Bench, site: Site
) -> None:
    kim = await link_of(bench, "kim", "smith")
    await bench.tell(PUBLISHED)
    await bench.tell(rsvp("kim"))
    async with site.family() as family:
        assert (await ask(family, kim, words="Kims own words")).status_code == 303
        own = (await family.get(kim)).text
    (asked,) = [each.open() for each in await bench.told() if each.type == FamilyAsked.TYPE]
    assert isinstance(asked, FamilyAsked)
    await bench.tell(
        HouseholdItemChanged(
            item_id=asked.asked_id,
            kind="ask",
            household_ids=("household-kim",),
            who="Ana Rivera",
            due_on=NOW.date() + timedelta(days=2),
        )
    )
    pat = await link_of(bench, "pat", "smith", "contact-2")
    async with site.family() as family:
        own += (await family.get(kim)).text
        other = (await family.get(pat)).text
        feed = (await family.get(feed_in(other))).text
    secrets = ("Kims own words", "7 people", "Ana Rivera will answer by Thu, Nov 26", "Kim Test")
    for secret in secrets:
        assert secret in own
        assert secret not in other + feed
    assert 'dir="rtl"' in other
    assert "light.css" in other


async def test_asking_tells_the_school_once_and_says_what_is_missing(
    bench: Bench, site: Site
) -> None:
    link = await link_of(bench, "kim", "smith")
    async with site.family() as family:
        await family.get(link)
        assert FamilyAsked.TYPE not in [each.type for each in await bench.told()]
        for _ in range(2):
            sent = await ask(family, link, key="one-form-1", best_time="evening", language="ar")
            assert sent.status_code == 303
        thanks = await family.get(sent.headers["location"])
        assert "two school days" in thanks.text
        nothing = await ask(family, link, what="know")
        assert nothing.status_code == 422
        assert "what the school should know" in nothing.text
        elses = await ask(family, link, student_id="student-gomez")
        assert elses.status_code == 422
        for number in range(4):
            assert (await ask(family, link, key=f"form-no-{number}")).status_code == 303
        often = await ask(family, link, key="once-too-often")
        assert often.status_code == 422
        assert "Please call the school" in often.text
    told = [each.open() for each in await bench.told() if each.type == FamilyAsked.TYPE]
    assert len(told) == 5
    first = told[0]
    assert isinstance(first, FamilyAsked)
    assert (first.household_id, first.student_id) == ("household-kim", "student-smith")
    assert (first.what, first.best_time, first.language) == ("call", "evening", "ar")
    assert first.family_ids == ("family-smith",)


async def test_a_calendar_is_followed_until_the_family_takes_a_new_address(
    bench: Bench, site: Site
) -> None:
    link = await link_of(bench, "gomez", "gomez")
    await bench.tell(PUBLISHED)
    async with site.family() as family:
        path = feed_in((await family.get(link)).text)
        assert feed_in((await family.get(link)).text) == path
        first = await family.get(path)
        assert first.headers["content-type"].startswith("text/calendar")
        (entry,) = Calendar.from_ical(first.content).walk("VEVENT")
        assert str(entry["uid"]) == "event-1@schools.example"
        again = await family.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await bench.tell(EventCancelled(event_id="event-1", facts=FACTS), version=2)
        off = await family.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert b"STATUS:CANCELLED" in off.content
        # The page's own token opens no calendar, nor the calendar's the page.
        assert (await family.get(f"{link}/calendar.ics")).status_code == 410
        assert (await family.get(path.removesuffix("/calendar.ics"))).status_code == 410
        await family.post(f"{link}/calendar")
        assert (await family.get(path)).status_code == 410
        newer = feed_in((await family.get(link)).text)
        assert (await family.get(newer)).status_code == 200


async def test_a_flag_or_a_new_link_version_ends_page_and_calendar_at_once(
    bench: Bench, site: Site
) -> None:
    link = await link_of(bench, "gomez", "gomez")
    async with site.family() as family:
        path = feed_in((await family.get(link)).text)
        bench.clock.move(timedelta(minutes=6))
        for each in (link, path):
            late = await family.get(each)
            assert late.status_code == 503
            assert late.headers["retry-after"]
        await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()), version=9)
        assert (await family.get(link)).status_code == 200
        flag = FlagsChanged(
            number=1, guardian_id="guardian-gomez-luis", student_id="student-gomez", custody=True
        )
        await bench.tell(flag)
        for each in (link, path):
            assert (await family.get(each)).status_code == 410
        assert (await family.post(link, data={"what": "call"})).status_code == 410
        other = await link_of(bench, "li", "li", "contact-3")
        assert (await family.get(other)).status_code == 200
        wei = Grown("wei", "li", "zh")
        moved = household("li", wei, (wei,)).model_copy(update={"link_version": 2})
        await bench.tell(moved, version=5)
        assert (await family.get(other)).status_code == 410


async def test_an_erased_family_leaves_nothing_on_its_page(bench: Bench, site: Site) -> None:
    link = await link_of(bench, "kim", "smith")
    await bench.tell(PUBLISHED, rsvp("kim"))
    async with site.family() as family:
        await ask(family, link, words="Kims own words")
    gone = FamilyErased(
        family_id="family-smith", student_ids=("student-smith",),
        household_ids=("household-kim", "household-pat"), when=NOW,
    )  # fmt: skip
    await bench.room.store.database["outbox"].update_many({}, {"$set": {"sent_at": NOW}})
    await bench.tell(gone)
    for name in ("household_asks", "household_answers", "household_items", "outbox"):
        rows = await bench.room.store.database[name].find().to_list(None)
        assert "Kims own words" not in repr(rows)
        assert "household-kim" not in repr(rows) or name == "outbox"
