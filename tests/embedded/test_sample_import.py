"""The platform's own reader has nothing to say against the sample package."""

from datetime import date
from pathlib import Path

import pytest

from embedded.sample import make_district, write_package
from services.contacts.oneroster import check, read_contacts_file


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2027, 7, 4)])
def test_every_row_of_the_package_and_its_contacts_file_is_taken(
    today: date, tmp_path: Path
) -> None:
    district = make_district(today=today)
    package = write_package(district, tmp_path)
    summary = check(package)
    assert summary.would_import
    assert summary.groups == ()
    assert summary.counts["students"] == len(district.students)
    assert summary.counts["staff"] == len(district.educators)
    assert summary.counts["links"] == len(district.ties)

    contacts = read_contacts_file(tmp_path / "contacts.csv")
    lines = list(contacts.rows(frozenset(district.student), frozenset(district.guardian)))
    assert len(lines) == sum(tie.listed for tie in district.ties)
    assert contacts.findings == ()
