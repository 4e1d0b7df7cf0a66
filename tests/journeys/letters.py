"""A letter as the mail program of a family gets it: raw bytes, headers, parts, links."""

import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cached_property

import httpx2


@dataclass(frozen=True)
class Letter:
    """One letter in the mailbox."""

    letter_id: str
    url: str

    @cached_property
    def raw(self) -> bytes:
        """The bytes as they came by SMTP."""
        answer = httpx2.get(f"{self.url}/mailbox/{self.letter_id}/raw")
        answer.raise_for_status()
        return answer.content

    @cached_property
    def message(self) -> EmailMessage:
        """Parsed."""
        parsed = email.message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML."""
        return self._body("html")

    @property
    def whole(self) -> str:
        """Headers, texts and attachments, decoded: all that a reader could find in it."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        parts = [
            str(part.get_content())
            for part in self.message.walk()
            if part.get_content_maintype() == "text"
        ]
        return "\n".join([headers, *parts])

    @property
    def kinds(self) -> list[str]:
        """The content types of its parts."""
        walked = self.message.walk()
        return [part.get_content_type() for part in walked if not part.is_multipart()]

    def link(self, part: str) -> str:
        """The first address in the text that contains this."""
        for word in self.text.split():
            if part in word:
                return word.strip("<>().,")
        raise LookupError(f"no link to {part} in: {self.text}")

    @property
    def unsubscribe_link(self) -> str:
        """Where a mail program posts its one click (RFC 8058)."""
        return str(self.message["List-Unsubscribe"]).strip("<>")

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part else ""
