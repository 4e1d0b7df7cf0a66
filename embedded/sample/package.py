"""The district as an information system would export it: OneRoster 1.2.1 bulk, and beside it."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from embedded.sample.calendars import write_calendars
from embedded.sample.model import District
from embedded.sample.rows import CONTACTS_HEADER, FILES, contacts

# Every zip entry bears this day, because the package must be the same byte for byte.
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
PACKAGE = "oneroster.zip"
CONTACTS = "contacts.csv"

MANIFEST_FILES = (
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
)
"""The 21 files of OneRoster 1.2 CSV, each of which the manifest must name."""

Row = Iterable[str]


def write_package(district: District, folder: Path) -> Path:
    """Write `oneroster.zip`, and beside it `contacts.csv` and `calendars/<school id>.ics`.

    The folder is made if it is not there; files of these names are replaced. Rows are streamed.
    Gives the path of the zip. Raises OSError when the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / PACKAGE
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as bundle:
        _add(bundle, "manifest.csv", ("propertyName", "value"), _manifest(FILES))
        for name, (header, rows) in FILES.items():
            _add(bundle, f"{name}.csv", header, rows(district))
    with (folder / CONTACTS).open("w", encoding="utf-8", newline="") as text:
        _write(text, CONTACTS_HEADER, contacts(district))
    write_calendars(district, folder / "calendars")
    return package


def _manifest(written: Mapping[str, object]) -> Iterator[Row]:
    yield "manifest.version", "1.0"
    yield "oneroster.version", "1.2"
    for name in MANIFEST_FILES:
        yield f"file.{name}", "bulk" if name in written else "absent"
    yield "source.systemName", "Sample district"
    yield "source.systemCode", "sample"


def _add(bundle: zipfile.ZipFile, name: str, header: Row, rows: Iterable[Row]) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with (
        bundle.open(entry, "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        _write(text, header, rows)


def _write(text: io.TextIOBase, header: Row, rows: Iterable[Row]) -> None:
    """RFC 4180: comma, double quotes where needed, CRLF."""
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
