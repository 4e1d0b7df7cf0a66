"""Tables that somebody brings in: CSV as spreadsheets write it."""

import csv
import io
from collections.abc import Sequence

from shared.errors import Refused
from shared.i18n import N_
from shared.web.tables import plain_cell


def rows_in(body: bytes, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table that somebody sent, each with its line in the file and its cells by
    column, without the apostrophes of `safe_cell`; cells beyond the last column stand at "".

    Reads commas and semicolons, which spreadsheets write by country. `Refused` when it is no table
    with the columns needed.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(N_("Save the table as “CSV UTF-8”, then choose it again.")) from None
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        rows = []
        line = reader.line_num + 1
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Refused(N_("This is no table (CSV) that can be read.")) from None
    if lacking := [name for name in needed if name not in header]:
        raise Refused(f"The first line lacks these columns: {', '.join(lacking)}.")
    return [(line, _by_column(header, cells)) for line, cells in rows if any(cells)]


def _by_column(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    beyond = "".join(cells[len(header) :])
    return {"": beyond, **dict(zip(header, map(plain_cell, cells), strict=False))}
