"""Who acts under load: educators with pupils of theirs, families with links, a system from outside.

Found out once, at the databases, and handed to the load as JSON.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pymongo import MongoClient

Row = dict[str, Any]


@dataclass(frozen=True)
class Pupil:
    """A pupil of an educator's, and all that a contact about them has to say."""

    family_id: str
    student_id: str
    student_sourced_id: str
    school_id: str
    educator_id: str
    educator_sourced_id: str
    mailboxes: tuple[str, ...]
    """The addresses that get a letter about this pupil."""


@dataclass(frozen=True)
class Guest:
    """A household and its invitation."""

    event_id: str
    household_id: str
    link: str
    """The path of the page behind the link."""


@dataclass(frozen=True)
class Order:
    """Everything that the load needs to know; rates are a second."""

    prefix: str
    ledger: str
    urls: dict[str, str]
    amqp_url: str
    private_key: str
    client_id: str
    system: str
    pupils: list[Pupil]
    guests: list[Guest]
    rates: dict[str, float]

    def as_json(self) -> Row:
        """For the load's process."""
        return asdict(self)

    @classmethod
    def of(cls, row: Row) -> "Order":
        """From what the process was given."""
        pupils = [
            Pupil(**{**each, "mailboxes": tuple(each["mailboxes"])}) for each in row["pupils"]
        ]
        guests = [Guest(**each) for each in row["guests"]]
        return cls(**{**row, "pupils": pupils, "guests": guests})


def pupils_of(mongo: MongoClient[Row], databases: str, today: date) -> list[Pupil]:
    """Every pupil of a family whose households all read mail, with an educator of a class."""
    contacts = mongo[f"{databases}contacts"]
    teaches = {
        each["class_id"]: row
        for row in contacts["dir_educators"].find({"active": True})
        for each in row["assignments"]
        if _runs(each, today)
    }
    homes = list(contacts["dir_households"].find({"active": True}))
    found = []
    for family in contacts["dir_families"].find({"active": True}).sort("_id", 1):
        theirs = [each for each in homes if family["_id"] in each["family_ids"]]
        for student in family["students"]:
            taught = [teaches[each["class_id"]] for each in student["enrollments"]
                      if _runs(each, today) and each["class_id"] in teaches]  # fmt: skip
            boxes = [
                each["mailbox"] for each in theirs if student["student_id"] in each["student_ids"]
            ]
            if taught and boxes and all(boxes) and len(set(boxes)) == len(boxes):
                found.append(_pupil(family, student, taught[0], tuple(boxes)))
    return found


def _pupil(family: Row, student: Row, educator: Row, boxes: tuple[str, ...]) -> Pupil:
    return Pupil(
        family_id=family["_id"],
        student_id=student["student_id"],
        student_sourced_id=student["sourced_ids"][0],
        school_id=student["school_id"],
        educator_id=educator["_id"],
        educator_sourced_id=educator["sourced_ids"][0],
        mailboxes=boxes,
    )


def _runs(each: Row, today: date) -> bool:
    return str(each["begins"]) <= today.isoformat() <= str(each["ends"])


def guests_of(mongo: MongoClient[Row], databases: str, mail: Path) -> Iterator[Guest]:
    """Households whose letter with an invitation has been taken, by the mail service's ledger."""
    deliveries = mongo[f"{databases}notifications"]["deliveries"]
    for line in mail.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["link"] and row["taken"]:
            number = row["message_id"].strip("<>").partition("@")[0]
            known = deliveries.find_one({"_id": number, "kind": "invitation"})
            if known is not None:
                yield Guest(known["about"], known["household_id"], row["link"])
