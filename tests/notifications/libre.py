"""A small server that speaks LibreTranslate's protocol, as a district's own would."""

import asyncio
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
    config = uvicorn.Config(libre.app(), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    libre.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield libre
    finally:
        server.should_exit = True
        await task
