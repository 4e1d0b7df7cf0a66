"""I3: the figures as reports has them, and three recounts that must give the same."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tests.faults.checker.book import Book
from tests.faults.checker.classes import Classes
from tests.faults.checker.model import Homes, Model
from tests.faults.checker.run import Row, Run
from tests.faults.checker.stored import right_answers
from tests.faults.checker.verdict import canonical

OF = "org.partners."
RANK = {
    "contact.logged.v1": 0, "contact.corrected.v1": 1, "contact.retracted.v1": 2,
    "event.published.v1": 0, "event.changed.v1": 1, "event.cancelled.v1": 2,
    "event.rsvpd.v1": 0, "notice.accepted.v1": 0, "notice.bounced.v1": 1,
    "family.asked.v1": 0, "guardian.replied.v1": 0,
}  # fmt: skip
"""The messages that change figures; of one version, the higher rank says how it is."""
TELL_NOTHING = ["address_confirm", "address_told", "digest"]
"""Letters about an address tell a family nothing; of one that carries others its parts are told."""
_AT_ONCE = 2000


def kept(run: Run) -> tuple[dict[str, str], set[str]]:
    """What reports shows: its figures in canonical form, and what waits there."""
    head = run.collection("reports", "head").find_one({"_id": "head"})
    number = head["generation"] if head else 1
    found: dict[str, str] = {}
    for row in run.collection("reports", f"counts_{number}").find():
        if left := {name: n for name, n in row.get("n", {}).items() if n}:
            found["count " + "|".join((row["day"], row["school"], row["class"]))] = canonical(left)
    for row in run.collection("reports", f"families_{number}").find():
        months: dict[str, dict[str, int]] = row.get("m", {})
        marks = {f"{month}.{name}": n for month, some in months.items() for name, n in some.items()}
        if left := {name: n for name, n in marks.items() if n}:
            found[f"family {row['_id']}"] = canonical(left)
        if "schools" in row:
            found[f"state of family {row['_id']}"] = _state(row)
    waiting = {row["_id"] for row in run.collection("reports", f"waiting_{number}").find()}
    return found, waiting


def _state(row: Row) -> str:
    grades = [[each["school"], each["grade"]] for each in row["grades"]]
    return canonical([row["active"], row["schools"], grades, row["languages"]])


# --- from the ledger of reports -------------------------------------------------------------------


def from_ledger(run: Run) -> tuple[dict[str, str], set[str]]:
    """A recount of every message that reports keeps."""
    homes, states = _who_is_who(run)
    model = Model(homes)
    for about, row in _newest(run):
        _add(model, about.partition("|")[2], row["envelope"])
    states |= model.lines()
    return states, model.waiting


def _who_is_who(run: Run) -> tuple[Homes, dict[str, str]]:
    homes, states = Homes(), dict[str, str]()
    versions: dict[str, tuple[int, str]] = {}
    kinds = [f"{OF}school.changed.v1", f"{OF}family.changed.v1"]
    rows = run.collection("reports", "ledger").find({"envelope.type": {"$in": kinds}})
    for row in rows.batch_size(_AT_ONCE):
        data, newness = row["envelope"]["data"], (_version(row), row["_id"])
        newest = newness > versions.get(row["about"], (-1, ""))
        if newest:
            versions[row["about"]] = newness
        if "time_zone" in data:
            if newest:
                homes.zones[data["school_id"]] = data["time_zone"]
            continue
        homes.learn_family(data["family_id"], (each["school_id"] for each in data["students"]))
        if newest:
            states[f"state of family {data['family_id']}"] = _family_state(data)
    return homes, states


def _family_state(data: Row) -> str:
    students = data["students"]
    schools = sorted({each["school_id"] for each in students})
    grades = sorted({(each["school_id"], each["grade"]) for each in students})
    languages = sorted({each["language"] for each in data["guardians"]})
    return canonical([data["active"], schools, grades, languages])


def _newest(run: Run) -> Iterator[tuple[str, Row]]:
    """The row that holds of each thing, by the order of the index on what rows are about."""
    kinds = [OF + name for name in RANK]
    wanted = {
        "about": 1, "envelope.type": 1, "envelope.sequence": 1, "envelope.data": 1,
    }  # fmt: skip
    rows = run.collection("reports", "ledger").find({"envelope.type": {"$in": kinds}}, wanted)
    rows = rows.sort("about", 1).hint("about").batch_size(_AT_ONCE)
    for about, several in groupby(rows, key=lambda row: str(row["about"])):
        yield about, max(several, key=_newness)


def _newness(row: Row) -> tuple[int, int, str]:
    return _version(row), RANK[row["envelope"]["type"].removeprefix(OF)], row["_id"]


def _version(row: Row) -> int:
    said = str(row["envelope"].get("sequence") or "")
    return int(said) if said.isdecimal() else 0


def _add(model: Model, number: str, envelope: Row) -> None:
    data = envelope["data"]
    match envelope["type"].removeprefix(OF):
        case "contact.logged.v1":
            model.contact(number, data)
        case "contact.corrected.v1":
            model.contact(number, data["now"])
        case "event.published.v1" | "event.changed.v1":
            model.school_event(data["facts"])
        case "event.rsvpd.v1":
            model.answer(number, data)
        case "notice.accepted.v1":
            model.letter(number, data)
        case "family.asked.v1":
            model.ask(number, data)
        case "guardian.replied.v1":
            model.reply(number, data)
        # What was taken back, cancelled or came back adds nothing.


# --- from the services' databases, and from what the publisher meant ------------------------------


def from_databases(run: Run, book: Book) -> tuple[dict[str, str], dict[str, str]]:
    """A recount of what contacts, events and notifications hold; and one in which what the
    publisher meant stands in the place of what was stored of it.
    """
    homes = _homes_by_contacts(run)
    stored, meant = Model(homes), Model(homes)
    _add_contacts(book, stored, meant, Classes(run))
    _add_answers(book, stored, meant)
    for model in (stored, meant):
        _add_evenings_and_letters(run, model)
    return stored.lines(), meant.lines()


def _homes_by_contacts(run: Run) -> Homes:
    homes = Homes()
    for row in run.collection("contacts", "dir_schools").find({}, {"time_zone": 1}):
        homes.zones[row["_id"]] = row["time_zone"]
    for row in run.collection("contacts", "dir_families").find({}, {"students.school_id": 1}):
        homes.learn_family(row["_id"], (each["school_id"] for each in row["students"]))
    told = run.collection("contacts", "outbox").find(
        {"envelope.type": f"{OF}family.changed.v1"},
        {"envelope.data.family_id": 1, "envelope.data.students.school_id": 1},
    )
    for row in told.batch_size(_AT_ONCE):
        data = row["envelope"]["data"]
        homes.learn_family(data["family_id"], (each["school_id"] for each in data["students"]))
    return homes


def _add_contacts(book: Book, stored: Model, meant: Model, classes: Classes) -> None:
    rows = book.ask(
        """
        SELECT contacts.id, facts, retracted, outside, said, at, changed.n, undone, EXISTS(
            SELECT 1 FROM contacts AS one WHERE one.key = contacts.key AND one.id < contacts.id)
        FROM contacts
        LEFT JOIN meant ON meant.key = contacts.key AND what IN ('contact', 'family_contacted')
        LEFT JOIN (SELECT of, COUNT(*) AS n FROM meant WHERE what = 'correct' GROUP BY of)
             AS changed ON changed.of = contacts.key
        LEFT JOIN (SELECT of, MAX(answered.said = 'accepted') AS undone FROM meant
                   JOIN answered ON answered.key = meant.key WHERE what = 'undo' GROUP BY of)
             AS undo ON undo.of = contacts.key
        """
    )
    for number, facts, retracted, outside, said, at, changed, undone, again in rows:
        known = json.loads(facts)
        if not retracted:
            stored.contact(number, known)
        # An undoing that nobody answered for may have been done or not.
        undone_as_meant = retracted and (undone is not None or said is None)
        if undone or undone_as_meant or (said is not None and again):
            continue
        if said is None or changed:
            meant.contact(number, known)
        else:
            facts_meant = _meant(json.loads(said), known, at, meant, classes, bool(outside))
            meant.contact(number, facts_meant)
    _add_lost(book, meant, classes)


def _meant(
    said: Row, known: Row, at: str, model: Model, classes: Classes, outside: bool
) -> dict[str, Any]:
    facts = known | {name: value for name, value in said.items() if value is not None}
    # The clock that counts is the service's: it may have set this back to its own present (I1).
    facts["occurred_at"] = known["occurred_at"] or said["occurred_at"]
    zone = model.homes.zones.get(facts["school_id"], "UTC")
    found = classes.of(said, at, zone, outside=outside)
    facts["class_ids"] = known["class_ids"] if found is None else found
    return facts


def _add_lost(book: Book, meant: Model, classes: Classes) -> None:
    rows = book.ask(
        """
        SELECT meant.key, meant.said, meant.at, what FROM meant
        JOIN answered ON answered.key = meant.key
        WHERE what IN ('contact', 'family_contacted') AND answered.said = 'accepted'
          AND NOT EXISTS(SELECT 1 FROM contacts WHERE contacts.key = meant.key)
          AND NOT EXISTS(SELECT 1 FROM dead WHERE dead.key = meant.key)
          AND NOT EXISTS(SELECT 1 FROM meant AS other WHERE other.of = meant.key)
        """
    )
    for key, said, at, what in rows:
        outside = what == "family_contacted"
        system = json.loads(said).get("system") or "unknown"
        usual = {
            "direction": "to_family",
            "class_ids": (),
            "origin": f"/ext/{system}" if outside else "/partners/contacts",
            "occurred_at": at,
        }
        facts = usual | _meant(json.loads(said), usual, at, meant, classes, outside)
        meant.contact(key, facts | {"occurred_at": json.loads(said).get("occurred_at") or at})


def _add_answers(book: Book, stored: Model, meant: Model) -> None:
    for number, answer, at, facts in list(book.ask("SELECT id, answer, at, facts FROM rsvps")):
        known = json.loads(facts) | {"answered_at": at, "answer": answer}
        stored.answer(number, known)
        right = {each[0] for each in right_answers(book, number)} or {answer}
        wanted = answer if answer in right else max(right)
        meant.answer(number, known | {"answer": wanted})


def _add_evenings_and_letters(run: Run, model: Model) -> None:
    for row in run.collection("events", "school_events").find({"state": "published"}):
        model.school_event(row)
    told = {"state": "accepted", "kind": {"$nin": TELL_NOTHING}}
    for row in run.collection("notifications", "deliveries").find(told).batch_size(_AT_ONCE):
        model.letter(row["_id"], {**row, "accepted_at": row["handed_at"]})
    for row in run.collection("notifications", "household_asks").find().batch_size(_AT_ONCE):
        model.ask(row["_id"], row)
    for row in run.collection("notifications", "replies").find().batch_size(_AT_ONCE):
        model.reply(row["_id"], {**row, "replied_at": row["at"]})
