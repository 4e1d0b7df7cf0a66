"""The MIME parts of a letter as bytes: seven bits, CRLF, lines that every mail service takes."""

import binascii
from base64 import encodebytes
from collections.abc import Sequence

_MOSTLY_ASCII = 0.7


def text_part(subtype: str, text: str, parameters: str = "") -> bytes:
    """A text in UTF-8: quoted-printable where that stays readable, else base64."""
    body = text.replace("\r\n", "\n").encode()
    readable = len(text.encode("ascii", "ignore")) >= _MOSTLY_ASCII * len(body)
    name, encoded = ("quoted-printable", _quoted(body)) if readable else ("base64", _base64(body))
    return _part(f'text/{subtype}; charset="utf-8"{parameters}', name, encoded)


def file_part(kind: str, body: bytes, filename: str) -> bytes:
    """An attached file; `kind` and `filename` are of our own making."""
    disposition = f'Content-Disposition: attachment; filename="{filename}"\r\n'
    return _part(kind, "base64", _base64(body), disposition)


def multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Parts within one, with the header fields that say so."""
    line = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _part(kind: str, encoding: str, body: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}\r\n"
    return head.encode("ascii") + body


def _base64(body: bytes) -> bytes:
    return encodebytes(body).replace(b"\n", b"\r\n")


def _quoted(body: bytes) -> bytes:
    # A line may neither be a lone dot nor begin with "From ": old services would change it.
    quoted = binascii.b2a_qp(body, quotetabs=False, istext=True)
    safe = quoted.replace(b"\nFrom ", b"\n=46rom ").replace(b"\n.", b"\n=2E")
    return safe.replace(b"\n", b"\r\n")
