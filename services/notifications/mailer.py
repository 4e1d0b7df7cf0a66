"""Hands letters to the district's mail service by SMTP, and says exactly what became of each.

The end of a letter (the lone dot) is sent by itself, after everything else went out. A line cut
before it means that nobody took the letter; only a line cut after it leaves us unsure (RFC 1047).
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, cast

from aiosmtplib import (
    SMTP,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from services.notifications.domain.post import (
    Accepted,
    Addressed,
    Busy,
    NotYet,
    Outcome,
    Refusal,
    Unclear,
)
from shared import crashpoints
from shared.errors import DependencyDown

TIMEOUT_SECONDS = 30.0
"""For each command, for all of a letter up to its end, and for the answer to the end."""
EXCHANGE_LASTS = timedelta(seconds=2 * TIMEOUT_SECONDS)
"""A letter that was begun has its outcome by then, at the latest."""
CONNECTIONS = 5
SURE_SECONDS = 1.0
"""So long after an answer a line is used again without asking whether the service still listens."""
LETTERS_PER_CONNECTION = 100
_LONGEST_SAID = 200
THE_SERVICE = "the mail service"


class MailRests(DependencyDown):
    """The mail service is there, and takes nothing for now: it said so, or we may not trust it.

    Said before any recipient was named, so that it is about us or the service, not about a letter.
    """

    def __init__(self, said: str) -> None:
        """`said`: its own words, or what was wrong with it."""
        super().__init__(THE_SERVICE)
        self.args = (f"{THE_SERVICE} takes nothing for now: {said}",)
        self.said = said


@dataclass(frozen=True)
class MailService:
    """Where the district hands in its mail."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: Literal["none", "starttls", "tls"] = "starttls"
    own_name: str = "localhost"
    """How we greet the service."""
    trusted: ssl.SSLContext | None = None
    """Who may prove that they are the service; None: the authorities this machine trusts."""
    timeout_seconds: float = TIMEOUT_SECONDS


@dataclass
class Mailer:
    """A few connections, kept open between letters."""

    service: MailService
    connections: int = CONNECTIONS
    _idle: list["_Line"] = field(default_factory=list)
    _room: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.connections)

    async def send(self, letter: Addressed, in_time: Callable[[], bool] = lambda: True) -> Outcome:
        """Hand one letter in. `DependencyDown` when nothing was said about it to anybody.

        `in_time` is asked once a connection is free; where it denies, nothing is said: `NotYet`.
        """
        async with self._room, self._line() as line:
            return await line.send(letter) if in_time() else NotYet()

    async def ping(self) -> None:
        """Raise `DependencyDown` unless the service greets us and lets us in."""
        async with self._room, self._line():
            return

    async def close(self) -> None:
        """Say goodbye on every open line."""
        lines, self._idle = self._idle, []
        for line in lines:
            await line.close()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator["_Line"]:
        line = await self._open()
        try:
            yield line
        except BaseException:
            line.smtp.close()
            raise
        if line.usable:
            self._idle.append(line)
        else:
            await line.close()

    async def _open(self) -> "_Line":
        while self._idle:
            line = self._idle.pop()
            if await line.alive():
                return line
        return await _connected(self.service)


@dataclass
class _Line:
    smtp: SMTP
    timeout: float
    sent: int = 0
    answered_at: float = field(default_factory=time.monotonic)
    """When the service was last known to listen, with nothing begun."""

    @property
    def usable(self) -> bool:
        return self.smtp.is_connected and self.sent < LETTERS_PER_CONNECTION

    async def alive(self) -> bool:
        """Whether the service still listens; RSET also forgets what was begun before."""
        if not self.smtp.is_connected:
            return False
        if time.monotonic() - self.answered_at < SURE_SECONDS:
            return True
        try:
            await self.smtp.rset()
        except SMTPException:
            self.smtp.close()
            return False
        return True

    async def close(self) -> None:
        with suppress(SMTPException):
            if self.smtp.is_connected:
                await self.smtp.quit(timeout=2)
        self.smtp.close()

    async def send(self, letter: Addressed) -> Outcome:
        most = self._largest()
        if most and len(letter.message) > most:
            return Refusal(f"552 5.3.4 it takes {most} bytes, not {len(letter.message)}")
        self.sent += 1
        self.answered_at = 0.0
        try:
            async with _within(self.timeout):
                await self._up_to_the_end(letter)
        except SMTPSenderRefused as answer:
            return _sender_refused(answer)
        except SMTPResponseException as answer:
            if not _is_refusal(answer.code):
                self.smtp.close()
            return _refused(answer)
        except (SMTPException, OSError) as cut:
            # What is said on this line from now on could be the answer to anything.
            self.smtp.close()
            return Busy(f"cut off before the end of the letter ({type(cut).__name__})", cut=True)
        return await self._end()

    def _largest(self) -> int:
        """How many bytes the service says that it takes (RFC 1870); 0 where it does not say."""
        said = self.smtp.esmtp_extensions.get("size", "")
        return int(said) if said.isascii() and said.isdigit() else 0

    async def _up_to_the_end(self, letter: Addressed) -> None:
        size = [f"SIZE={len(letter.message)}"] if self.smtp.supports_extension("size") else []
        await self.smtp.mail(letter.sender, options=size)
        await self.smtp.rcpt(letter.recipient)
        crashpoints.reach("letter.data")
        await self._begin()
        await self._body(letter.message)

    async def _begin(self) -> None:
        reply = await self.smtp.execute_command(b"DATA")
        if reply.code != 354:
            raise SMTPResponseException(reply.code, reply.message)

    async def _body(self, message: bytes) -> None:
        if self.smtp.transport is None:
            raise SMTPServerDisconnected("Connection lost")
        cast("asyncio.WriteTransport", self.smtp.transport).write(_dotted(message))
        # The library's own way to wait for this is private; a letter rarely fills the buffer.
        while self._unsent():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        # One turn of the loop, in which a line that was cut by now is noticed.
        await asyncio.sleep(0)
        if not self.smtp.is_connected:
            raise SMTPServerDisconnected("Connection lost")

    def _unsent(self) -> int:
        transport = self.smtp.transport
        if transport is None or transport.is_closing():
            return 0
        return cast("asyncio.WriteTransport", transport).get_write_buffer_size()

    async def _end(self) -> Outcome:
        crashpoints.reach_soon("letter.dot")
        try:
            reply = await self.smtp.execute_command(b".")
        except (SMTPException, OSError) as cut:
            self.smtp.close()
            return Unclear(f"no answer to the end of the letter ({type(cut).__name__})")
        if 200 <= reply.code <= 299:
            self.answered_at = time.monotonic()
            return Accepted(_short(reply.message))
        if not _is_refusal(reply.code):
            self.smtp.close()
            said = _short(f"{reply.code} {reply.message}")
            return Unclear(f"no answer to the end of the letter, but: {said}")
        return _refused(SMTPResponseException(reply.code, reply.message))


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise SMTPTimeoutError("Timed out sending the letter") from late


async def _connected(service: MailService) -> _Line:
    smtp = SMTP(
        hostname=service.host,
        port=service.port,
        username=service.username or None,
        password=service.password or None,
        local_hostname=service.own_name,
        timeout=service.timeout_seconds,
        use_tls=service.tls == "tls",
        # True, never None: a service that offers no TLS is refused, not used in the clear.
        start_tls=service.tls == "starttls",
        tls_context=service.trusted,
    )
    try:
        await smtp.connect()
        if not smtp.supports_esmtp:
            await smtp.ehlo()
    except (SMTPException, OSError, ValueError) as error:
        smtp.close()
        raise _not_let_in(error) from error
    return _Line(smtp, service.timeout_seconds)


def _not_let_in(error: Exception) -> DependencyDown:
    """Whoever answered us, and not as we need it, is not asked again every second: a service shuts
    out who signs in wrongly too often.
    """
    if isinstance(error, SMTPResponseException):
        return MailRests(f"{error.code} {_short(error.message)}")
    shaky = isinstance(error.__cause__ or error, ssl.SSLError)
    silent = isinstance(error, SMTPConnectError | SMTPServerDisconnected | SMTPTimeoutError)
    if shaky or not silent:
        return MailRests(_short(str(error)))
    return DependencyDown(THE_SERVICE, error)


def _is_refusal(code: int) -> bool:
    """Whether a reply says "not taken" at all (RFC 5321, 4.2.1). What is neither that nor a yes is
    no answer to what was asked: nothing follows from it, and the line can't be trusted.
    """
    return 400 <= code <= 599


def _refused(answer: SMTPResponseException) -> Outcome:
    said = f"{answer.code} {_short(answer.message)}"
    if 500 <= answer.code <= 599:
        return Refusal(said, address=isinstance(answer, SMTPRecipientRefused))
    return Busy(said, rests=answer.code == 421)


def _sender_refused(answer: SMTPSenderRefused) -> Outcome:
    # Said before any recipient is named: unless it is about the size, it is about us, not about the
    # letter, and would make every letter dead. So letters wait until the district has mended it.
    if _is_refusal(answer.code) and answer.code != 552:
        raise MailRests(f"{answer.code} {_short(answer.message)}")
    return _refused(answer)


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_SAID]


def _dotted(message: bytes) -> bytes:
    """Lines that begin with a dot get a second one (RFC 5321, 4.5.2); ends with a whole line."""
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
