"""The way to each page of a file of contacts: it is sent, matched, and looked at."""

from playwright.async_api import Page

from tests.browser.ways import press
from tests.browser.world import World


async def to_match(page: Page, world: World) -> None:
    student = world.district.picks.good_news.student_ids[0]
    lines = ["Student ID,Date,Result,Comments", f"{student},11/3/2025 9:05 AM,Answered,Glad"]
    lines += [f"nobody-{number},13/13/2025,Answered," for number in range(3)]
    buffer = "\r\n".join(lines).encode()
    await page.goto("/contacts/contact-files")
    await page.set_input_files(
        "[name=file]", {"name": "calls.csv", "mimeType": "text/csv", "buffer": buffer}
    )
    await press(page, "main form[enctype] button")
    await until_there(page, "a[href$='/columns']")


async def columns(page: Page, world: World) -> None:
    await to_match(page, world)
    await press(page, "a[href$='/columns']")


async def columns_refused(page: Page, world: World) -> None:
    await columns(page, world)
    await page.select_option("[name=date]", "")
    await press(page, "main form button")


async def words(page: Page, world: World) -> None:
    await columns(page, world)
    await press(page, "main form button")


async def words_refused(page: Page, world: World) -> None:
    await words(page, world)
    await page.fill("[name=name]", "My calls")
    await press(page, "main form button")


async def previewed(page: Page, world: World) -> None:
    await words(page, world)
    await page.fill("[name=name]", "calls")
    await press(page, "main form button")
    await until_there(page, "form[action$='/again']")


async def cancelled(page: Page, world: World) -> None:
    await previewed(page, world)
    await press(page, "form[action$='/cancel'] button")


async def until_there(page: Page, what: str) -> None:
    """The work on a file goes on beside the pages."""
    while not await page.locator(what).count():
        await page.wait_for_timeout(200)
        await page.reload()
