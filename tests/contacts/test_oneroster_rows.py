"""What becomes of single rows: schools, classes, people, enrollments and links."""

from datetime import date
from pathlib import Path

from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Mode, OrgKind, Table
from services.contacts.oneroster import Format
from tests.contacts.rosters import (
    CLASSES,
    ENROLLMENTS,
    ORGS,
    TERMS,
    USERS,
    USERS_HEADER,
    codes,
    opened,
    refusal,
    the,
)


def user(row_id: str, role: str, **cells: str) -> str:
    """A row of users.csv; `given` and the rest by the names of the columns."""
    values = dict.fromkeys(USERS_HEADER.split(","), "")
    values |= {"sourcedId": row_id, "role": role, "orgSourcedIds": "s1", "enabledUser": "true"}
    values |= {"givenName": "Given", "familyName": f"Family {row_id}", **cells}
    return ",".join(f'"{v}"' if "," in v else v for v in values.values())


def test_a_clean_package_has_nothing_to_say(tmp_path: Path) -> None:
    package = opened(tmp_path, {})
    assert package.findings == ()
    assert package.format is Format.ONEROSTER_1_1
    assert package.modes == dict.fromkeys(Table, Mode.BULK)
    assert [school.name for school in package.schools] == ["Maple Elementary", "Oak Middle"]
    assert package.orgs["dep1"].kind is OrgKind.DEPARTMENT


def test_a_class_runs_from_its_first_term_to_its_last_and_belongs_to_its_departments_school(
    tmp_path: Path,
) -> None:
    first, second = opened(tmp_path, {}).classes
    assert (first.begins, first.ends) == (date(2026, 8, 24), date(2027, 6, 11))
    assert (first.periods, first.grades, first.homeroom) == (("1", "2"), ("03",), True)
    assert (second.org_id, second.school_id) == ("dep1", "s2")


def test_people_keep_what_we_need_and_pupils_no_address(tmp_path: Path) -> None:
    people = {person.sourced_id: person for person in opened(tmp_path, {}).people()}
    amy, grace = people["p1"], people["g1"]
    assert (amy.grade, amy.email, amy.phone, amy.agents) == ("03", None, None, ("g1", "g2"))
    assert (grace.email, grace.phone, grace.is_guardian) == ("grace@mail.org", "555-2", True)
    assert "pw" not in repr(list(people.values()))


def test_links_are_collected_from_both_sides_once(tmp_path: Path) -> None:
    users = [*USERS[:3], user("g1", "parent", agentSourcedIds="p1,p2"), *USERS[4:]]
    links = list(opened(tmp_path, {"users.csv": users}).links())
    assert sorted((x.student_id, x.adult_id) for x in links) == [
        ("p1", "g1"),
        ("p1", "g2"),
        ("p2", "g1"),
    ]
    assert all(link.may_be_written_to and link.settled for link in links)


def test_relatives_and_unknown_roles_are_kept_but_not_written_to(tmp_path: Path) -> None:
    users = [
        USERS_HEADER,
        user("p1", "student", agentSourcedIds="r1,x1"),
        user("r1", "relative"),
        user("x1", "ext:mentor"),
    ]
    package = opened(tmp_path, {"users.csv": users, "enrollments.csv": ENROLLMENTS[:1]})
    links = {link.adult_id: link for link in package.links()}
    assert not links["r1"].may_be_written_to
    assert (links["x1"].relationship, links["x1"].may_be_written_to) == ("mentor", False)
    assert the(package.findings, "unknown-role").line == 4


def test_a_link_to_a_teacher_is_not_a_link_to_a_parent(tmp_path: Path) -> None:
    users = [*USERS, user("p3", "student", agentSourcedIds="e1")]
    package = opened(tmp_path, {"users.csv": users})
    assert "e1" not in {link.adult_id for link in package.links()}
    assert the(package.findings, "link-staff").line == 7


def test_links_to_oneself_to_nobody_and_between_students_are_reported(tmp_path: Path) -> None:
    users = [*USERS, user("p3", "student", agentSourcedIds="p3,nobody,p1"),
             user("g3", "parent", agentSourcedIds="g1")]  # fmt: skip
    package = opened(tmp_path, {"users.csv": users})
    assert codes(package.findings, "repaired") == {"link-self", "link-unknown"}
    assert codes(package.findings, "note") == {"link-both-students", "link-both-adults"}


def test_a_pupil_whom_a_class_list_calls_teacher_gets_no_access(tmp_path: Path) -> None:
    package = opened(tmp_path, {"enrollments.csv": [*ENROLLMENTS, "n4,,,c1,s1,p1,teacher,,,"]})
    assert the(package.findings, "not-staff").line == 5
    assert [e.person_id for e in package.enrollments() if e.kind is RoleKind.STAFF] == ["e1"]


def test_a_teacher_or_a_parent_is_no_student_of_a_class(tmp_path: Path) -> None:
    lines = [*ENROLLMENTS, "n4,,,c1,s1,e1,student,,,", "n5,,,c1,s1,g1,student,,,"]
    package = opened(tmp_path, {"enrollments.csv": lines})
    assert [f.line for f in package.findings if f.code == "not-student"] == [5, 6]


def test_enrollments_in_unknown_classes_or_of_unknown_people_are_refused(tmp_path: Path) -> None:
    lines = [*ENROLLMENTS, "n4,,,c9,s1,p1,student,,,", "n5,,,c1,s1,p9,student,,,",
             "n6,,,c1,s1,p1,mascot,,,", "n7,,,,s1,p1,student,,,"]  # fmt: skip
    package = opened(tmp_path, {"enrollments.csv": lines})
    assert codes(package.findings) == {"unknown-class", "unknown-person", "role", "incomplete"}
    assert len(list(package.enrollments())) == 3


def test_streams_may_be_read_again_without_doubling_their_findings(tmp_path: Path) -> None:
    package = opened(tmp_path, {"enrollments.csv": [*ENROLLMENTS, "n4,,,c9,s1,p1,student,,,"]})
    assert list(package.people()) == list(package.people())
    assert list(package.enrollments()) == list(package.enrollments())
    assert len(package.findings) == 1


def test_the_same_row_twice_is_harmless_but_two_people_with_one_id_are_not(tmp_path: Path) -> None:
    users = [*USERS, USERS[1], user("p2", "student", givenName="Other")]
    package = opened(tmp_path, {"users.csv": users})
    assert the(package.findings, "row-twice").line == 7
    assert the(package.findings, "id-twice").line == 8
    assert [p.given_name for p in package.people() if p.sourced_id == "p2"] == ["Ben"]


def test_the_roles_and_links_of_a_refused_duplicate_count_for_nothing(tmp_path: Path) -> None:
    twice = user("p2", "teacher", agentSourcedIds="g2")
    package = opened(tmp_path, {"users.csv": [*USERS, twice]})
    ben = next(person for person in package.people() if person.sourced_id == "p2")
    assert ben.kinds == {RoleKind.STUDENT}
    assert ("p2", "g2") not in {(x.student_id, x.adult_id) for x in package.links()}


def test_rows_without_id_or_name_are_refused(tmp_path: Path) -> None:
    nameless = user("p8", "student", givenName="", familyName="")
    users = [*USERS, user("", "student"), user("x" * 256, "student"), nameless]
    package = opened(tmp_path, {"users.csv": users})
    assert codes(package.findings, "refused") == {"no-id", "bad-id", "no-name"}
    assert len(list(package.people())) == 5


def test_an_unusable_address_is_left_empty_and_of_several_the_first_is_kept(
    tmp_path: Path,
) -> None:
    users = [
        *USERS,
        user("g3", "parent", email="call me"),
        user("g4", "parent", email="one@mail.org; two@mail.org"),
    ]
    package = opened(tmp_path, {"users.csv": users})
    people = {person.sourced_id: person for person in package.people()}
    assert people["g3"].email is None
    assert people["g4"].email == "one@mail.org"
    assert codes(package.findings) == {"bad-address", "several-addresses"}
    assert "mail.org" not in str(package.findings)


def test_a_disabled_account_is_not_a_removed_person(tmp_path: Path) -> None:
    users = [*USERS, user("g3", "parent", enabledUser="FALSE"),
             user("g4", "parent", enabledUser="perhaps")]  # fmt: skip
    package = opened(tmp_path, {"users.csv": users})
    people = {person.sourced_id: person.enabled for person in package.people()}
    assert (people["g1"], people["g3"], people["g4"]) == (True, False, False)
    assert codes(package.findings) == {"enabled-unclear"}


def test_a_person_of_an_unknown_school_is_kept_without_it(tmp_path: Path) -> None:
    users = [*USERS, user("p3", "student", orgSourcedIds="s1,s77")]
    package = opened(tmp_path, {"users.csv": users})
    amy = next(person for person in package.people() if person.sourced_id == "p3")
    assert [role.school_id for role in amy.roles or ()] == ["s1", None]
    assert "s77" in the(package.findings, "unknown-org").reason


def test_a_package_whose_people_belong_to_other_schools_is_refused(tmp_path: Path) -> None:
    users = [USERS_HEADER, *(user(f"p{i}", "student", orgSourcedIds="S-1") for i in range(5))]
    error = refusal(tmp_path, {"users.csv": users})
    assert error.findings[0].code == "schools-differ"
    assert "5 of 5" in error.findings[0].reason


def test_a_package_whose_lines_are_mostly_unusable_is_refused(tmp_path: Path) -> None:
    users = [USERS_HEADER, USERS[1], *(user("", "student") for _ in range(3))]
    error = refusal(tmp_path, {"users.csv": users})
    assert error.findings[0].code == "mostly-unusable"
    assert codes(error.findings) >= {"no-id"}


def test_a_complete_file_that_lists_nobody_is_refused(tmp_path: Path) -> None:
    assert codes(refusal(tmp_path, {"users.csv": USERS[:1]}).findings) >= {"nobody"}


def test_people_without_any_school_in_the_package_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"orgs.csv": ORGS[:2]}).findings[0].code == "no-schools"
    files = {"orgs.csv": None, "manifest.csv": None}
    assert refusal(tmp_path / "b", files).findings[0].code == "no-schools"


def test_an_organisation_of_unknown_type_is_a_school_unless_schools_are_in_it(
    tmp_path: Path,
) -> None:
    orgs = [*ORGS, "a1,,,Area,ext:area,,", "s3,,,Elm,school,,a1", "s4,,,Ash,,,"]
    package = opened(tmp_path, {"orgs.csv": orgs})
    assert (package.orgs["a1"].kind, package.orgs["s4"].kind) == (OrgKind.DISTRICT, OrgKind.SCHOOL)
    assert [f.line for f in package.findings if f.code == "org-type"] == [6, 8]


def test_a_department_whose_parents_go_round_in_a_circle_has_no_school(tmp_path: Path) -> None:
    orgs = [*ORGS, "x1,,,X,department,,x2", "x2,,,Y,department,,x1"]
    package = opened(tmp_path, {"orgs.csv": orgs})
    assert [f.line for f in package.findings] == [6, 7]


def test_classes_of_unknown_schools_are_refused_and_unknown_terms_leave_dates_open(
    tmp_path: Path,
) -> None:
    classes = [*CLASSES, "c3,,,Art,,,,scheduled,,s99,t1,,,", "c4,,,Gym,,,,scheduled,,d1,t1,,,",
               "c5,,,PE,,,,scheduled,,s1,t1|t2,,,"]  # fmt: skip
    package = opened(tmp_path, {"classes.csv": classes})
    assert codes(package.findings, "refused") == {"unknown-school", "class-without-school"}
    assert the(package.findings, "unknown-term").line == 6
    assert next(c for c in package.classes if c.sourced_id == "c5").begins is None


def test_dates_are_read_in_the_order_that_their_file_shows(tmp_path: Path) -> None:
    terms = [
        TERMS[0],
        "t1,,,Fall,term,1/9/2026,24/12/2026,,2027",
        "t2,,,S,term,1/2/2027,1/6/2027,,",
    ]
    package = opened(tmp_path, {"academicSessions.csv": terms})
    assert package.terms[0].begins == date(2026, 9, 1)
    assert package.terms[1].ends == date(2027, 6, 1)
    assert codes(package.findings) == {"date-form"}


def test_dates_that_can_mean_two_days_are_left_empty(tmp_path: Path) -> None:
    terms = [TERMS[0], "t1,,,Fall,term,1/9/2026,3/12/2026,,2027", "t2,,,S,term,2027-01-04,soon,,"]
    package = opened(tmp_path, {"academicSessions.csv": terms})
    assert package.terms[0].begins is None
    assert codes(package.findings, "repaired") == {"date-ambiguous", "date-unreadable"}


def test_the_other_files_of_a_package_show_how_its_dates_are_meant(tmp_path: Path) -> None:
    terms = [
        TERMS[0],
        "t1,,,Fall,term,8/27/2026,12/20/2026,,2027",
        "t2,,,S,term,1/7/2027,5/31/2027,,",
    ]
    lines = [ENROLLMENTS[0], "n1,,,c1,s1,p1,student,,2/3/2027,4/5/2027"]
    package = opened(tmp_path, {"academicSessions.csv": terms, "enrollments.csv": lines})
    (enrollment,) = package.enrollments()
    assert (enrollment.begins, enrollment.ends) == (date(2027, 2, 3), date(2027, 4, 5))


def test_a_time_behind_a_date_is_cut_off_and_reversed_dates_are_left_empty(tmp_path: Path) -> None:
    lines = [
        ENROLLMENTS[0],
        "n1,,,c1,s1,p1,student,,2026-09-01T01:30:00.0000000+00:00,2026-12-01 08:00:00",
        "n2,,,c1,s1,p2,student,,2026-12-01,2026-09-01",
    ]
    package = opened(tmp_path, {"enrollments.csv": lines})
    first, second = package.enrollments()
    assert (first.begins, first.ends) == (date(2026, 9, 1), date(2026, 12, 1))
    assert (second.begins, second.ends) == (None, None)
    assert codes(package.findings) == {"date-form", "dates-reversed"}


def test_a_row_marked_as_deleted_is_left_out_of_a_complete_file(tmp_path: Path) -> None:
    rows = {"p7": "toBeDeleted", "p8": "inactive", "p9": "perhaps", "p6": "active"}
    users = [*USERS, *(user(i, "student", status=status) for i, status in rows.items())]
    package = opened(tmp_path, {"users.csv": users})
    ids = {person.sourced_id for person in package.people()}
    assert ids == {"p1", "p2", "p6", "g1", "g2", "e1"}
    assert the(package.findings, "marked-deleted").count == 2
    assert the(package.findings, "status-unknown").line == 9


def test_related_people_may_stand_on_lines_of_their_own_in_a_cell(tmp_path: Path) -> None:
    users = [*USERS, user("p3", "student", agentSourcedIds="g1,\ng2; g1")]
    package = opened(tmp_path, {"users.csv": users})
    assert [person.agents for person in package.people()][-1] == ("g1", "g2")
