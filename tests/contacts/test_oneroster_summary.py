"""What `partners roster check` and the upload page say about a package."""

import json
from pathlib import Path

from services.contacts.domain.roster import Severity
from services.contacts.oneroster import Verdict, check, check_all, exit_code, find_contacts_file
from tests.contacts.rosters import ENROLLMENTS, USERS, folder, merged, zipped


def test_a_good_package_would_import(tmp_path: Path) -> None:
    summary = check(folder(tmp_path, {}))
    assert (summary.verdict, summary.exit_code, summary.reasons) == (Verdict.WOULD_IMPORT, 0, ())
    assert summary.counts == {
        "schools": 2, "terms": 2, "classes": 2, "people": 5, "students": 2, "guardians": 2,
        "other_adults": 0, "staff": 1, "roles": 0, "enrollments": 3, "links": 3, "removals": 0,
    }  # fmt: skip
    assert summary.format == "OneRoster 1.1"
    assert summary.modes["people"] == "bulk"


def test_findings_are_grouped_with_refusals_first(tmp_path: Path) -> None:
    lines = [*ENROLLMENTS, *(f"x{i},active,,c9,s1,p1,student,,," for i in range(7))]
    users = [*USERS, USERS[3].replace("g1", "g7").replace("grace@mail.org", "?")]
    summary = check(folder(tmp_path, {"enrollments.csv": lines, "users.csv": users}))
    groups = [(g.severity, g.code, g.count, len(g.examples)) for g in summary.groups]
    assert groups == [
        (Severity.REFUSED, "unknown-class", 7, 5),
        (Severity.REPAIRED, "bad-address", 1, 1),
        (Severity.NOTE, "active-in-bulk", 7, 1),
    ]
    assert summary.total(Severity.REFUSED) == 7
    assert summary.would_import


def test_a_refused_package_says_why_and_what_else_is_wrong(tmp_path: Path) -> None:
    summary = check(folder(tmp_path, {"users.csv": USERS[:1], "enrollments.csv": None}))
    assert summary.exit_code == 1
    assert summary.reasons[0].startswith("manifest.csv promises enrollments.csv")


def test_a_file_damaged_further_on_refuses_the_package(tmp_path: Path) -> None:
    broken = [*ENROLLMENTS, 'n8,"', *(f"n{i},,,c1,s1,p1,student,,," for i in range(100, 200))]
    summary = check(folder(tmp_path, {"enrollments.csv": broken}))
    assert summary.verdict is Verdict.REFUSED
    assert "line 5" in summary.reasons[0]


def test_several_packages_give_the_worst_exit_code(tmp_path: Path) -> None:
    folder(tmp_path / "good", {})
    assert exit_code(check_all(tmp_path)) == 0
    folder(tmp_path / "refused", {"users.csv": USERS[:1]})
    assert exit_code(check_all(tmp_path)) == 1
    whole = zipped(merged({}))
    damage = whole.index(b"users.csv") + 60
    torn = whole[:damage] + b"\xff" * 30 + whole[damage + 30 :]
    (tmp_path / "torn.zip").write_bytes(torn)
    assert [summary.exit_code for summary in check_all(tmp_path)] == [0, 1, 2]
    assert exit_code(check_all(tmp_path)) == 2
    assert exit_code(check_all(tmp_path / "nowhere")) == 2
    (tmp_path / "empty").mkdir()
    assert exit_code(check_all(tmp_path / "empty")) == 2
    assert exit_code([]) == 2


def test_a_summary_is_plain_data(tmp_path: Path) -> None:
    lines = [*ENROLLMENTS, "n9,,,c9,s1,p1,student,,,"]
    data = check(folder(tmp_path, {"enrollments.csv": lines})).as_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["findings"][0]["lines"] == [5]


def test_a_contacts_file_inside_is_counted(tmp_path: Path) -> None:
    lines = ["guardian_id,student_id,language", "g1,p1,es"]
    summary = check(folder(tmp_path, {"contacts.csv": lines}))
    assert summary.counts["contacts_lines"] == 1


def test_a_contacts_file_alone_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("guardian_id,student_id,gets_mail\ng1,p1,court\n")
    summary = check(path)
    assert (summary.format, summary.counts) == ("contacts file", {"contacts_lines": 1})
    assert summary.total(Severity.REPAIRED) == 1
    path.write_text("guardian_id,student_id,gets_mail\ng1,p1,no,no\n")
    assert check(path).exit_code == 1
    path.write_text("a,b\n1,2\n")
    assert check(path).exit_code == 2


def test_a_contacts_file_beside_a_zip_is_found_when_there_is_only_one(tmp_path: Path) -> None:
    package = tmp_path / "roster.zip"
    package.write_bytes(zipped(merged({})))
    (tmp_path / "grades.csv").write_text("a,b\n1,2\n")
    assert find_contacts_file(package) is None
    (tmp_path / "contacts.csv").write_text("guardian_id,student_id,gets_mail\n")
    assert find_contacts_file(package) == tmp_path / "contacts.csv"
    (tmp_path / "old contacts.csv").write_text("guardian_id,student_id,gets_mail\n")
    assert find_contacts_file(package) is None
    assert find_contacts_file(tmp_path) is None
