"""What the name lists have in common, so that a list holds names and nothing else."""

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple


class Name(NamedTuple):
    """A name as its bearer writes it, and as a US school office types it."""

    own: str
    typed: str


@dataclass(frozen=True)
class Culture:
    """Names of one language community and how they pass from parents to children."""

    language: str
    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]
    keeps_name: float
    """The share of mothers whose family name is not the father's."""
    double_family_name: bool = False
    """A child is called by the father's and the mother's family name."""


def plain(text: str) -> str:
    """The text in the letters A to Z as far as they go, for user names and mail addresses."""
    spread = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(mark for mark in spread if mark.isascii())


def read(text: str) -> tuple[Name, ...]:
    """Names from a comma-separated list; `own=typed` where the two differ."""
    return tuple(_name(item.strip()) for item in text.split(",") if item.strip())


def read_without_accents(text: str) -> tuple[Name, ...]:
    """Names whose typed form is the plain one."""
    return tuple(Name(name.own, plain(name.own)) for name in read(text))


def _name(item: str) -> Name:
    own, _, typed = item.partition("=")
    return Name(own, typed or own)
