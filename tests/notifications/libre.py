"""A small server that speaks LibreTranslate's protocol, as a district's own would."""

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
            return self.answer or JSONResponse({"translatedText": self.says(ask)})

        return app


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
