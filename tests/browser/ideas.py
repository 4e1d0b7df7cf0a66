"""The ways to pages of what educators share with colleagues."""

from playwright.async_api import Page

from tests.browser.ways import press
from tests.browser.world import World


async def edit(page: Page, world: World) -> None:
    """The form of one that was shared."""
    await page.goto("/contacts/ideas/new")
    await page.fill("[name=title]", "A glad morning")
    await page.fill("[name=words]", "Your child began the day with a smile.")
    await page.select_option("[name=topic]", "health")
    await press(page, "main form.panel button")
    await press(page, "a[href$='/edit']")
