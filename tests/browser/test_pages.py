"""Every page, in English and Arabic, on a phone of 320 px: nothing that keeps anybody out."""

import asyncio
import re

import pytest
from playwright.async_api import Browser

from shared import web
from tests.browser.chromium import Window, open_window
from tests.browser.conftest import Windows
from tests.browser.table import COME_BY, ERRORS, NO_PAGES, PAGES, Row
from tests.browser.world import World

pytestmark = pytest.mark.browser
EVERYTHING = (*PAGES, *COME_BY, *ERRORS)
PARAMETER = re.compile(r"\{[^}]*\}")


@pytest.mark.parametrize("row", EVERYTHING, ids=lambda row: row.label)
async def test_a_page_keeps_nobody_out(row: Row, world: World, windows: Windows) -> None:
    faults = []
    for language in ("en", "ar"):
        window = await windows.of(row.role, language)
        await _arrive(window, row, world)
        if window.network_changed:
            window.complaints.clear()
            await _arrive(window, row, world)
        found = await window.faults(language)
        if window.status != row.status:
            found.append(f"status {window.status} instead of {row.status}")
        faults += [f"{language}: {fault}" for fault in found]
    assert not faults, "\n".join([window.page.url, *faults])


async def _arrive(window: Window, row: Row, world: World) -> None:
    if row.arrive:
        await row.arrive(window.page, world)
    else:
        await window.page.goto(world.path(row.route) + row.query)


async def test_every_letter_reads_well_on_a_phone(world: World, browser: Browser) -> None:
    """As a mail program shows it: the letter alone, without the frame that forbids scripts."""
    context, window = await open_window(browser)
    faults = []
    for language, html in await asyncio.to_thread(_kinds_of_letters, world):
        await window.page.set_content(html)
        faults += [f"{language}: {each}" for each in await window.faults(language, mail=True)]
    await context.close()
    assert not faults, "\n".join(faults)


def _kinds_of_letters(world: World) -> list[tuple[str, str]]:
    """One letter of each kind in each language, as far as any was sent."""
    found = {}
    for letter in world.letters():
        opening = re.search(r'<html lang="(\w+)"', letter["html"])
        assert opening, letter["subject"]
        blocks = tuple(re.findall(r'class="(\w+)"', letter["html"]))
        found[opening[1], blocks] = (opening[1], letter["html"])
    assert len(found) >= 8, "too few kinds of letters to speak of"
    return list(found.values())


def test_every_page_is_in_the_table(world: World) -> None:
    known = {_shape(row.route) for row in PAGES} | {_shape(path) for path in NO_PAGES}
    missing = {
        route.path
        for service in world.running.platform.services.values()
        for route in web.every_route(service.app)
        if route.method == "GET" and "/api/" not in route.path and _shape(route.path) not in known
    }
    assert not missing, f"add these to tests/browser/table.py: {sorted(missing)}"


def _shape(path: str) -> str:
    return PARAMETER.sub("{}", path)
