"""One platform with some life in it and one Chromium for all tests of pages, gone after them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from embedded.ports import free_port
from embedded.run import embedded
from shared.web.cookies import Cookies
from tests.browser.chromium import Window, chromium, open_window
from tests.browser.world import World, make_world


@pytest.fixture(scope="package")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The whole platform in this process, and what people did in it."""
    port = free_port()
    comes_back: dict[str, Any] = {
        "return_address": "answers@riverbend.example",
        "return_keys": "a-key-for-answers-that-is-long-enough",
        "return_listen": f"127.0.0.1:{port}",
    }
    async with embedded(tmp_path_factory.mktemp("platform"), **comes_back) as running:
        yield await asyncio.to_thread(make_world, running, answers_at=port)


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    async with chromium() as started:
        yield started


@dataclass
class Windows:
    """A window for each person and language, opened and signed in when first asked for."""

    browser: Browser
    world: World
    _open: dict[tuple[str, str], tuple[BrowserContext, Window]] = field(default_factory=dict)

    async def of(self, role: str, language: str) -> Window:
        """`role` is empty for people who do not sign in."""
        if (role, language) not in self._open:
            self._open[role, language] = await self.another(role, language)
        return self._open[role, language][1]

    async def another(
        self, role: str, language: str = "en", *, javascript: bool = True, **options: Any
    ) -> tuple[BrowserContext, Window]:
        """One of its own, which whoever asked for it closes."""
        options["base_url"] = self.world.url
        context, window = await open_window(
            self.browser, language=language, javascript=javascript, **options
        )
        chosen = Cookies(https=False).language
        await context.add_cookies([{"name": chosen, "value": language, "url": self.world.url}])
        if role:
            await sign_in(window, self.world.logins[role], self.world.password)
        return context, window

    async def close(self) -> None:
        """Close them all."""
        for context, _ in self._open.values():
            await context.close()


async def sign_in(window: Window, login: str, password: str) -> None:
    """As people do; works in any language."""
    page = window.page
    await page.goto("/sign-in")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", password)
    await page.click("main button")
    await page.wait_for_url("**/")


@pytest.fixture(scope="package")
async def windows(browser: Browser, world: World) -> AsyncIterator[Windows]:
    """The windows of these tests."""
    opened = Windows(browser, world)
    yield opened
    await opened.close()
