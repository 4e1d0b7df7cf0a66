"""The publisher's ledger: what is meant stands in it before it is sent, and then what was said."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass
class Ledger:
    """Lines of JSON; several processes may write to one file, each with keys of its own."""

    path: Path
    prefix: str
    """What this writer's keys begin with; a number follows, `LAB-000001`."""
    _number: int = 0
    _file: int = field(init=False)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def key(self) -> str:
        """A fresh key."""
        self._number += 1
        return f"{self.prefix}-{self._number:06d}"

    def intend(self, key: str, what: str, **meant: object) -> None:
        """Before anything is sent."""
        self._write(op="intent", key=key, what=what, **meant)

    def answer(
        self,
        key: str,
        said: str,
        *,
        status: int | None = None,
        number: str | None = None,
        tries: int = 1,
        asked: float | None = None,
    ) -> None:
        """What came back: `accepted`, `refused`, or `unclear` when nobody can say.

        `asked` is when the try began that this answers, in Unix seconds.
        """
        self._write(
            op="answer", key=key, said=said, status=status, id=number, tries=tries, asked=asked
        )

    def _write(self, **row: object) -> None:
        row["at"] = datetime.now(UTC).isoformat()
        # One write for one line: what another process writes does not get in between.
        os.write(self._file, json.dumps(row).encode() + b"\n")
