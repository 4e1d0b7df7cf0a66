"""What a file's columns hold, and what they probably mean: guesses that a person looks at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.contacts.domain.contact_files.mapping import (
    FIELDS,
    LONGEST_WORD,
    MOST_WORDS,
    VALUES,
    FieldName,
    ValueField,
    Values,
    plain_word,
)
from services.contacts.domain.contact_files.moments import DateOrder, fitting
from services.contacts.domain.search import folded
from shared.messages import Record

SAMPLES = 3
MOST_DATES = 5000
"""So many cells of a column are tried as dates; the first weeks of a file show how it writes."""


class Column(Record):
    """One column, as far as one must know it to match it."""

    name: str
    samples: tuple[str, ...] = ()
    words: tuple[tuple[str, int], ...] | None = ()
    """Different cells with how often, the most frequent first; None when there are too many."""
    dates: DateOrder | None = None
    """How its dates are read, if any has to be guessed."""
    dates_certain: bool = True


@dataclass
class _Tally:
    samples: list[str] = field(default_factory=list)
    words: dict[str, tuple[str, int]] | None = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)

    def take(self, cell: str) -> None:
        if len(self.samples) < SAMPLES and cell not in self.samples:
            self.samples.append(cell[:LONGEST_WORD])
        if len(self.dates) < MOST_DATES and cell[:1].isdecimal():
            self.dates.append(cell)
        if self.words is None:
            return
        plain = plain_word(cell)
        written, times = self.words.get(plain, (" ".join(cell.split())[:LONGEST_WORD], 0))
        self.words[plain] = (written, times + 1)
        if len(self.words) > MOST_WORDS:
            self.words = None


def profile(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Column]:
    """Look through all rows once; memory stays small however long the file is."""
    tallies = [_Tally() for _ in header]
    for cells in rows:
        for tally, cell in zip(tallies, cells, strict=False):
            if text := cell.strip():
                tally.take(text)
    return [_column(name, tally) for name, tally in zip(header, tallies, strict=True)]


def _column(name: str, tally: _Tally) -> Column:
    words = tally.words
    orders = fitting(tally.dates)
    return Column(
        name=name,
        samples=tuple(tally.samples),
        words=None if words is None else tuple(sorted(words.values(), key=lambda each: -each[1])),
        dates=orders.guess if orders else None,
        dates_certain=orders is None or orders.certain,
    )


# What columns are called, in the order in which a name is tried; compared without case and marks.
_CALLED: Mapping[FieldName, tuple[str, ...]] = {
    "student": (
        "student sourcedid", "student id", "student number", "student", "pupil id", "pupil",
        "district number", "district id", "sis id", "lasid", "sasid", "child id", "sourcedid",
    ),
    "guardian_phone": (
        "guardian phone", "parent phone", "phone number", "phone", "number dialed", "dialed number",
        "called number", "destination number", "destination", "callee", "to number", "telephone",
        "mobile", "cell", "to",
    ),
    "guardian_email": (
        "guardian email", "parent email", "recipient email", "email address", "email", "recipient",
    ),
    "date": (
        "date of contact", "contact date", "call date", "date and time", "date time", "datetime",
        "timestamp", "start time", "started at", "sent at", "sent", "date", "when", "day",
    ),
    "time": ("time of contact", "call time", "time of day", "time"),
    "channel": (
        "contact method", "method", "channel", "contact type", "message type", "mode", "type",
        "medium", "how",
    ),
    "direction": ("direction", "call direction", "in out", "initiated by"),
    "tone": (
        "tone", "reason", "purpose", "category", "topic", "about", "nature", "call reason",
        "regarding", "subject",
    ),
    "outcome": (
        "outcome", "result", "call result", "disposition", "delivery status", "call status",
        "status", "response",
    ),
    "educator": (
        "staff email", "teacher email", "staff id", "teacher id", "educator", "teacher", "staff",
        "caller", "logged by", "sender", "user", "from", "made by", "staff member",
    ),
    "note": ("notes", "note", "comments", "comment", "details", "description", "summary",
             "message"),
    "row_id": ("call id", "record id", "message id", "log id", "entry id", "reference", "uuid",
               "id"),
}  # fmt: skip


def guess_columns(columns: Sequence[Column]) -> dict[FieldName, str]:
    """For each field the column whose name says so; none is used twice."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_bare(column.name), column.name)
    found: dict[FieldName, str] = {}
    for name in FIELDS:
        free = (by_name[each] for each in _CALLED[name] if each in by_name)
        column_name = next((each for each in free if each not in found.values()), None)
        if column_name is not None:
            found[name] = column_name
    return found


def _bare(name: str) -> str:
    return folded(name.replace("_", " ").replace("-", " "))


# Words of phone systems and of people; the first list with one of them in the cell is meant.
# A word with = must be the whole cell.
_MEANS: Mapping[ValueField, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "channel": (
        ("home_visit", ("home visit", "visita")),
        ("video", ("video", "zoom", "meet", "teams")),
        ("text", ("text", "sms", "mms", "texto")),
        ("email", ("email", "e mail", "mail", "correo")),
        ("call", ("call", "phone", "telephone", "voice", "tel", "llamada", "robocall", "dialer")),
        ("in_person", ("in person", "conference", "meeting", "face", "pickup", "dropoff",
                       "drop off", "pick up", "persona")),
        ("letter", ("letter", "note", "paper", "postcard", "carta")),
        ("app", ("app", "push", "classdojo", "dojo", "remind", "talkingpoints", "seesaw")),
    ),
    "direction": (
        ("from_family", ("=in", "inbound", "incoming", "received", "from family", "parent",
                         "family", "guardian")),
        ("to_family", ("=out", "outbound", "outgoing", "placed", "to family", "school", "staff",
                       "teacher")),
    ),
    "tone": (
        ("good_news", ("good", "positive", "praise", "kudos", "celebration", "great",
                       "compliment", "achievement", "success", "positivo")),
        ("concern", ("concern", "behavior", "behaviour", "discipline", "negative", "problem",
                     "incident", "failing", "tardy", "truancy", "absence", "absent", "referral")),
        ("hello", ("hello", "introduction", "intro", "welcome", "check in", "checkin")),
        ("information", ("information", "info", "general", "reminder", "neutral", "attendance",
                         "logistics", "academic", "other", "announcement", "alert")),
    ),
    "outcome": (
        ("wrong_number", ("wrong", "disconnected", "invalid", "out of service", "not in service",
                          "bad number", "bad")),
        ("voicemail", ("voicemail", "voice mail", "vm", "lvm", "machine", "answering machine",
                       "buzon")),
        ("message_left", ("left message", "message left", "lm", "message with", "left msg")),
        ("no_answer", ("no answer", "not answered", "unanswered", "=na", "missed", "busy", "failed",
                       "not reached", "unreached", "=no", "undelivered", "bounced", "ring")),
        ("handed_out", ("handed", "given", "sent home")),
        ("sent", ("sent", "delivered", "accepted", "opened", "read", "mailed")),
        ("reached", ("reached", "answered", "answer", "spoke", "talked", "connected", "completed",
                     "complete", "live", "contacted", "=yes", "=ok", "met", "conversation", "held",
                     "success", "successful", "attended")),
    ),
}  # fmt: skip


def guess_values(field: ValueField, words: Iterable[str]) -> Values:
    """What each of some words probably means; those that say nothing stay open.

    Without any word: what such a system most often does.
    """
    held = list(islice(words, MOST_WORDS))
    meanings = {plain_word(word): _meaning(field, word) for word in held}
    found = {word: meant for word, meant in meanings.items() if meant}
    return Values(words=found, otherwise="" if held else _USUAL[field])


_USUAL: Mapping[ValueField, str] = {
    "channel": "call", "direction": "to_family", "tone": "information", "outcome": "reached",
}  # fmt: skip


def _meaning(field: ValueField, word: str) -> str:
    bare = f" {_bare(word)} "
    exact = bare.strip().replace(" ", "_")
    if exact in VALUES[field]:
        return exact
    for meant, signs in _MEANS[field]:
        if any(f" {sign} " in bare or sign == f"={bare.strip()}" for sign in signs):
            return meant
    return ""
