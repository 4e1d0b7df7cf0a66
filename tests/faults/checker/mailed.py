"""I2: each promised letter left once, or is shown as unconfirmed; nobody gets another's."""

from datetime import datetime
from typing import Any

from tests.faults.checker.book import Book
from tests.faults.checker.run import Row, Run
from tests.faults.checker.verdict import Verdict

STATES = {
    "held", "pending", "claimed", "handing", "accepted", "retry", "unknown", "dead", "suppressed",
    "merged", "to_print", "printed",
}  # fmt: skip
WAITING = {"held", "pending", "retry"}
CATEGORY = {
    "good_news": "good_news",
    "note": "school",
    "invitation": "events",
    "event_changed": "events",
    "cancelled": "events",
    "event_reminder": "events",
    "answer_reminder": "events",
    "announcement": "school",
    "lunch_drawn": "events",
    "visit_proposed": "school",
    "survey": "school",
}
"""What a family can stop. Thanks for an answer and what was agreed are not among them: they were
asked for; and the law has a policy told."""

_NEVER = {"wish": {"$ne": "digest"}}
"""Of the wishes of a mailbox, those that stop letters; the others only gather them."""


def check(run: Run, book: Book, verdict: Verdict) -> None:
    """All of I2."""
    _each_letter_was_taken_as_shown(book, verdict)
    _nothing_else_was_taken(book, verdict)
    _no_promise_twice(book, verdict)
    _who_was_to_hear_did(run, book, verdict)
    _only_they_did(book, verdict)
    _stopped_and_flagged_got_nothing(run, book, verdict)


def _each_letter_was_taken_as_shown(book: Book, verdict: Verdict) -> None:
    rows = book.ask(
        """
        SELECT deliveries.id, kind, state, handed, about, COALESCE(SUM(taken), 0) FROM deliveries
        LEFT JOIN mail ON mail.delivery = deliveries.id GROUP BY deliveries.id
        """
    )
    for number, kind, state, handed, about, taken in rows:
        verdict.look("I2")
        wrong = _wrong(state, handed, taken)
        if wrong:
            verdict.broken("I2", number, wrong, f"{kind} about {about}, {state}")
        if taken > 1:
            verdict.add("doubled", taken - 1)
        if state == "unknown":
            verdict.add("unknown")
        elif state in WAITING:
            verdict.add("waiting")


def _wrong(state: str, handed: str | None, taken: int) -> str:
    if state not in STATES:
        return f"is in no state that we know: {state}"
    if taken > 1:
        return f"was taken {taken} times"
    if state == "handing":
        return "is being handed over long after all has ended"
    if state == "accepted" and not taken:
        return "is shown as taken, and the mail service never had it"
    if state == "accepted" and not handed:
        return "is shown as taken, and nobody knows when"
    # A letter that was taken and came back later is dead.
    may_be = {"accepted", "unknown"} | ({"dead"} if handed else set())
    if taken and state not in may_be:
        return f"was taken, and is shown as {state}"
    return ""


def _nothing_else_was_taken(book: Book, verdict: Verdict) -> None:
    strange = book.ask(
        """
        SELECT mail.n, mail.delivery, mail.at FROM mail LEFT JOIN deliveries
        ON deliveries.id = mail.delivery WHERE taken AND deliveries.id IS NULL
        """
    )
    for number, delivery, at in strange:
        verdict.broken("I2", delivery or f"letter {number}", "left, and nobody promised it", at)
    elsewhere = book.ask(
        """
        SELECT deliveries.id, mail.at FROM mail JOIN deliveries ON deliveries.id = mail.delivery
        WHERE taken AND deliveries.mailbox != mail.mailbox
          AND household NOT IN (SELECT id FROM erased)
        """
    )
    for delivery, at in elsewhere:
        verdict.broken("I2", delivery, "went to another address than was promised", at)


def _no_promise_twice(book: Book, verdict: Verdict) -> None:
    twice = book.ask(
        """
        SELECT promise, COUNT(*) AS times, MIN(id) FROM deliveries
        GROUP BY promise HAVING times > 1
        """
    )
    for _, times, number in twice:
        verdict.add("doubled", times - 1)
        verdict.broken("I2", number, f"the same letter to the same address is promised {times} x")


def _who_was_to_hear_did(run: Run, book: Book, verdict: Verdict) -> None:
    given_up = _no_longer_written_to(run)
    rows = book.ask(
        """
        WITH thing AS (SELECT key, id, retracted FROM contacts UNION ALL
                       SELECT key, key, 0 FROM meant WHERE what = 'fact')
        SELECT meant.key, boxes.mailbox, thing.id, deliveries.id, state, reason, retracted,
               EXISTS(SELECT 1 FROM mail WHERE NOT taken AND replied LIKE '5%'
                      AND (mail.delivery = deliveries.id OR
                           mail.delivery IS NULL AND mail.mailbox = boxes.mailbox)),
               EXISTS(SELECT 1 FROM meant AS other WHERE other.of = meant.key), household
        FROM meant JOIN boxes ON boxes.key = meant.key JOIN thing ON thing.key = meant.key
        LEFT JOIN deliveries ON deliveries.about = thing.id
             AND deliveries.mailbox = boxes.mailbox
        WHERE letter
        """
    )
    for row in rows:
        key, mailbox, about, delivery, state, reason, retracted, refused, changed, home = row
        verdict.look("I2")
        excused = retracted or changed or refused or {mailbox, home} & given_up
        # A letter to an address that failed waits on paper, which has none.
        on_paper = delivery is None and mailbox in given_up
        if delivery is None and not (retracted or changed or on_paper):
            verdict.add("lost")
            verdict.broken("I2", key, "a letter was meant, and none is promised", about)
        elif state in {"dead", "suppressed", "merged"} and not excused:
            verdict.broken("I2", key, f"a letter was meant, and it is {state}: {reason}", delivery)


def _no_longer_written_to(run: Run) -> set[str]:
    """Addresses that failed or asked to be left alone, and households under a flag."""
    failed = run.collection("notifications", "suppressions").find({}, {"_id": 1})
    stopped = run.collection("notifications", "stops").find(_NEVER, {"mailbox": 1})
    found = {str(row["_id"]).lower() for row in failed}
    found |= {str(row["mailbox"]).lower() for row in stopped}
    barring = {"$or": [{"custody": True}, {"do_not_contact": True}]}
    adults = run.collection("contacts", "dir_flags").distinct("guardian_id", barring)
    theirs = {"guardian_ids": {"$in": adults}}
    return found | set(run.collection("contacts", "dir_households").distinct("_id", theirs))


def _only_they_did(book: Book, verdict: Verdict) -> None:
    twice = book.ask(
        """
        SELECT mail.key, mailbox, COUNT(*) AS times FROM mail JOIN meant ON meant.key = mail.key
        WHERE taken GROUP BY mail.key, mailbox HAVING times > 1
        """
    )
    for key, _, times in twice:
        verdict.add("doubled", times - 1)
        verdict.broken("I2", key, f"the same words reached one address {times} times")
    strangers = book.ask(
        """
        SELECT mail.key, delivery FROM mail JOIN meant ON meant.key = mail.key
        WHERE taken AND what IN ('contact', 'family_contacted') AND NOT EXISTS(
            SELECT 1 FROM boxes WHERE boxes.key = mail.key AND boxes.mailbox = mail.mailbox)
        """
    )
    for key, delivery in strangers:
        verdict.broken("I2", key, "went to an address that was not to have it", delivery)


def _stopped_and_flagged_got_nothing(run: Run, book: Book, verdict: Verdict) -> None:
    flags = list(run.collection("contacts", "dir_flags").find().sort("_id", 1))
    stops = list(run.collection("notifications", "stops").find(_NEVER))
    if not flags and not stops:
        return
    households = {
        row["_id"]: (frozenset(row["guardian_ids"]), frozenset(row["student_ids"]))
        for row in run.collection("notifications", "dir_households").find()
    }
    wanted = {"state": {"$in": ["handing", "accepted", "unknown"]}}
    for row in run.collection("notifications", "deliveries").find(wanted):
        verdict.look("I2")
        began = row["first_tried_at"]
        if _stopped(row, stops, began):
            verdict.broken("I2", row["_id"], "left although the family had stopped such letters")
        adults, pupils = households.get(row["household_id"], (frozenset(), frozenset()))
        if _barred(flags, adults, pupils | set(row["student_ids"]), began):
            verdict.broken("I2", row["_id"], "left although a flag stood on the household")


def _stopped(row: Row, stops: list[Row], began: datetime) -> bool:
    return any(
        each["mailbox"] == row["mailbox"]
        and each["category"] == CATEGORY.get(row["kind"])
        and each["at"] < began
        for each in stops
    )


def _barred(
    flags: list[Row], adults: frozenset[str], pupils: frozenset[Any] | set[Any], began: datetime
) -> bool:
    """Whether a flag held that notifications had said it acts on before the letter began to go."""
    newest: dict[tuple[str, str], bool] = {}
    for flag in flags:
        applied = flag.get("applied", {}).get("notifications")
        if flag["guardian_id"] in adults and flag["student_id"] in pupils:
            in_force = applied is not None and applied < began
            if in_force or not (flag["do_not_contact"] or flag["custody"]):
                pair = flag["guardian_id"], flag["student_id"]
                newest[pair] = flag["do_not_contact"] or flag["custody"]
    return any(newest.values())
