"""Letters as a mail program shows them: the letter alone, light or dark, in both directions."""

import asyncio
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize

from services.notifications.domain.notice import Content, EventWords
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_html
from services.notifications.letters.writing import write
from tests.browser.chromium import open_window
from tests.browser.png import smaller
from tests.notifications.making import FACTS, occasion

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PHONE: ViewportSize = {"width": 390, "height": 844}
PICTURED = ("en", "ar")
"""One language of each direction."""


def html_of(kind: str, content: Content, language: str, *, draft: bool = False) -> str:
    """A letter's HTML; `draft`: with the English below, as where nobody reviewed the language."""
    told = occasion(content, kind, language)
    return as_html(as_sent(told) if draft else write(told))


async def show(page: Page, html: str, scheme: Scheme) -> list[str]:
    """Show a letter; gives what it asked the network for, which has to be nothing."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.emulate_media(color_scheme=scheme)
    await page.set_content(html)
    return asked


async def take_mails(browser: Browser, folder: Path) -> list[Path]:
    """An invitation in both directions, light and dark."""
    context, window = await open_window(browser, viewport=PHONE)
    taken = []
    for language in PICTURED:
        html = html_of("invitation", EventWords(facts=FACTS), language)
        for scheme in SCHEMES:
            await show(window.page, html, scheme)
            path = folder / f"mail-{language}-{scheme}.png"
            png = await window.page.screenshot(animations="disabled", full_page=True)
            path.write_bytes(await asyncio.to_thread(smaller, png))
            taken.append(path)
    await context.close()
    return taken
