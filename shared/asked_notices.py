"""What other systems may have families told: by template and values, never in words of their own.

The sentences of each template are ours, translated by people. A value is one short line, a day, an
amount or a link to a host that the district allows: no markup, and no address hidden in a text.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

Template = Literal["library_due", "form_due", "meal_balance"]
Sort = Literal["text", "day", "amount", "link"]
LONGEST_TEXT = 120
LONGEST_LINK = 500
MOST_PEOPLE = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,4}\.\d{2}", re.ASCII)
_NO_TEXT = re.compile(r"[<>{}\\]|://|www\.|\S@\S|\.(?:com|org|net|edu|gov|io)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Value:
    """A value that a template takes."""

    sort: Sort
    needed: bool = True


TEMPLATES: dict[Template, Mapping[str, Value]] = {
    "library_due": {"item": Value("text"), "due": Value("day")},
    "form_due": {"form": Value("text"), "due": Value("day"), "link": Value("link", needed=False)},
    "meal_balance": {"balance": Value("amount"), "link": Value("link", needed=False)},
}
"""All that there are: `docs/guides/emitters.md` has the table."""


def fault_in(template: Template, values: Mapping[str, str]) -> str:
    """What is wrong with the values of a template, in a sentence; "" where nothing is."""
    declared = TEMPLATES[template]
    for name in values:
        if name not in declared:
            return f"values: {template} takes no {name[:40]!r}; it takes {', '.join(declared)}"
    for name, value in declared.items():
        if name not in values:
            if value.needed:
                return f"values: {template} needs {name}"
        elif fault := _FAULTS[value.sort](values[name]):
            return f"values: {name} {fault}"
    return ""


def foreign_link(values: Mapping[str, str], hosts: Collection[str]) -> str:
    """The host of a link that the district does not allow; "" where there is none."""
    host = (urlsplit(values.get("link", "")).hostname or "").lower()
    return host if host and host not in hosts else ""


def _text(value: str) -> str:
    if not 1 <= len(value.strip()) <= LONGEST_TEXT or not value.isprintable():
        return f"is one line of 1 to {LONGEST_TEXT} characters"
    if _NO_TEXT.search(value):
        return "is plain text, without markup, links or mail addresses"
    return ""


def _day(value: str) -> str:
    wrong = "is a day such as 2026-11-24"
    if not _DAY.fullmatch(value):
        return wrong
    try:
        date.fromisoformat(value)
    except ValueError:
        return wrong
    return ""


def _amount(value: str) -> str:
    return "" if _AMOUNT.fullmatch(value) else "is an amount in dollars such as 3.40"


def _link(value: str) -> str:
    wrong = "is a link that begins with https:// and holds no user"
    plain = value.isascii() and value.isprintable() and not set(value) & set(' <>"\\')
    if not plain or len(value) > LONGEST_LINK:
        return wrong
    try:
        parts = urlsplit(value)
    except ValueError:
        return wrong
    good = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    return "" if good else wrong


_FAULTS = {"text": _text, "day": _day, "amount": _amount, "link": _link}
