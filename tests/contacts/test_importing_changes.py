"""Packages that hold only changes are laid over the roster as it stands."""

from pathlib import Path

from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from services.contacts.domain.importing import Import
from shared.messages import EducatorChanged, FamilyChanged
from tests.contacts.conftest import NOW, TODAY, Office, staff_viewer
from tests.contacts.rosters import ENROLLMENTS, USERS_HEADER, Files, merged, zipped

STAMP = "2026-10-01T08:00:00.000Z"
KINDS = ("academicSessions", "orgs", "classes", "users", "enrollments")


async def bring(office: Office, place: Path, files: Files | None = None) -> Import:
    package = place / "roster.zip"
    package.write_bytes(zipped(merged(files or {})))
    job = await office.bring(package)
    assert job.state == "done", job.reasons
    return job


async def bring_changes(office: Office, place: Path, **files: list[str]) -> Import:
    """Only these files, each with changes."""
    manifest = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1"]
    manifest += [f"file.{kind},{'delta' if kind in files else 'absent'}" for kind in KINDS]
    gone: Files = {f"{kind}.csv": None for kind in KINDS if kind not in files}
    held: Files = {f"{kind}.csv": lines for kind, lines in files.items()}
    await office.forget_told()
    return await bring(office, place, {"manifest.csv": manifest, **gone, **held})


async def family_of(office: Office, student: str) -> FamilyChanged:
    family = await office.desk.store.directory.family_of_student(student)
    assert family is not None
    return family


def user(row: str) -> list[str]:
    return [USERS_HEADER, row]


async def test_children_with_different_guardians_are_two_families(
    office: Office, tmp_path: Path
) -> None:
    await bring(office, tmp_path)
    amy, ben = await family_of(office, "p1"), await family_of(office, "p2")
    assert amy.family_id != ben.family_id
    assert [g.guardian_id for g in amy.guardians] == ["g1", "g2"]
    assert amy.students[0].grade == "03"
    assert amy.students[0].school_id == "s1"


async def test_a_parent_taken_off_the_students_row_makes_one_family_of_two(
    office: Office, tmp_path: Path
) -> None:
    await bring(office, tmp_path)
    row = f"p1,active,{STAMP},true,s1,student,amy,,Amy,Lee,,,,,555-1,g1,3,"
    await bring_changes(office, tmp_path, users=user(row))
    amy, ben = await family_of(office, "p1"), await family_of(office, "p2")
    assert amy.family_id == ben.family_id
    merge = await office.told("family.merged")
    assert len(merge) == 1
    assert [g.guardian_id for g in amy.guardians] == ["g1"]
    assert [each.class_id for each in amy.students[0].enrollments] == ["c1"]


async def test_what_was_said_before_stays_with_the_pupil(office: Office, tmp_path: Path) -> None:
    await bring(office, tmp_path)
    amy, ben = await family_of(office, "p1"), await family_of(office, "p2")
    principal = staff_viewer("principal", "s1")
    for family in (amy, ben):
        draft = ContactDraft(family_id=family.family_id)
        await log_contact(office.desk.store, office.desk.units, draft, principal)
    row = f"p1,active,{STAMP},true,s1,student,amy,,Amy,Lee,,,,,555-1,g1,3,"
    await bring_changes(office, tmp_path, users=user(row))
    joined = await family_of(office, "p1")
    store = office.desk.store
    card = await store.card(joined.family_id, seen_by=principal, on=TODAY)
    assert {s for each in card.contacts for s in each.student_ids} == {"p1", "p2"}
    [line] = await store.families.lines([joined.family_id], seen_by=principal, on=TODAY)
    assert line.good_news_at == NOW


async def test_a_parent_whose_row_is_deleted_is_a_guardian_no_more(
    office: Office, tmp_path: Path
) -> None:
    await bring(office, tmp_path)
    await bring_changes(office, tmp_path, users=user(f"g2,tobedeleted,{STAMP}{',' * 15}"))
    amy = await family_of(office, "p1")
    assert [g.guardian_id for g in amy.guardians] == ["g1"]


async def test_a_new_parent_may_name_the_child_on_the_own_row(
    office: Office, tmp_path: Path
) -> None:
    await bring(office, tmp_path)
    row = f"g3,active,{STAMP},true,s1,parent,il,,Ida,Lee,,,ida@mail.org,,,p2,,"
    await bring_changes(office, tmp_path, users=user(row))
    ben = await family_of(office, "p2")
    assert [g.guardian_id for g in ben.guardians] == ["g1", "g3"]
    amy = await family_of(office, "p1")
    assert [g.guardian_id for g in amy.guardians] == ["g1", "g2"]


async def test_an_ended_enrollment_leaves_the_others(office: Office, tmp_path: Path) -> None:
    await bring(office, tmp_path)
    rows = [
        ENROLLMENTS[0],
        f"n1,tobedeleted,{STAMP},,,,,,,",
        f"n4,active,{STAMP},c2,s2,p2,student,false,,",
    ]
    await bring_changes(office, tmp_path, enrollments=rows)
    amy, ben = await family_of(office, "p1"), await family_of(office, "p2")
    assert amy.students[0].enrollments == ()
    assert [each.class_id for each in ben.students[0].enrollments] == ["c1", "c2"]
    assert await office.told("educator") == []


async def test_a_teacher_who_is_deleted_sees_nothing_any_more(
    office: Office, tmp_path: Path
) -> None:
    await bring(office, tmp_path)
    await bring_changes(office, tmp_path, users=user(f"e1,tobedeleted,{STAMP}{',' * 15}"))
    [told] = await office.told("educator")
    educator = EducatorChanged.model_validate(told.data)
    assert not educator.active
    assert educator.assignments == ()
    assert told.version == 2


async def test_a_package_without_changes_changes_nothing(office: Office, tmp_path: Path) -> None:
    await bring(office, tmp_path)
    await bring_changes(office, tmp_path)
    assert await office.told() == []


async def test_who_comes_back_is_told_with_the_next_version(office: Office, tmp_path: Path) -> None:
    await bring(office, tmp_path)
    gone = user(f"e1,tobedeleted,{STAMP}{',' * 15}")
    await bring_changes(office, tmp_path, users=gone)
    back = user(f"e1,active,{STAMP},true,s1,teacher,tr,,Tess,Rey,,,tess@maple.org,,,,,")
    await bring_changes(office, tmp_path, users=back)
    [told] = await office.told("educator")
    assert told.data["active"]
    assert told.version == 3
