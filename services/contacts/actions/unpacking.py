"""From uploaded files to a spool: everything that blocks, for a thread beside the event loop."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.contacts.domain.roster import (
    Finding,
    Mode,
    PackageRefused,
    PackageUnreadable,
    Person,
    Removal,
    Table,
)
from services.contacts.oneroster import (
    ContactsFile,
    Limits,
    Package,
    read_contacts_file,
    read_package,
)
from services.contacts.store.spool import Spool

__all__ = ["PackageRefused", "PackageUnreadable", "Unpacked", "unpack"]


@dataclass
class Unpacked:
    """What was uploaded, opened. `package` is None when only a contacts file came."""

    package: Package | None
    contacts: ContactsFile | None
    spool: Spool
    inside: bool = False
    """Whether the contacts file came within the package, whose findings then hold its own."""
    counts: Counter[str] = field(default_factory=Counter)
    removals: list[Removal] = field(default_factory=list)

    def mode(self, table: Table) -> Mode:
        """Whether a table is complete, partial or not there."""
        return self.package.modes[table] if self.package else Mode.ABSENT

    def people(self) -> Iterator[Person]:
        """The package's people, read anew."""
        return self.package.people() if self.package else iter(())

    @property
    def findings(self) -> list[Finding]:
        """Everything that was found so far."""
        found = list(self.package.findings) if self.package else []
        if self.contacts is not None and not self.inside:
            found += self.contacts.findings
        return found


def unpack(folder: Path, roster: Path | None, contacts: Path | None, limits: Limits) -> Unpacked:
    """Open the files and sort their rows by person. Raises PackageUnreadable, PackageRefused."""
    package = read_package(roster, limits) if roster else None
    lines = read_contacts_file(contacts, limits) if contacts else None
    inside = package.contacts_file() if package and lines is None else None
    lines = lines or inside
    spool = Spool(folder)
    unpacked = Unpacked(package, lines, spool, inside is not None)
    if package is not None:
        unpacked.counts["schools"] = len(package.schools)
        unpacked.counts["classes"] = len(package.classes)
        unpacked.counts["enrollments"] = spool.take_enrollments(package.enrollments())
        unpacked.counts["links"] = spool.take_links(package.links())
        spool.take_roles(package.roles())
        unpacked.removals = list(package.removals())
    if lines is not None:
        unpacked.counts["contacts_lines"] = spool.take_lines(lines.rows())
    spool.sort()
    return unpacked
