"""A mailbox that catches everything: in demo and tests no letter leaves the machine.

An SMTP server that takes each letter, keeps it, and a page where people read what families got.
"""

import asyncio
import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from pymongo import ASCENDING, DESCENDING, IndexModel

from shared import web
from shared.clock import Clock, Mint
from shared.errors import NotFound
from shared.messages import Record
from shared.mongo import Database, Document, Kept, answering
from shared.service import Service
from shared.settings import Settings

LETTERS = Kept(
    "letters",
    indexes=(
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("to", ASCENDING), ("at", DESCENDING)], name="by_recipient"),
    ),
)
LARGEST = 10_000_000
WHY = "the demo shows what families got; production has no such page"
SHOWS = "letters of the invented sample district"
PUBLIC = (
    web.PublicRoute("GET", "/mailbox/", WHY, SHOWS, limit="120/minute"),
    web.PublicRoute("GET", "/mailbox/{letter_id}", WHY, SHOWS, limit="120/minute"),
    web.PublicRoute("GET", "/mailbox/{letter_id}/html", WHY, SHOWS, limit="120/minute"),
    web.PublicRoute("GET", "/mailbox/{letter_id}/raw", WHY, SHOWS, limit="120/minute"),
    web.PublicRoute("GET", "/mailbox/api/v1/letters", WHY, SHOWS, limit="600/minute"),
)


class CaughtLetter(Record):
    """One letter as it arrived by SMTP."""

    letter_id: str
    at: str
    to: tuple[str, ...]
    sender: str
    subject: str
    raw: bytes = b""

    @property
    def message(self) -> EmailMessage:
        """Parsed, with headers and bodies decoded."""
        message = email.message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        """The plain text."""
        return _body(self.message, "plain")

    @property
    def html(self) -> str:
        """The HTML."""
        return _body(self.message, "html")

    @property
    def attachments(self) -> list[str]:
        """The content types that are neither of the two bodies."""
        kinds = [part.get_content_type() for part in self.message.walk() if not part.is_multipart()]
        return [kind for kind in kinds if kind not in {"text/plain", "text/html"}]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


@dataclass
class Mailbox:
    """Takes every letter for everybody, and keeps it before it answers 250."""

    database: Database
    clock: Clock
    mint: Mint

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the letter, then accept it."""
        del server, session
        raw = envelope.original_content or b""
        parsed = email.message_from_bytes(raw, policy=policy.default)
        row: Document = {
            "_id": self.mint(),
            "at": self.clock.now().isoformat(),
            "to": [str(address).lower() for address in envelope.rcpt_tos],
            "sender": str(parsed.get("From", "")),
            "subject": str(parsed.get("Subject", "")),
            "raw": raw,
        }
        await self.database[LETTERS.name].insert_one(row)
        return "250 Message accepted for delivery"

    async def newest(
        self, *, to: str = "", after: tuple[str, str] | None = None, limit: int = 50
    ) -> list[CaughtLetter]:
        """The newest letters, to one address or to all."""
        query: Document = {"to": to.lower()} if to else {}
        if after:
            at, letter_id = after
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": letter_id}}]
        async with answering():
            cursor = self.database[LETTERS.name].find(query).sort([("at", -1), ("_id", -1)])
            rows = await cursor.limit(limit).to_list(limit)
        return [CaughtLetter.model_validate({**row, "letter_id": row["_id"]}) for row in rows]

    async def letter(self, letter_id: str) -> CaughtLetter:
        """One letter; `NotFound` when there is none of that id."""
        async with answering():
            row = await self.database[LETTERS.name].find_one({"_id": letter_id})
        if row is None:
            raise NotFound("There is no such letter.")
        return CaughtLetter.model_validate({**row, "letter_id": letter_id})


def build(
    settings: Settings, database: Database, *, clock: Clock, mint: Mint, host: str, port: int
) -> Service:
    """The mailbox as a service; it listens for SMTP on `host`:`port`."""
    mailbox = Mailbox(database, clock, mint)
    app = web.create_app(
        service="mailbox",
        settings=settings,
        clock=clock,
        ready=[database.ping],
        templates=Path(__file__).parent / "templates",
        public=PUBLIC,
    )
    _routes(app, mailbox)
    servers: list[asyncio.Server] = []

    async def start() -> None:
        await database.ensure(LETTERS)
        loop = asyncio.get_running_loop()
        servers.append(await loop.create_server(lambda: _smtp(mailbox), host, port))

    async def stop() -> None:
        while servers:
            servers.pop().close()

    return Service("mailbox", app, start, stop, database.ping)


def _smtp(mailbox: Mailbox) -> SMTP:
    return SMTP(mailbox, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="mailbox")


def _routes(app: FastAPI, mailbox: Mailbox) -> None:
    @app.get("/mailbox/")
    async def list_letters(
        page: web.Page, cursor: web.Cursor, to: Annotated[str, Query(max_length=320)] = ""
    ) -> HTMLResponse:
        after = (str(cursor.after[0]), str(cursor.after[1])) if cursor.after else None
        found = await mailbox.newest(to=to, after=after, limit=cursor.fetch)
        part = web.paginate(found, cursor, key=lambda each: (each.at, each.letter_id))
        return page.render("mailbox/list.html", letters=part, to=to)

    @app.get("/mailbox/api/v1/letters")
    async def letters_as_json(
        to: Annotated[str, Query(max_length=320)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[dict[str, object]]:
        found = await mailbox.newest(to=to, limit=limit)
        return [
            {
                **each.model_dump(exclude={"raw"}),
                "text": each.text,
                "html": each.html,
                "attachments": each.attachments,
            }
            for each in found
        ]

    @app.get("/mailbox/{letter_id}")
    async def show_letter(page: web.Page, letter_id: str) -> HTMLResponse:
        return page.render("mailbox/letter.html", letter=await mailbox.letter(letter_id))

    @app.get("/mailbox/{letter_id}/html")
    async def letter_as_html(letter_id: str) -> Response:
        return web.letter((await mailbox.letter(letter_id)).html)

    @app.get("/mailbox/{letter_id}/raw")
    async def letter_as_sent(letter_id: str) -> Response:
        return PlainTextResponse((await mailbox.letter(letter_id)).raw)
