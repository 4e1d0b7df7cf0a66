"""What there is to say about an import as a whole, beside what its reader found line by line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from services.contacts.actions.unpacking import Unpacked
from services.contacts.domain.importing import Remark
from services.contacts.domain.joining import AddressFault
from services.contacts.domain.settling import Settlement


def remarks_on_strangers(unpacked: Unpacked) -> list[Remark]:
    """Lines of the contacts file about people whom nobody knows."""
    file = unpacked.contacts.sheet.name if unpacked.contacts else ""
    students = "This student is not in the roster, so the line was left out."
    adults = (
        "This adult is not in the roster and has no name here. Correct the id, or fill in "
        "given_name and family_name."
    )
    return [
        *_refusals(file, "unknown-student", students, unpacked.spool.lines_about_strangers()),
        *_refusals(file, "unknown-adult", adults, unpacked.spool.nameless_strangers()),
    ]


def _refusals(
    file: str, code: str, reason: str, rows: Iterable[tuple[str, int]]
) -> Iterator[Remark]:
    for _, line in rows:
        yield Remark(file=file, line=line, severity="refused", code=code, reason=reason)


def modes_of(unpacked: Unpacked) -> dict[str, str]:
    """Which tables were complete, partial or absent."""
    package = unpacked.package
    modes = {table.value: mode.value for table, mode in package.modes.items()} if package else {}
    return modes | {"contacts": "bulk" if unpacked.contacts is not None else "absent"}


def by_severity(remarks: Iterable[Remark]) -> Counter[str]:
    """How many findings of each severity."""
    found: Counter[str] = Counter()
    for each in remarks:
        found[each.severity] += each.count
    return found


def remarks_on_people(settlement: Settlement, previous: Mapping[str, str]) -> list[Remark]:
    """Adults who count as one from now on, addresses that count as missing, shared mailboxes."""
    joined = settlement.joined
    found = [
        _note("joined", f"The records {', '.join(ids)} have one name and address: one adult.")
        for guardian, ids in joined.records.items()
        if len(ids) > 1 and any(previous.get(each) != guardian for each in ids)
    ]
    found += [
        _note(f"address-{aside.fault.value}", _ASIDE[aside.fault].format(len(aside.adult_ids)))
        for aside in joined.aside
    ]
    found += [
        _note("shared-with-barred", _BARRED.format(shared.student_id, shared.barred_guardian_id))
        for shared in settlement.shared_with_barred
    ]
    if joined.near:
        found.append(_note("near-match", _NEAR.format(len(joined.near))))
    return found


_ASIDE = {
    AddressFault.PLACEHOLDER: "An address that stands for “none” was left out ({} adults).",
    AddressFault.TOO_MANY_ADULTS: "An address used by more than 4 adults was left out ({}).",
}
_BARRED = (
    "No mail about the student {} goes to a mailbox that the adult {} uses too, because that adult "
    "may not see the record."
)
_NEAR = "{} pairs of records may be one adult each; see “Perhaps the same person”."


def _note(code: str, reason: str) -> Remark:
    return Remark(file="", severity="note", code=code, reason=reason)
