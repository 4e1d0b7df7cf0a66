"""How many requests a process serves at once; whoever is beyond comes again, at little cost to us.

A process that takes in more than it can do gets slow for everybody and grows until it is killed. So
programs have a bounded share of it, and people keep the rest: their pages stay quick while programs
that send too much are told, in microseconds, to wait.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from starlette.types import Scope, Send

from shared import telemetry
from shared.errors import PartnersError
from shared.i18n import N_
from shared.web.turns import Turns

MOST = 128
"""Requests under way in one process; a page takes some hundredths of a second."""
MOST_OF_PROGRAMS = 32
"""Of these at most so many are programs', which is more than MongoDB works on at once for us."""
MOST_BACKLOG = 20_000
"""So many messages may wait to be told before programs may not add to them; people may."""
RETRY_SECONDS = 2
BACKLOG_RETRY_SECONDS = 30
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_FREE = ("/healthz", "/readyz", "/metrics", "/static/")


class Busy(PartnersError):
    """More is under way than this process can do. HTTP 503 with Retry-After."""

    def __init__(self) -> None:
        """For people; programs get `refuse`."""
        super().__init__(
            N_("Very many people are here at this moment. Try again in a few seconds.")
        )
        self.retry_after = RETRY_SECONDS


@dataclass
class Admission:
    """Who is in, of one process of one service."""

    service: str
    most: int = MOST
    most_of_programs: int = MOST_OF_PROGRAMS
    most_backlog: int = MOST_BACKLOG
    backlog: int = 0
    """Messages that wait in the outbox, as of some seconds ago."""
    _people: int = 0
    _programs: int = 0
    _turns: Turns = field(default_factory=Turns)

    def bars(self, scope: Scope) -> int:
        """Why a program may not come in now: seconds to wait; 0 lets it in. People always pass."""
        if not is_program(scope):
            return 0
        if self.is_behind and scope["method"] not in _READS:
            telemetry.REFUSED.labels(self.service, "backlog").inc()
            return BACKLOG_RETRY_SECONDS
        if self._programs >= self.most_of_programs or self._full:
            telemetry.REFUSED.labels(self.service, "busy").inc()
            return RETRY_SECONDS
        return 0

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        """Count a request while it is under way. Raises `Busy` when there is no place even here."""
        if scope["path"].startswith(_FREE):
            yield
            return
        if self._full:
            telemetry.REFUSED.labels(self.service, "busy").inc()
            raise Busy
        program = is_program(scope)
        self._count(program, 1)
        try:
            yield
        finally:
            self._count(program, -1)

    @asynccontextmanager
    async def turn(self, scope: Scope) -> AsyncIterator[None]:
        """While a request is worked on: programs wait for their turn, people never."""
        if scope["path"].startswith(_FREE):
            yield
        elif is_program(scope):
            async with self._turns.program():
                yield
        else:
            with self._turns.person():
                yield

    @property
    def is_behind(self) -> bool:
        """Whether so much waits to be told that nobody but people may add to it."""
        return self.backlog > self.most_backlog

    @property
    def _full(self) -> bool:
        return self._people + self._programs >= self.most

    def _count(self, program: bool, by: int) -> None:
        if program:
            self._programs += by
        else:
            self._people += by
        who = "programs" if program else "people"
        telemetry.UNDER_WAY.labels(self.service, who).inc(by)


def is_program(scope: Scope) -> bool:
    """Whether a program asks: by a bearer token, or for one."""
    if "/api/" not in scope["path"]:
        return bool(scope["path"] == "/oauth/token")
    return any(
        name == b"authorization" and text[:7].lower() == b"bearer "
        for name, text in scope["headers"]
    )


async def refuse(send: Send, seconds: int) -> None:
    """503 with Retry-After (RFC 9110, 10.2.3), made of constants: this has to be cheap."""
    body = b'{"type":"urn:partners:problem:busy","title":"We need a moment","status":503}'
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % seconds),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
