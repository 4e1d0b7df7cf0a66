"""Which classes a contact counts for: those in which its author teaches the pupils it is about."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.faults.checker.model import day_of
from tests.faults.checker.run import Run

BEFORE_CLASS = timedelta(days=14)
"""A class counts as its educator's from so long before it begins until it ends."""


class Classes:
    """Who teaches and who attends what, from the replica that reports keeps."""

    def __init__(self, run: Run) -> None:
        self._teaches: dict[str, list[tuple[str, date, date]]] = {}
        self._attends: dict[str, list[tuple[str, date, date]]] = {}
        self._students: dict[str, str] = {}
        self._educators: dict[str, str] = {}
        for row in run.collection("reports", "dir_educators").find():
            self._teaches[row["_id"]] = _spans(row["assignments"])
            self._educators |= dict.fromkeys(row["sourced_ids"], row["_id"])
        for row in run.collection("reports", "dir_families").find({"active": True}):
            for student in row["students"]:
                self._attends[student["student_id"]] = _spans(student["enrollments"])
                self._students |= dict.fromkeys(student["sourced_ids"], student["student_id"])

    def of(self, said: Mapping[str, Any], at: str, zone: str, *, outside: bool) -> list[str] | None:
        """By what was meant; None when that does not say who spoke about whom."""
        if said.get("class_ids") is not None:
            return list(said["class_ids"])
        educator = said.get("educator_id") or self._educators.get(
            said.get("educator_sourced_id") or ""
        )
        students = list(said.get("student_ids") or ())
        if not students and (named := said.get("student_sourced_id")):
            students = [self._students[named]] if named in self._students else []
        if educator is None or not students:
            return None
        on = None if outside else day_of(at, zone)
        taught = {
            class_id
            for class_id, begins, ends in self._teaches.get(educator, ())
            if on is None or begins - BEFORE_CLASS <= on <= ends
        }
        return [
            class_id
            for student in students
            for class_id, begins, ends in self._attends.get(student, ())
            if class_id in taught and (on is None or begins - BEFORE_CLASS <= on <= ends)
        ]


def _spans(rows: list[dict[str, str]]) -> list[tuple[str, date, date]]:
    return [
        (row["class_id"], date.fromisoformat(row["begins"]), date.fromisoformat(row["ends"]))
        for row in rows
    ]
