"""Where letters come back to: an address that names the letter, and that only we can have written.

`bounces+MARK@domain` (VERP): the mark holds the delivery's id and a signature over it, in letters
that survive mail systems which write addresses in one case. It proves that whoever uses it has had
the letter in hand, so that nobody can have mail to a family stopped by inventing a bounce.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from uuid import UUID

_SIGNED = 10
"""Bytes of signature: 80 bits can't be guessed by mail."""
_AS_UUID, _AS_TEXT = b"u", b"t"
_LONGEST_LOCAL_PART = 64
"""RFC 5321, 4.5.3.1.1."""
_PURPOSE = b"partners.return"


class ReturnAddress:
    """The return addresses of one district."""

    def __init__(self, mailbox: str, keys: Sequence[str]) -> None:
        """`keys[0]` signs; all of them are accepted. `ValueError` where there is none."""
        if not keys:
            raise ValueError(
                "PARTNERS_RETURN_ADDRESS needs PARTNERS_RETURN_KEYS; `make secrets` writes them"
            )
        self._local, _, self._domain = mailbox.lower().partition("@")
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]
        self._marks = re.compile(
            rf"(?<![a-z0-9._+-]){re.escape(self._local)}\+([a-z2-7]{{16,62}})@{re.escape(self._domain)}"
            r"(?![a-z0-9-])",
            re.IGNORECASE,
        )

    def to(self, delivery_id: str) -> str:
        """Where this letter comes back to. `ValueError` for an id that no address can hold."""
        packed = _packed(delivery_id)
        mark = base64.b32encode(self._signature(self._keys[0], packed) + packed)
        local = f"{self._local}+{mark.decode().rstrip('=').lower()}"
        if len(local) > _LONGEST_LOCAL_PART:
            raise ValueError(
                f"the delivery {delivery_id} has an id that no return address can hold"
            )
        return f"{local}@{self._domain}"

    def takes(self, address: str) -> bool:
        """Whether mail to this address is ours: the bare address, or one that we have written."""
        bare = f"{self._local}@{self._domain}"
        return address.lower() == bare or bool(self.delivery_ids(address))

    def delivery_ids(self, text: str) -> tuple[str, ...]:
        """The deliveries that are named in a text by true marks, in order, each once."""
        found = (self._opened(mark) for mark in self._marks.findall(text))
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def _opened(self, mark: str) -> str | None:
        padded = mark.upper() + "=" * (-len(mark) % 8)
        try:
            whole = base64.b32decode(padded)
        except binascii.Error:
            return None
        signature, packed = whole[:_SIGNED], whole[_SIGNED:]
        true = [hmac.compare_digest(signature, self._signature(key, packed)) for key in self._keys]
        return _unpacked(packed) if any(true) else None

    @staticmethod
    def _signature(key: bytes, packed: bytes) -> bytes:
        return hmac.digest(key, packed, hashlib.sha256)[:_SIGNED]


def _packed(delivery_id: str) -> bytes:
    try:
        number = UUID(delivery_id)
    except ValueError:
        return _AS_TEXT + delivery_id.encode()
    # Only the usual form comes back as it was.
    return (
        _AS_UUID + number.bytes if str(number) == delivery_id else _AS_TEXT + delivery_id.encode()
    )


def _unpacked(packed: bytes) -> str | None:
    kind, rest = packed[:1], packed[1:]
    if kind == _AS_UUID and len(rest) == 16:
        return str(UUID(bytes=rest))
    try:
        return rest.decode() if kind == _AS_TEXT else None
    except UnicodeDecodeError:
        return None
