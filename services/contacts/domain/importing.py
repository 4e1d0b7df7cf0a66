"""A roster import from upload to done: its states, and what is said about it."""

from datetime import datetime
from typing import Any, Literal, TypedDict

from pydantic import Field

from services.contacts.domain.roster import Finding
from shared.messages import Record

State = Literal[
    "received",  # the files are stored
    "reading",  # read and judged into the staging collection; nothing is changed
    "judged",  # would change little enough
    "waiting",  # would remove many people: somebody must confirm it
    "merging",  # becomes the roster
    "planning",  # families and households are worked out and compared with those we have
    "applying",  # in chunks, each with its messages
    "done",
    "refused",  # the package must not be imported as it is; the reasons say why
    "failed",  # our own fault
    "cancelled",  # somebody decided against it
]
ENDED = frozenset({"done", "refused", "failed", "cancelled"})
MOST_REMOVED = 0.20
"""The share of people whom an import may remove without being confirmed."""
CHUNK = 500
"""Changes in one transaction; a family counts with its households."""


class Remark(Record):
    """One finding as it is kept and shown."""

    file: str
    line: int | None = None
    severity: Literal["refused", "repaired", "note"]
    code: str
    reason: str
    count: int = 1

    @classmethod
    def of(cls, finding: Finding) -> "Remark":
        """From a finding of the reader."""
        return cls(
            file=finding.file,
            line=finding.line,
            severity=finding.severity.value,
            code=finding.code,
            reason=finding.reason,
            count=finding.count,
        )


class Planned(TypedDict):
    """One change that is laid ready: which aggregate, what it will be, and what only we know."""

    kind: str
    """school, educator, family, household; `no family` and so on: closed; split, merge."""
    key: str
    facts: dict[str, Any]
    own: dict[str, Any]
    digest: str


class Import(Record):
    """One import and how far it is. `done` of `total` is the progress of the present state."""

    import_id: str
    kind: Literal["roster", "resend", "corrections"] = "roster"
    state: State = "received"
    files: dict[str, str] = Field(default_factory=dict)
    """What was uploaded: `roster` and `contacts`, each with the name that it had."""
    by: str = ""
    key: str = Field("", exclude=True)
    """The Idempotency-Key with which it came."""
    created_at: datetime
    seen_at: datetime | None = None
    changed_from: datetime | None = None
    ended_at: datetime | None = None
    confirmed: bool = False
    tidied: bool = Field(default=False, exclude=True)
    """Whether the uploaded files and everything laid ready are gone."""
    read_upon: str = ""
    """The import that had changed the directory last when this one was judged."""
    done: int = 0
    total: int = 0
    applied: int = 0
    reached: dict[str, str] = Field(default_factory=dict)
    """While telling all again: the last id told of each kind."""
    format: str = ""
    modes: dict[str, str] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    removed: dict[str, int] = Field(default_factory=dict)
    found: dict[str, int] = Field(default_factory=dict)
    """How many findings of each severity."""
    changes: dict[str, int] = Field(default_factory=dict)
    """How many aggregates of each kind are to change."""
    reasons: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED

    @property
    def percent(self) -> int:
        """Progress of the present state, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


def needs_confirming(share: float) -> bool:
    """Whether so large a share of people may only be removed when somebody confirms it."""
    return share > MOST_REMOVED
