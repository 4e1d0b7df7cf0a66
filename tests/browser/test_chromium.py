"""The judge is judged: a page with faults is told of, and a smaller picture shows the same."""

import base64
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import Window, open_window
from tests.browser.png import smaller

pytestmark = pytest.mark.browser
FAULTY = """<html lang="en" dir="rtl"><title>Faults</title><main><h1>One</h1><h1>Two</h1>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="width: 600px; color: #aaa">Pale</p>
<script>console.error("something broke")</script></main></html>"""
_SAME = """async (pictures) => {
  const [one, other] = await Promise.all(pictures.map(async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    return canvas.getImageData(0, 0, picture.width, picture.height);
  }));
  return one.width === other.width && one.data.every((each, at) => each === other.data[at]);
}"""


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[Window]:
    context, opened = await open_window(browser)
    yield opened
    await context.close()


async def test_faults_of_a_page_are_found(window: Window) -> None:
    await window.page.set_content(FAULTY)
    told = "\n".join(await window.faults("en"))
    for fault in (
        "console: something broke",
        "language en rtl instead of en",
        "headings of the first level: ['One', 'Two']",
        " px wide on 320 px: <p",
        "axe image-alt",
        "axe color-contrast",
    ):
        assert fault in told


async def test_a_mail_needs_no_heading_but_everything_else(window: Window) -> None:
    await window.page.set_content(FAULTY)
    told = "\n".join(await window.faults("en", mail=True))
    assert "headings" not in told
    assert "axe image-alt" in told


async def test_a_smaller_picture_shows_the_same(window: Window) -> None:
    await window.page.set_content("<h1>حديقة</h1><p style='background: #fd8; width: 90%'>Garden")
    taken = await window.page.screenshot()
    less = smaller(taken)
    pictures = [base64.b64encode(each).decode() for each in (taken, less)]
    assert await window.page.evaluate(_SAME, pictures)
    assert len(less) < len(taken)
