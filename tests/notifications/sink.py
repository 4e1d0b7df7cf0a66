"""A real SMTP server that does as the test says: takes, refuses, is busy, or cuts the line."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Sink:
    """What it says at each stage, by recipient (or `*`), and what it took."""

    mail: dict[str, str] = field(default_factory=dict)
    rcpt: dict[str, str] = field(default_factory=dict)
    end: dict[str, str] = field(default_factory=dict)
    garbled_end: dict[str, str] = field(default_factory=dict)
    """What it says to the end of a letter that it takes, by recipient."""
    cut_after_354: bool = False
    cut_after_dot: set[str] = field(default_factory=set)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    """Recipients whose mailbox is checked until the event is set."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    """Of what it took, in the same order: where it would come back to."""
    connections: int = 0
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return _said(self.mail, address) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.slow:
            await self.slow[address].wait()
        answer = _said(self.rcpt, address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        to = envelope.rcpt_tos[0]
        answer = _said(self.end, to)
        if answer:
            return answer
        assert isinstance(envelope.content, bytes)
        self.taken.append((to, envelope.content))
        self.senders.append(str(envelope.mail_from))
        if to in self.cut_after_dot:
            _cut(server)
        return self.garbled_end.get(to, "250 taken")

    def letters_to(self, address: str) -> list[EmailMessage]:
        """What one address got, parsed."""
        parser = BytesParser(policy=default_policy)
        return [parser.parsebytes(raw) for to, raw in self.taken if to == address]


def _cut(server: SMTP) -> None:
    cast("asyncio.WriteTransport", server.transport).abort()


def _said(script: dict[str, str], address: str) -> str:
    return script.get(address) or script.get("*") or ""


class _Server(SMTP):
    def __init__(self, sink: Sink, **options: Any) -> None:
        super().__init__(sink, data_size_limit=None, **options)
        self._sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink.connections += 1
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not self._sink.cut_after_354:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        _cut(self)


@asynccontextmanager
async def running(
    sink: Sink, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Sink]:
    """The sink listening on a free port of this machine."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Server(sink, loop=loop, tls_context=starttls), "127.0.0.1", sink.port, ssl=tls
    )
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()
