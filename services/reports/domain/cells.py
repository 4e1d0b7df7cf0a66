"""The names of a counter's cells: what was counted, and how it is told apart."""

from functools import lru_cache

from shared import messages as m


def contact_cell(contact: m.ContactLogged) -> str:
    """The cell of a counter in which a contact is counted."""
    return _contact_cell(
        contact.tone, contact.channel, contact.outcome, contact.direction, contact.origin
    )


@lru_cache(maxsize=4096)
def _contact_cell(tone: str, channel: str, outcome: str, direction: str, origin: str) -> str:
    return f"contact|{tone}|{channel}|{outcome}|{direction}|{escaped(origin)}"


@lru_cache(maxsize=256)
def escaped(origin: str) -> str:
    """An origin as part of a field's name, where dots and dollars mean something else."""
    for sign in "%.$|\0":
        origin = origin.replace(sign, f"%{ord(sign):02X}")
    return origin


def unescaped(part: str) -> str:
    """The origin again."""
    for sign in "\0|$.%":
        part = part.replace(f"%{ord(sign):02X}", sign)
    return part
