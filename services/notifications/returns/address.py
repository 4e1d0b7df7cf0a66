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
_RETURNS, _ANSWERS = b"partners.return", b"partners.answer"
"""An answer is quoted and sent on by people; the mark in its address must shut nobody's mailbox."""


class ReturnAddress:
    """The return addresses of one district."""

    def __init__(self, mailbox: str, keys: Sequence[str]) -> None:
        """`keys[0]` signs; all of them are accepted. `ValueError` where there is none."""
        if not keys:
            raise ValueError(
                "PARTNERS_RETURN_ADDRESS needs PARTNERS_RETURN_KEYS; `make secrets` writes them"
            )
        self._local, _, self._domain = mailbox.lower().partition("@")
        self._keys = _keys(keys, _RETURNS)
        self._answer_keys = _keys(keys, _ANSWERS)
        self._marks = re.compile(
            rf"(?<![a-z0-9._+-]){re.escape(self._local)}\+([a-z2-7]{{16,62}})@{re.escape(self._domain)}"
            r"(?![a-z0-9-])",
            re.IGNORECASE,
        )

    def to(self, delivery_id: str) -> str:
        """Where this letter comes back to. `ValueError` for an id that no address can hold."""
        return self._made(delivery_id, self._keys)

    def for_answers(self, delivery_id: str) -> str:
        """Where a family answers this letter to; proves no bounce. `ValueError` as above."""
        return self._made(delivery_id, self._answer_keys)

    def _made(self, delivery_id: str, keys: Sequence[bytes]) -> str:
        packed = _packed(delivery_id)
        mark = base64.b32encode(_signature(keys[0], packed) + packed)
        local = f"{self._local}+{mark.decode().rstrip('=').lower()}"
        if len(local) > _LONGEST_LOCAL_PART:
            raise ValueError(
                f"the delivery {delivery_id} has an id that no return address can hold"
            )
        return f"{local}@{self._domain}"

    def takes(self, address: str) -> bool:
        """Whether mail to this address is ours: the bare address, or one that we have written."""
        bare = f"{self._local}@{self._domain}"
        ours = self.delivery_ids(address) or self.answered(address)
        return address.lower() == bare or bool(ours)

    def delivery_ids(self, text: str) -> tuple[str, ...]:
        """The deliveries that are named in a text by true marks, in order, each once."""
        return self._named(text, self._keys)

    def answered(self, text: str) -> tuple[str, ...]:
        """The deliveries that a mail to the addresses in a text answers, in order, each once."""
        return self._named(text, self._answer_keys)

    def without_marks(self, text: str) -> str:
        """The same text with our addresses taken out: whoever reads one could answer for others."""
        return self._marks.sub("…", text)

    def _named(self, text: str, keys: Sequence[bytes]) -> tuple[str, ...]:
        found = (self._opened(mark, keys) for mark in self._marks.findall(text))
        return tuple(dict.fromkeys(each for each in found if each is not None))

    @staticmethod
    def _opened(mark: str, keys: Sequence[bytes]) -> str | None:
        padded = mark.upper() + "=" * (-len(mark) % 8)
        try:
            whole = base64.b32decode(padded)
        except binascii.Error:
            return None
        signature, packed = whole[:_SIGNED], whole[_SIGNED:]
        true = [hmac.compare_digest(signature, _signature(key, packed)) for key in keys]
        return _unpacked(packed) if any(true) else None


def _keys(keys: Sequence[str], purpose: bytes) -> list[bytes]:
    return [hmac.digest(key.encode(), purpose, hashlib.sha256) for key in keys]


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
