"""Debian's Chromium, and what is wrong with a page that it shows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    async_playwright,
    expect,
)

from services.notifications.letters.tongue import WRITTEN_IN

PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)
PROGRAM = "/usr/bin/chromium"
WORDS = (
    "--no-sandbox",  # Chromium as root refuses to start otherwise
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)
AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = ("best-practice",)
PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 900}
DIRECTIONS = {language: "rtl" if language == "ar" else "ltr" for language in WRITTEN_IN}

NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
"""A container that starts beside us changes the network, and Chromium drops what it loads."""
_RUN_AXE = """async (tags) => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], iframes: false,
  });
  return found.violations.flatMap((each) => each.nodes.map((node) =>
    `axe ${each.id}: ${each.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
}"""
_TOO_WIDE = """() => {
  const page = document.scrollingElement, room = document.documentElement.clientWidth;
  if (page.scrollWidth <= room) return null;
  const wide = [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && (box.right > room + 1 || box.left < -1);
  });
  const names = wide.slice(0, 4).map((each) => each.outerHTML.slice(0, 120));
  return `${page.scrollWidth} px wide on ${room} px: ${names.join(" | ")}`;
}"""
_HEAD = """() => ({
  dir: document.documentElement.dir, lang: document.documentElement.lang, title: document.title,
  headings: [...document.querySelectorAll("h1")].map((each) => each.innerText.trim()),
})"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=list(WORDS))
        yield browser
        await browser.close()


@dataclass
class Window:
    """One person's window; it notes everything that the browser complains about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    status: int = 0
    """With which the page came that stands there now."""

    def __post_init__(self) -> None:
        self.page.on("response", self._came)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)

    def _came(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == self.page.main_frame:
            self.status = answer.status

    def _note(self, message: ConsoleMessage) -> None:
        # An error page is told of as a failed load; that it should be one is checked elsewhere.
        itself = message.location.get("url") == self.page.url and "status of" in message.text
        if message.type in {"error", "warning"} and not itself:
            self.complaints.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left, or a download, ends its requests; nobody misses them.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"not loaded: {request.url} {request.failure}")

    @property
    def network_changed(self) -> bool:
        """Whether the last page has to be looked at again for a reason that is not its own."""
        return any(NETWORK_CHANGED in each for each in self.complaints)

    async def faults(self, language: str, *, mail: bool = False) -> list[str]:
        """What is wrong with the page as it stands; what the browser said so far is told once.

        A `mail` has its headings and landmarks from the program that shows it.
        """
        await self.page.set_viewport_size(PHONE)
        head = await self.page.evaluate(_HEAD)
        found = [*self.complaints, *_faults_of(head, language, heading=not mail)]
        self.complaints.clear()
        if wide := await self.page.evaluate(_TOO_WIDE):
            found.append(f"too wide: {wide}")
        return found + await self.axe(WCAG if mail else (*WCAG, *BEST_PRACTICE))

    async def axe(self, rules: Sequence[str]) -> list[str]:
        """What axe finds; `add_script_tag` would be stopped by our own security policy."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        told: list[str] = await self.page.evaluate(_RUN_AXE, list(rules))
        return told


def _faults_of(head: dict[str, Any], language: str, *, heading: bool) -> list[str]:
    found = []
    if (head["lang"], head["dir"]) != (language, DIRECTIONS[language]):
        found.append(f"language {head['lang']} {head['dir']} instead of {language}")
    if heading and (len(head["headings"]) != 1 or not head["headings"][0]):
        found.append(f"headings of the first level: {head['headings']}")
    if not head["title"].strip():
        found.append("no title")
    return found


async def open_window(
    browser: Browser, *, language: str = "en", javascript: bool = True, **options: Any
) -> tuple[BrowserContext, Window]:
    """A new window with cookies of its own; `options` are Playwright's own."""
    context = await browser.new_context(
        **{"viewport": PHONE, "locale": language, **options}, java_script_enabled=javascript
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    return context, Window(await context.new_page())
