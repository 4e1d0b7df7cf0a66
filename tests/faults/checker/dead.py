"""I5: the dead letters are exactly the poison that was put in, each with the reason it has."""

import json

from tests.faults.checker.book import Book
from tests.faults.checker.verdict import Verdict


def check(book: Book, verdict: Verdict) -> None:
    """All of I5."""
    poison = book.ask(
        """
        SELECT meant.key, meant.said, answered.said FROM meant
        LEFT JOIN answered ON answered.key = meant.key WHERE what = 'poison'
        """
    )
    for key, said, answer in list(poison):
        verdict.look("I5")
        _judge(book, key, json.loads(said), answer, verdict)
    innocent = book.ask(
        """
        SELECT dead.n, service, dead.key, message, type, reason FROM dead
        LEFT JOIN meant ON meant.key = dead.key WHERE what IS NULL OR what != 'poison'
        """
    )
    for number, service, key, message, kind, reason in innocent:
        verdict.look("I5")
        name = key or message or f"dead letter {number}"
        verdict.broken("I5", name, f"is dead, and was no poison: {reason}", f"{service}: {kind}")


def _judge(
    book: Book, key: str, said: dict[str, object], answer: str | None, verdict: Verdict
) -> None:
    found = list(book.ask("SELECT service, reason FROM dead WHERE key = ?", key))
    at = sorted(service for service, _ in found)
    services = said.get("services")
    wanted = sorted(services) if isinstance(services, list) else ["gateway"]
    if answer == "refused" and found:
        verdict.broken("I5", key, f"poison was refused, and is dead at {at}")
    if answer == "accepted" and at != wanted:
        what = f"poison should be dead at {wanted}, and is at {at or 'none'}"
        verdict.broken("I5", key, what)
    if len(at) != len(set(at)):
        verdict.broken("I5", key, f"poison is dead more than once: {at}")
    part = str(said.get("reason") or "")
    for service, reason in found:
        if not reason or part not in reason:
            what = f"is dead for another reason than {part or 'some'}: {reason!r}"
            verdict.broken("I5", key, what, service)
