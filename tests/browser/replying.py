"""A family answers its good news by mail, as a mail program would: to the letter's Reply-To."""

import smtplib
from collections.abc import Callable
from contextlib import AbstractContextManager
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from embedded.visitor import Visitor

ANSWER = "Thank you! We talked about it at dinner.\n\nSee you on Friday?"


def answer(url: str, letter_id: str, port: int) -> None:
    """Answer a letter of the mailbox, with a picture, through the port for what comes back."""
    with Visitor(url) as family:
        letter: Any = message_from_bytes(family.open(f"/mailbox/{letter_id}/raw").html.encode())
    to = parseaddr(letter["Reply-To"])[1]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = letter["To"], to, f"Re: {letter['Subject']}"
    mail["Message-ID"] = "<answer-1@family.example>"
    mail.set_content(f"{ANSWER}\n\nOn Tue, Nov 24, 2026 at 10:00 AM <{to}> wrote:\n> Good news\n")
    mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename="drawing.jpg")
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
        line.send_message(mail, to_addrs=[to])


def reply_id(visit: Callable[[str], AbstractContextManager[Visitor]]) -> str | None:
    """The newest answer, as the coordinator finds it; None before it is there."""
    with visit("coordinator") as visitor:
        found: Any = visitor.json("/notifications/api/v1/replies")
    return str(found["items"][0]["reply_id"]) if found["items"] else None
