"""Rows as a CSV file that spreadsheets open without running anything that a family's name says."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""OWASP's list for CSV injection, and the full-width signs that some programs read alike."""


def sheet_of(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that lets Excel see it is UTF-8; every cell is text."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    # Spaces before the sign would not stop every program from reading a formula.
    return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS_FORMULA) else cell
