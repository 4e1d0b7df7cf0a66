"""A small server that speaks LibreTranslate's protocol, as a district's own would.

It answers as LibreTranslate 1.9.6 was heard to: its codes, its refusals, and the large or small
letters that it forces on a translation.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

TARGETS = ["en", "es", "ar", "zh-Hans"]


@dataclass
class Libre:
    """What it heard, and how it answers."""

    port: int = 0
    heard: list[dict[str, str]] = field(default_factory=list)
    asked_languages: int = 0
    targets: list[str] = field(default_factory=lambda: list(TARGETS))
    says: Callable[[dict[str, str]], str] = lambda ask: f"[{ask['target']}] {ask['q']}"
    answer: Response | None = None
    """What it answers instead of a translation."""
    takes: float = 0.0
    """Seconds."""
    key: str = ""
    """Without it nobody gets a translation; "" asks for none."""
    most: int | None = None
    """Characters of a text."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def app(self) -> FastAPI:
        """Its two routes."""
        app = FastAPI()

        @app.get("/languages")
        async def languages() -> list[dict[str, object]]:
            self.asked_languages += 1
            return [{"code": each, "name": each, "targets": self.targets} for each in TARGETS]

        @app.post("/translate")
        async def translate(request: Request) -> Response:
            ask = await request.json()
            self.heard.append(ask)
            await asyncio.sleep(self.takes)
            return self.answer or self._answer(ask)

        return app

    def _answer(self, ask: dict[str, str]) -> Response:
        key, words = ask.get("api_key", ""), ask.get("q", "")
        if self.key and not key:
            return _no(400, "Please contact the server operator to get an API key")
        if self.key and key != self.key:
            return _no(403, "Invalid API key")
        if not words:
            return _no(400, "Invalid request: missing q parameter")
        if self.most is not None and len(words) > self.most:
            return _no(400, f"Invalid request: request ({len(words)}) exceeds text limit")
        for code, known in ((ask["source"], TARGETS), (ask["target"], self.targets)):
            if code.lower() not in {each.lower() for each in known}:
                return _no(400, f"{code.lower()} is not supported")
        return JSONResponse({"translatedText": _cased(words.strip(), self.says(ask))})


def _no(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)


def _cased(words: str, said: str) -> str:
    """As the words were: all small, all capital, or with such a first letter."""
    if words.islower() or words.isupper():
        return said.lower() if words.islower() else said.upper()
    if words[:1].islower():
        return said[:1].lower() + said[1:]
    return said[:1].upper() + said[1:] if words[:1].isupper() else said


@asynccontextmanager
async def serving(libre: Libre) -> AsyncIterator[Libre]:
    """The server on a port of its own."""
    # Bound here, so that whoever asks too early waits in its queue and is not turned away.
    listening = socket.create_server(("127.0.0.1", 0))
    libre.port = listening.getsockname()[1]
    config = uvicorn.Config(libre.app(), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield libre
    finally:
        server.should_exit = True
        await task
