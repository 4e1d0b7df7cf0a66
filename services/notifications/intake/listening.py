"""Takes mail that came back from the district's mail server, by LMTP (RFC 2033) or SMTP.

A mail is answered with 250 once it is kept, and with 451 while it can't be: then the other side
keeps it and comes again, so that none is lost. One recipient at a time, which gives both protocols
one answer; only addresses of ours, so that nothing is relayed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared import telemetry
from shared.errors import DependencyDown

TakeIn = Callable[[bytes, str], Awaitable[object]]
"""Keeps a mail that came for an address; raises when it could not."""
LARGEST = 2_000_000
"""Bytes of one mail. Ours have a tenth of that, and a report carries one of them at most."""
MOST_CONNECTIONS = 10
"""So many times the largest mail is what it may take of memory."""
SILENT_SECONDS = 60.0
PATIENT_SECONDS = 20.0
"""So long keeping a mail may take; who is away longer is asked again by the other side."""
AGAIN_SECONDS = 5.0
STOPPING_SECONDS = 5.0


@dataclass
class Listener:
    """Listens in the background from `start` to `stop`."""

    host: str
    port: int
    takes: Callable[[str], bool]
    """Whether an address is one of ours."""
    take_in: TakeIn
    patient_seconds: float = PATIENT_SECONDS
    _server: asyncio.Server | None = None
    _opening: asyncio.Task[None] | None = None
    _connections: set[asyncio.BaseTransport] = field(default_factory=set)
    _keeping: int = 0

    def start(self) -> None:
        """Begin; a port that is taken is tried again."""
        self._opening = asyncio.create_task(self._open(), name="returns listener")

    async def opened(self) -> int:
        """The port, once it listens."""
        assert self._opening is not None, "not started"
        await self._opening
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more, answer for what is being kept, and hang up."""
        if self._opening:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        if self._server:
            self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_SECONDS):
                while self._keeping:  # noqa: ASYNC110 - seconds at the end of a process
                    await asyncio.sleep(0.01)
        await asyncio.sleep(0)  # a last answer is on its way
        for transport in list(self._connections):
            transport.close()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        while self._server is None:
            try:
                self._server = await loop.create_server(
                    lambda: _Conversation(self), self.host, self.port
                )
            except OSError as error:
                telemetry.logger("returns").error(
                    "can't listen", port=self.port, reason=error.strerror or type(error).__name__
                )
                await asyncio.sleep(AGAIN_SECONDS)

    # --- what the conversation asks (the names are the library's) ---------------------------------

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Whether mail to this address is taken."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time, please"
        if not self.takes(address):
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, then say so."""
        raw = envelope.original_content or b""
        self._keeping += 1
        try:
            # Where it was kept all the same, it is known when it comes again.
            async with asyncio.timeout(self.patient_seconds):
                await self.take_in(raw, str(envelope.rcpt_tos[0]))
        except (DependencyDown, TimeoutError) as down:
            telemetry.logger("returns").warning("not kept", reason=str(down) or "it takes too long")
            return "451 4.3.0 Can't keep it now, please come again"
        except Exception as error:  # noqa: BLE001 - it stays with the other side, and comes again
            telemetry.failed("notifications", error)
            return "451 4.3.0 Can't keep it now, please come again"
        finally:
            self._keeping -= 1
        return "250 2.0.0 Kept"


class _Conversation(SMTP):
    line_length_limit = 65_536
    """Reports quote what was broken; refusing them for a long line would lose them."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(
            listener,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="partners",
            ident="Partners",
            timeout=SILENT_SECONDS,
        )
        self._listener = listener
        self._line: asyncio.BaseTransport | None = None

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 - the library's way of naming them
        """LMTP greets with a word of its own and is the same from there on."""
        await self.smtp_EHLO(arg)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Too many at once are sent away, to come again."""
        if len(self._listener._connections) >= MOST_CONNECTIONS:  # noqa: SLF001 - its other half
            cast("asyncio.WriteTransport", transport).write(b"421 4.3.2 Too many at once\r\n")
            transport.close()
            return
        self._line = transport
        self._listener._connections.add(transport)  # noqa: SLF001
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Room for another one."""
        if self._line is not None:
            self._listener._connections.discard(self._line)  # noqa: SLF001
            super().connection_lost(error)
