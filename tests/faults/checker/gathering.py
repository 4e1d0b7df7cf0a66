"""What the databases hold at the end, brought into the book, a row at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.checker.book import Book
from tests.faults.checker.reading import Keys
from tests.faults.checker.run import SERVICES, Row, Run
from tests.faults.checker.verdict import canonical

DIRECTORY = {
    "org.partners.school.changed.v1": "dir_schools",
    "org.partners.educator.changed.v1": "dir_educators",
    "org.partners.family.changed.v1": "dir_families",
    "org.partners.household.changed.v1": "dir_households",
}
"""Messages that bring the full state of something, and where a replica keeps it."""
FACTS = (
    "family_id", "school_id", "class_ids", "student_ids", "educator_id", "channel", "direction",
    "tone", "outcome", "origin",
)  # fmt: skip
CONTACT_LOGGED = "org.partners.contact.logged.v1"
FAMILY_ERASED = "org.partners.family.erased.v1"
FACT_RECEIVED = "org.partners.external.received.v1"
_NOT_OF = {
    "org.partners.family.contacted.v1": ("events", "notifications"),
    "org.partners.invitation.answered.v1": ("contacts", "notifications"),
    "org.partners.student.achieved.v1": ("events", "notifications"),
    "org.partners.notice.asked.v1": ("contacts", "events"),
}
"""Facts of other systems, and the services that have nothing to do with them."""
_AT_ONCE = 2000


def gather(run: Run, book: Book, keys: Keys) -> None:
    """Fill in everything that is looked at more than once."""
    book.fill("contacts", _contacts(run, keys), width=7)
    book.fill("rsvps", _rsvps(run), width=7)
    for service in SERVICES:
        book.fill("told", _told(run, service), width=10)
        book.fill("dead", _dead(run, service, keys), width=6)
        # A row of an inbox can't be there twice, but several services' rows meet in one table.
        book.fill("arrived", _arrived(run, service), width=3, also="ON CONFLICT DO NOTHING")
    book.fill("told", _told_in_their_place(book), width=10)
    book.fill("ledger", _ledger(run), width=6)
    book.fill("arrived", _of_ledger(run), width=3, also="ON CONFLICT DO NOTHING")
    book.fill("deliveries", _deliveries(run), width=12)
    book.fill("erased", _erased(run), width=1, also="ON CONFLICT DO NOTHING")
    book.index()
    _name_what_came_from_outside(book)


def _contacts(run: Run, keys: Keys) -> Iterator[Sequence[Any]]:
    for row in run.collection("contacts", "contacts").find().batch_size(_AT_ONCE):
        outside = str(row["origin"]).startswith("/ext/")
        words = (row.get("letter") or {}).get("words", "")
        key = keys.within(words) or keys.within(row.get("note") or "")
        facts = {name: row.get(name) for name in FACTS}
        facts["occurred_at"] = row["occurred_at"].isoformat()
        facts["letter"] = bool(row.get("letter"))
        yield (
            row["_id"],
            key,
            int(outside),
            int(row["logged_at"] < run.began),
            int(row.get("retraction") is not None),
            row["version"],
            canonical(facts),
        )


def _rsvps(run: Run) -> Iterator[Sequence[Any]]:
    for row in run.collection("events", "rsvps").find().batch_size(_AT_ONCE):
        facts = {name: row[name] for name in ("school_id", "family_ids", "origin")}
        yield (
            row["_id"],
            int(row["answered_at"] < run.began),
            row["version"],
            row["answer"],
            row["party_size"],
            row["answered_at"].isoformat(),
            canonical(facts),
        )


def _told(run: Run, service: str) -> Iterator[Sequence[Any]]:
    outbox = run.collection(service, "outbox")
    wanted = {
        "sent_at": 1,
        "envelope.type": 1,
        "envelope.subject": 1,
        "envelope.sequence": 1,
        "envelope.causationid": 1,
        "envelope.data.source_id": 1,
        "envelope.data.fact": 1,
        "envelope.data.letter": 1,
    }
    for directory in (False, True):
        kinds = {"$in" if directory else "$nin": sorted(DIRECTORY)}
        if directory:
            wanted["envelope.data"] = 1
            for name in ("source_id", "fact", "letter"):
                del wanted[f"envelope.data.{name}"]
        rows = outbox.find({"envelope.type": kinds}, wanted).batch_size(_AT_ONCE)
        for row in rows:
            yield _told_row(service, row, directory=directory)


def _told_row(service: str, row: Row, *, directory: bool) -> Sequence[Any]:
    envelope = row["envelope"]
    data = envelope.get("data") or {}
    return (
        service,
        row["_id"],
        envelope["type"],
        envelope.get("subject"),
        version_of(envelope),
        envelope.get("causationid"),
        None if directory else data.get("source_id"),
        canonical(data) if directory else None,
        int(row["sent_at"] is not None),
        _nothing_to(envelope["type"], data),
    )


def _told_in_their_place(book: Book) -> list[Sequence[Any]]:
    """What the publisher told over the bus itself, in the place of a service."""
    facts = book.ask(
        """
        SELECT place, meant.key FROM meant JOIN answered ON answered.key = meant.key
        WHERE what = 'fact' AND answered.said = 'accepted'
        """
    )
    rows = [(*place.split("|"), key) for place, key in facts]
    return [(at, key, kind, key, 1, None, None, None, 1, "") for at, kind, key in rows]


def _nothing_to(kind: str, data: Row) -> str:
    """The services to which a message is bound and means nothing, so that they need not keep it;
    with a space before and behind each.
    """
    services: tuple[str, ...] = ()
    if kind == CONTACT_LOGGED and not data.get("letter"):
        services = ("notifications",)
    elif kind == FACT_RECEIVED:
        services = _NOT_OF.get(str(data.get("fact")), ())
    return "".join(f" {each} " for each in services)


def version_of(envelope: Row) -> int:
    """The version of the thing that a message is about; 0 where none is said."""
    said = str(envelope.get("sequence") or "")
    return int(said) if said.isdecimal() else 0


def _dead(run: Run, service: str, keys: Keys) -> Iterator[Sequence[Any]]:
    for row in run.collection(service, "dead_letters").find({"replayed_at": None}):
        body = bytes(row["body"]).decode("utf-8", "replace")
        key = keys.within(row["message_id"]) or keys.within(body)
        yield None, service, row["message_id"], key, row["type"], row["reason"]


def _arrived(run: Run, service: str) -> Iterator[Sequence[Any]]:
    rows = run.collection(service, "inbox").find({}, {"_id": 1}).hint([("_id", 1)])
    for row in rows.batch_size(_AT_ONCE):
        _, source, number = str(row["_id"]).split("|", 2)
        yield service, source, number


def _ledger(run: Run) -> Iterator[Sequence[Any]]:
    wanted = {
        "envelope.source": 1,
        "envelope.id": 1,
        "envelope.type": 1,
        "envelope.sequence": 1,
        "about": 1,
    }
    for row in run.collection("reports", "ledger").find({}, wanted).batch_size(_AT_ONCE):
        envelope = row["envelope"]
        yield (
            None,
            envelope["source"],
            envelope["id"],
            envelope["type"],
            str(row["about"]).partition("|")[2],
            version_of(envelope),
        )


def _of_ledger(run: Run) -> Iterator[Sequence[Any]]:
    # The ledger is the inbox of reports.
    rows = run.collection("reports", "ledger").find({}, {"envelope.source": 1, "envelope.id": 1})
    for row in rows.batch_size(_AT_ONCE):
        yield "reports", row["envelope"]["source"], row["envelope"]["id"]


def _deliveries(run: Run) -> Iterator[Sequence[Any]]:
    for row in run.collection("notifications", "deliveries").find().batch_size(_AT_ONCE):
        to = row["mailbox"] or f"household:{row['household_id']}"
        promise = [row["kind"], row["about"], row["occasion"], to, row["channel"]]
        moments = ("due_at", "first_tried_at", "handed_at", "created_at")
        yield (
            row["_id"],
            canonical(promise),
            row["kind"],
            row["about"],
            (row["mailbox"] or "").lower(),
            row["household_id"],
            row["state"],
            row["reason"],
            *(row[name].isoformat() if row.get(name) else None for name in moments),
        )


def _erased(run: Run) -> Iterator[Sequence[Any]]:
    """Families that were erased, their households and contacts: what was told of them is gone."""
    rows = run.collection("contacts", "outbox").find({"envelope.type": FAMILY_ERASED})
    for row in rows:
        data = row["envelope"]["data"]
        for number in (data["family_id"], *data["household_ids"], *data["contact_ids"]):
            yield (number,)


def _name_what_came_from_outside(book: Book) -> None:
    """A contact of another system names its message by what caused it to be told."""
    book.change(
        """
        UPDATE contacts SET key = COALESCE((
            SELECT outside.fact FROM told AS logged JOIN told AS outside ON outside.id=logged.cause
            WHERE logged.service = 'contacts' AND logged.about = contacts.id
              AND logged.type = 'org.partners.contact.logged.v1' AND outside.fact IS NOT NULL
        ), key) WHERE outside = 1
        """
    )
    book.change(
        """
        UPDATE contacts SET key = (SELECT key FROM answered WHERE answered.id = contacts.id)
        WHERE key IS NULL
        """
    )
