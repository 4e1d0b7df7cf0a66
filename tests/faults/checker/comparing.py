"""I3: figures side by side, and every replica beside the newest word on its things."""

from collections.abc import Mapping

from tests.faults.checker import counting
from tests.faults.checker.book import Book
from tests.faults.checker.gathering import DIRECTORY
from tests.faults.checker.run import SERVICES, Run
from tests.faults.checker.verdict import Verdict, canonical


def check(run: Run, book: Book, bindings: Mapping[str, frozenset[str]], verdict: Verdict) -> None:
    """All of I3."""
    shown, waiting = counting.kept(run)
    recount, lacking = counting.from_ledger(run)
    stored, meant = counting.from_databases(run, book)
    # Who a family is, is told by messages alone: databases and publisher have only figures.
    figures = {name: line for name, line in shown.items() if not name.startswith("state ")}
    _compare("the recount of its ledger", shown, recount, verdict)
    _compare("the recount of the databases", figures, stored, verdict)
    _compare("what the publisher meant", figures, meant, verdict)
    for about in sorted(waiting ^ lacking):
        what = "waits for nothing" if about in waiting else "should wait, and does not"
        verdict.broken("I3", about, what, "reports")
    _replicas_are_the_newest(run, book, bindings, verdict)


def _compare(
    other: str, shown: Mapping[str, str], right: Mapping[str, str], verdict: Verdict
) -> None:
    verdict.look("I3", len(shown))
    for name in sorted(shown.keys() | right.keys()):
        if shown.get(name) != right.get(name):
            what = f"reports shows {shown.get(name, 'nothing')}; {other} gives {right.get(name)}"
            verdict.broken("I3", name, what)


def _replicas_are_the_newest(
    run: Run, book: Book, bindings: Mapping[str, frozenset[str]], verdict: Verdict
) -> None:
    for kind, name in DIRECTORY.items():
        newest = book.ask(
            """
            SELECT about, MAX(version), content FROM told
            WHERE service = 'contacts' AND type = ? GROUP BY about
            """,
            kind,
        )
        right = {about: (version, content) for about, version, content in newest}
        for service in SERVICES:
            if service in bindings.get(kind, ()):
                _judge(run, service, name, right, verdict)


def _judge(
    run: Run, service: str, name: str, right: Mapping[str, tuple[int, str]], verdict: Verdict
) -> None:
    missing = dict(right)
    collection = run.collection(service, name)
    for row in collection.find():
        verdict.look("I3")
        number, version = row.pop("_id"), row.pop("version", None)
        row.pop("stamp", None)
        known = missing.pop(number, None)
        if known is None:
            verdict.broken("I3", number, f"{service} knows it, and nobody told it", name)
        elif version != known[0] or canonical(row) != known[1]:
            what = f"{service} has version {version}, and the newest is {known[0]}"
            verdict.broken("I3", number, what, name)
    # A service may keep no replica of a thing that it only hears of.
    if len(missing) < len(right):
        for number in missing:
            verdict.broken("I3", number, f"{service} does not know it", name)
