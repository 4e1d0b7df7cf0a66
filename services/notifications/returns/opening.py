"""Takes a mail apart, however broken it is: head, explanation, reports, and what it returns.

Everything is bounded, because anybody may send such a mail: the library takes a time that grows
with the square of a header's length, and so would some of our own patterns.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.policy import Compat32

LONGEST_TEXT = 60_000
"""Characters of an explanation that are read; what failed always stands at its beginning."""
_LONGEST_LINE = 1_000
_LONGEST_HEADER = 4_000
_MOST_PARTS = 100
_REPORTS = {
    "message/delivery-status": "delivery",
    "message/global-delivery-status": "delivery",
    "message/feedback-report": "feedback",
    "message/disposition-notification": "receipt",
    "message/global-disposition-notification": "receipt",
}
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "utf7"}
"""Python takes these for charsets; the first two take a time that grows with the square."""
_LETTERS = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
_TAG = re.compile(r"<(?!/?[\w.+=-]+@)[/!?a-zA-Z][^<>]{0,500}>")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|p|div)\b[^<>]{0,200}>")


class _Bounded(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


@dataclass
class Opened:
    """One mail in pieces; each is text, decoded as well as it can be."""

    head: Message
    texts: list[str] = field(default_factory=list)
    """Words to people, in order."""
    reports: dict[str, list[str]] = field(default_factory=dict)
    """By `delivery`, `feedback`, `receipt`: their lines."""
    returned: list[str] = field(default_factory=list)
    """Letters, or their heads, that it carries."""

    def get(self, name: str) -> str:
        """A header field on one line, decoded; "" where there is none."""
        return decoded(self.head.get(name))

    @property
    def text(self) -> str:
        """All words to people."""
        return "\n".join(self.texts)[:LONGEST_TEXT]


def opened(raw: bytes) -> Opened | None:
    """The pieces; None when there is no mail in it, or one that is nested without end."""
    # Files and pipes bring all three ends of lines; the parser knows two of them.
    whole = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()
    try:
        mail: Message = message_from_bytes(whole, policy=_Bounded())
        if not mail.keys():
            return None
        found = Opened(mail)
        for part in leaves(mail):
            _sort(part, found)
    except RecursionError:
        return None
    return found


def decoded(value: object) -> str:
    """A header's value in plain text and on one line, whatever it claims to be written in."""
    if value is None:
        return ""
    # One with bytes above ASCII in it comes as an object that knows them.
    text = value if isinstance(value, Header) else str(value)
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return _one_line(str(text))
    return _one_line(
        "".join(
            piece if isinstance(piece, str) else _text(piece, charset) for piece, charset in pieces
        )
    )


def fields(lines: str) -> dict[str, list[str]]:
    """Header-like lines of a report, by lower-case name; folded lines are joined."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines.splitlines():
        if line[:1] in {" ", "\t"} and name:
            found[name][-1] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not name or " " in name:
            name = ""
            continue
        found.setdefault(name, []).append(value.strip())
    return found


def leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold no further parts, in order; reports and letters within are one each."""
    waiting, seen = [mail], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        payload = part.get_payload()
        holds = part.get_content_type()
        if holds not in _REPORTS and holds not in _LETTERS and isinstance(payload, list):
            waiting = [each for each in payload if isinstance(each, Message)] + waiting
        else:
            yield part


def _sort(part: Message, found: Opened) -> None:
    kind = part.get_content_type()
    if kind in _REPORTS:
        found.reports.setdefault(_REPORTS[kind], []).append(_whole(part))
    elif kind in _LETTERS:
        found.returned.append(_whole(part))
    elif kind == "text/html":
        found.texts.append(_without_tags(body(part)))
    # Of several parts without a boundary that is found, the parser makes one text.
    elif part.get_content_maintype() in {"text", "multipart"}:
        found.texts.append(_short_lines(body(part)))


def _whole(part: Message) -> str:
    """The text of a part that the parser may have taken apart further, and may not have decoded."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(_printed(each) for each in payload if isinstance(each, Message))
    return _short_lines(body(part))


def _printed(block: Message) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in block.items())
    payload = block.get_payload()
    if isinstance(payload, list):
        below = "\n\n".join(_printed(each) for each in payload if isinstance(each, Message))
    else:
        below = body(block)
    return _short_lines(f"{head}\n\n{below}")


def body(part: Message) -> str:
    """The text of a part, decoded as well as it can be; bounded."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if not isinstance(payload, bytes):
        undecoded = part.get_payload()
        return undecoded if isinstance(undecoded, str) else ""
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, HeaderParseError):
        charset = None
    return _text(payload, charset)


def _text(raw: bytes, charset: str | None) -> str:
    raw = raw[: 4 * LONGEST_TEXT]
    for name in (charset, "utf-8"):
        if name and name.lower() not in _NO_CHARSETS:
            try:
                return raw.decode(name)
            except (LookupError, ValueError):
                continue
    return raw.decode("latin-1")


def _short_lines(text: str) -> str:
    lines = text[: 4 * LONGEST_TEXT].splitlines()
    return _whole_letters("\n".join(line[:_LONGEST_LINE].rstrip() for line in lines))[:LONGEST_TEXT]


def _without_tags(page: str) -> str:
    # Enough for explanations: nobody sees it, and addresses in angle brackets have to survive.
    text = _TAG.sub(" ", _BREAK.sub("\n", page[: 4 * LONGEST_TEXT]))
    return _short_lines(html.unescape(text))


def _one_line(text: str) -> str:
    return _whole_letters(" ".join(text.split()))[:_LONGEST_LINE]


def _whole_letters(text: str) -> str:
    # Some charsets give halves of letters, which can be kept nowhere.
    return text.encode("utf-8", "replace").decode()
