"""What other systems tell, by message or by file: from the same facts comes the same contact."""

from services.contacts.domain.contact import Author
from shared.messages import EducatorChanged, SchoolChanged, StudentFacts


def classes_between(student: StudentFacts, educator: EducatorChanged | None) -> tuple[str, ...]:
    """The classes by which an educator knows a pupil."""
    taught = {each.class_id for each in educator.assignments} if educator else set()
    return tuple(each.class_id for each in student.enrollments if each.class_id in taught)


def author_of(
    system: str, educator: EducatorChanged | None, school: SchoolChanged | None
) -> Author:
    """Who stands for a contact that a system told: the system, and whom it names."""
    name = f"{educator.given_name} {educator.family_name}".strip() if educator else ""
    signature = ", ".join(part for part in (name, school.name if school else "") if part)
    origin = f"/ext/{system}"
    return Author(
        account_id=origin,
        educator_id=educator.educator_id if educator else None,
        name=name or system,
        signature=signature or system,
        origin=origin,
    )
