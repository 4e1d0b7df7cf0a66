"""Small rosters for tests: a package is a dictionary of files, each a list of lines."""

import io
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from services.contacts.domain.roster import Finding, PackageRefused
from services.contacts.oneroster import Limits, Package, read_package

DATA = Path(os.environ.get("PARTNERS_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
"""Rosters which others made; not part of this repository."""


def data_set(name: str) -> Path:
    """A roster made by others, or a skip that says what is missing."""
    place = DATA / name
    if not DATA.exists():
        # They are not part of this repository; where there are some, none may be missing.
        pytest.skip(f"the rosters made by others are not here: no folder {DATA}")
    assert place.exists(), f"no folder {place}"
    return place


MANIFEST_1_1 = [
    "propertyName,value",
    "manifest.version,1.0",
    "oneroster.version,1.1",
    *(f"file.{name},bulk" for name in ("academicSessions", "orgs", "classes", "users")),
    "file.enrollments,bulk",
    "file.courses,absent",
    "file.demographics,absent",
]
ORGS = [
    "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "d1,,,Maple District,district,,",
    "s1,,,Maple Elementary,school,001,d1",
    "s2,,,Oak Middle,school,002,d1",
    "dep1,,,History,department,,s2",
]
TERMS = [
    "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "t1,,,Fall,semester,2026-08-24,2026-12-18,,2027",
    "t2,,,Spring,semester,2027-01-04,2027-06-11,,2027",
]
CLASSES = [
    (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
        "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"
    ),
    'c1,,,Grade 3 A,3,co1,,homeroom,,s1,"t1,t2",,,"1,2"',
    "c2,,,History,7,co2,,scheduled,,dep1,t1,,,",
]
USERS_HEADER = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
)
USERS = [
    USERS_HEADER,
    'p1,,,true,s1,student,amy,,Amy,Lee,,,amy@x.org,,555-1,"g1,g2",3,pw1',
    "p2,,,true,s1,student,ben,,Ben,Lee,,,,,,g1,05,pw2",
    "g1,,,true,s1,parent,gl,,Grace,Lee,,,grace@mail.org,,555-2,,,pw3",
    "g2,,,true,s1,guardian,hl,,Hugo,Lee,,,hugo@mail.org,,,,,pw4",
    "e1,,,true,s1,teacher,tr,,Tess,Rey,,,tess@maple.org,,,,,pw5",
]
ENROLLMENTS = [
    (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
        "beginDate,endDate"
    ),
    "n1,,,c1,s1,p1,student,false,,",
    "n2,,,c1,s1,p2,student,false,2026-09-01,2027-01-31",
    "n3,,,c1,s1,e1,teacher,true,,",
]
BASE: dict[str, list[str]] = {
    "manifest.csv": MANIFEST_1_1,
    "orgs.csv": ORGS,
    "academicSessions.csv": TERMS,
    "classes.csv": CLASSES,
    "users.csv": USERS,
    "enrollments.csv": ENROLLMENTS,
}
Files = Mapping[str, list[str] | bytes | None]


def content(lines: list[str] | bytes) -> bytes:
    return lines if isinstance(lines, bytes) else ("\r\n".join(lines) + "\r\n").encode()


def merged(files: Files) -> dict[str, bytes]:
    """The base roster with some files replaced, or taken out by None."""
    whole = {**BASE, **files}
    return {name: content(lines) for name, lines in whole.items() if lines is not None}


def folder(place: Path, files: Files) -> Path:
    """The base roster with these files, written to a folder."""
    place.mkdir(parents=True, exist_ok=True)
    for name, data in merged(files).items():
        (place / name).write_bytes(data)
    return place


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def drain(package: Package) -> Package:
    """Read every stream to its end, so that all findings are there."""
    for stream in (package.people, package.roles, package.enrollments, package.links):
        for _ in stream():
            pass
    return package


def opened(place: Path, files: Files, limits: Limits | None = None) -> Package:
    """The base roster with these files, read to its end."""
    return drain(read_package(folder(place, files), limits))


def refusal(place: Path, files: Files) -> PackageRefused:
    """The base roster with these files, which must be refused."""
    with pytest.raises(PackageRefused) as caught:
        opened(place, files)
    return caught.value


def codes(findings: Iterable[Finding], severity: str | None = None) -> set[str]:
    return {f.code for f in findings if severity is None or f.severity == severity}


def the(findings: Iterable[Finding], code: str) -> Finding:
    """The only finding of this code."""
    found = [finding for finding in findings if finding.code == code]
    assert len(found) == 1, found
    return found[0]
