"""Tables for spreadsheets: CSV that is never taken for a formula and can be read again."""

import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable

from starlette.responses import StreamingResponse

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
