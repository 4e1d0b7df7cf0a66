"""Reads and judges rosters: OneRoster CSV 1.1 and 1.2, School Data Sync, and the contacts file."""

from services.contacts.oneroster.contacts_file import ContactsFile, read_contacts_file
from services.contacts.oneroster.finding_packages import find_contacts_file, find_packages
from services.contacts.oneroster.formats import Format
from services.contacts.oneroster.package import Package, read_package
from services.contacts.oneroster.sources import Limits
from services.contacts.oneroster.summary import (
    FindingGroup,
    Summary,
    Verdict,
    check,
    check_all,
    exit_code,
    group_findings,
    summarise,
)

__all__ = [
    "ContactsFile",
    "FindingGroup",
    "Format",
    "Limits",
    "Package",
    "Summary",
    "Verdict",
    "check",
    "check_all",
    "exit_code",
    "find_contacts_file",
    "find_packages",
    "group_findings",
    "read_contacts_file",
    "read_package",
    "summarise",
]
