"""The rows of each file, in the columns of the OneRoster 1.2.1 CSV tables and in their order."""

from collections.abc import Callable, Iterable, Iterator

from embedded.sample.model import District, Educator, Guardian, Position, Student

Row = tuple[str, ...]
Rows = Callable[[District], Iterator[Row]]

BULK = ("", "")
"""`status` and `dateLastModified`, which stay blank in a bulk file."""

ROSTER_ROLES = {
    Position.TEACHER: "teacher",
    Position.COUNSELOR: "counselor",
    Position.PRINCIPAL: "principal",
    Position.COORDINATOR: "aide",
    Position.OFFICE: "aide",
    Position.DISTRICT: "districtAdministrator",
}
"""OneRoster has no word for a parent coordinator or an office; `aide` gives the least."""

CONTACTS_HEADER = (
    "guardian_id",
    "student_id",
    "relationship",
    "language",
    "interpreter",
    "gets_mail",
    "may_see_record",
    "household_id",
    "order",
)


def contacts(district: District) -> Iterator[Row]:
    """What OneRoster can't say of a guardian: language, custody, household."""
    guardian = district.guardian
    for tie in district.ties:
        if tie.listed:
            adult = guardian[tie.guardian_id]
            yield (
                tie.guardian_id,
                tie.student_id,
                tie.relationship,
                adult.language,
                _yes(adult.interpreter),
                _yes(tie.gets_mail),
                _yes(tie.may_see_record),
                tie.household_id,
                str(tie.order),
            )


def _sessions(district: District) -> Iterator[Row]:
    school_year = str(district.year.ends.year)
    for term in district.year.terms:
        days = (term.begins.isoformat(), term.ends.isoformat())
        yield term.id, *BULK, term.title, term.kind, *days, term.parent_id, school_year


def _orgs(district: District) -> Iterator[Row]:
    yield district.id, *BULK, district.name, "district", "", ""
    for school in district.schools:
        yield school.id, *BULK, school.name, "school", "", district.id


def _courses(district: District) -> Iterator[Row]:
    for course in district.courses:
        facts = (
            course.title,
            course.code,
            course.grade,
            district.id,
            course.subject,
            "",
        )
        yield course.id, *BULK, "year", *facts


def _classes(district: District) -> Iterator[Row]:
    subjects = {course.id: course.subject for course in district.courses}
    for each in district.classes:
        yield (
            each.id,
            *BULK,
            each.title,
            each.grade,
            each.course_id,
            "",
            each.kind,
            "",
            each.school_id,
            ",".join(term.id for term in each.terms),
            subjects[each.course_id],
            "",
            each.period,
        )


def _enrollments(district: District) -> Iterator[Row]:
    number = 0
    for each in district.classes:
        days = (each.begins.isoformat(), each.ends.isoformat())
        people = [(each.educator_id, "teacher", "true")]
        people += [(student_id, "student", "") for student_id in each.student_ids]
        for person_id, role, primary in people:
            number += 1
            place = (each.id, each.school_id, person_id, role, primary)
            yield f"e{number:07d}", *BULK, *place, *days


def _users(district: District) -> Iterator[Row]:
    children: dict[str, list[str]] = {}
    for tie in district.ties:
        children.setdefault(tie.guardian_id, []).append(tie.student_id)
    staff = {educator.id for educator in district.educators}
    for student in district.students:
        adults = [tie.guardian_id for tie in district.ties_of.get(student.id, ())]
        yield _user(student, "", "", adults, student.grade, student.school_id)
    for guardian in district.guardians:
        if guardian.id not in staff:
            yield _user(guardian, guardian.email, guardian.phone, children[guardian.id], "", "")
    phones = {guardian.id: guardian.phone for guardian in district.guardians}
    for each in district.educators:
        place = each.school_id or district.id
        phone = phones.get(each.id, "")
        yield _user(each, each.email, phone, children.get(each.id, []), "", place)


def _user(
    person: Student | Guardian | Educator,
    email: str,
    phone: str,
    agents: Iterable[str],
    grade: str,
    org_id: str,
) -> Row:
    """One row of users.csv; a password is never written."""
    names = (person.id, "", person.given_name, person.family_name, "", "")
    reach = (email, "", phone, ",".join(agents), grade)
    return person.id, *BULK, "true", *names, *reach, "", "", "", "", "", org_id, ""


def _roles(district: District) -> Iterator[Row]:
    number = 0
    for person_id, place in _places(district).items():
        for org_id, roles in place.items():
            for rank, role in enumerate(roles):
                number += 1
                kind = "secondary" if rank else "primary"
                yield f"r{number:07d}", *BULK, person_id, kind, role, "", "", org_id, ""


def _places(district: District) -> dict[str, dict[str, list[str]]]:
    """What everybody is and where; of two roles in one place the first is the primary one."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in district.educators:
        place = each.school_id or district.id
        found[each.id] = {place: [ROSTER_ROLES[each.position]]}
    for student in district.students:
        found[student.id] = {student.school_id: ["student"]}
    for tie in district.ties:
        school_id = district.student[tie.student_id].school_id
        roles = found.setdefault(tie.guardian_id, {}).setdefault(school_id, [])
        role = district.guardian[tie.guardian_id].role
        if role not in roles:
            roles.append(role)
    return found


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _columns(names: str) -> Row:
    return ("sourcedId", "status", "dateLastModified", *names.split())


FILES: dict[str, tuple[Row, Rows]] = {
    "orgs": (_columns("name type identifier parentSourcedId"), _orgs),
    "academicSessions": (
        _columns("title type startDate endDate parentSourcedId schoolYear"),
        _sessions,
    ),
    "courses": (
        _columns("schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes"),
        _courses,
    ),
    "classes": (
        _columns(
            "title grades courseSourcedId classCode classType location schoolSourcedId"
            " termSourcedIds subjects subjectCodes periods"
        ),
        _classes,
    ),
    "users": (
        _columns(
            "enabledUser username userIds givenName familyName middleName identifier email sms"
            " phone agentSourcedIds grades password userMasterIdentifier preferredGivenName"
            " preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns"
        ),
        _users,
    ),
    "roles": (
        _columns("userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId"),
        _roles,
    ),
    "enrollments": (
        _columns("classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate"),
        _enrollments,
    ),
}
"""What the package holds: the name of each file, its header, and where its rows come from."""
