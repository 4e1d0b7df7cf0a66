"""Recognises which format a package is in, opens its files and settles their modes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.contacts.domain.people import shown
from services.contacts.domain.roster import Mode, PackageUnreadable, Table
from services.contacts.oneroster.contacts_file import is_contacts_header
from services.contacts.oneroster.findings import Findings
from services.contacts.oneroster.formats import Format, Layout, Spec
from services.contacts.oneroster.layouts import LAYOUTS, ROSTER_FILES
from services.contacts.oneroster.manifest import NAME as MANIFEST
from services.contacts.oneroster.manifest import Manifest, read_manifest, settle_modes
from services.contacts.oneroster.sheets import Sheet, open_sheet
from services.contacts.oneroster.sources import Limits, Source, open_source, refused
from services.contacts.oneroster.tables import OpenTable


@dataclass
class Opened:
    """A package whose files are open and whose modes are certain; no row was judged yet."""

    source: Source
    format: Format
    layout: Layout
    modes: dict[Table, Mode]
    tables: dict[str, OpenTable[Any]]
    contacts_name: str | None
    version: str

    def table(self, spec: Spec[Any] | None) -> OpenTable[Any] | None:
        return self.tables.get(spec.file.lower()) if spec else None


def open_package(path: Path, limits: Limits, findings: Findings) -> Opened:
    """Raises PackageUnreadable, or PackageRefused with the reasons."""
    source = open_source(path, limits)
    _check_has_roster(source)
    sheets = _Sheets(source, limits, findings)
    form, manifest = _recognise(source, sheets, findings)
    layout = LAYOUTS[form]
    present = {
        spec.file.lower(): sheets.of(spec.file)
        for spec in layout.specs
        if spec.file.lower() in source.files
    }
    by_file = settle_modes(manifest, {f: _has_rows(s) for f, s in present.items()}, findings)
    tables: dict[str, OpenTable[Any]] = {}
    for spec in layout.specs:
        name = spec.file.lower()
        if by_file.get(name, Mode.ABSENT) is not Mode.ABSENT:
            _check_header(spec, present[name], findings)
            tables[name] = OpenTable(spec, present[name], by_file[name])
    modes = _modes_by_table(layout, by_file)
    contacts = _note_other_files(source, sheets, findings)
    _check_whole(form, layout, modes, manifest, source)
    return Opened(source, form, layout, modes, tables, contacts, manifest.version)


class _Sheets:
    """Each file is looked through once, however many ask for it."""

    def __init__(self, source: Source, limits: Limits, findings: Findings) -> None:
        self._source, self._limits, self._findings = source, limits, findings
        self._open: dict[str, Sheet] = {}

    def of(self, file: str) -> Sheet:
        name = file.lower()
        if name not in self._open:
            self._open[name] = open_sheet(self._source, name, self._limits, self._findings)
        return self._open[name]

    def columns(self, file: str) -> set[str]:
        return set(self.of(file).columns) if file.lower() in self._source.files else set()


def _check_has_roster(source: Source) -> None:
    if any(name in ROSTER_FILES for name in source.files):
        return
    held = ", ".join(sorted(source.files)[:5]) or "no CSV file"
    raise PackageUnreadable(
        f"{source.path.name} is not a roster: it holds {held}. A OneRoster package has files such "
        "as orgs.csv and users.csv, exactly with these names."
    )


def _recognise(source: Source, sheets: _Sheets, findings: Findings) -> tuple[Format, Manifest]:
    names = source.files
    if MANIFEST in names:
        sheet = sheets.of(MANIFEST)
        manifest = read_manifest(sheet, findings, (f"{n}.csv" for n in _READ_NAMES))
        return _oneroster_version(manifest, names, sheets, findings), manifest
    if "users.csv" not in names and {"student.csv", "school.csv"} & names.keys():
        return Format.SDS_1, Manifest()
    if _looks_like_sds(names, sheets):
        with_roles = "role" in sheets.columns("users.csv")
        return (Format.SDS_2 if with_roles else Format.SDS_2_1), Manifest()
    reason = "There is no manifest.csv; every file was taken as complete (bulk)."
    findings.note(MANIFEST, None, "no-manifest", reason)
    return _oneroster_version(Manifest(), names, sheets, findings), Manifest()


_READ_NAMES = ("orgs", "academicsessions", "classes", "users", "roles", "enrollments")


def _looks_like_sds(names: Iterable[str], sheets: _Sheets) -> bool:
    classes, enrollments = (sheets.columns("classes.csv"), sheets.columns("enrollments.csv"))
    roles = sheets.columns("roles.csv")
    return (
        bool({"relationships.csv", "userflags.csv"} & set(names))
        or ("orgsourcedid" in classes and "schoolsourcedid" not in classes)
        or (bool(enrollments) and not {"sourcedid", "status"} & enrollments)
        or (bool(roles) and "sourcedid" not in roles)
    )


def _oneroster_version(
    manifest: Manifest, names: Iterable[str], sheets: _Sheets, findings: Findings
) -> Format:
    said = manifest.version.removeprefix("v").replace("p", ".")
    if said and not said.startswith(("1.0", "1.1", "1.2")):
        raise refused(
            "version",
            f"manifest.csv says OneRoster {shown(manifest.version)}. Versions 1.1 and 1.2 can be "
            "read; ask for an export in one of them.",
            MANIFEST,
        )
    with_role_column = "role" in sheets.columns("users.csv")
    with_roles_file = "roles.csv" in names
    found = Format.ONEROSTER_1_2 if said.startswith("1.2") else Format.ONEROSTER_1_1
    if with_roles_file != with_role_column:
        found = Format.ONEROSTER_1_2 if with_roles_file else Format.ONEROSTER_1_1
    if said and not found.value.endswith(said[:3]) and not said.startswith("1.0"):
        reason = f"manifest.csv says version {said[:5]}, but the files are written as {found}."
        findings.note(MANIFEST, None, "version-differs", reason)
    return found


def _has_rows(sheet: Sheet) -> bool:
    return next(sheet.rows(Findings(0)), None) is not None


def _check_header(spec: Spec[Any], sheet: Sheet, findings: Findings) -> None:
    written = {name for names in spec.columns.values() for name in names}
    known = {name.lower() for name in written}
    problem = _header_problem(spec, sheet, known)
    if problem is not None:
        raise refused(*problem, sheet.name, sheet.first_line or None)
    other = [h for h in sheet.header if h.lower() in known and h not in written]
    if other or (sheet.name != spec.file and spec.file[0].islower()):
        reason = "File or column names are written with other capital letters; harmless."
        findings.note(sheet.name, None, "header-spelling", reason)


def _header_problem(spec: Spec[Any], sheet: Sheet, known: set[str]) -> tuple[str, str] | None:
    if sheet.blank:
        return "empty-file", (
            f"{sheet.name} is empty; not even the column names are there. If nothing is meant, "
            "take the file out of the package."
        )
    if not known & set(sheet.columns):
        return "no-header", (
            f"The first line of {sheet.name} must be the column names (such as "
            f"{spec.columns[spec.required[0]][0]}); it seems to be data or another file's header."
        )
    if known & sheet.twice:
        return "column-twice", (
            f"{sheet.name} has the column {shown(min(known & sheet.twice))} twice, and which one "
            "is meant is not certain. Delete one of them."
        )
    missing = spec.missing(sheet)
    if missing:
        return "column-missing", (
            f"{sheet.name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            "Export it with all columns of the format, even where cells are empty."
        )
    return None


def _modes_by_table(layout: Layout, by_file: dict[str, Mode]) -> dict[Table, Mode]:
    modes = dict.fromkeys(Table, Mode.ABSENT)
    for spec in layout.specs:
        mode = by_file.get(spec.file.lower(), Mode.ABSENT)
        if mode is not Mode.ABSENT:
            modes[spec.table] = mode
    # OneRoster 1.1 and School Data Sync write roles and related people into other files.
    if layout.roles is None:
        modes[Table.ROLES] = modes[Table.PEOPLE]
    if modes[Table.LINKS] is Mode.ABSENT:
        modes[Table.LINKS] = modes[Table.PEOPLE]
    return modes


def _note_other_files(source: Source, sheets: _Sheets, findings: Findings) -> str | None:
    """The name of a contacts file beside the roster, if there is one."""
    contacts: str | None = None
    for name, entry in source.files.items():
        if name in ROSTER_FILES:
            continue
        if contacts is None and is_contacts_header(sheets.columns(name)):
            contacts = entry.name
            continue
        reason = f"{entry.name} is not a file of the roster format; it was not read."
        findings.note(entry.name, None, "unknown-file", reason)
    return contacts


def _check_whole(
    form: Format, layout: Layout, modes: dict[Table, Mode], manifest: Manifest, source: Source
) -> None:
    """What a complete package can't do without."""
    if modes[Table.PEOPLE] is Mode.BULK and modes[Table.SCHOOLS] is Mode.ABSENT:
        raise refused(
            "no-schools",
            f"{layout.orgs.file} is not in the package, so it is not certain which schools the "
            "people belong to. Export it together with the people.",
        )
    apart = form is Format.ONEROSTER_1_2 or form is Format.SDS_2_1
    if apart and modes[Table.PEOPLE] is Mode.BULK and modes[Table.ROLES] is Mode.ABSENT:
        raise refused(
            "no-roles",
            "The package says neither in users.csv nor in roles.csv who is a student, a parent or "
            "staff. Export roles.csv as well (OneRoster 1.2).",
        )
    everything_absent = all(mode is Mode.ABSENT for mode in modes.values())
    if everything_absent and not manifest.present:
        raise PackageUnreadable(f"{source.path.name} holds no file of a roster that can be read.")
