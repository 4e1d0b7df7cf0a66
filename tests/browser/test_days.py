"""People at work, in a browser on a phone: each test is one errand from beginning to end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.world import World

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
MOST_TAPS = 4


@asynccontextmanager
async def phone(windows: Windows, role: str) -> AsyncIterator[Page]:
    """A phone in the hand of somebody, and of nobody else."""
    context, window = await windows.another(role, viewport=PHONE, has_touch=True)
    yield window.page
    await context.close()


class Thumb:
    """Taps, and counts them. Typing is no tap."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    async def on(self, what: str) -> None:
        """Tap something that leads to another page."""
        self.taps += 1
        async with self.page.expect_navigation():
            await self.page.locator(what).first.tap()


async def test_good_news_is_logged_from_the_list_in_four_taps_and_one_sentence(
    windows: Windows, world: World
) -> None:
    async with phone(windows, "educator") as page:
        await page.goto("/contacts/")
        thumb = Thumb(page)
        await thumb.on("main a[href^='/contacts/families/']")
        await thumb.on("main a[href$='/log']")
        await page.fill("[name=words]", "He explained fractions to the whole table.")
        await thumb.on("main form button:not([formaction]):not([type=button])")
        await expect(page.get_by_text("your words are on their way")).to_be_visible()
        assert thumb.taps <= MOST_TAPS
        await expect(page.get_by_text("He explained fractions").first).to_be_visible()


async def test_a_voicemail_takes_four_taps(windows: Windows, world: World) -> None:
    async with phone(windows, "educator") as page:
        await page.goto("/contacts/")
        thumb = Thumb(page)
        await thumb.on("main a[href^='/contacts/families/']")
        await thumb.on("main a[href$='/log']")
        await page.locator("label[for=outcome-voicemail]").tap()
        thumb.taps += 1
        await thumb.on("main form button:not([formaction]):not([type=button])")
        assert thumb.taps <= MOST_TAPS
        await expect(page.get_by_text("Left a voicemail").first).to_be_visible()


async def test_the_office_corrects_a_language_and_goes_back_to_the_roster(
    windows: Windows, world: World
) -> None:
    async with phone(windows, "office") as page:
        here = world.path("/contacts/families/{family_id}")
        await page.goto(here)
        thumb = Thumb(page)
        await thumb.on(f"a[href$='/adults/{world.ids['guardian_id']}']")
        before = await page.input_value("[name=language]")
        await page.select_option("[name=language]", "uk" if before != "uk" else "fr")
        await page.fill("[name=reason]", "She wrote it on the form")
        await thumb.on("main form button")
        await expect(page.get_by_text("the roster says:").first).to_be_visible()
        await page.goto(f"{here}/adults/{world.ids['guardian_id']}")
        await expect(page.get_by_text("She wrote it on the form")).to_be_visible()
        await thumb.on("main form[action$='/back'] button")
        assert await page.input_value("[name=language]") == before
        await expect(page.get_by_text("What differs from the roster")).to_have_count(0)


async def test_whoever_is_next_was_told_and_the_turn_goes_on(
    windows: Windows, world: World
) -> None:
    async with phone(windows, "educator") as page:
        await page.goto("/contacts/next")
        first = await page.locator("#first").inner_text()
        reasons = await page.locator("section[aria-labelledby=first] li").all_inner_texts()
        assert reasons, "nobody is first without a reason"
        thumb = Thumb(page)
        await thumb.on("section[aria-labelledby=first] a[href*='/log']")
        await thumb.on("main form button:not([formaction]):not([type=button])")
        await thumb.on("main a[href='/contacts/next']")
        assert await page.locator("#first").inner_text() != first


async def test_a_coordinator_fills_an_interpreter_hour_and_gives_a_family_away(
    windows: Windows, world: World
) -> None:
    async with phone(windows, "coordinator") as page:
        await page.goto("/contacts/interpreters")
        thumb = Thumb(page)
        await thumb.on("main a[href*='/contacts/interpreters/hour?']")
        await page.select_option("[name=language]", "ar")
        await page.fill("[name=day]", _next_tuesday().isoformat())
        await page.fill("[name=from]", "14:00")
        await page.fill("[name=to]", "16:00")
        await thumb.on("main form button")
        slots = await page.locator("td[data-label=Time]").all_inner_texts()
        assert len(slots) >= 2
        assert slots[:2] == ["2:00 PM", "2:10 PM"] or slots[:2] == ["2:00\u202fPM", "2:10\u202fPM"]
        await page.goto("/contacts/school")
        await thumb.on("main a[href$='/caseload']")
        await page.select_option("[name=educator_id]", index=1)
        await page.fill("[name=reason]", "She speaks their language")
        await page.fill("[name=ends]", (_next_tuesday() + timedelta(days=60)).isoformat())
        await thumb.on("main form.panel button")
        await expect(page.get_by_text("She speaks their language").first).to_be_visible()


async def test_what_a_coordinator_shares_is_read_by_parents_without_an_account(
    windows: Windows, world: World
) -> None:
    async with phone(windows, "coordinator") as page:
        await page.goto("/contacts/resources/new")
        await page.fill("[name=title]", "Ten minutes of fractions")
        await page.select_option("[name=topic]", "math")
        await page.fill("[name=words]", "Cut an apple into halves and quarters.")
        thumb = Thumb(page)
        await thumb.on("main form button")
        shows = page.locator("button", has_text="Show it to families").filter(
            has_text="Ten minutes of fractions"
        )
        if await shows.count():
            async with page.expect_navigation():
                await shows.first.tap()
        parents = await page.locator("main a[href^='/contacts/parents/']").first.get_attribute(
            "href"
        )
    assert parents
    async with phone(windows, "") as page:
        await page.goto(parents)
        await expect(page.get_by_text("Cut an apple into halves and quarters.")).to_be_visible()


def _next_tuesday() -> date:
    today = date.today()  # noqa: DTZ011 - the browser's own day
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)
