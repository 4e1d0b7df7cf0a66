"""Asks a machine that speaks LibreTranslate's protocol; knows no letters, families or addresses.

Nobody waits for it long: each request has its time, few run at once, and when it fails again and
again it is left alone for a while.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from services.notifications.domain.translation import Ask
from shared.clock import Clock
from shared.errors import DependencyDown, Refused

NAME = "the translation server"
TIMEOUT_SECONDS = 20.0
"""A server without a graphics card needs a few seconds for a long note."""
AT_ONCE = 2
FAILURES = 3
"""After so many in a row it is left alone."""
REST = timedelta(seconds=60)
LANGUAGES_HOLD = timedelta(hours=1)
MOST_BYTES = 256 * 1024
MOST_ASKED = 500
_CODES: Mapping[str, tuple[str, ...]] = {
    "zh": ("zh-Hans", "zh", "zh-CN"),
    "pt": ("pt-BR", "pt"),  # our letters are written as in Brazil
    "tl": ("tl", "fil"),
}
"""By our code those under which servers have the language; without an entry both have the same."""


class KeyNotAccepted(Exception):
    """The server wants another key than ours: an operator has to act, the words are all right."""


@dataclass
class Translator:
    """One configured server. Redirects and proxies of the environment are not followed."""

    url: str
    clock: Clock
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    asked: dict[str, Ask] = field(default_factory=dict)
    """What letters wait for; taken by `translating.translate_asked`. Lost harmlessly in a crash."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _pairs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _read_at: datetime | None = None
    _failed: int = 0
    _rests_until: datetime | None = None

    def ask_for(self, ask: Ask) -> None:
        """Have it translated in the background; where too much waits it is asked for again."""
        if len(self.asked) < MOST_ASKED:
            self.asked.setdefault(ask.key, ask)
            self.bell.set()

    def take(self, most: int) -> list[Ask]:
        """Some of what waits, the oldest first."""
        keys = list(self.asked)[:most]
        return [self.asked.pop(key) for key in keys]

    async def speaks(self, source: str, target: str) -> bool:
        """Whether it translates from one into the other. `DependencyDown` where it does not say."""
        return await self._pair(source, target) is not None

    async def translate(self, text: str, source: str, target: str) -> str:
        """The text in the other language.

        `Refused` when it can't, however often it is asked; `DependencyDown` when it may later.
        """
        pair = await self._pair(source, target)
        if pair is None:
            raise Refused(f"the server does not translate {source} into {target}")
        asked = {"q": text, "source": pair[0], "target": pair[1], "format": "text"}
        if self.api_key:
            asked["api_key"] = self.api_key
        said = await self._ask("POST", "/translate", asked)
        words = said.get("translatedText") if isinstance(said, dict) else None
        if not isinstance(words, str):
            raise self._failure(ValueError("no translation in the answer"))
        self._failed = 0
        return words

    async def _pair(self, source: str, target: str) -> tuple[str, str] | None:
        pairs = await self._languages()
        for one in _CODES.get(source, (source,)):
            for other in _CODES.get(target, (target,)):
                if other in pairs.get(one, ()):
                    return one, other
        return None

    async def _languages(self) -> Mapping[str, frozenset[str]]:
        now = self.clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < LANGUAGES_HOLD:
            said = await self._ask("GET", "/languages")
            try:
                self._pairs = _pairs_in(said)
            except (KeyError, TypeError) as error:
                raise self._failure(error) from error
            self._read_at = now
        return self._pairs

    async def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> object:
        if self._rests_until is not None and self.clock.now() < self._rests_until:
            raise DependencyDown(NAME)
        async with self._hands:
            try:
                status, said = await self._exchange(method, path, body)
            except (httpx2.HTTPError, ValueError, TimeoutError) as error:
                raise self._failure(error) from error
        if status in {400, 401, 403} and b"api key" in said.lower():
            raise self._failure(KeyNotAccepted())  # LibreTranslate says 400 where none was sent
        if status in {400, 413, 422}:
            raise Refused(f"the translation server refused the text ({status})")
        if status != 200:
            raise self._failure(ValueError(f"status {status}"))
        try:
            return json.loads(said)
        except ValueError as error:
            raise self._failure(error) from error

    async def _exchange(
        self, method: str, path: str, body: Mapping[str, str] | None
    ) -> tuple[int, bytes]:
        # One limit for the whole exchange: a server that drips would reset a limit for each read.
        async with (
            asyncio.timeout(self.timeout_seconds),
            httpx2.AsyncClient(timeout=self.timeout_seconds, trust_env=False) as client,
            client.stream(method, self.url.rstrip("/") + path, json=body) as answer,
        ):
            said = b""
            async for part in answer.aiter_bytes():
                said += part
                if len(said) > MOST_BYTES:
                    raise ValueError("the answer is too long")
            return answer.status_code, said

    def _failure(self, error: Exception) -> DependencyDown:
        self._failed += 1
        if self._failed >= FAILURES:
            self._rests_until = self.clock.now() + REST
            self._failed = FAILURES - 1  # one try after the rest decides
        return DependencyDown(NAME, error)


def _pairs_in(said: object) -> dict[str, frozenset[str]]:
    """By source what it translates into; older servers name no targets and mean all."""
    if not isinstance(said, list):
        raise TypeError("no list of languages")
    codes = frozenset(str(each["code"]) for each in said)
    return {
        str(each["code"]): frozenset(map(str, each.get("targets", codes))) - {each["code"]}
        for each in said
    }
