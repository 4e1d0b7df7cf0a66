"""Our ids of what the roster names: its own id where that is harmless, else one made of it."""

import re
from functools import lru_cache
from uuid import UUID, uuid5

_HARMLESS = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_OURS = UUID("5f6c3f7e-6a3c-4b7e-9d0b-0d1f6a3f2c11")


@lru_cache(maxsize=200_000)
def plain_id(sourced_id: str) -> str:
    """The same id for the same roster id, for ever; fit for addresses and logs.

    Some systems use mail addresses as ids, which are personal and do not belong into either.
    """
    if _HARMLESS.fullmatch(sourced_id):
        return sourced_id
    return str(uuid5(_OURS, sourced_id))
