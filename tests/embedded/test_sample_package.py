"""The sample package is what OneRoster 1.2.1 asks for, byte for byte the same each time."""

import csv
import io
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar

from embedded.sample import District, make_district, write_package

TODAY = date(2026, 11, 24)
Table = list[dict[str, str]]

HEADERS = {
    "orgs.csv": "name,type,identifier,parentSourcedId",
    "academicSessions.csv": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses.csv": (
        "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes"
    ),
    "classes.csv": (
        "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods"
    ),
    "users.csv": (
        "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
        "agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,"
        "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
    "roles.csv": (
        "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"
    ),
    "enrollments.csv": (
        "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    ),
}
"""Columns after sourcedId, status and dateLastModified: the CSV tables of OneRoster 1.2.1."""


@pytest.fixture(scope="module")
def district() -> District:
    return make_district(today=TODAY)


@pytest.fixture(scope="module")
def package(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(district, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def tables(package: Path) -> dict[str, Table]:
    return {name: rows(text) for name, text in texts(package).items()}


def texts(package: Path) -> dict[str, str]:
    with zipfile.ZipFile(package) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def rows(text: str) -> Table:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def listed(cell: str) -> list[str]:
    return cell.split(",") if cell else []


def test_the_package_is_the_same_byte_for_byte(
    district: District, package: Path, tmp_path: Path
) -> None:
    again = write_package(make_district(today=TODAY), tmp_path / "again")
    ours = sorted(each for each in package.parent.rglob("*") if each.is_file())
    theirs = sorted(each for each in again.parent.rglob("*") if each.is_file())
    assert [each.name for each in ours] == [each.name for each in theirs]
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(ours, theirs, strict=True))
    assert {each.name for each in ours} >= {"oneroster.zip", "contacts.csv", "s001.ics"}


def test_files_have_their_headers_in_order_and_crlf(package: Path) -> None:
    for name, text in texts(package).items():
        assert text.endswith("\r\n")
        assert text.count("\n") == text.count("\r\n")
        header = text.split("\r\n", 1)[0]
        if name != "manifest.csv":
            assert header == f"sourcedId,status,dateLastModified,{HEADERS[name]}"


def test_the_manifest_names_every_file_once_and_truly(package: Path) -> None:
    lines = rows(texts(package)["manifest.csv"])
    said = {line["propertyName"]: line["value"] for line in lines}
    assert len(said) == len(lines)
    assert (said["manifest.version"], said["oneroster.version"]) == ("1.0", "1.2")
    files = {name: mode for name, mode in said.items() if name.startswith("file.")}
    assert len(files) == 21
    bulk = {f"{name.removeprefix('file.')}.csv" for name, mode in files.items() if mode == "bulk"}
    assert bulk == texts(package).keys() - {"manifest.csv"} == HEADERS.keys()
    assert set(files.values()) == {"bulk", "absent"}


def test_bulk_rows_have_no_status_and_ids_are_unique(tables: dict[str, Table]) -> None:
    for name in HEADERS:
        assert all(row["status"] == row["dateLastModified"] == "" for row in tables[name])
        assert max(Counter(row["sourcedId"] for row in tables[name]).values()) == 1


def test_there_are_no_passwords_and_no_demographics(tables: dict[str, Table]) -> None:
    assert "demographics.csv" not in tables
    assert not any(row["password"] or row["pronouns"] for row in tables["users.csv"])


@pytest.mark.parametrize(
    ("file", "column", "target"),
    [
        ("orgs.csv", "parentSourcedId", "orgs.csv"),
        ("academicSessions.csv", "parentSourcedId", "academicSessions.csv"),
        ("courses.csv", "orgSourcedId", "orgs.csv"),
        ("courses.csv", "schoolYearSourcedId", "academicSessions.csv"),
        ("classes.csv", "courseSourcedId", "courses.csv"),
        ("classes.csv", "schoolSourcedId", "orgs.csv"),
        ("classes.csv", "termSourcedIds", "academicSessions.csv"),
        ("users.csv", "agentSourcedIds", "users.csv"),
        ("users.csv", "primaryOrgSourcedId", "orgs.csv"),
        ("roles.csv", "userSourcedId", "users.csv"),
        ("roles.csv", "orgSourcedId", "orgs.csv"),
        ("enrollments.csv", "classSourcedId", "classes.csv"),
        ("enrollments.csv", "schoolSourcedId", "orgs.csv"),
        ("enrollments.csv", "userSourcedId", "users.csv"),
    ],
)
def test_every_reference_resolves(
    tables: dict[str, Table], file: str, column: str, target: str
) -> None:
    known = {row["sourcedId"] for row in tables[target]}
    used = {each for row in tables[file] for each in listed(row[column])}
    assert used
    assert used <= known


def test_adults_and_students_name_each_other(tables: dict[str, Table]) -> None:
    pairs = {
        (row["sourcedId"], agent)
        for row in tables["users.csv"]
        for agent in listed(row["agentSourcedIds"])
    }
    assert pairs == {(two, one) for one, two in pairs}


def test_everybody_has_one_primary_role_at_each_place(tables: dict[str, Table]) -> None:
    primary = Counter(
        (row["userSourcedId"], row["orgSourcedId"])
        for row in tables["roles.csv"]
        if row["roleType"] == "primary"
    )
    places = {(row["userSourcedId"], row["orgSourcedId"]) for row in tables["roles.csv"]}
    assert primary.keys() == places
    assert set(primary.values()) == {1}
    assert {person for person, _ in places} == {row["sourcedId"] for row in tables["users.csv"]}


def test_the_contacts_file_says_who_is_what_to_whom(
    district: District, package: Path, tables: dict[str, Table]
) -> None:
    lines = rows((package.parent / "contacts.csv").read_bytes().decode())
    assert ",".join(lines[0]) == (
        "guardian_id,student_id,relationship,language,interpreter,gets_mail,may_see_record,"
        "household_id,order"
    )
    agents = {row["sourcedId"]: listed(row["agentSourcedIds"]) for row in tables["users.csv"]}
    assert all(line["guardian_id"] in agents[line["student_id"]] for line in lines)
    assert len(lines) == sum(tie.listed for tie in district.ties) < len(district.ties)
    assert {line["gets_mail"] for line in lines} == {"yes", "no"}


def test_a_calendar_per_school_lists_the_days_off(district: District, package: Path) -> None:
    for school in district.schools:
        raw = (package.parent / "calendars" / f"{school.id}.ics").read_bytes()
        entries = Calendar.from_ical(raw).walk("VEVENT")
        titles = [str(entry["SUMMARY"]) for entry in entries]
        assert titles[0] == "First day of school"
        assert "No school: Winter break" in titles
        assert len(entries) == len(district.year.days_off) + 2
        assert max(len(line) for line in raw.split(b"\r\n")) <= 75


def test_a_hundred_thousand_students_take_less_than_a_minute(tmp_path: Path) -> None:
    began = time.perf_counter()
    district = make_district(students=100_000, schools=250, today=TODAY)
    write_package(district, tmp_path)
    assert len(district.students) == 100_000
    assert time.perf_counter() - began < 60
