"""A small IMAP server (RFC 9051) for tests: one account, folders in memory, the commands we use."""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class Imap:
    """What it holds, what it can do, and how it misbehaves."""

    username: str = "bounces@mail.schools.example"
    password: str = 'a "secret" of theirs'
    token: str = ""
    """Where set, it takes this token by XOAUTH2 and no password."""
    can: tuple[str, ...] = ("MOVE", "UIDPLUS")
    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    deleted: set[int] = field(default_factory=set)
    cut_at: str = ""
    """The command at which it hangs up."""
    commands: list[str] = field(default_factory=list)
    port: int = 0
    _next: int = 1

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        """A mail arrives."""
        self.folders.setdefault(folder, {})[self._next] = raw.replace(b"\n", b"\r\n")
        self._next += 1

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder and is not marked for deletion."""
        held = self.folders.get(folder, {})
        return [raw for uid, raw in held.items() if not (folder == "INBOX" and uid in self.deleted)]


@asynccontextmanager
async def running(imap: Imap, tls: ssl.SSLContext | None = None) -> AsyncIterator[Imap]:
    """It listens on a free port of this machine."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await _Talk(imap, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            talks.discard(task)

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    imap.port = server.sockets[0].getsockname()[1]
    try:
        yield imap
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


@dataclass
class _Talk:
    imap: Imap
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    signed_in: bool = False
    folder: str = ""

    async def run(self) -> None:
        self._tell("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready")
        while line := (await self.reader.readline()).decode().rstrip("\r\n"):
            tag, _, rest = line.partition(" ")
            name, _, words = rest.partition(" ")
            if name.upper() == "UID":
                name, _, words = words.partition(" ")
            name = name.upper()
            self.imap.commands.append(f"{name} {words}".strip())
            if name == self.imap.cut_at:
                return
            said = await self._do(name, words)
            self._tell(f"{tag} {said}")
            await self.writer.drain()

    async def _do(self, name: str, words: str) -> str:
        if name == "CAPABILITY":
            extra = " ".join(self.imap.can) if self.signed_in else ""
            self._tell(f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 {extra}".rstrip())
            return "OK done"
        if name == "LOGIN":
            return self._login(words)
        if name == "AUTHENTICATE":
            return await self._authenticate()
        if not self.signed_in:
            return "NO sign in first"
        return self._of_folder(name, words)

    def _of_folder(self, name: str, words: str) -> str:
        match name:
            case "CREATE":
                new = words.strip('"')
                if new in self.imap.folders:
                    return "NO [ALREADYEXISTS] it is there"
                self.imap.folders[new] = {}
            case "SELECT":
                self.folder = words.strip('"')
                if self.folder not in self.imap.folders:
                    return "NO no such folder"
                self._tell(f"* {len(self._held)} EXISTS")
            case "SEARCH":
                uids = [str(uid) for uid in self._held if uid not in self.imap.deleted]
                self._tell(" ".join(["* SEARCH", *uids]))
            case "FETCH":
                self._fetch(words)
            case "MOVE" | "COPY":
                return self._carry(name, words)
            case "STORE":
                self.imap.deleted.add(int(words.split(maxsplit=1)[0]))
            case "EXPUNGE":
                self._held.pop(int(words), None)
            case _:
                return "BAD unknown"
        return "OK done"

    def _login(self, words: str) -> str:
        quoted = self.imap.password.replace("\\", "\\\\").replace('"', '\\"')
        right = words == f'"{self.imap.username}" "{quoted}"' and not self.imap.token
        self.signed_in = right
        return "OK in" if right else "NO [AUTHENTICATIONFAILED] no"

    async def _authenticate(self) -> str:
        self._tell("+ ")
        said = base64.b64decode(await self.reader.readline()).decode()
        expected = f"user={self.imap.username}\x01auth=Bearer {self.imap.token}\x01\x01"
        if said == expected and self.imap.token:
            self.signed_in = True
            return "OK in"
        self._tell("+ " + base64.b64encode(b'{"status":"401"}').decode())
        assert (await self.reader.readline()).strip() == b""
        return "NO [AUTHENTICATIONFAILED] no"

    def _fetch(self, words: str) -> None:
        uid, _, what = words.partition(" ")
        raw = self._held.get(int(uid))
        found = _PARTIAL.search(what)
        if raw is None or found is None:
            return
        part = raw[: int(found[1])]
        self._tell(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}", end=b"\r\n" + part + b")\r\n")

    def _carry(self, name: str, words: str) -> str:
        uid, _, folder = words.partition(" ")
        there = self.imap.folders.get(folder.strip('"'))
        if there is None:
            return "NO [TRYCREATE] no such folder"
        there[int(uid)] = self._held[int(uid)]
        if name == "MOVE":
            if "MOVE" not in self.imap.can:
                return "BAD unknown"
            del self._held[int(uid)]
        return "OK done"

    @property
    def _held(self) -> dict[int, bytes]:
        return self.imap.folders[self.folder]

    def _tell(self, line: str, end: bytes = b"\r\n") -> None:
        self.writer.write(line.encode() + end)
