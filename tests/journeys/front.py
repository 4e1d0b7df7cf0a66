"""One address in front of all processes, by the first part of the path, as Caddy is in Compose."""

import threading
import time
from collections.abc import Mapping

import httpx2
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from embedded.ports import free_port
from shared.web import Front

ONE_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"content-length"})
START_SECONDS = 20


class Through:
    """Hands requests on to one process; 502 while that does not answer."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = f"?{request.url.query}" if request.url.query else ""
        headers = [pair for pair in scope["headers"] if pair[0] not in ONE_HOP]
        client = request.client.host if request.client else "127.0.0.1"
        # A connection of its own for each request: one kept open would break at each kill -9.
        async with httpx2.AsyncClient(timeout=120) as onward:
            asked = onward.build_request(
                request.method,
                self._url + scope["raw_path"].decode("ascii") + query,
                headers=[*headers, (b"x-forwarded-for", client.encode())],
                content=await request.body(),
            )
            try:
                answer = await onward.send(asked, stream=True)
                body = b"".join([piece async for piece in answer.aiter_raw()])
            except httpx2.TransportError as error:
                await Response(f"no answer ({type(error).__name__})", 502)(scope, receive, send)
                return
        response = Response(body, answer.status_code)
        response.raw_headers += [
            pair for pair in answer.headers.raw if pair[0].lower() not in ONE_HOP
        ]
        await response(scope, receive, send)


class FrontDoor:
    """Serves in a thread, so that a test may block while it waits for an answer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def open(self, services: Mapping[str, str]) -> None:
        """Begin to serve; `services` are the addresses of the processes by name."""
        apps = {name: Through(url) for name, url in services.items()}
        config = uvicorn.Config(
            Front(apps, apps["gateway"]),
            port=self.port,
            lifespan="off",
            log_config=None,
            # By default five seconds, after which a test that took its time may ask just then.
            timeout_keep_alive=600,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="front door", daemon=True)
        self._thread.start()
        ends = time.monotonic() + START_SECONDS
        while not self._server.started:
            assert time.monotonic() < ends, "the front door does not open"
            time.sleep(0.01)

    def close(self) -> None:
        """Stop serving; nothing happens when it was not open."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(START_SECONDS)
