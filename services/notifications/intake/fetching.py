"""Fetches mail that came back from a mailbox of the district, by IMAP (RFC 9051).

A mail is moved to another folder once it is kept, and not before: what is cut off is fetched again
and known by then. The library of Python speaks in threads, one conversation at a time.
"""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from services.notifications.intake.tokens import Tokens
from shared import telemetry
from shared.errors import DependencyDown

T = TypeVar("T")
NAME = "the return mailbox"
EVERY_SECONDS = 60.0
TIMEOUT_SECONDS = 30.0
LARGEST = 2_000_000
"""Bytes that are fetched of one mail; what it reports stands at its beginning."""
MOST_AT_ONCE = 500
_UID = re.compile(rb"\d+")
TakeIn = Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True)
class Mailbox:
    """Where to look, and how to sign in."""

    host: str
    port: int
    username: str
    password: str = ""
    tls: Literal["none", "starttls", "tls"] = "tls"
    folder: str = "INBOX"
    kept_folder: str = "Partners"
    tokens: Tokens | None = None
    trusted: ssl.SSLContext | None = None
    """Who may prove that they are the mailbox; None: the authorities this machine trusts."""


@dataclass
class Fetcher:
    """Looks into one mailbox."""

    mailbox: Mailbox
    take_in: TakeIn

    async def fetch(self) -> int:
        """Take in all that lies there; gives how many. `DependencyDown` when it does not answer."""
        try:
            token = await self.mailbox.tokens.token() if self.mailbox.tokens else ""
            count = await self._look(token)
        except DependencyDown:
            telemetry.DEPENDENCY.labels("notifications", "return_mailbox").set(0)
            raise
        telemetry.DEPENDENCY.labels("notifications", "return_mailbox").set(1)
        return count

    async def _look(self, token: str) -> int:
        line = await _aside(lambda: _Line(self.mailbox))
        try:
            await self._sign_in(line, token)
            uids = await _aside(line.waiting)
            for uid in uids[:MOST_AT_ONCE]:
                await self._one(line, uid)
            return len(uids)
        finally:
            line.hang_up()

    async def _one(self, line: "_Line", uid: str) -> None:
        raw = await _aside(lambda: line.read(uid))
        if raw is None:
            return
        try:
            await self.take_in(raw)
        except DependencyDown:
            raise
        except Exception as error:  # noqa: BLE001 - it stays there, and holds up no other
            telemetry.failed("notifications", error)
            return
        await _aside(lambda: line.move(uid))

    async def _sign_in(self, line: "_Line", token: str) -> None:
        try:
            await _aside(lambda: line.sign_in(token))
        except DependencyDown:
            if self.mailbox.tokens:
                self.mailbox.tokens.forget()
            raise


async def _aside(act: Callable[[], T]) -> T:
    """In a thread; whatever goes wrong there means that the mailbox is not to be had now."""
    try:
        return await asyncio.to_thread(act)
    except (imaplib.IMAP4.error, OSError) as error:
        # What the server says helps to mend it; it speaks of the mailbox, never of a mail.
        telemetry.logger("returns").warning("can't fetch", reason=str(error)[:200])
        raise DependencyDown(NAME, error) from error


class _Line:
    """A conversation with the server; every method waits for its answer."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._can: set[bytes] = set()
        trusted = mailbox.trusted or ssl.create_default_context()
        if mailbox.tls == "tls":
            self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                mailbox.host, mailbox.port, ssl_context=trusted, timeout=TIMEOUT_SECONDS
            )
        else:
            self._imap = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)
        if mailbox.tls == "starttls":
            self._imap.starttls(trusted)

    def sign_in(self, token: str) -> None:
        """By token where there is one (XOAUTH2), else by password; then open the folder."""
        if token:
            said = f"user={self._mailbox.username}\x01auth=Bearer {token}\x01\x01".encode()
            answers = iter([said])
            # A refusal comes as a second question, which is answered with nothing.
            self._imap.authenticate("XOAUTH2", lambda _: next(answers, b""))
        else:
            # The library puts the password in quotation marks by itself.
            self._imap.login(_quoted(self._mailbox.username), self._mailbox.password)
        # Some can do more for those who are in.
        told = self._ask("CAPABILITY", self._imap.capability())
        self._can = {
            each.upper() for part in told if isinstance(part, bytes) for each in part.split()
        }
        # It is there already, as a rule; whether it is shows when something is moved.
        self._imap.create(_quoted(self._mailbox.kept_folder))
        self._ask("SELECT", self._imap.select(_quoted(self._mailbox.folder)))

    def waiting(self) -> list[str]:
        """The mails that lie there, the oldest first."""
        found = self._ask("SEARCH", self._imap.uid("SEARCH", "UNDELETED"))
        return [
            uid.decode() for part in found if isinstance(part, bytes) for uid in _UID.findall(part)
        ]

    def read(self, uid: str) -> bytes | None:
        """The bytes of one, or its beginning; None when it is gone."""
        what = f"(BODY.PEEK[]<0.{LARGEST}>)"
        for part in self._ask("FETCH", self._imap.uid("FETCH", uid, what)):
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def move(self, uid: str) -> None:
        """Out of the way (RFC 6851); where the server can't, a copy is made and this one marked."""
        kept = _quoted(self._mailbox.kept_folder)
        if b"MOVE" in self._can:
            self._ask("MOVE", self._imap.uid("MOVE", uid, kept))
            return
        self._ask("COPY", self._imap.uid("COPY", uid, kept))
        self._ask("STORE", self._imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
        if b"UIDPLUS" in self._can:
            self._ask("EXPUNGE", self._imap.uid("EXPUNGE", uid))

    def hang_up(self) -> None:
        """At once: nothing is open that a goodbye would keep."""
        self._imap.shutdown()

    @staticmethod
    def _ask(what: str, answer: tuple[str, Sequence[object]]) -> list[bytes | tuple[bytes, bytes]]:
        said, parts = answer
        if said != "OK":
            raise imaplib.IMAP4.error(f"{what} was answered with {said}")
        return [part for part in parts if isinstance(part, bytes | tuple)]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
