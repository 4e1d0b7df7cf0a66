"""Tables for spreadsheets: CSV that is never taken for a formula and can be read again."""

import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence

from starlette.responses import StreamingResponse

from shared.errors import Refused
from shared.i18n import N_

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
"""What a spreadsheet would calculate, or take for what we made of such a text."""


def safe_cell(value: object) -> str:
    """The text of a cell; one that a spreadsheet would calculate gets an apostrophe (OWASP)."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """The text as it was before `safe_cell`; what a person typed without that stays as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def line(cells: Iterable[object]) -> str:
    """One line of CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(each) for each in cells])
    return out.getvalue()


def csv_file(
    name: str, header: Iterable[str], rows: AsyncIterable[Iterable[object]]
) -> StreamingResponse:
    """A download. Begins with a byte order mark, by which spreadsheets know that it is UTF-8."""

    async def text() -> AsyncIterator[str]:
        yield "\ufeff" + line(header)
        async for row in rows:
            yield line(row)

    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=headers)


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
