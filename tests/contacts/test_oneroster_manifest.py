"""Which package is what: manifests, versions, complete and partial files, missing columns."""

from pathlib import Path

import pytest

from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Mode, PackageUnreadable, Removal, Table
from services.contacts.oneroster import Format, read_package
from tests.contacts.rosters import (
    BASE,
    ENROLLMENTS,
    MANIFEST_1_1,
    USERS,
    codes,
    drain,
    folder,
    opened,
    refusal,
    the,
)

USERS_1_2 = [
    (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,"
        "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
    'p1,,,true,amy,,Amy,Lee,,,,,,"g1,e1",03,,,Alex,,,s1,they',
    "g1,,,true,gl,,Grace,Lee,,,grace@mail.org,,,,,,,,,,,",
    "e1,,,true,tr,,Tess,Rey,,,tess@maple.org,,,,,,,,,,s1,",
    "x1,,,true,nn,,No,Role,,,,,,,,,,,,,,",
]
ROLES = [
    (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
        "orgSourcedId,userProfileSourcedId"
    ),
    "r1,,,p1,primary,student,2026-08-01,,s1,",
    "r2,,,g1,primary,parent,,,s1,",
    "r3,,,e1,primary,teacher,,,s1,",
    "r4,,,e1,primary,guardian,,,s2,",
]


def manifest(**modes: str) -> list[str]:
    lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    return lines + [f"file.{name},{mode}" for name, mode in modes.items()]


BULK_1_2: dict[str, list[str] | bytes | None] = {
    "manifest.csv": manifest(
        academicSessions="bulk", orgs="bulk", classes="bulk", users="bulk", roles="bulk",
        enrollments="bulk",
    ),
    "users.csv": USERS_1_2,
    "roles.csv": ROLES,
    "enrollments.csv": [*ENROLLMENTS[:2], ENROLLMENTS[3]],
}  # fmt: skip


def test_roles_of_version_1_2_come_from_their_own_file(tmp_path: Path) -> None:
    package = opened(tmp_path, BULK_1_2)
    people = {person.sourced_id: person for person in package.people()}
    assert package.format is Format.ONEROSTER_1_2
    assert people["e1"].kinds == {RoleKind.STAFF, RoleKind.GUARDIAN}
    assert [role.school_id for role in people["e1"].roles or ()] == ["s1", "s2"]
    assert {link.adult_id for link in package.links()} == {"g1", "e1"}
    assert codes(package.findings) == {"no-role"}
    assert "Alex" not in repr(people)


def test_the_first_1_2_with_its_additional_column_is_read_by_names(tmp_path: Path) -> None:
    header = USERS_1_2[0].replace("preferredGivenName", "resourceSourcedIds,preferredGivenName")
    users = [header, *(line.replace(",,s1", ",,,s1") for line in USERS_1_2[1:])]
    package = opened(tmp_path, {**BULK_1_2, "users.csv": users})
    assert next(package.people()).given_name == "Amy"


def test_a_role_of_somebody_who_is_not_listed_is_refused(tmp_path: Path) -> None:
    package = opened(tmp_path, {**BULK_1_2, "roles.csv": [*ROLES, "r9,,,p9,primary,student,,,s1,"]})
    assert the(package.findings, "unknown-person").file == "roles.csv"
    assert list(package.roles()) == []


def test_version_1_2_without_roles_is_refused(tmp_path: Path) -> None:
    files = {**BULK_1_2, "roles.csv": None, "manifest.csv": None}
    assert refusal(tmp_path, files).findings[0].code == "column-missing"
    promised = refusal(tmp_path / "b", {**BULK_1_2, "roles.csv": None})
    assert promised.findings[0].code == "file-missing"
    absent = manifest(orgs="bulk", users="bulk", roles="absent", academicSessions="bulk",
                      classes="bulk", enrollments="bulk")  # fmt: skip
    silent = refusal(tmp_path / "c", {**BULK_1_2, "roles.csv": None, "manifest.csv": absent})
    assert silent.findings[0].code == "no-roles"


DELTA: dict[str, list[str] | bytes | None] = {
    "manifest.csv": manifest(users="delta", roles="delta", enrollments="delta", orgs="absent",
                             academicSessions="absent", classes="absent"),
    "orgs.csv": None,
    "academicSessions.csv": None,
    "classes.csv": None,
    "users.csv": [
        USERS_1_2[0],
        "p1,active,2026-10-02T00:00:00.000Z" + USERS_1_2[1][4:],
        "g1,tobedeleted,2026-10-02T00:00:00.000Z" + USERS_1_2[2][4:],
        "g9,ToBeDeleted,2026-10-02T00:00:00.000Z" + USERS_1_2[2][4:],
        "x1,,2026-10-02T00:00:00.000Z" + USERS_1_2[4][4:],
    ],
    "roles.csv": [
        ROLES[0],
        "r1,active,2026-10-02T00:00:00.000Z,p1,primary,student,,,s1,",
        "r5,active,2026-10-02T00:00:00.000Z,q7,primary,parent,,,s1,",
        "r2,tobedeleted,2026-10-02T00:00:00.000Z,g1,primary,parent,,,s1,",
    ],
    "enrollments.csv": [ENROLLMENTS[0], "n9,active,2026-10-02T00:00:00.000Z,c77,s1,q8,student,,,"],
}  # fmt: skip


def test_a_delta_package_holds_changes_and_removals(tmp_path: Path) -> None:
    package = opened(tmp_path, DELTA)
    assert package.modes[Table.PEOPLE] is Mode.DELTA
    assert package.modes[Table.SCHOOLS] is Mode.ABSENT
    assert [person.sourced_id for person in package.people()] == ["p1"]
    assert list(package.removals()) == [
        Removal(Table.PEOPLE, "g1", "users.csv", 3),
        Removal(Table.PEOPLE, "g9", "users.csv", 4),
        Removal(Table.ROLES, "r2", "roles.csv", 4),
    ]


def test_a_delta_package_may_speak_of_people_and_classes_sent_earlier(tmp_path: Path) -> None:
    package = opened(tmp_path, DELTA)
    (row,) = package.roles()
    assert (row.person_id, row.role.role, row.role.sourced_id) == ("q7", "parent", "r5")
    assert [e.class_id for e in package.enrollments()] == ["c77"]
    links = {link.adult_id: link for link in package.links()}
    assert links.keys() == {"g1", "e1"}
    assert not any(link.settled for link in links.values())


def test_an_empty_status_in_a_delta_file_is_not_guessed(tmp_path: Path) -> None:
    package = opened(tmp_path, DELTA)
    assert the(package.findings, "status-unknown").line == 5
    assert codes(package.findings) == {"status-unknown", "status-spelling"}


def test_a_manifest_alone_means_no_changes(tmp_path: Path) -> None:
    nothing = dict.fromkeys(BASE, None)
    package = opened(tmp_path, {**nothing, "manifest.csv": manifest(users="absent")})
    assert set(package.modes.values()) == {Mode.ABSENT}
    assert list(package.people()) == []


def test_without_a_manifest_all_files_count_as_complete(tmp_path: Path) -> None:
    package = opened(tmp_path, {"manifest.csv": None})
    assert codes(package.findings) == {"no-manifest"}
    assert package.modes[Table.PEOPLE] is Mode.BULK


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("oneroster.version,2.0", "version"),
        ("file.users,partly", "manifest-mode"),
        ("file.users,delta", "manifest-contradiction"),
        ("file.users,absent", "manifest-contradiction"),
    ],
)
def test_a_manifest_whose_meaning_is_uncertain_is_refused(
    tmp_path: Path, line: str, code: str
) -> None:
    lines = [x for x in MANIFEST_1_1 if not x.startswith("oneroster") or "version" not in line]
    if code == "manifest-mode":
        lines = [x for x in lines if not x.startswith("file.users")]
    assert refusal(tmp_path, {"manifest.csv": [*lines, line]}).findings[0].code == code


def test_a_file_that_the_manifest_denies_is_refused_unless_it_is_empty(tmp_path: Path) -> None:
    lines = [x.replace("file.enrollments,bulk", "file.enrollments,absent") for x in MANIFEST_1_1]
    error = refusal(tmp_path, {"manifest.csv": lines})
    assert error.findings[0].code == "declared-absent"
    files = {"manifest.csv": lines, "enrollments.csv": ENROLLMENTS[:1]}
    package = opened(tmp_path / "b", files)
    assert package.modes[Table.ENROLLMENTS] is Mode.ABSENT


def test_demographics_and_passwords_are_never_opened(tmp_path: Path) -> None:
    # Not even CSV: whoever opened it would fail.
    package = opened(tmp_path, {"demographics.csv": b"\x00\x01PK", "userProfiles.csv": b"\x00"})
    assert package.findings == ()


def test_unknown_lines_and_files_are_only_noted(tmp_path: Path) -> None:
    files = {"manifest.csv": [*MANIFEST_1_1, "fiel.results,absent"], "grades2.csv": ["a,b", "1,2"]}
    package = opened(tmp_path, files)
    assert codes(package.findings) == {"manifest-unknown-line", "unknown-file"}


def test_a_file_not_mentioned_beside_delta_files_is_refused(tmp_path: Path) -> None:
    lines = manifest(users="delta", roles="delta")
    error = refusal(tmp_path, {**BULK_1_2, "manifest.csv": lines})
    assert error.findings[0].code == "mode-unknown"
    silent = [line for line in MANIFEST_1_1 if "enrollments" not in line]
    package = opened(tmp_path / "b", {"manifest.csv": silent})
    assert codes(package.findings) == {"manifest-silent"}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    users = [line.rsplit(",", 4)[0] for line in USERS]
    users[0] = users[0].replace("familyName", "surname").replace("role", "kind")
    error = refusal(tmp_path, {"users.csv": users})
    assert "familyName" in error.findings[0].reason
    assert "role" in error.findings[0].reason


def test_a_file_without_column_names_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"users.csv": USERS[1:]}).findings[0].code == "no-header"
    assert refusal(tmp_path / "b", {"users.csv": b""}).findings[0].code == "empty-file"
    header = USERS[0].replace("phone", "email")
    assert refusal(tmp_path / "c", {"users.csv": [header]}).findings[0].code == "column-twice"


def test_other_capital_letters_in_names_are_harmless(tmp_path: Path) -> None:
    users = [USERS[0].replace("sourcedId", "SourcedID"), *USERS[1:]]
    package = opened(tmp_path, {"users.csv": None, "Users.CSV": users})
    assert codes(package.findings) == {"header-spelling"}
    assert len(list(package.people())) == 5


def test_old_column_names_of_version_1_0_are_understood(tmp_path: Path) -> None:
    header = USERS[0].replace("agentSourcedIds", "agents").replace("grades", "grade")
    package = opened(tmp_path, {"users.csv": [header, *USERS[1:]]})
    assert next(package.people()).agents == ("g1", "g2")


SDS_1: dict[str, list[str]] = {
    "School.csv": ["SIS ID,Name", "1,Contoso", "2,Fabrikam"],
    "Student.csv": ["SIS ID,School SIS ID,First Name,Last Name,Username,Password",
                    "p1,1,Amy,Lee,amy,pw", "p1,2,Amy,Lee,amy,pw", "p2,2,Ben,Lee,ben,pw"],
    "Teacher.csv": ["SIS ID,School SIS ID,First Name,Last Name,Username", "e1,1,Tess,Rey,tess"],
    "Section.csv": ["SIS ID,School SIS ID,Section Name,Term SIS ID,Term StartDate,Term EndDate",
                    "c1,1,Math,t1,8/27/2026,6/1/2027"],
    "StudentEnrollment.csv": ["Section SIS ID,SIS ID", "c1,p1"],
    "TeacherRoster.csv": ["Section SIS ID,SIS ID", "c1,e1"],
    "User.csv": ["Email,First Name,Last Name,Phone,SIS ID", "Grace@Mail.org,Grace,Lee,,",
                 "doc@mail.org,Doc,Who,,"],
    "GuardianRelationship.csv": ["SIS ID,Email,Role", "p1,grace@mail.org,Parent",
                                 "p2,Grace@mail.org,Parent", "p2,doc@mail.org,Doctor",
                                 "p2,nobody@mail.org,Parent"],
}  # fmt: skip


def test_school_data_sync_v1_joins_the_rows_of_a_pupil_of_two_schools(tmp_path: Path) -> None:
    package = drain(read_package(folder(tmp_path, {**dict.fromkeys(BASE, None), **SDS_1})))
    people = {person.sourced_id: person for person in package.people()}
    assert package.format is Format.SDS_1
    assert [role.school_id for role in people["p1"].roles or ()] == ["1", "2"]
    assert len(people) == 5
    assert [(e.person_id, e.kind) for e in package.enrollments()] == [
        ("p1", RoleKind.STUDENT),
        ("e1", RoleKind.STAFF),
    ]
    links = {(x.student_id, x.adult_id): x.may_be_written_to for x in package.links()}
    assert links == {
        ("p1", "grace@mail.org"): True,
        ("p2", "grace@mail.org"): True,
        ("p2", "doc@mail.org"): False,
    }
    assert the(package.findings, "unknown-person").line == 5


def test_what_is_no_roster_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_text("a,b\n1,2\n")
    for place in (tmp_path, tmp_path / "grades.csv", tmp_path / "not-there"):
        with pytest.raises(PackageUnreadable):
            read_package(place)
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(PackageUnreadable):
        read_package(tmp_path / "letter.docx")
