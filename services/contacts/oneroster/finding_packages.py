"""Finds the roster packages below a path, and the contacts file beside one."""

import zipfile
from pathlib import Path

from services.contacts.domain.roster import PackageRefused, PackageUnreadable
from services.contacts.oneroster.contacts_file import is_contacts_header
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.layouts import ROSTER_FILES
from services.contacts.oneroster.sheets import open_sheet
from services.contacts.oneroster.sources import Limits, is_data_name, open_source

_DEEPEST = 8
_MOST = 1000


def find_packages(path: Path | str) -> list[Path]:
    """The packages at or below a path, in the order of their names; empty when there is none.

    A folder is a package when roster files lie in it; ZIPs count wherever they lie. A file that is
    named directly is always tried. Links to other folders are not followed.
    """
    start = Path(path)
    if not start.exists():
        raise PackageUnreadable(f"There is no file or folder {start.name}. Check the name.")
    if not start.is_dir():
        return [start]
    found: list[Path] = []
    _search(start, 0, found)
    return found


def find_contacts_file(package: Path | str, limits: Limits | None = None) -> Path | None:
    """The contacts file that lies beside a ZIP, told by its header; None when there is none, or
    more than one. One inside a package is found by `Package.contacts_file`.
    """
    place, bounds = Path(package), limits or Limits()
    if place.is_dir() or not place.parent.is_dir():
        return None
    beside = sorted(p for p in place.parent.iterdir() if is_data_name(p.name) and p != place)
    found = [p for p in beside if _is_contacts(p, bounds)]
    return found[0] if len(found) == 1 else None


def _is_contacts(path: Path, limits: Limits) -> bool:
    try:
        source = open_source(path, limits)
        return is_contacts_header(open_sheet(source, path.name, limits, Findings(0)).columns)
    except (PackageRefused, PackageUnreadable):
        return False


def _search(folder: Path, depth: int, found: list[Path]) -> None:
    try:
        inside = sorted(folder.iterdir(), key=lambda p: p.name.lower())
    except OSError as error:
        raise PackageUnreadable(
            f"The folder {folder.name} can't be opened ({error.strerror})."
        ) from None
    names = {p.name.lower() for p in inside if is_data_name(p.name)}
    if names & ROSTER_FILES:
        found.append(folder)
    for entry in inside:
        if len(found) >= _MOST or entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir() and depth < _DEEPEST:
            _search(entry, depth + 1, found)
        elif entry.suffix.lower() == ".zip" and _is_zip(entry):
            found.append(entry)


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False
