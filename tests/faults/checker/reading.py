"""The two ledgers that others kept: what was meant and answered, and what the mail sink took."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.checker.book import Book
from tests.faults.checker.run import Row, Run

_ONE_ANSWER = """
ON CONFLICT(key) DO UPDATE SET
    said = CASE WHEN said = 'accepted' THEN said ELSE excluded.said END,
    at = CASE WHEN said = 'accepted' THEN at ELSE excluded.at END,
    unclear = MAX(unclear, excluded.unclear),
    tries = MAX(tries, excluded.tries),
    id = COALESCE(excluded.id, id)
"""
_MESSAGE_ID = re.compile(r"<?([^@<>\s]+)@")
_PLAIN = {"op", "key", "at", "way", "what", "letter", "mailboxes", "of"}


class Keys:
    """Finds keys of the run in any text; a key ends in a number, as `RUNID-000123`."""

    def __init__(self) -> None:
        self._prefixes: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, key: str) -> None:
        """Remember how keys of this run begin."""
        prefix = key.rpartition("-")[0]
        if prefix not in self._prefixes:
            self._prefixes.add(prefix)
            self._pattern = None

    def within(self, text: str) -> str | None:
        """The first key in a text."""
        if not text or not self._prefixes:
            return None
        if self._pattern is None:
            either = "|".join(re.escape(each) for each in sorted(self._prefixes))
            self._pattern = re.compile(rf"(?:{either})-\d+")
        found = self._pattern.search(text)
        return found[0] if found else None


def read_publisher(run: Run, book: Book) -> Keys:
    """Fill in what was meant and what was answered."""
    keys = Keys()
    intents: list[Sequence[Any]] = []
    boxes: list[Sequence[Any]] = []
    answers: list[Sequence[Any]] = []

    def keep() -> None:
        # A key that is tried again may be written twice; it means the same.
        book.fill("meant", intents, width=8, also="ON CONFLICT DO NOTHING")
        book.fill("boxes", boxes, width=2, also="ON CONFLICT DO NOTHING")
        book.fill("answered", answers, width=6, also=_ONE_ANSWER)
        for each in (intents, boxes, answers):
            each.clear()

    for row in run.lines("publisher.jsonl"):
        if row["op"] == "intent":
            keys.learn(row["key"])
            intents.append(_intent(row))
            boxes += [(row["key"], str(each).lower()) for each in row.get("mailboxes") or ()]
        elif row["op"] == "answer":
            answers.append(_answer(row))
        if len(intents) + len(answers) >= 5000:
            keep()
    keep()
    return keys


def _intent(row: Row) -> Sequence[Any]:
    place = None
    if row["what"] == "rsvp":
        place = f"{row['event_id']}|{row['household_id']}"
    elif row["what"] == "fact":
        place = f"{row['service']}|{row['type']}"
    said = {name: value for name, value in row.items() if name not in _PLAIN}
    return (
        row["key"],
        row["what"],
        row.get("way"),
        row["at"],
        int(bool(row.get("letter"))),
        row.get("of"),
        place,
        json.dumps(said),
    )


def _answer(row: Row) -> Sequence[Any]:
    unclear = int(row["said"] == "unclear")
    tries = int(row.get("tries") or 1)
    return row["key"], row["said"], unclear, tries, row.get("id"), row["at"]


def read_mail(run: Run, book: Book) -> int:
    """Fill in what the sink was handed; one row for each recipient."""
    return book.fill("mail", _mail(run), width=7)


def _mail(run: Run) -> Iterator[Sequence[Any]]:
    for row in run.lines("mail.jsonl"):
        found = _MESSAGE_ID.search(row.get("message_id") or "")
        delivery = found[1] if found else None
        for mailbox in row["rcpt"]:
            yield (
                None,
                delivery,
                str(mailbox).lower(),
                row.get("key"),
                int(bool(row["taken"])),
                str(row.get("replied") or ""),
                row["at"],
            )
