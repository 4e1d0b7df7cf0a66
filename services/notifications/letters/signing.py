"""Signs letters with the district's own key, so that mail services know them for the district's.

DKIM (RFC 6376), RSA and SHA-256, relaxed/relaxed, so that what a relay folds anew still counts.
The links to stop letters are signed, too: mail programs show their button only then (RFC 8058, 4).
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SMALLEST_KEY = 1024
"""Bits; receivers take no smaller one (RFC 8301, 3.2)."""
_SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
    "content-language", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
_ONCE_MORE = ("from", "to", "subject", "reply-to")
"""Named once more than they stand there, so that nobody can add another above ours."""
_FOLD = re.compile(rb"\r\n(?=[\t ])")
_SPACE = re.compile(rb"[\t ]+")
_AT_END = re.compile(rb" +(?=\r\n)")
_LINE = 72


@dataclass(frozen=True)
class Signer:
    """A domain, the selector under which its DNS has the public key, and the private key."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey

    def signed(self, message: bytes) -> bytes:
        """The message with its signature on top. It has whole CRLF lines and an empty one."""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name in _SIGNED if name in fields]
        digest = b64encode(sha256(relaxed_body(body)).digest()).decode()
        tags = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain};\r\n s={self.selector};"
            f" bh={digest};\r\n h={_named([*names, *_ONCE_MORE])};\r\n b="
        )
        own = f"DKIM-Signature: {tags}".encode("ascii")
        covered = b"".join(fields[name] + b"\r\n" for name in names) + _relaxed(own)[1]
        signature = b64encode(self.key.sign(covered, padding.PKCS1v15(), hashes.SHA256())).decode()
        lines = "\r\n ".join(_cut(signature))
        return own + lines.encode("ascii") + b"\r\n" + message

    @property
    def dns_name(self) -> str:
        """Where the record stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def dns_record(self) -> str:
        """The TXT record with which others check what was signed."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"


def signer(domain: str, selector: str, pem: str) -> Signer:
    """A signer for a private key in PEM. `ValueError` says what is wrong with it."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as wrong:
        raise ValueError("the DKIM key is no private key in PEM without a password") from wrong
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise ValueError(f"the DKIM key has to be an RSA key of {SMALLEST_KEY} bits or more")
    return Signer(domain.lower(), selector, key)


def relaxed_body(body: bytes) -> bytes:
    """The body as it is counted: single spaces, none at the ends of lines, no empty lines last."""
    lines = _AT_END.sub(b"", _SPACE.sub(b" ", body)).rstrip(b" \r\n")
    return lines + b"\r\n" if lines else b""


def _fields(head: bytes) -> dict[str, bytes]:
    """The header fields as they are counted, by name. No name stands in our letters twice."""
    unfolded = _FOLD.sub(b"", head)
    return dict(_relaxed(line) for line in unfolded.split(b"\r\n"))


def _relaxed(line: bytes) -> tuple[str, bytes]:
    name, _, value = _FOLD.sub(b"", line).partition(b":")
    low = name.strip().lower()
    return low.decode("ascii"), low + b":" + _SPACE.sub(b" ", value).strip()


def _named(names: list[str]) -> str:
    lines, line = [], ""
    for name in names:
        if line and len(line) + len(name) + 1 > _LINE:
            lines.append(line)
            line = ""
        line += f":{name}" if line or lines else name
    return "\r\n ".join([*lines, line])


def _cut(text: str) -> list[str]:
    return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
