"""Header fields as bytes of mail: links whole, long names in words that every service reads.

Written by hand, because Python's own `email` breaks three of them: it folds a long
`List-Unsubscribe` into encoded words, which ends one-click (RFC 8058); 3.13.0 leaves out the space
between the encoded words of a long subject (cpython #144156); 3.11 loses the quotation marks of a
long name that it folds, so that "Rivera, Bcc: x@y" becomes addresses. It is ten times slower, too.
"""

import unicodedata
from email.header import Header

_LINE = 76
_QUOTED = 40
"""An ASCII name up to so many characters is quoted; a longer one is encoded and so can fold."""


def field(name: str, value: str) -> str:
    """One header field with its CRLF, for ASCII values of our own making.

    `ValueError` for anything that would end the line: no caller may pass what a person typed.
    """
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"the header {name} holds a character that it must not")
    return f"{name}: {value}\r\n"


def text_field(name: str, text: str) -> str:
    """A field of free text, such as the subject; control characters become spaces."""
    line = one_line(text)
    fits = line.isascii() and len(name) + 2 + len(line) <= _LINE and not line.startswith("=?")
    return field(name, line) if fits else f"{name}: {_encoded(line, len(name) + 2)}\r\n"


def address_field(name: str, address: str, display: str = "") -> str:
    """A field with one address and, before it, the name that mail programs show."""
    shown = one_line(display)
    if not shown:
        return field(name, address)
    if shown.isascii() and len(shown) <= _QUOTED:
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return field(name, f'"{escaped}" <{address}>')
    return f"{name}: {_encoded(shown, len(name) + 2)}\r\n {field('', f'<{address}>')[2:]}"


def one_line(text: str, longest: int = 0) -> str:
    """Text on one line: no control characters, single spaces, cut with an ellipsis."""
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    line = " ".join(visible.split())
    return line if not longest or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _encoded(line: str, used: int) -> str:
    header = Header(line, "utf-8", maxlinelen=_LINE, header_name="x" * used)
    return header.encode(linesep="\r\n")
