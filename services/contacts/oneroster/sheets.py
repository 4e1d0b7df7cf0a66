"""CSV files as they really come: encodings, separators, line ends, headers, ragged rows."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.sources import Limits, Source, refused

_CHUNK = 1024 * 1024
_LONGEST_RECORD = 25  # lines; more means a quotation mark that was never closed
csv.field_size_limit(131_072)


@dataclass
class Sheet:
    """One CSV file that was looked through once: its header, and its rows as often as asked."""

    source: Source
    name: str
    encoding: str
    delimiter: str
    header: list[str]
    first_line: int
    width: int
    limits: Limits
    blank: bool = False
    """No line at all, not even a header."""
    columns: dict[str, int] = field(default_factory=dict)
    """Where each column stands, by its lower-case name."""
    twice: set[str] = field(default_factory=set)
    """Lower-case names that more than one column has."""

    def rows(self, findings: Findings) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells, padded to the header's width plus one empty cell at the end."""
        width = self.width
        with self.source.open(self.name) as raw:
            for line, cells in self._records(raw):
                if line <= self.first_line or not cells:
                    continue
                if len(cells) != width:
                    if not any(cells):
                        continue
                    if not self._mended(line, cells, findings):
                        continue
                cells.append("")
                yield line, cells

    def _mended(self, line: int, cells: list[str], findings: Findings) -> bool:
        width = self.width
        if len(cells) < width:
            reason = (
                f"The line has {len(cells)} cells but the header has {width}; "
                "the missing cells at its end were taken as empty."
            )
            findings.repair(self.name, line, "short-line", reason)
            cells.extend([""] * (width - len(cells)))
            return True
        if any(cell.strip() for cell in cells[width:]):
            reason = (
                f"The line has {len(cells)} cells but the header has {width}. A comma inside a "
                "cell probably lacks quotation marks, so it is not certain what belongs where."
            )
            findings.refuse(self.name, line, "long-line", reason)
            return False
        del cells[width:]
        findings.note(
            self.name, line, "extra-commas", "Empty cells at the end of lines were ignored."
        )
        return True

    def _records(self, raw: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        text = io.TextIOWrapper(raw, encoding=self.encoding, newline="")
        reader = csv.reader(text, delimiter=self.delimiter)
        start = 1
        try:
            for cells in reader:
                end = reader.line_num
                if end - start > _LONGEST_RECORD:
                    raise _never_closed(self.name, start)
                yield start, cells
                start = end + 1
        except csv.Error:
            raise _never_closed(self.name, start) from None
        finally:
            text.detach()


def _never_closed(name: str, line: int) -> Exception:
    return refused(
        "open-quote",
        f'A quotation mark (") that opens in line {line} is not closed, so the lines after it '
        "can't be told apart. Correct that line and export again.",
        name,
        line,
    )


def open_sheet(source: Source, name: str, limits: Limits, findings: Findings) -> Sheet:
    """Look through the whole file once (size, encoding), then read its header."""
    entry = source.files[name.lower()]
    with source.open(name) as raw:
        encoding = _look_through(raw, entry.name, entry.size, limits, findings)
    sheet = Sheet(source, entry.name, encoding, ",", [], 0, 0, limits)
    return _with_header(sheet, findings)


def _with_header(sheet: Sheet, findings: Findings) -> Sheet:
    with sheet.source.open(sheet.name) as raw:
        line, text = _first_text_line(raw, sheet.encoding)
    sheet.delimiter = _delimiter(text)
    if sheet.delimiter != ",":
        word = "semicolons" if sheet.delimiter == ";" else "tabs"
        reason = f"The cells are separated by {word} instead of commas; read so."
        findings.note(sheet.name, None, "separator", reason)
    if line is None:
        sheet.blank = True
        return sheet
    sheet.first_line = line
    record: list[str] = next(csv.reader([text], delimiter=sheet.delimiter), [])
    sheet.header = [cell.strip().strip("\ufeff'\"").strip() for cell in record]
    while sheet.header and not sheet.header[-1]:
        sheet.header.pop()
    sheet.width = len(sheet.header)
    _index_columns(sheet)
    return sheet


def _index_columns(sheet: Sheet) -> None:
    for position, name in enumerate(sheet.header):
        plain = name.lower()
        if plain in sheet.columns:
            sheet.twice.add(plain)
        elif plain:
            sheet.columns[plain] = position


def _first_text_line(raw: IO[bytes], encoding: str) -> tuple[int | None, str]:
    text = io.TextIOWrapper(raw, encoding=encoding, newline="")
    try:
        for number, line in enumerate(text, 1):
            if line.strip(" \t\r\n,;"):
                return number, line
        return None, ""
    finally:
        text.detach()


def _delimiter(header: str) -> str:
    counts = {mark: header.count(mark) for mark in (",", ";", "\t")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] > counts[","] else ","


def _look_through(
    raw: IO[bytes], name: str, declared: int, limits: Limits, findings: Findings
) -> str:
    """Every byte once: not larger than said, no endless line, and in which encoding."""
    first = raw.read(_CHUNK)
    _refuse_other_kinds(first, name)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _whole(raw, first, "utf-16", name, declared, limits, findings)
    guess = _utf16_without_mark(first)
    if guess:
        return _whole(raw, first, guess, name, declared, limits, findings)
    return _whole(raw, first, "utf-8-sig", name, declared, limits, findings)


def _whole(
    raw: IO[bytes],
    first: bytes,
    encoding: str,
    name: str,
    declared: int,
    limits: Limits,
    findings: Findings,
) -> str:
    state = _Decoding(encoding)
    total = since_break = 0
    for chunk in chain((first,), iter(lambda: raw.read(_CHUNK), b"")):
        total += len(chunk)
        if total > limits.file_bytes or total > declared + _CHUNK:
            raise refused("too-large", "The file is larger than it claims to be.", name)
        last_break = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        since_break = len(chunk) - last_break if last_break >= 0 else since_break + len(chunk)
        if since_break > limits.line_bytes:
            raise refused(
                "endless-line", "The file has a line without an end: it is not a CSV file.", name
            )
        state.feed(chunk)
    state.feed(b"", final=True)
    return state.verdict(name, findings)


def _refuse_other_kinds(first: bytes, name: str) -> None:
    start = first[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        kind = "an Excel workbook. Open it and save it as “CSV UTF-8”"
    elif start.startswith((b"<!doctype", b"<html", b"<?xml")):
        kind = "a web page, perhaps a sign-in page. Export the roster again"
    elif first.startswith(b"%PDF"):
        kind = "a PDF. Export the roster as CSV"
    else:
        return
    raise refused("not-csv", f"The file is not a CSV file but {kind}.", name)


def _utf16_without_mark(first: bytes) -> str | None:
    sample = first[:400]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    if sample[1::2].count(0) > len(sample) * 0.4:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > len(sample) * 0.4 else None


class _Decoding:
    """Tells UTF-8 from the old Windows encoding, and a mix of both from either."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._lines = 1
        self._good = False
        self._bad_line: int | None = None
        self._nul = False
        self._fits_windows = True

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        text = self._text(chunk, final)
        self._nul = self._nul or "\x00" in text
        if not text.isascii():
            self._good = self._good or any(c > "\x7f" and c not in "\ufffd\ufeff" for c in text)
        if not chunk.isascii():
            undefined = any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
            self._fits_windows = self._fits_windows and not undefined
        self._lines += text.count("\n") or text.count("\r")

    def _text(self, chunk: bytes, final: bool) -> str:
        try:
            return self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            self._bad_line = self._lines + error.object[: error.start].count(b"\n")
        # From here on only to see whether other letters are right.
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        return self._decoder.decode(chunk, final)

    def verdict(self, name: str, findings: Findings) -> str:
        if self._nul:
            raise refused(
                "not-csv", "The file holds binary data: it is damaged or not a CSV file.", name
            )
        if self._bad_line is None:
            return self.encoding
        wanted = "Save it as “CSV UTF-8” and check names with accents."
        if self._good or self.encoding != "utf-8-sig" or not self._fits_windows:
            raise refused(
                "encoding",
                f"Some letters can't be read, the first in line {self._bad_line}. {wanted}",
                name,
                self._bad_line,
            )
        findings.repair(
            name,
            self._bad_line,
            "windows-encoding",
            f"The file is not in UTF-8; it was read as a Windows (Western) file. {wanted}",
        )
        return "cp1252"
