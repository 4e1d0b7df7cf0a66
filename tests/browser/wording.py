"""How one gets to the pages on which the district words letters."""

from playwright.async_api import Page

from tests.browser.ways import press
from tests.browser.world import World

SENTENCE = "/notifications/wording/{language}/sentences/{sentence_key}"
SAVE = "main form.panel button:not([formaction])"


async def tried(page: Page, world: World) -> None:
    await page.goto(world.path(SENTENCE))
    await page.fill("[name=words]", "أهلاً بعائلتكم،")
    await press(page, "[formaction*='/preview']")


async def saved(page: Page, world: World) -> None:
    await page.goto(world.path(SENTENCE))
    words = await page.input_value("[name=words]")
    await page.fill("[name=words]", "أهلاً بكم،" if words != "أهلاً بكم،" else "مرحباً بكم،")
    await press(page, SAVE)


async def saved_here(page: Page, world: World) -> None:
    await saved(page, world)
    await page.goto(world.path("/notifications/wording/{language}/history"))


async def refused(page: Page, world: World) -> None:
    await page.goto(world.path(SENTENCE))
    await page.fill("[name=words]", "https://elsewhere.example")
    await press(page, SAVE)
