"""One contact file from upload to report: its states, and how each of its rows is accounted for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from services.contacts.domain.contact_files.columns import Column
from services.contacts.domain.contact_files.mapping import ContactMapping, FieldName
from shared.errors import Conflict
from shared.i18n import N_
from shared.messages import Record

State = Literal[
    "received",  # the file is stored
    "looking",  # its columns are looked through, for a person
    "matching",  # looked through; somebody has to match its columns
    "reading",  # each row is judged; nothing is stored
    "preview",  # somebody has to look at it and to say yes
    "applying",  # in chunks, each with its messages
    "done",
    "undoing",  # everything that came from it is taken back
    "undone",
    "refused",  # can't be read, or does not fit its mapping; the reasons say why
    "failed",  # our own fault
    "cancelled",
]
ENDED = frozenset({"done", "undone", "refused", "failed", "cancelled"})
WAITING = frozenset({"matching", "preview"})
"""Somebody has to do something."""
UNDO_WITHIN = timedelta(hours=24)
WAITS_FOR = timedelta(days=3)
"""So long an uploaded file is kept for somebody to go on with it."""
ROWS_KEPT = timedelta(days=30)
"""So long the report names its rows; the counts stay."""
CHUNK = 500
"""Contacts in one transaction."""
MOST_ROWS = 100_000
MOST_REFUSED = 0.50
"""When a larger share is refused, a file that came by itself waits for somebody to look."""

RowState = Literal["new", "stored", "known", "refused", "undone"]


class RowReport(Record):
    """What became of one row. `cells` are kept of refused rows only, to mend and send again."""

    number: int
    line: int
    state: RowState
    code: str = ""
    reason: str = ""
    contact_id: str = ""
    cells: tuple[str, ...] = ()


class ContactFile(Record):
    """One file and how far it is. `done` of `total` is the progress of the present state."""

    file_id: str
    name: str
    state: State = "received"
    school_id: str = ""
    """Whose families it may name; empty for those of the whole district."""
    mapping: ContactMapping | None = None
    columns: dict[FieldName, str] = Field(default_factory=dict, exclude=True)
    """The columns that somebody chose, while the words are still to be matched."""
    profile: tuple[Column, ...] = Field(default=(), exclude=True)
    """What the columns hold, while somebody matches them."""
    header: tuple[str, ...] = ()
    by: str = ""
    key: str = Field("", exclude=True)
    """The Idempotency-Key with which it came."""
    by_itself: bool = False
    """Whether a program sent it, so that nobody looks at a preview."""
    confirmed: bool = False
    created_at: datetime
    seen_at: datetime | None = None
    ended_at: datetime | None = None
    undone_by: str = ""
    undone_at: datetime | None = None
    read_upon: str = Field("", exclude=True)
    """The roster import upon which the rows were judged."""
    tidied: bool = Field(default=False, exclude=True)
    done: int = 0
    total: int = 0
    counts: dict[RowState, int] = Field(default_factory=dict)
    """How many rows ended in each way; together they are all rows of the file."""
    refusals: dict[str, int] = Field(default_factory=dict)
    """How many rows for each kind of reason."""
    notes: tuple[str, ...] = ()
    """What was found about the file as a whole and does not hinder it."""
    reasons: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in ENDED

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return sum(self.counts.values())

    @property
    def percent(self) -> int:
        """Progress of the present state, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; None when it can't."""
        if self.ended_at and self.state in {"done", "failed"} and self.counts.get("stored"):
            return self.ended_at + UNDO_WITHIN
        return None

    def check_undo(self, now: datetime) -> None:
        """`Conflict` when it can't be taken back as a whole (any more)."""
        until = self.undo_until()
        if until is None:
            raise Conflict(N_("There is nothing of this file to take back."))
        if now > until:
            raise Conflict(
                N_(
                    "A file can be taken back for 24 hours. Now undo its contacts one by one, on "
                    "the families' pages."
                )
            )


def needs_a_look(counts: Mapping[RowState, int]) -> bool:
    """Whether so much is refused that the file was probably exported in another way."""
    rows = sum(counts.values())
    return bool(rows) and counts.get("refused", 0) > rows * MOST_REFUSED
