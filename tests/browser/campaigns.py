"""The ways to pages of campaigns."""

from playwright.async_api import Page

from tests.browser.ways import press
from tests.browser.world import World


async def plan(page: Page, world: World) -> None:
    """A campaign that was planned."""
    await _fill_in(page, "2026-01-01", "2026-03-31")


async def edit(page: Page, world: World) -> None:
    """Its form."""
    await plan(page, world)
    await press(page, "a[href$='/edit']")


async def plan_backwards(page: Page, world: World) -> None:
    """One that ends before it begins, refused."""
    await _fill_in(page, "2026-03-31", "2026-01-01")


async def _fill_in(page: Page, first: str, last: str) -> None:
    await page.goto("/contacts/campaigns/new")
    await page.fill("[name=name]", "American Education Week")
    await page.fill("[name=begins]", first)
    await page.fill("[name=ends]", last)
    await page.fill("[name=words]", "A week for you.\nEach family hears good news.")
    await page.fill("[name=goal]", "50")
    await press(page, "main form.panel button")
