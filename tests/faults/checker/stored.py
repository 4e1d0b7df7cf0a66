"""I1: acknowledged is stored, told, and arrived everywhere, once; and nothing else is there."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.faults.checker.book import Book
from tests.faults.checker.gathering import CONTACT_LOGGED
from tests.faults.checker.run import moment
from tests.faults.checker.verdict import Verdict

CLOCKS_DIFFER = timedelta(minutes=2)
"""A service may move a moment that lies in its future back to its own present, by so much."""


def check(book: Book, bindings: Mapping[str, frozenset[str]], verdict: Verdict) -> None:
    """All of I1."""
    _accepted_is_stored_once(book, verdict)
    _stored_was_meant(book, verdict)
    _undone_as_meant(book, verdict)
    _answers_are_the_last(book, verdict)
    _stored_is_counted(book, verdict)
    _told_arrived(book, bindings, verdict)
    _nothing_was_invented(book, verdict)


def _accepted_is_stored_once(book: Book, verdict: Verdict) -> None:
    rows = book.ask(
        """
        SELECT meant.key, way, COUNT(contacts.id),
               EXISTS(SELECT 1 FROM dead WHERE dead.key = meant.key), answered.said, unclear
        FROM meant LEFT JOIN answered ON answered.key = meant.key
             LEFT JOIN contacts ON contacts.key = meant.key
        WHERE what IN ('contact', 'family_contacted') GROUP BY meant.key
        """
    )
    for key, way, stored, dead, answer, unclear in rows:
        verdict.look("I1")
        if answer == "accepted" and not stored and not dead:
            verdict.add("lost")
            verdict.broken("I1", key, "accepted, and not stored", last_seen(book, key, way))
        elif stored > 1:
            verdict.add("doubled", stored - 1)
            verdict.broken("I1", key, f"stored {stored} times")
        elif answer == "refused" and stored and not unclear:
            verdict.broken("I1", key, "refused, and stored all the same")
        elif answer != "accepted":
            verdict.add("unclear" if answer != "refused" or unclear else "refused")


def last_seen(book: Book, key: str, way: str | None) -> str:
    """How far a contact came that is lost."""
    seen = [f"accepted by {way}"]
    rows = book.ask("SELECT service, id, sent FROM told WHERE fact = ?", key)
    for service, number, sent in rows:
        seen.append(f"{'told' if sent else 'not yet told'} by {service} as {number}")
        arrived = book.ask("SELECT at FROM arrived WHERE id = ?", number)
        seen += [f"arrived at {at}" for (at,) in arrived]
    return "; ".join(seen)


def _stored_was_meant(book: Book, verdict: Verdict) -> None:
    rows = book.ask(
        """
        SELECT contacts.id, contacts.key, facts, said, meant.at, letter,
               EXISTS(SELECT 1 FROM meant AS other WHERE other.of = contacts.key
                      AND other.what = 'correct')
        FROM contacts LEFT JOIN meant ON meant.key = contacts.key
             AND what IN ('contact', 'family_contacted') WHERE base = 0
        """
    )
    for number, key, facts, said, _, letter, corrected in rows:
        verdict.look("I1")
        if said is None:
            verdict.broken("I1", key or number, "stored, and nobody meant it", f"contact {number}")
        elif not corrected:
            wrong = _differs(json.loads(facts), json.loads(said), letter=bool(letter))
            for what in wrong:
                verdict.broken("I1", key, f"stored with another {what}", f"contact {number}")


def _differs(facts: Mapping[str, Any], said: Mapping[str, Any], *, letter: bool) -> list[str]:
    same = ("family_id", "school_id", "educator_id", "channel", "direction", "tone", "outcome")
    wrong = [name for name in same if said.get(name) not in {None, facts[name]}]
    several = ("student_ids", "class_ids")
    wrong += [n for n in several if said.get(n) and sorted(said[n]) != sorted(facts[n])]
    if said.get("occurred_at"):
        stored, meant = moment(facts["occurred_at"]), moment(said["occurred_at"])
        # The database keeps milliseconds.
        early = meant - stored
        if not timedelta(milliseconds=-1) < early <= CLOCKS_DIFFER:
            wrong.append("occurred_at")
    if letter != facts["letter"]:
        wrong.append("letter")
    return wrong


def _undone_as_meant(book: Book, verdict: Verdict) -> None:
    rows = book.ask(
        """
        SELECT contacts.key, contacts.id, retracted, COUNT(meant.key),
               MAX(answered.said = 'accepted')
        FROM contacts LEFT JOIN meant ON meant.of = contacts.key AND meant.what = 'undo'
             LEFT JOIN answered ON answered.key = meant.key
        WHERE base = 0 GROUP BY contacts.id HAVING retracted OR COUNT(meant.key)
        """
    )
    for key, number, retracted, meant, accepted in rows:
        verdict.look("I1")
        if retracted and not meant:
            verdict.broken("I1", key, "undone, and nobody meant that", f"contact {number}")
        if accepted and not retracted:
            verdict.add("lost")
            verdict.broken("I1", key, "undone, and it still stands", f"contact {number}")


def _answers_are_the_last(book: Book, verdict: Verdict) -> None:
    places = book.ask(
        """
        SELECT place, COUNT(*), MAX(answered.said = 'accepted'), MAX(meant.key), answer, party
        FROM meant LEFT JOIN answered ON answered.key = meant.key
        LEFT JOIN rsvps ON rsvps.id = place WHERE what = 'rsvp' GROUP BY place
        """
    )
    for place, number, accepted, key, answer, party in list(places):
        verdict.look("I1", number)
        if answer is None:
            if accepted:
                verdict.add("lost")
                verdict.broken("I1", key, "answered, and no answer is kept", place)
            continue
        right = right_answers(book, place)
        if (answer, party) not in right:
            said = f"{answer} for {party} is kept, and the last answer was {right}"
            verdict.broken("I1", key, said, place)
    invented = book.ask(
        """
        SELECT id FROM rsvps WHERE base = 0 AND NOT EXISTS(
            SELECT 1 FROM meant WHERE what = 'rsvp' AND place = rsvps.id)
        """
    )
    for (number,) in invented:
        verdict.broken("I1", number, "answered, and no family meant it")


def right_answers(book: Book, place: str) -> list[tuple[str, int]]:
    """The answers of a household of which each may have come last: no accepted one began after
    it was over.
    """
    several = list(
        book.ask(
            """
            SELECT meant.key, meant.at, meant.said, answered.said, answered.at, unclear, tries
            FROM meant LEFT JOIN answered ON answered.key = meant.key
            WHERE what = 'rsvp' AND place = ?
            """,
            place,
        )
    )
    begun = max((moment(row[1]) for row in several if row[3] == "accepted"), default=None)
    return [answer_of(json.loads(row[2])) for row in several if not _is_over_before(row, begun)]


def _is_over_before(row: tuple[Any, ...], begun: datetime | None) -> bool:
    _, _, _, answer, at, unclear, tries = row
    if answer == "refused" and not unclear:
        return True
    # What was tried twice, or never answered, may lie somewhere on its way for long.
    if begun is None or answer is None or unclear or tries > 1:
        return False
    return moment(at) < begun


def answer_of(said: Mapping[str, Any]) -> tuple[str, int]:
    """Answer and party size as they have to be kept: a no keeps nobody."""
    party = said.get("party_size")
    if party is None:
        party = int(said.get("adults") or 0) + int(said.get("children") or 0)
    return said["answer"], 0 if said["answer"] == "no" else int(party)


def _stored_is_counted(book: Book, verdict: Verdict) -> None:
    unheard = book.ask(
        """
        SELECT id FROM contacts WHERE NOT EXISTS(
            SELECT 1 FROM ledger WHERE about = contacts.id AND type = ?)
        """,
        CONTACT_LOGGED,
    )
    for (number,) in unheard:
        verdict.add("lost")
        verdict.broken("I1", number, "stored, and reports never heard of it", "contacts")
    answers = book.ask(
        """
        SELECT rsvps.id, rsvps.version, MAX(ledger.version) FROM rsvps LEFT JOIN ledger
        ON about = rsvps.id AND type = 'org.partners.event.rsvpd.v1' GROUP BY rsvps.id
        """
    )
    for number, version, counted in answers:
        if counted != version:
            verdict.add("lost")
            verdict.broken("I1", number, f"version {version}; reports knows {counted}", "rsvps")
    verdict.look("I1", book.one("SELECT (SELECT COUNT(*) FROM contacts) + COUNT(*) FROM rsvps"))


def _told_arrived(book: Book, bindings: Mapping[str, frozenset[str]], verdict: Verdict) -> None:
    bound = [(kind, at) for kind, services in bindings.items() for at in services]
    book.fill("bound", bound, width=2)
    missing = book.ask(
        """
        SELECT service, id, told.type, about, bound.at FROM told
        JOIN bound ON bound.type = told.type
        WHERE sent = 1 AND instr(nothing_to, ' ' || bound.at || ' ') = 0 AND NOT EXISTS(
            SELECT 1 FROM arrived WHERE arrived.at = bound.at
            AND arrived.source = '/partners/' || service AND arrived.id = told.id)
        AND NOT EXISTS(SELECT 1 FROM dead WHERE dead.service = bound.at AND message = told.id)
        """
    )
    for service, number, kind, about, at in missing:
        verdict.add("lost")
        said = f"told by {service}, and {at} never had it"
        verdict.broken("I1", number, said, f"{kind} about {about}")
    verdict.look("I1", book.one("SELECT COUNT(*) FROM told"))


def _nothing_was_invented(book: Book, verdict: Verdict) -> None:
    twice = book.ask(
        "SELECT id, COUNT(*) AS times FROM ledger GROUP BY source, id HAVING times > 1"
    )
    for number, times in twice:
        verdict.add("doubled", times - 1)
        verdict.broken("I1", number, f"is in the ledger of reports {times} times")
    # What is told again under another id says nothing new; what was never told is invented.
    strange = book.ask(
        """
        SELECT id, type, about FROM ledger WHERE source LIKE '/partners/%'
          AND NOT EXISTS(SELECT 1 FROM told WHERE told.id = ledger.id)
          AND NOT EXISTS(SELECT 1 FROM told WHERE told.about = ledger.about
                         AND told.type = ledger.type AND told.version = ledger.version)
          AND about NOT IN (SELECT id FROM erased)
        """
    )
    for number, kind, about in strange:
        verdict.broken("I1", number, "counted by reports, and nobody told it", f"{kind} {about}")
    unsure = book.ask(
        """
        SELECT about FROM ledger WHERE type = ? AND NOT EXISTS(
            SELECT 1 FROM contacts WHERE contacts.id = ledger.about)
        """,
        CONTACT_LOGGED,
    )
    for (about,) in unsure:
        verdict.broken("I1", about, "counted by reports, and contacts does not have it")
    verdict.figures["facts"] = book.one("SELECT COUNT(*) FROM ledger")
