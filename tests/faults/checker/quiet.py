"""I4: after the quiet nothing is under way any more; and what waits, waits for a moment to come."""

import time
from datetime import UTC, datetime, timedelta

from tests.faults.checker.book import Book
from tests.faults.checker.run import SERVICES, Run
from tests.faults.checker.verdict import Verdict

OVERDUE = timedelta(seconds=60)
"""A letter may be so much later than it is due; who waits longer, waits silently."""
COUNTS_LAG = timedelta(seconds=6)
"""RabbitMQ works out how many messages a quorum queue holds every five seconds, not when asked."""


def check(run: Run, book: Book, verdict: Verdict) -> None:
    """All of I4."""
    for name, messages in sorted(_queues(run).items()):
        verdict.look("I4")
        if messages:
            verdict.broken("I4", name, f"{messages} messages are in the queue")
    unsent = book.ask("SELECT service, id, type, about FROM told WHERE sent = 0")
    for service, number, kind, about in unsent:
        verdict.broken("I4", number, f"waits in the outbox of {service}", f"{kind} about {about}")
    verdict.look("I4", len(SERVICES))
    _letters(run, book, verdict)
    _work(run, verdict)


def _queues(run: Run) -> dict[str, int]:
    if run.ended:
        _sleep_until(run.ended + COUNTS_LAG)
    queues = run.queues()
    if any(queues.values()) and not run.ended:
        _sleep_until(datetime.now(UTC) + COUNTS_LAG)
        queues = run.queues()
    return queues


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def _letters(run: Run, book: Book, verdict: Verdict) -> None:
    late = (datetime.now(UTC) - OVERDUE).isoformat()
    rows = book.ask(
        """
        SELECT id, state, due, reason FROM deliveries WHERE state = 'claimed'
        OR (state IN ('pending', 'retry', 'held') AND due < ?)
        """,
        late,
    )
    for number, state, due, reason in rows:
        what = "is claimed and nobody sends it" if state == "claimed" else f"was due at {due}"
        verdict.broken("I4", number, what, f"{state}: {reason}")
    verdict.look("I4", book.one("SELECT COUNT(*) FROM deliveries"))
    spreading = {"spread_after": {"$type": "string"}}
    for row in run.collection("notifications", "notices").find(spreading, {"_id": 1}):
        verdict.broken("I4", row["_id"], "the notice is not written to all its households")


def _work(run: Run, verdict: Verdict) -> None:
    ended = ["done", "refused", "failed", "cancelled", "waiting"]
    for row in run.collection("contacts", "imports").find({"state": {"$nin": ended}}, {"state": 1}):
        verdict.broken("I4", row["_id"], f"the import is still {row['state']}")
    for row in run.collection("reports", "rebuilds").find({"open": True}, {"state": 1}):
        verdict.broken("I4", row["_id"], f"the rebuild is still {row['state']}")
