"""What reading a package came to: counts, findings in groups, and whether it would be imported."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Finding, PackageRefused, PackageUnreadable, Severity
from services.contacts.oneroster.contacts_file import ContactsFile, read_contacts_file
from services.contacts.oneroster.finding_packages import find_packages
from services.contacts.oneroster.package import Package, read_package
from services.contacts.oneroster.sources import Limits


class Verdict(IntEnum):
    """The values are the exit codes of `partners roster check`."""

    WOULD_IMPORT = 0
    REFUSED = 1
    UNREADABLE = 2


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one code in one file; `examples` are the first of them."""

    file: str
    severity: Severity
    code: str
    count: int
    examples: tuple[Finding, ...]


@dataclass(frozen=True)
class Summary:
    """`counts` per kind; `reasons` only when it would not be imported."""

    path: str
    verdict: Verdict
    format: str = ""
    modes: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    groups: tuple[FindingGroup, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def would_import(self) -> bool:
        return self.verdict is Verdict.WOULD_IMPORT

    @property
    def exit_code(self) -> int:
        return int(self.verdict)

    def total(self, severity: Severity) -> int:
        """How many rows (or files) were refused, repaired, or noted."""
        return sum(group.count for group in self.groups if group.severity is severity)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "path": self.path,
            "verdict": self.verdict.name.lower(),
            "would_import": self.would_import,
            "exit_code": self.exit_code,
            "format": self.format,
            "modes": self.modes,
            "counts": self.counts,
            "reasons": list(self.reasons),
            "findings": [_group_dict(group) for group in self.groups],
        }


def _group_dict(group: FindingGroup) -> dict[str, Any]:
    return {
        "file": group.file,
        "severity": group.severity.value,
        "code": group.code,
        "count": group.count,
        "lines": [finding.line for finding in group.examples if finding.line is not None],
        "reasons": list(dict.fromkeys(finding.reason for finding in group.examples)),
    }


_ORDER = {Severity.REFUSED: 0, Severity.REPAIRED: 1, Severity.NOTE: 2}
_EXAMPLES = 5


def check(path: Path | str, limits: Limits | None = None) -> Summary:
    """Read a package, or a contacts file that stands alone, to its end and say what an import would
    make of it. Never raises.
    """
    try:
        package = read_package(path, limits)
        return summarise(package)
    except PackageRefused as error:
        return _refused(str(path), error)
    except PackageUnreadable as error:
        contacts = _check_contacts(path, limits)
        return contacts or Summary(str(path), Verdict.UNREADABLE, reasons=(error.reason,))


def _check_contacts(path: Path | str, limits: Limits | None) -> Summary | None:
    """None when it is no contacts file either."""
    try:
        file = read_contacts_file(path, limits)
    except PackageUnreadable:
        return None
    except PackageRefused as error:
        other = error.findings[0].code == "contacts-header"
        return None if other else _refused(str(path), error)
    counts = {"contacts_lines": sum(1 for _ in file.rows())}
    groups = group_findings(file.findings)
    return Summary(str(path), Verdict.WOULD_IMPORT, "contacts file", counts=counts, groups=groups)


def check_all(path: Path | str, limits: Limits | None = None) -> list[Summary]:
    """`check` for every package at or below the path; one unreadable summary when there is none."""
    try:
        found = find_packages(path)
    except PackageUnreadable as error:
        return [Summary(str(path), Verdict.UNREADABLE, reasons=(error.reason,))]
    if not found:
        reason = "No roster was found here: no ZIP and no folder with files such as users.csv."
        return [Summary(str(path), Verdict.UNREADABLE, reasons=(reason,))]
    return [check(place, limits) for place in found]


def exit_code(summaries: Iterable[Summary]) -> int:
    """0 all would import, 1 at least one is refused, 2 at least one is unreadable."""
    return max((summary.exit_code for summary in summaries), default=int(Verdict.UNREADABLE))


def summarise(package: Package) -> Summary:
    """Read every stream of an opened package once. Raises what the streams raise."""
    try:
        counts = _count(package)
    except PackageRefused as error:
        return _refused(str(package.path), error, package)
    return Summary(
        path=str(package.path),
        verdict=Verdict.WOULD_IMPORT,
        format=package.format.value,
        modes={table.value: mode.value for table, mode in package.modes.items()},
        counts=counts,
        groups=group_findings(package.findings, package.finding_counts()),
    )


def _refused(path: str, error: PackageRefused, package: Package | None = None) -> Summary:
    whole = [finding.reason for finding in error.findings[:1]]
    held = dict.fromkeys((*error.findings, *(package.findings if package else ())))
    return Summary(
        path=path,
        verdict=Verdict.REFUSED,
        format=package.format.value if package else "",
        groups=group_findings(held),
        reasons=tuple(whole),
    )


def _count(package: Package) -> dict[str, int]:
    counts = {
        "schools": len(package.schools),
        "terms": len(package.terms),
        "classes": len(package.classes),
        "people": 0,
        "students": 0,
        "guardians": 0,
        "other_adults": 0,
        "staff": 0,
    }
    words = {
        RoleKind.STUDENT: "students",
        RoleKind.GUARDIAN: "guardians",
        RoleKind.OTHER_ADULT: "other_adults",
        RoleKind.STAFF: "staff",
    }
    for person in package.people():
        counts["people"] += 1
        for kind in person.kinds:
            counts[words[kind]] += 1
    counts["roles"] = sum(1 for _ in package.roles())
    counts["enrollments"] = sum(1 for _ in package.enrollments())
    counts["links"] = sum(1 for _ in package.links())
    counts["removals"] = sum(1 for _ in package.removals())
    contacts: ContactsFile | None = package.contacts_file()
    if contacts is not None:
        counts["contacts_lines"] = sum(1 for _ in contacts.rows())
    return counts


def group_findings(
    findings: Iterable[Finding], counts: dict[tuple[str, Severity, str], int] | None = None
) -> tuple[FindingGroup, ...]:
    """Refused before repaired before notes, then by file. `counts` where not all were kept."""
    grouped: dict[tuple[str, Severity, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.file, finding.severity, finding.code), []).append(finding)
    exact = counts or {}
    groups = [
        FindingGroup(*key, exact.get(key, sum(f.count for f in held)), tuple(held[:_EXAMPLES]))
        for key, held in grouped.items()
    ]
    return tuple(sorted(groups, key=lambda g: (_ORDER[g.severity], g.file, g.code)))
