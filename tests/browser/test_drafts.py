"""What was written on a phone survives a lost connection, and is saved once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Windows
from tests.browser.world import World

pytestmark = pytest.mark.browser
_DRAFTS = "() => Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"
SAVE = "main form button:not([formaction]):not([type=button])"


@asynccontextmanager
async def phone(windows: Windows) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """A window of an educator that nobody else uses."""
    context, window = await windows.another("educator")
    yield context, window.page
    await context.close()


async def drafts(page: Page) -> int:
    found: int = await page.evaluate(_DRAFTS)
    return found


async def contacts_of(page: Page, world: World) -> int:
    """How often the words stand on the family's page."""
    await page.goto(world.path("/contacts/families/{family_id}"))
    return await page.get_by_text("Kept without a connection.").count()


async def test_a_contact_written_without_a_connection_is_saved_once_when_it_is_back(
    windows: Windows, world: World
) -> None:
    async with phone(windows) as (context, page):
        await page.goto(world.path("/contacts/families/{family_id}/log"))
        await page.locator("details:has([name=note]) summary").click()
        await page.fill("[name=note]", "Kept without a connection.")
        await context.set_offline(True)
        await page.click(SAVE)
        await expect(page.get_by_text("No connection.")).to_be_visible()
        assert await drafts(page) == 1
        await context.set_offline(False)
        await page.wait_for_url("**/contacts/entries/*")
        assert await drafts(page) == 0
        assert await contacts_of(page, world) == 1


async def test_what_was_typed_is_back_after_the_page_was_left_and_can_be_thrown_away(
    windows: Windows, world: World
) -> None:
    async with phone(windows) as (_, page):
        path = world.path("/contacts/families/{family_id}/log")
        await page.goto(path)
        await page.fill("[name=words]", "She helped everybody.")
        await page.locator("[name=tone][value=hello]").check()
        await page.goto("/contacts/")
        await page.goto(path)
        assert await page.input_value("[name=words]") == "She helped everybody."
        assert await page.locator("[name=tone][value=hello]").is_checked()
        await expect(page.get_by_text("is back")).to_be_visible()
        await page.get_by_role("button", name="Throw it away").click()
        await expect(page.locator("[name=words]")).to_have_value("")
        assert await drafts(page) == 0


async def test_a_form_that_nobody_touched_leaves_no_draft_and_signing_out_leaves_none(
    windows: Windows, world: World
) -> None:
    async with phone(windows) as (_, page):
        await page.goto(world.path("/contacts/families/{family_id}/log"))
        assert await drafts(page) == 0
        await page.fill("[name=words]", "She helped everybody.")
        assert await drafts(page) == 1
        await page.locator("details.account summary").click()
        await page.locator("form[action='/sign-out'] button").click()
        await page.wait_for_url("**/sign-in**")
        assert await drafts(page) == 0


async def test_a_draft_of_another_person_or_of_the_day_before_yesterday_is_gone(
    windows: Windows, world: World
) -> None:
    async with phone(windows) as (_, page):
        path = world.path("/contacts/families/{family_id}/log")
        await page.goto(path)
        await page.fill("[name=words]", "She helped everybody.")
        await page.evaluate(
            """() => {
              const [key] = Object.keys(localStorage).filter((each) => each.startsWith("draft:"));
              const draft = JSON.parse(localStorage.getItem(key));
              draft.at -= 49 * 3600 * 1000;
              localStorage.setItem(key, JSON.stringify(draft));
              localStorage.setItem("draft:somebody:/contacts/x", JSON.stringify(
                { at: Date.now(), fields: [] }));
            }"""
        )
        await page.reload()
        assert await drafts(page) == 0
        assert await page.input_value("[name=words]") == ""


async def test_what_is_saved_right_from_the_preview_leaves_no_draft(
    windows: Windows, world: World
) -> None:
    async with phone(windows) as (_, page):
        await page.goto(world.path("/contacts/families/{family_id}/log"))
        await page.fill("[name=words]", "She read to the small ones.")
        await page.click("[formaction='/notifications/preview']")
        await page.wait_for_url("**/notifications/preview")
        assert await drafts(page) == 1
        await page.locator("form[action$='/log'] button").click()
        await page.wait_for_url("**/contacts/entries/*")
        assert await drafts(page) == 0
