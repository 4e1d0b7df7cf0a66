"""The checker's scratch book: a SQLite file in which what was meant and what was found meet.

A file and not memory, so that a night's run is judged in the same few megabytes as a short one.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

_AT_ONCE = 5000
TABLES = """
CREATE TABLE meant(key TEXT PRIMARY KEY, what TEXT, way TEXT, at TEXT, letter INT, of TEXT,
                   place TEXT, said TEXT) WITHOUT ROWID;
CREATE TABLE boxes(key TEXT, mailbox TEXT, PRIMARY KEY(key, mailbox)) WITHOUT ROWID;
CREATE TABLE answered(key TEXT PRIMARY KEY, said TEXT, unclear INT, tries INT, id TEXT, at TEXT)
                   WITHOUT ROWID;
CREATE TABLE mail(n INTEGER PRIMARY KEY, delivery TEXT, mailbox TEXT, key TEXT, taken INT,
                  replied TEXT, at TEXT);
CREATE TABLE contacts(id TEXT PRIMARY KEY, key TEXT, outside INT, base INT, retracted INT,
                      version INT, facts TEXT) WITHOUT ROWID;
CREATE TABLE rsvps(id TEXT PRIMARY KEY, base INT, version INT, answer TEXT, party INT,
                   at TEXT, facts TEXT) WITHOUT ROWID;
CREATE TABLE told(service TEXT, id TEXT, type TEXT, about TEXT, version INT, cause TEXT, fact TEXT,
                  content TEXT, sent INT, nothing_to TEXT,
                  PRIMARY KEY(service, id)) WITHOUT ROWID;
CREATE TABLE bound(type TEXT, at TEXT, PRIMARY KEY(type, at)) WITHOUT ROWID;
CREATE TABLE arrived(at TEXT, source TEXT, id TEXT, PRIMARY KEY(at, source, id)) WITHOUT ROWID;
CREATE TABLE ledger(n INTEGER PRIMARY KEY, source TEXT, id TEXT, type TEXT, about TEXT,
                    version INT);
CREATE TABLE dead(n INTEGER PRIMARY KEY, service TEXT, message TEXT, key TEXT, type TEXT,
                  reason TEXT);
CREATE TABLE deliveries(id TEXT PRIMARY KEY, promise TEXT, kind TEXT, about TEXT, mailbox TEXT,
                        household TEXT, state TEXT, reason TEXT, due TEXT, tried TEXT, handed TEXT,
                        created TEXT) WITHOUT ROWID;
CREATE TABLE erased(id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX contacts_key ON contacts(key);
CREATE INDEX answered_id ON answered(id);
CREATE INDEX told_about ON told(about, type);
CREATE INDEX told_id ON told(id);
CREATE INDEX told_fact ON told(fact) WHERE fact IS NOT NULL;
CREATE INDEX ledger_about ON ledger(about, type);
CREATE INDEX ledger_id ON ledger(source, id);
CREATE INDEX mail_delivery ON mail(delivery);
CREATE INDEX mail_key ON mail(key);
CREATE INDEX deliveries_about ON deliveries(about);
CREATE INDEX deliveries_promise ON deliveries(promise);
CREATE INDEX dead_key ON dead(key);
CREATE INDEX dead_message ON dead(message);
CREATE INDEX meant_of ON meant(of) WHERE of IS NOT NULL;
CREATE INDEX meant_place ON meant(what, place);
ANALYZE;
"""


class Book:
    """Tables to fill and to ask."""

    def __init__(self, path: Path) -> None:
        self._sql = sqlite3.connect(path)
        self._sql.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        self._sql.executescript("PRAGMA cache_size=-65536; PRAGMA temp_store=FILE;")
        self._sql.executescript(TABLES)

    def fill(self, table: str, rows: Iterable[Sequence[Any]], *, width: int, also: str = "") -> int:
        """Add rows, a few thousand at a time; gives how many. `also` is a clause for conflicts."""
        marks = ",".join("?" * width)
        statement = f"INSERT INTO {table} VALUES({marks}) {also}"
        number, waiting = 0, iter(rows)
        while some := list(islice(waiting, _AT_ONCE)):
            self._sql.executemany(statement, some)
            number += len(some)
        self._sql.commit()
        return number

    def index(self) -> None:
        """Once all is in."""
        self._sql.executescript(INDEXES)

    def change(self, statement: str, *values: Any) -> None:
        """Change rows."""
        self._sql.execute(statement, values)
        self._sql.commit()

    def ask(self, question: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of an answer, one after the other."""
        yield from self._sql.execute(question, values)

    def one(self, question: str, *values: Any) -> Any:
        """The first value of the first row, None when there is none."""
        row = self._sql.execute(question, values).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Close the file."""
        self._sql.close()
