"""Interpreters as a table: what is written out can be read in again, changed or not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import ValidationError

from services.contacts.domain.interpreters import (
    DISTRICT,
    Interpreter,
    InterpreterDraft,
    hours_in,
    hours_text,
    language_in,
)
from shared.errors import Refused
from shared.i18n import N_

COLUMNS = (
    "interpreter_id", "school_id", "name", "kind", "languages", "phone", "email", "hours",
    "training", "not_student_or_relative", "active",
)  # fmt: skip
NEEDED = ("name", "languages", "phone", "not_student_or_relative")
"""Without these columns nothing can be read."""
Outcome = Literal["added", "changed", "same", "refused"]

_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_WRONG = {
    "name": N_("The name needs 2 to 120 characters."),
    "phone": N_("The phone number needs 3 to 40 characters."),
    "email": N_("This is no mail address."),
    "training": N_("The training note has more than 500 characters."),
    "languages": N_("There are too many languages, or none."),
    "hours": N_("There are too many hours."),
    "kind": N_("The kind is `person` or `phone_service`."),
    "school_id": N_("This is no school's id."),
}


@dataclass(frozen=True)
class Row:
    """One row as it is to be kept."""

    interpreter_id: str
    """Empty where the table gives none."""
    draft: InterpreterDraft
    active: bool


@dataclass(frozen=True)
class Judged:
    """What became of one row of the table; `line` is where it begins in the file."""

    line: int
    name: str
    outcome: Outcome
    reason: str = ""


def cells_of(interpreter: Interpreter) -> list[str]:
    """The cells of one interpreter, in the order of `COLUMNS`."""
    return [
        interpreter.interpreter_id,
        interpreter.school_id,
        interpreter.name,
        interpreter.kind,
        "; ".join(interpreter.languages),
        interpreter.phone,
        interpreter.email or "",
        hours_text(interpreter.hours),
        interpreter.training,
        "yes",
        "no" if interpreter.ended_at else "yes",
    ]


def row_of(cells: Mapping[str, str], own_school: str) -> Row:
    """What the cells of a row say. `Refused` with the reason why it can't be taken.

    `own_school`: for whom a row without a school is meant.
    """
    held = {name: text.strip() for name, text in cells.items()}
    if held.get(""):
        raise Refused(N_("This row has more cells than the first line has columns."))
    interpreter_id = held.get("interpreter_id", "")
    if interpreter_id and not _ID.fullmatch(interpreter_id):
        raise Refused(N_("This id is not one of ours. Leave it empty for a new interpreter."))
    draft = {
        "school_id": held.get("school_id") or own_school,
        "name": held.get("name", ""),
        "kind": held.get("kind") or "person",
        "languages": _languages(held.get("languages", "")),
        "phone": held.get("phone", ""),
        "email": held.get("email") or None,
        "hours": hours_in(held.get("hours", "")),
        "training": held.get("training", ""),
        "independent": _yes(held.get("not_student_or_relative", ""), empty=False),
    }
    active = _yes(held.get("active", ""), empty=True)
    try:
        return Row(interpreter_id, InterpreterDraft.model_validate(draft), active)
    except ValidationError as wrong:
        field = str(wrong.errors()[0]["loc"][0])
        raise Refused(_WRONG[field]) from wrong


def _languages(text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in re.split(r"[;,\s]+", text) if part.strip()]
    read = {part: language_in(part) for part in parts}
    if unread := [part for part, language in read.items() if language is None]:
        raise Refused(f"“{unread[0]}” is no language tag. Write tags such as so or hmn.")
    return tuple(dict.fromkeys(cast("dict[str, str]", read).values()))


def _yes(text: str, *, empty: bool) -> bool:
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    if word:
        raise Refused(f"“{text}” is neither yes nor no.")
    return empty


def school_for(school_ids: frozenset[str]) -> str:
    """For whom a row without a school is meant: one's own school, or all where one has none."""
    return min(school_ids, default=DISTRICT)
