"""Letters in the hands of mail programs: dark ones, old ones, and those that load no pictures."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from services.notifications.letters.tongue import WRITTEN_IN
from tests.browser.chromium import Window, open_window
from tests.browser.mails import SCHEMES, Scheme, html_of, show
from tests.notifications.making import LETTERS

pytestmark = pytest.mark.browser
NO_PICTURES = """() => [document.images.length, ...[...document.querySelectorAll("*")].map(
  (each) => getComputedStyle(each).backgroundImage).filter((each) => each !== "none")]"""
BRIGHTNESS = """() => [".sheet", ".footer"].map((each) => {
  const at = document.querySelector(each), style = getComputedStyle(at);
  const parts = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const bright = (colour) => parts(colour).reduce((sum, part) => sum + part, 0) / 765;
  const ground = each === ".sheet" ? style : getComputedStyle(document.body);
  return [bright(ground.backgroundColor), bright(style.color)];
})"""


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[Window]:
    context, opened = await open_window(browser)
    yield opened
    await context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_letter_is_legible_light_and_dark_in_both_directions(
    window: Window, language: str, scheme: Scheme
) -> None:
    faults = []
    for kind, content in LETTERS:
        await show(window.page, html_of(kind, content, language), scheme)
        faults += [f"{kind}: {each}" for each in await window.faults(language, mail=True)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", WRITTEN_IN)
async def test_each_language_is_legible_light_and_dark_with_the_english_below_a_draft(
    window: Window, language: str, scheme: Scheme
) -> None:
    kind, content = LETTERS[3]
    await show(window.page, html_of(kind, content, language, draft=True), scheme)
    assert not await window.faults(language, mail=True)


async def test_a_dark_program_gets_light_words_on_a_dark_ground(window: Window) -> None:
    html = html_of(*LETTERS[0], "en")
    await show(window.page, html, "light")
    for ground, words in await window.page.evaluate(BRIGHTNESS):
        assert ground > 0.9
        assert words < 0.4
    await show(window.page, html, "dark")
    for ground, words in await window.page.evaluate(BRIGHTNESS):
        assert ground < 0.2
        assert words > 0.6


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_with_pictures_off_a_letter_is_the_same_letter(
    browser: Browser, language: str, scheme: Scheme
) -> None:
    context, window = await open_window(browser)
    without, bare = await open_window(browser)
    await without.route("**/*", lambda route: route.abort())
    for kind, content in LETTERS:
        html = html_of(kind, content, language, draft=True)
        assert await show(window.page, html, scheme) == []
        assert await window.page.evaluate(NO_PICTURES) == [0], kind
        await show(bare.page, html, scheme)
        pictures = [await each.page.screenshot(full_page=True) for each in (window, bare)]
        assert pictures[0] == pictures[1], kind
    await context.close()
    await without.close()
