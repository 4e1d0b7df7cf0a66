"""Pages of long lists by cursor: stable while rows come and go, and cheap at any depth."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query

from shared.errors import Refused
from shared.i18n import N_

T = TypeVar("T")
Value = str | int | datetime
"""What a list is ordered by. Plain values only, so that a cursor can carry no query operator."""

PAGE_SIZE = 25
MOST = 200
_BROKEN = N_("This page address is broken. Start again from the first page.")


@dataclass(frozen=True)
class CursorIn:
    """Where to go on: the sort values of the last row shown, or None at the beginning."""

    after: tuple[Value, ...] | None = None
    size: int = PAGE_SIZE

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than shown, which tells whether there are more."""
        return self.size + 1


@dataclass(frozen=True)
class Slice(Generic[T]):
    """The rows to show and the cursor of the next page, None on the last."""

    items: Sequence[T]
    next: str | None = None


async def _cursor(
    after: Annotated[str | None, Query(max_length=600)] = None,
    size: Annotated[int, Query(ge=1, le=MOST)] = PAGE_SIZE,
) -> CursorIn:
    return CursorIn(decode(after) if after else None, size)


Cursor = Annotated[CursorIn, Depends(_cursor)]
"""`?after=…&size=…` of a request."""


def paginate(
    rows: Sequence[T], cursor: CursorIn, key: Callable[[T], tuple[Value, ...]]
) -> Slice[T]:
    """Cut to a page what was read with `limit=cursor.fetch` in the order of `key`."""
    items = rows[: cursor.size]
    more = len(rows) > cursor.size
    return Slice(items, encode(key(items[-1])) if more and items else None)


def encode(values: tuple[Value, ...]) -> str:
    """Sort values as an opaque cursor."""
    plain = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[Value, ...]:
    """The sort values of a cursor. Raises `Refused` for anything that we did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if not isinstance(values, list):
            raise TypeError
        return tuple(_value(each) for each in values)
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError) as error:
        raise Refused(_BROKEN) from error


def _value(plain: object) -> Value:
    if isinstance(plain, dict):
        moment = datetime.fromisoformat(str(plain["t"]))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(plain, bool) or not isinstance(plain, str | int):
        raise TypeError
    return plain
