"""Somebody who uses no mouse writes a contact down: every stop can be seen, none is a trap."""

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import DESK
from tests.browser.conftest import Windows
from tests.browser.world import World

pytestmark = pytest.mark.browser
MOST_STOPS = 60
_HERE = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  const label = here.labels?.[0]?.innerText ?? here.getAttribute("aria-label");
  return { name: (label || here.innerText || here.value || "").trim(), tag: here.localName,
           seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
}"""


@dataclass
class Hands:
    """A keyboard, and nothing else."""

    page: Page

    async def to(self, name: str, *, back: bool = False) -> None:
        """Tab until the focus stands on what bears this name."""
        passed = []
        for _ in range(MOST_STOPS):
            await self.page.keyboard.press("Shift+Tab" if back else "Tab")
            here = await self.page.evaluate(_HERE)
            assert here["seen"] or here["tag"] == "body", f"the focus can't be seen on {here}"
            if here["name"].startswith(name):
                return
            passed.append(here["name"])
        raise AssertionError(f"{name!r} is not reached by Tab; passed {passed}")

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def write(self, text: str) -> None:
        """Type words."""
        await self.page.keyboard.type(text)

    async def follow(self) -> None:
        """Enter, and wait for the page that comes."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")


async def test_a_contact_is_logged_with_the_keyboard_alone(windows: Windows, world: World) -> None:
    context, window = await windows.another("")
    page, hands = window.page, Hands(window.page)
    await page.set_viewport_size(DESK)
    child = world.district.student[world.district.picks.good_news.student_ids[0]]

    await page.goto("/sign-in")
    await hands.to("Email address")
    await hands.write(world.logins["educator"])
    await hands.to("Password")
    await hands.write(world.password)
    await hands.follow()

    await hands.to("Skip to the content")
    await hands.press("Enter")
    await hands.to("Log a contact")
    await hands.follow()
    await hands.to("Find a family")
    await hands.write(f"{child.given_name} {child.family_name}")
    await hands.follow()
    await hands.to("Skip to the content")
    await hands.press("Enter")
    await hands.to(child.given_name)
    await hands.follow()
    await hands.to("Log a contact")
    await hands.follow()

    await hands.to("We talked")
    await hands.press("ArrowDown", "Space")
    await hands.to("Also write to the family")
    await hands.write("What a lovely drawing!")
    await hands.to("Save")
    await hands.follow()

    await expect(page).to_have_url(re.compile("/contacts/entries/"))
    await expect(page.locator("main")).to_contain_text("Left a voicemail")
    await expect(page.locator("main blockquote")).to_have_text("What a lovely drawing!")
    assert not window.complaints
    await context.close()


async def test_the_account_menu_opens_and_closes_by_keyboard(windows: Windows) -> None:
    context, window = await windows.another("educator")
    hands = Hands(window.page)
    await window.page.goto("/contacts")
    menu = window.page.locator("details.account")
    while not await menu.evaluate("each => each.contains(document.activeElement)"):
        await hands.press("Tab")
    await hands.press("Enter")
    await expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    await hands.press("Escape")
    await expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()
    await context.close()
