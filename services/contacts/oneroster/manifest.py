"""manifest.csv: which version a package is, and which files are complete, partial or absent.

Strict readers refuse any deviation. We go on where the meaning is certain (a missing manifest, an
unknown line, a file we don't read) and refuse where it is not (two values, a file that the manifest
denies, delta mixed with files it does not mention).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.contacts.domain.people import shown
from services.contacts.domain.roster import Mode, PackageRefused
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.layouts import ONEROSTER_FILES
from services.contacts.oneroster.sheets import Sheet
from services.contacts.oneroster.sources import refused

NAME = "manifest.csv"


@dataclass
class Manifest:
    """`modes` by lower-case file name with `.csv`; `version` as written, empty when not said."""

    version: str = ""
    modes: dict[str, Mode] = field(default_factory=dict)
    present: bool = False


def read_manifest(sheet: Sheet, findings: Findings, read_files: Iterable[str]) -> Manifest:
    """`read_files`: lower-case names of the files whose mode must be certain."""
    values = _properties(sheet, findings)
    manifest = Manifest(version=values.pop("oneroster.version", ""), present=True)
    if not values and not manifest.version:
        raise refused(
            "manifest-empty",
            "manifest.csv says nothing. Export the roster again, or delete this file if the "
            "other files are complete.",
            NAME,
        )
    ours = {name.lower() for name in read_files}
    for key, value in values.items():
        _take(manifest, key, value, ours, findings)
    return manifest


def _properties(sheet: Sheet, findings: Findings) -> dict[str, str]:
    where = (sheet.columns.get("propertyname"), sheet.columns.get("value"))
    if where[0] is None or where[1] is None:
        raise refused(
            "manifest-header",
            "The first line of manifest.csv must be “propertyName,value”.",
            NAME,
            sheet.first_line or None,
        )
    values: dict[str, str] = {}
    for line, cells in sheet.rows(findings):
        key, value = cells[where[0]].strip().lower(), cells[where[1]].strip().lower()
        if values.get(key, value) != value:
            raise refused(
                "manifest-contradiction",
                f"manifest.csv gives {shown(key)} two different values. Keep the right line.",
                NAME,
                line,
            )
        if key:
            values[key] = value
    return values


def _take(manifest: Manifest, key: str, value: str, ours: set[str], findings: Findings) -> None:
    if key.startswith(("source.", "manifest.version")):
        return
    file = key.removeprefix("file.") + ".csv"
    if not key.startswith("file.") or file not in ONEROSTER_FILES:
        reason = f"The line {shown(key)} is not known and was ignored; perhaps a typing mistake."
        findings.note(NAME, None, "manifest-unknown-line", reason)
    elif value in ("bulk", "delta", "absent"):
        manifest.modes[file] = Mode(value)
    elif file in ours:
        raise _unknown_mode(file, value)
    else:
        findings.note(NAME, None, "manifest-mode", f"{file}: {shown(value)} is not a known mode.")


def _unknown_mode(file: str, value: str) -> PackageRefused:
    return refused(
        "manifest-mode",
        f"manifest.csv says {shown(value)} for {file}; it must be bulk, delta or absent, "
        "so it is not certain whether the file is complete.",
        NAME,
    )


def settle_modes(
    manifest: Manifest, present: dict[str, bool], findings: Findings
) -> dict[str, Mode]:
    """The mode of each file we read. `present`: lower-case file name to "has rows".

    Raises PackageRefused where the manifest and the files contradict each other.
    """
    modes: dict[str, Mode] = {}
    for file, has_rows in present.items():
        said = manifest.modes.get(file)
        if said is Mode.ABSENT and has_rows:
            raise refused(
                "declared-absent",
                f"manifest.csv says that {file} is absent, but it is there and not empty. "
                "Correct manifest.csv or take the file out.",
                file,
            )
        modes[file] = said if said is not None else _unsaid(manifest, file, findings)
    for file, said in manifest.modes.items():
        if said is not Mode.ABSENT and file not in present and file in _NEEDED:
            raise refused(
                "file-missing",
                f"manifest.csv promises {file} ({said}), but it is not in the package. "
                "Export the roster again.",
                file,
            )
    return modes


_NEEDED = frozenset(
    {"orgs.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv", "academicsessions.csv"}
)


def _unsaid(manifest: Manifest, file: str, findings: Findings) -> Mode:
    if not manifest.present:
        return Mode.BULK
    if Mode.DELTA in manifest.modes.values():
        raise refused(
            "mode-unknown",
            f"manifest.csv does not say whether {file} is complete (bulk) or holds only changes "
            "(delta), and other files hold only changes. Add the line to manifest.csv.",
            file,
        )
    reason = f"manifest.csv does not mention {file}; it was taken as complete (bulk)."
    findings.note(NAME, None, "manifest-silent", reason)
    return Mode.BULK
