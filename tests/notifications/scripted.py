"""A mail service that does at each stage of the talk what a script says."""

import asyncio
import datetime as dt
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "localhost"
CUT, CUT_KEPT, SILENT, DRIP, STALL = "cut", "cut, but kept", "silent", "drip", "stall"
"""Besides replies. `drip`: a byte at a time, in good time; `stall`: so that it takes too long."""
_DROP_SECONDS = {DRIP: 0.0005, STALL: 0.2}
_USUAL = {
    "greeting": "220 scripted",
    "starttls": "220 go on",
    "auth": "235 come in",
    "mail": "250 OK",
    "rcpt": "250 OK",
    "data": "354 go on",
    "end": "250 taken",
    "rset": "250 OK",
    "quit": "221 bye",
}


@dataclass
class Scripted:
    """`script` says what happens at a stage; what is not in it goes as usual."""

    script: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    """Offers STARTTLS with it."""
    largest: int = 1_000_000
    """Bytes that it says it takes."""
    kept: list[bytes] = field(default_factory=list)
    """Letters that it holds, whatever it said about them."""
    heard: Counter[str] = field(default_factory=Counter)
    """How often it came to each stage."""
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._talk(reader, writer)
        finally:
            # All was sent, or nothing more is to come.
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        going = await self._does("greeting", writer)
        while going:
            line = (await reader.readuntil(b"\r\n")).decode("ascii").strip()
            stage = {"ehlo": "ehlo", "helo": "ehlo"}.get(line[:4].lower(), line.split()[0].lower())
            going = await self._does(stage, writer)
            if going and stage == "starttls":
                assert self.tls is not None
                await writer.start_tls(self.tls)
            elif going and stage == "data":
                letter = await reader.readuntil(b"\r\n.\r\n")
                going = await self._does("end", writer, letter)
            elif stage == "quit":
                return

    async def _does(self, stage: str, writer: asyncio.StreamWriter, letter: bytes = b"") -> bool:
        """Gives whether the talk goes on as usual."""
        self.heard[stage] += 1
        does = self.script.get(stage, "")
        if letter and (does in {CUT_KEPT, SILENT, DRIP, STALL} or (does or "2").startswith("2")):
            self.kept.append(letter)
        if does in {CUT, CUT_KEPT}:
            writer.transport.abort()
            return False
        if does == SILENT:
            await asyncio.sleep(60)
        usual = self._offers(writer) if stage == "ehlo" else _USUAL[stage]
        dropping = _DROP_SECONDS.get(does)
        said = usual if dropping or not does else does
        for each in said if dropping else (said,):
            writer.write(each.encode())
            await asyncio.sleep(dropping or 0)
        writer.write(b"\r\n")
        await writer.drain()
        return said[0] in "23" or not said.startswith("421")

    def _offers(self, writer: asyncio.StreamWriter) -> str:
        secure = writer.get_extra_info("ssl_object") is not None
        more = ["STARTTLS"] if self.tls and not secure else []
        lines = ["scripted", "AUTH PLAIN", f"SIZE {self.largest}", *more]
        return "\r\n".join(
            f"250{'-' if place < len(lines) - 1 else ' '}{line}" for place, line in enumerate(lines)
        )


@asynccontextmanager
async def listening(
    service: Scripted, implicit: ssl.SSLContext | None = None
) -> AsyncIterator[Scripted]:
    """It listens on a free port of this machine; `implicit`: with TLS from the first byte."""
    talks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(service.talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=implicit)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # in which what was closed lets go of its socket


@dataclass(frozen=True)
class Proofs:
    """A service's certificate, and what somebody has to trust to believe it."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@cache
def proofs(name: str = NAME, days: int = 1) -> Proofs:
    """A certificate for a name, good for so many days from now on; negative: it has ended."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = cert.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(secret + pem)
        server.load_cert_chain(file)
    return Proofs(server, ssl.create_default_context(cadata=pem.decode()))
