"""The main things that people do, by plain forms: no script runs in these windows."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Windows
from tests.browser.world import World

pytestmark = pytest.mark.browser
Enter = Callable[..., Awaitable[Page]]


@pytest.fixture
async def enter(windows: Windows) -> AsyncIterator[Enter]:
    """A window without scripts for somebody; they are closed after the test."""
    opened: list[BrowserContext] = []

    async def enter(role: str, language: str = "en") -> Page:
        context, window = await windows.another(role, language, javascript=False)
        opened.append(context)
        return window.page

    yield enter
    for context in opened:
        await context.close()


async def test_an_educator_finds_a_family_writes_to_it_and_takes_it_back(
    enter: Enter, world: World
) -> None:
    page = await enter("educator")
    child = world.district.student[world.district.picks.good_news.student_ids[0]]
    await page.get_by_role("link", name="Log a contact").click()
    await page.get_by_label("Find a family").fill(f"{child.family_name} {child.given_name}".upper())
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name=child.given_name).first.click()
    await page.get_by_role("link", name="Log a contact").first.click()

    words = "Today everybody laughed at the joke about the snail."
    await page.get_by_label("Also write to the family").fill(words)
    await page.get_by_role("button", name="Show how it reads").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Before you send it")
    await expect(page.locator("main")).to_contain_text(words)
    await expect(page.locator("main")).to_contain_text("Gets it")

    await page.go_back()
    await expect(page.get_by_label("Also write to the family")).to_have_value(words)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("on their way to the family")
    await expect(page.locator("main blockquote")).to_have_text(words)

    await page.get_by_text("Undo this contact").click()
    await page.get_by_label("Why").fill("It was the wrong family.")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_contain_text("Undone.")


async def test_a_form_that_lacks_something_comes_back_with_what_was_typed(enter: Enter) -> None:
    page = await enter("coordinator")
    await page.goto("/events/new")
    await page.get_by_label("Place").fill("The gym")
    await page.get_by_role("button", name="Publish and invite families").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Name of the event: Please fill this in.")
    await page.get_by_role("link", name="Name of the event:").click()
    await expect(page).to_have_url(re.compile("#title$"))
    await expect(page.get_by_label("Place")).to_have_value("The gym")


async def test_an_event_is_published_and_answered_in_arabic(enter: Enter, world: World) -> None:
    staff = await enter("coordinator")
    await staff.get_by_role("link", name="Events").first.click()
    await staff.get_by_role("link", name="Plan an event").click()
    day = datetime.now(UTC).date() + timedelta(days=20)
    await staff.get_by_label("Name of the event").fill("Lantern Walk")
    await staff.get_by_label("Day", exact=True).fill(day.isoformat())
    await staff.get_by_label("Starts at").fill("17:30")
    await staff.get_by_label("Ends at").fill("18:30")
    await staff.get_by_role("button", name="Publish and invite families").click()
    await expect(staff.get_by_role("status")).to_contain_text("Published.")

    guardian = world.district.guardian[world.district.picks.arabic.guardian_ids[0]]
    link = await asyncio.to_thread(_invitation, world, guardian.email, "Lantern Walk")
    family = await enter("", "ar")
    await family.goto(link)
    await expect(family.locator("html")).to_have_attribute("dir", "rtl")
    await family.get_by_label("نعم").check()
    await family.locator("[name=party_size]").fill("3")
    await family.locator("main form button").click()
    await expect(family).to_have_url(re.compile("/thanks$"))
    await expect(family.get_by_role("heading", level=1)).to_have_text("شكرًا لكم!")

    await staff.reload()
    expected = staff.locator(".stat", has_text="people expected")
    await expect(expected.locator(".stat-figure")).to_have_text("3")


def _invitation(world: World, mailbox: str, title: str) -> str:
    return world.link_in_letter(mailbox, "/events/rsvp/", about=title)


async def test_a_family_stops_letters_and_gets_them_again(enter: Enter, world: World) -> None:
    page = await enter("")
    await page.goto(world.path("/notifications/unsubscribe/{unsubscribe_token}"))
    await page.get_by_role("button", name="Stop these letters").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("These letters have stopped")
    await page.get_by_role("button", name="Get these letters again").click()
    await expect(page.get_by_role("status")).to_have_text("You will get these letters again.")


async def test_a_family_asks_its_school_on_its_own_page(enter: Enter, world: World) -> None:
    page = await enter("")
    await page.goto(world.path("/notifications/our-children/{ours_token}"))
    await page.locator("[name=what][value=volunteer]").check()
    for child in await page.locator("[type=radio][name=student_id]").all():
        await child.check()
    await page.get_by_label("In your own words").fill("I can read to the small ones.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    await page.get_by_role("link", name="Back to our children").click()
    await expect(page.get_by_text("I can read to the small ones.")).to_be_visible()


async def test_settings_are_changed_and_refused_with_a_reason(enter: Enter) -> None:
    page = await enter("district")
    await page.get_by_role("link", name="Settings").first.click()
    await page.get_by_role("link", name="Letters to families").click()
    phone = page.get_by_label("Telephone number")
    await phone.fill("(555) 010-0199")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("The settings are kept.")
    await expect(phone).to_have_value("(555) 010-0199")
    days = "Days after which a held letter expires"
    await page.get_by_label(days).fill("99")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text(days)


async def test_reports_are_narrowed_to_a_school_and_a_time(enter: Enter, world: World) -> None:
    page = await enter("district")
    await page.get_by_role("link", name="Reports").first.click()
    school = world.district.schools[1].name
    await page.get_by_label("School", exact=True).select_option(label=school)
    await page.get_by_label("Time", exact=True).select_option(index=1)
    time = await page.get_by_label("Time", exact=True).locator("option:checked").inner_text()
    await page.get_by_role("button", name="Show").click()
    heading = page.get_by_role("heading", level=2).first
    await expect(heading).to_contain_text(school)
    await expect(heading).to_contain_text(time)


async def test_letters_are_narrowed_to_a_kind(enter: Enter) -> None:
    page = await enter("coordinator")
    await page.get_by_role("link", name="Letters").first.click()
    await page.get_by_label("Kind").select_option("good_news")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_label("Kind")).to_have_value("good_news")
    await expect(page.locator("main .rows li").first).to_contain_text("Good news")
    await expect(page.locator("main .rows")).not_to_contain_text("Invitation")


async def test_the_language_is_chosen_and_people_sign_out(enter: Enter) -> None:
    page = await enter("principal")
    await page.get_by_role("button", name="Español").click()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await page.get_by_role("button", name="English").click()
    await page.locator("details.account summary").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.goto("/contacts")
    await expect(page).to_have_url(re.compile("/sign-in"))
