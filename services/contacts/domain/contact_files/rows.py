"""What one row says, before anybody in it is looked up; and the key by which it is known again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from services.contacts.domain.contact import MOST_NOTE
from services.contacts.domain.contact_files.mapping import VALUES, ContactMapping, FieldName
from services.contacts.domain.contact_files.moments import DateOrder, Moment, read_moment
from services.contacts.domain.people import addresses_in, normal_address, shown
from shared.clock import id_from
from shared.messages import Channel, Direction, Outcome, Tone

FEWEST_DIGITS = 7
"""A shorter number is an extension, or no number."""
_ESCAPED = ("'=", "'+", "'-", "'@")
_WRITTEN: Mapping[DateOrder, str] = {
    "month_first": "month/day/year",
    "day_first": "day/month/year",
}


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: a code to count by, and a sentence with what to do."""

    code: str
    reason: str


@dataclass(frozen=True)
class FileRow:
    """A row that could be read. `key` is the same whenever the same row comes again."""

    line: int
    student: str
    phone: str
    email: str
    moment: Moment
    channel: Channel
    direction: Direction
    tone: Tone
    outcome: Outcome
    educator: str
    note: str
    key: str
    again: int = 0
    """The line of this file with the same id that says the same; 0: there is none before it."""


@dataclass
class RowReader:
    """Reads the rows of one file in their order; the order decides between equal rows."""

    mapping: ContactMapping
    header: Sequence[str]
    _places: dict[FieldName, int] = field(init=False)
    _seen: Counter[str] = field(default_factory=Counter, init=False)
    _ids: dict[str, tuple[int, str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        places = {name: place for place, name in enumerate(self.header)}
        self._places = {
            name: places[column]
            for name, column in self.mapping.columns.items()
            if column in places
        }

    def read(self, line: int, cells: Sequence[str]) -> FileRow | list[Fault]:
        """A row, or everything that is wrong with it."""
        faults: list[Fault] = []
        student, phone, email = self._who(cells, faults)
        moment = self._moment(cells, faults)
        values = {name: self._value(name, cells, faults) for name in VALUES}
        note = " ".join(self._cell("note", cells).split())
        if len(note) > MOST_NOTE:
            reason = (
                f"The note has {len(note)} characters; at most {MOST_NOTE} are kept. Shorten it."
            )
            faults.append(Fault("long-note", reason))
        own = self._cell("row_id", cells)[:255]
        says = self._says(cells, student or phone or email, moment)
        again = self._again(line, own, says, faults) if own and not faults else 0
        if faults or moment is None:
            return faults
        return FileRow(
            line=line,
            student=student,
            phone=phone,
            email=email,
            moment=moment,
            channel=cast("Channel", values["channel"]),
            direction=cast("Direction", values["direction"]),
            tone=cast("Tone", values["tone"]),
            outcome=cast("Outcome", values["outcome"]),
            educator=self._cell("educator", cells)[:255],
            note=note,
            key=self._key(own, says),
            again=again,
        )

    def _cell(self, name: FieldName, cells: Sequence[str]) -> str:
        place = self._places.get(name)
        text = cells[place].strip() if place is not None and place < len(cells) else ""
        # Our own downloads, sent again, have an apostrophe before what could be a formula.
        return text[1:] if text.startswith(_ESCAPED) else text

    def _who(self, cells: Sequence[str], faults: list[Fault]) -> tuple[str, str, str]:
        student = self._cell("student", cells)[:255]
        number, address = self._cell("guardian_phone", cells), self._cell("guardian_email", cells)
        phone, email = digits_of(number), next(iter(addresses_in(address)), "")
        if student or phone or email:
            return student, phone, normal_address(email)
        if number or address:
            reason = f"{shown(number or address)} is no phone number or email address. Correct it."
            faults.append(Fault("bad-address", reason))
        else:
            reason = (
                "Nothing says which family it was. Fill in the student, the phone or the email."
            )
            faults.append(Fault("nobody", reason))
        return "", "", ""

    def _moment(self, cells: Sequence[str], faults: list[Fault]) -> Moment | None:
        day, clock = self._cell("date", cells), self._cell("time", cells)
        if not day:
            faults.append(Fault("no-date", "The date is missing. Fill it in."))
            return None
        moment = read_moment(day, clock, self.mapping.dates)
        if moment is None:
            said = shown(f"{day} {clock}".strip())
            reason = (
                f"{said} can't be read as a date ({_WRITTEN[self.mapping.dates]}) and time. "
                "Correct it, such as 2026-11-24 and 15:05, or choose how dates are written."
            )
            faults.append(Fault("bad-date", reason))
        return moment

    def _value(self, name: str, cells: Sequence[str], faults: list[Fault]) -> str:
        known = cast("FieldName", name)
        cell = self._cell(known, cells)
        meant = self.mapping.values[known].of(cell)  # type: ignore[index]
        if not meant:
            what = f"{shown(cell)} is" if cell else "An empty cell is"
            column = self.mapping.columns.get(known, "")
            reason = f"{what} not matched in the column {shown(column)}. Match it, or correct it."
            faults.append(Fault(f"unmatched-{name}", reason))
        return meant

    def _again(self, line: int, own: str, says: str, faults: list[Fault]) -> int:
        first, said = self._ids.setdefault(own, (line, says))
        if said != says:
            reason = (
                f"Line {first} has the same id {shown(own)} and says something else. Give each row "
                "an id of its own, or leave the column of ids out."
            )
            faults.append(Fault("id-twice", reason))
        return first if first != line else 0

    def _says(self, cells: Sequence[str], who: str, moment: Moment | None) -> str:
        words = (self._cell(cast("FieldName", name), cells).casefold() for name in VALUES)
        when = moment.text if moment else ""
        return "\0".join((who.casefold(), when, *words))

    def _key(self, own: str, says: str) -> str:
        """From the row's own id, else from what it says and its place among equal rows (ADR 21).

        The note and who logged it are no part of it: they are what people mend later.
        """
        scope = (self.mapping.school_id, self.mapping.name)
        if own:
            return id_from("contact-row", *scope, "id", own)
        self._seen[says] += 1
        return id_from("contact-row", *scope, "says", says, str(self._seen[says]))


def digits_of(number: str) -> str:
    """A phone number for comparing: its digits without the country code of North America."""
    bare = number.lower().partition("x")[0]
    digits = "".join(c for c in bare if c.isdecimal())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) >= FEWEST_DIGITS else ""
