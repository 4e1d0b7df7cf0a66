"""The files and columns of each roster format, by the names that their specifications give them."""

from services.contacts.domain.roster import Table
from services.contacts.oneroster.formats import (
    ClassCells,
    EnrollmentCells,
    Format,
    Layout,
    OrgCells,
    PersonCells,
    RelationCells,
    RoleCells,
    Spec,
    TermCells,
)


def _columns(**names: str) -> dict[str, tuple[str, ...]]:
    return {cell: tuple(headers.split("|")) for cell, headers in names.items()}


def _orgs(file: str, fixed: dict[str, str], **names: str) -> Spec[OrgCells]:
    columns = _columns(**names)
    return Spec(
        file, Table.SCHOOLS, OrgCells._make, OrgCells._fields, columns, ("id", "name"), fixed
    )


def _terms(**names: str) -> Spec[TermCells]:
    return Spec(
        "academicSessions.csv",
        Table.TERMS,
        TermCells._make,
        TermCells._fields,
        _columns(**names),
        ("id", "begins", "ends"),
    )


def _classes(file: str, **names: str) -> Spec[ClassCells]:
    required = ("id", "title", "school")
    columns = _columns(**names)
    return Spec(file, Table.CLASSES, ClassCells._make, ClassCells._fields, columns, required)


def _people(
    file: str, required: str, names: dict[str, str], fixed: dict[str, str] | None = None
) -> Spec[PersonCells]:
    return Spec(
        file,
        Table.PEOPLE,
        PersonCells._make,
        PersonCells._fields,
        _columns(**names),
        tuple(required.split()),
        fixed or {},
        # User.csv of School Data Sync v1 knows people by their address only.
        lower=("id",) if names["id"] == "Email" else (),
    )


def _roles(**names: str) -> Spec[RoleCells]:
    required = ("person", "role", "org")
    columns = _columns(**names)
    return Spec("roles.csv", Table.ROLES, RoleCells._make, RoleCells._fields, columns, required)


def _enrollments(
    file: str, fixed: dict[str, str] | None = None, **names: str
) -> Spec[EnrollmentCells]:
    required = ("class_id", "person") if fixed else ("class_id", "person", "role")
    return Spec(
        file,
        Table.ENROLLMENTS,
        EnrollmentCells._make,
        EnrollmentCells._fields,
        _columns(**names),
        required,
        fixed or {},
    )


def _relations(file: str, **names: str) -> Spec[RelationCells]:
    return Spec(
        file,
        Table.LINKS,
        RelationCells._make,
        RelationCells._fields,
        _columns(**names),
        ("student", "adult"),
        lower=("adult",) if names["adult"] == "Email" else (),
    )


# OneRoster 1.0 names still travel in 1.1 packages: userId, agents, grade, userSourcedId.
_ONEROSTER_PEOPLE = {
    "id": "sourcedId", "status": "status", "enabled": "enabledUser",
    "orgs": "orgSourcedIds|orgSourcedId|primaryOrgSourcedId", "role": "role",
    "username": "username",
    "given": "givenName", "family": "familyName", "email": "email", "sms": "sms", "phone": "phone",
    "agents": "agentSourcedIds|agents", "grades": "grades|grade",
}  # fmt: skip
_ONEROSTER_ORGS = _orgs(
    "orgs.csv", {}, id="sourcedId", status="status", name="name", type="type",
    identifier="identifier", parent="parentSourcedId",
)  # fmt: skip
_ONEROSTER_TERMS = _terms(
    id="sourcedId", status="status", title="title", type="type", begins="startDate",
    ends="endDate", year="schoolYear",
)  # fmt: skip
_ONEROSTER_ENROLLMENTS = _enrollments(
    "enrollments.csv", id="sourcedId", status="status", class_id="classSourcedId",
    person="userSourcedId", role="role", primary="primary", begins="beginDate", ends="endDate",
)  # fmt: skip
_ONEROSTER_ROLES = _roles(
    id="sourcedId", status="status", person="userSourcedId", rank="roleType", role="role",
    begins="beginDate", ends="endDate", org="orgSourcedId",
)  # fmt: skip
_ONEROSTER_CLASSES = _classes(
    "classes.csv", id="sourcedId", status="status", title="title", grades="grades|grade",
    type="classType", school="schoolSourcedId", terms="termSourcedIds|termSourcedId",
    periods="periods",
)  # fmt: skip


def _oneroster(with_roles: bool) -> Layout:
    required = "id given family" + ("" if with_roles else " role orgs")
    return Layout(
        orgs=_ONEROSTER_ORGS,
        terms=_ONEROSTER_TERMS,
        classes=_ONEROSTER_CLASSES,
        people=(_people("users.csv", required, _ONEROSTER_PEOPLE),),
        roles=_ONEROSTER_ROLES if with_roles else None,
        enrollments=(_ONEROSTER_ENROLLMENTS,),
        relations=None,
    )


_SDS_2_ENROLLMENTS = _enrollments(
    "enrollments.csv", class_id="classSourcedId", person="userSourcedId", role="role"
)
_SDS_2_CLASSES = _classes(
    "classes.csv", id="sourcedId", title="title", school="orgSourcedId", terms="sessionSourcedIds"
)
_SDS_2_ORGS = _orgs(
    "orgs.csv", {}, id="sourcedId", name="name", type="type", parent="parentSourcedId"
)
_SDS_2_PEOPLE = {
    "id": "sourcedId", "orgs": "orgSourcedIds", "role": "role", "username": "username",
    "given": "givenName",
    "family": "familyName", "email": "email", "sms": "sms", "phone": "phone", "grades": "grade",
}  # fmt: skip
_SDS_2_RELATIONS = _relations(
    "relationships.csv", student="userSourcedId", adult="relationshipUserSourcedId",
    role="relationshipRole",
)  # fmt: skip
_SDS_2_ROLES = _roles(
    person="userSourcedId", org="orgSourcedId", role="role", grade="grade", rank="isPrimary",
    begins="roleStartDate", ends="roleEndDate",
)  # fmt: skip
_SDS_1_PEOPLE = {
    "id": "SIS ID", "orgs": "School SIS ID", "username": "Username", "given": "First Name",
    "family": "Last Name", "email": "Secondary Email|Email", "grades": "Grade", "status": "Status",
    "phone": "Phone",
}  # fmt: skip

LAYOUTS: dict[Format, Layout] = {
    Format.ONEROSTER_1_1: _oneroster(with_roles=False),
    Format.ONEROSTER_1_2: _oneroster(with_roles=True),
    Format.SDS_2: Layout(
        orgs=_SDS_2_ORGS,
        terms=_ONEROSTER_TERMS,
        classes=_SDS_2_CLASSES,
        people=(_people("users.csv", "id role orgs", _SDS_2_PEOPLE),),
        roles=None,
        enrollments=(_SDS_2_ENROLLMENTS,),
        relations=_SDS_2_RELATIONS,
    ),
    Format.SDS_2_1: Layout(
        orgs=_SDS_2_ORGS,
        terms=_ONEROSTER_TERMS,
        classes=_SDS_2_CLASSES,
        people=(_people("users.csv", "id", _SDS_2_PEOPLE),),
        roles=_SDS_2_ROLES,
        enrollments=(_SDS_2_ENROLLMENTS,),
        relations=_SDS_2_RELATIONS,
    ),
    Format.SDS_1: Layout(
        orgs=_orgs(
            "School.csv", {"type": "school"}, id="SIS ID", name="Name", identifier="School Number"
        ),
        terms=None,
        classes=_classes(
            "Section.csv", id="SIS ID", title="Section Name", school="School SIS ID",
            terms="Term SIS ID", term_title="Term Name", term_begins="Term StartDate",
            term_ends="Term EndDate", periods="Periods", status="Status",
        ),
        people=(
            _people("Student.csv", "id orgs", _SDS_1_PEOPLE, {"role": "student"}),
            _people("Teacher.csv", "id orgs", _SDS_1_PEOPLE, {"role": "teacher"}),
            # Guardians are known by their mail address; their role stands in the other file.
            _people(
                "User.csv", "id",
                {"id": "Email", "email": "Email", "given": "First Name", "family": "Last Name",
                 "phone": "Phone"},
            ),
        ),
        roles=None,
        enrollments=(
            _enrollments(
                "StudentEnrollment.csv", {"role": "student"}, class_id="Section SIS ID",
                person="SIS ID",
            ),
            _enrollments(
                "TeacherRoster.csv", {"role": "teacher"}, class_id="Section SIS ID",
                person="SIS ID",
            ),
        ),
        relations=_relations(
            "GuardianRelationship.csv", student="SIS ID", adult="Email", role="Role"
        ),
    ),
}  # fmt: skip

# Files that a OneRoster package may hold and that we have no use for.
ONEROSTER_FILES = frozenset(
    name.lower() + ".csv"
    for name in [
        "academicSessions",
        "categories",
        "classes",
        "classResources",
        "courses",
        "courseResources",
        "demographics",
        "enrollments",
        "lineItems",
        "orgs",
        "resources",
        "results",
        "users",
        "roles",
        "userProfiles",
        "userResources",
        "scoreScales",
        "lineItemLearningObjectiveIds",
        "lineItemScoreScales",
        "resultLearningObjectiveIds",
        "resultScoreScales",
        "manifest",
    ]
)
SDS_FILES = frozenset(
    name.lower() + ".csv"
    for name in [
        "School",
        "Section",
        "Student",
        "StudentEnrollment",
        "Teacher",
        "TeacherRoster",
        "User",
        "GuardianRelationship",
        "relationships",
        "userFlags",
    ]
)
ROSTER_FILES = ONEROSTER_FILES | SDS_FILES
