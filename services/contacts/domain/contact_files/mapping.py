"""A mapping: which column says what, and what a system's words mean here. Saved under a name."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from services.contacts.domain.contact_files.moments import DateOrder
from shared.i18n import N_
from shared.messages import Channel, Direction, Outcome, Record, Tone

FieldName = Literal[
    "student", "guardian_phone", "guardian_email", "date", "time", "channel", "direction", "tone",
    "outcome", "educator", "note", "row_id",
]  # fmt: skip
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
WHO: tuple[FieldName, ...] = ("student", "guardian_phone", "guardian_email")
"""One of these says which family it was; where a row has several, the first that is filled in."""
ValueField = Literal["channel", "direction", "tone", "outcome"]
VALUES: Mapping[ValueField, tuple[str, ...]] = {
    "channel": get_args(Channel),
    "direction": get_args(Direction),
    "tone": get_args(Tone),
    "outcome": get_args(Outcome),
}
"""What each of the four may be here."""
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
OURS = frozenset({"partners"})
MOST_WORDS = 60
"""Different words of one column that can be matched; more of them are no list of words."""
LONGEST_WORD = 80
LONGEST_COLUMN = 200


class Values(Record):
    """What the words of a column mean; `otherwise` is for other words, or where there is none.

    Without `otherwise` a word that was not matched makes its row refused.
    """

    words: dict[str, str] = Field(default_factory=dict)
    otherwise: str = ""

    def of(self, cell: str) -> str:
        """What a cell means, empty when nothing says it."""
        return self.words.get(plain_word(cell)) or self.otherwise


class MappingDraft(Record):
    """What somebody matched, before it has a version."""

    name: str
    columns: dict[FieldName, Annotated[str, Field(min_length=1, max_length=LONGEST_COLUMN)]]
    dates: DateOrder = "month_first"
    values: dict[ValueField, Values]


class ContactMapping(MappingDraft):
    """A saved mapping. `school_id` is empty for one of the district."""

    school_id: str = ""
    version: int = 1
    by: str = ""
    at: datetime

    @property
    def origin(self) -> str:
        """Who told the contacts of such a file, as for messages of other systems."""
        return f"/ext/{self.name}"

    def missing_in(self, header: Iterable[str]) -> list[str]:
        """The columns that a file lacks."""
        held = set(header)
        return [each for each in dict.fromkeys(self.columns.values()) if each not in held]


def plain_word(cell: str) -> str:
    """A cell for comparing: case and spaces tell no words apart."""
    return " ".join(cell.split()).casefold()[:LONGEST_WORD]


SAID = {
    "name": N_("A name has 1 to 40 lower-case letters, digits and hyphens, such as call-log-2025."),
    "ours": N_("This name is our own: choose another."),
    "who": N_(
        "Choose the column that says which family it was: the student, or a phone number or email "
        "address of a parent or caregiver."
    ),
    "date": N_("Choose the column with the date."),
    "twice": N_(
        "One column can't say two things: choose another, or none. A time beside the date is read."
    ),
    "value": N_("Choose what it is, or the column that says it."),
}
"""The sentence of each fault of a mapping; pages translate it."""


def faults_of(draft: MappingDraft) -> dict[str, str]:
    """What is wrong with a mapping, a sentence by field."""
    faults = faults_of_columns(draft.columns)
    if not NAME.fullmatch(draft.name):
        faults["name"] = SAID["name"]
    elif draft.name in OURS:
        faults["name"] = SAID["ours"]
    for field, known in VALUES.items():
        values = draft.values.get(field, Values())
        meant = {*values.words.values(), values.otherwise} - {""}
        alone = field not in draft.columns
        if not meant or not meant <= set(known) or (alone and not values.otherwise):
            faults[field] = SAID["value"]
    return faults


def faults_of_columns(columns: Mapping[FieldName, str]) -> dict[str, str]:
    """What is wrong with the choice of columns, a sentence by field."""
    faults: dict[str, str] = {}
    if not any(field in columns for field in WHO):
        faults["student"] = SAID["who"]
    if "date" not in columns:
        faults["date"] = SAID["date"]
    seen: set[str] = set()
    for field, column in columns.items():
        if column in seen:
            faults[field] = SAID["twice"]
        seen.add(column)
    return faults
