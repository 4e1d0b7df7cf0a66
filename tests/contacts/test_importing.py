"""A roster becomes families and households, and each is told once."""

import asyncio
import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from embedded.sample import District, make_district, write_package
from services.contacts.actions.importing import cancel_import, confirm_import, resend_directory
from shared.errors import Conflict
from shared.messages import FamilyChanged, HouseholdChanged
from tests.contacts.conftest import TODAY, Office, office_over
from tests.contacts.rosters import data_set


async def test_a_district_is_imported_and_told(
    office: Office, sample: District, package: Path
) -> None:
    job = await office.bring(package, package.parent / "contacts.csv")
    assert job.state == "done", job.reasons
    told = await office.told()
    assert {each.type.split(".")[2] for each in told} == {
        "school",
        "educator",
        "family",
        "household",
    }
    families = [FamilyChanged.model_validate(each.data) for each in told if "family" in each.type]
    truth = {frozenset(family.student_ids) for family in sample.families}
    found = {frozenset(s.student_id for s in family.students) for family in families}
    assert found == truth
    assert all(each.version == 1 for each in told)
    assert job.counts["student"] == len(sample.students)


async def test_separated_parents_are_one_family_and_two_households(
    district: Office, sample: District
) -> None:
    apart = sample.picks.separated
    family = await district.desk.store.directory.family_of_student(apart.student_ids[0])
    assert family is not None
    households = await district.desk.store.directory.households_of(family.family_id)
    assert len(households) == 2
    assert not set(households[0].guardian_ids) & set(households[1].guardian_ids)


async def test_nothing_is_told_when_the_same_roster_comes_again(
    district: Office, package: Path
) -> None:
    again = await district.bring(package, package.parent / "contacts.csv")
    assert again.state == "done"
    assert await district.told() == []


async def test_without_the_contacts_file_what_it_said_stays(
    district: Office, package: Path
) -> None:
    again = await district.bring(package)
    assert again.state == "done"
    assert await district.told() == []


async def test_the_contacts_file_may_come_alone(
    office: Office, sample: District, package: Path
) -> None:
    await office.bring(package)
    await office.forget_told()
    job = await office.bring(None, package.parent / "contacts.csv")
    assert job.state == "done", job.reasons
    languages = {
        guardian["language"]
        for each in await office.told("family.changed")
        for guardian in each.data["guardians"]
    }
    assert {"es", "ar"} <= languages


async def test_a_file_that_removes_many_waits_to_be_confirmed(
    district: Office, sample: District, tmp_path: Path
) -> None:
    half = write_package(make_district(students=60, schools=2, today=TODAY), tmp_path)
    job = await district.bring(half)
    assert job.state == "waiting"
    assert job.removed["people_removed"] * 5 > job.removed["people"]
    assert "confirm" in job.reasons[0]
    assert await district.told() == []
    await confirm_import(district.desk.store, district.desk.units, job.import_id)
    await district.desk.importer.work()
    done = await district.desk.store.imports.one(job.import_id)
    assert done.state == "done", done.reasons
    closed = [each for each in await district.told("family.changed") if not each.data["active"]]
    assert closed
    assert all(not s["enrollments"] for each in closed for s in each.data["students"])
    left = await district.desk.store.previous.open_keys("family")
    assert len(left) < len(sample.families)


async def test_an_import_that_waits_can_be_cancelled(district: Office, tmp_path: Path) -> None:
    half = write_package(make_district(students=60, schools=2, today=TODAY), tmp_path)
    job = await district.bring(half)
    await cancel_import(district.desk.store, district.desk.units, job.import_id)
    await district.desk.importer.work()
    assert await district.told() == []
    with pytest.raises(Conflict):
        await confirm_import(district.desk.store, district.desk.units, job.import_id)


async def test_a_roster_confirmed_after_a_newer_one_is_refused(
    district: Office, package: Path, tmp_path: Path
) -> None:
    half = write_package(make_district(students=60, schools=2, today=TODAY), tmp_path)
    waiting = await district.bring(half)
    await district.bring(package)
    with pytest.raises(Conflict, match="newer roster"):
        await confirm_import(district.desk.store, district.desk.units, waiting.import_id)
    assert (await district.desk.store.imports.one(waiting.import_id)).state == "refused"


async def test_what_is_no_roster_is_refused_with_a_reason(office: Office, tmp_path: Path) -> None:
    nonsense = tmp_path / "roster.zip"
    with zipfile.ZipFile(nonsense, "w") as bundle:
        bundle.writestr("menu.csv", "monday,soup\r\n")
    job = await office.bring(nonsense)
    assert job.state == "refused"
    assert "not a roster" in job.reasons[0]
    assert await office.told() == []


async def test_rows_that_cannot_be_used_are_reported(office: Office) -> None:
    job = await office.bring(data_set("oneroster/nicelion-mocker/outputs/test-csv.csv"))
    remarks = await office.desk.store.imports.remarks(job.import_id, most=5)
    assert job.state in {"done", "refused"}
    assert remarks or job.reasons


async def test_only_one_process_imports_at_a_time(office: Office, package: Path) -> None:
    job = await office.upload(package)
    other = office_over(office.desk.database)
    await asyncio.gather(office.desk.importer.work(), other.desk.importer.work())
    assert (await office.desk.store.imports.one(job.import_id)).state == "done"
    told = await office.told()
    assert len({(each.type, each.subject) for each in told}) == len(told)


async def test_a_changed_row_changes_just_its_family(
    district: Office, package: Path, tmp_path: Path, sample: District
) -> None:
    student = sample.students[0]
    changed = tmp_path / "roster.zip"
    _rewrite(package, changed, "users.csv", f"{student.id},", student.given_name, "Zuleika")
    await district.bring(changed)
    told = await district.told()
    families = [each for each in told if "family.changed" in each.type]
    assert len(families) == 1
    assert "Zuleika" in json.dumps(families[0].data)
    assert families[0].version == 2


async def test_families_that_come_apart_say_so(
    office: Office, sample: District, package: Path, tmp_path: Path
) -> None:
    await office.bring(package)
    await office.forget_told()
    large = next(family for family in sample.families if len(family.student_ids) > 2)
    leaving = max(large.student_ids)
    alone = tmp_path / "roster.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(alone, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "users.csv":
                text = _without_agent(text, leaving)
            new.writestr(name, text)
    job = await office.bring(alone)
    assert job.state == "done", job.reasons
    split = await office.told("family.split")
    assert len(split) == 1
    assert len(split[0].data["into"]) == 2


async def test_telling_all_again_gives_every_aggregate_a_new_version(district: Office) -> None:
    store, units = district.desk.store, district.desk.units
    job = await resend_directory(store, units, "operator")
    await district.desk.importer.work()
    told = await district.told()
    assert (await store.imports.one(job.import_id)).state == "done"
    assert len(told) == job.total
    assert {each.version for each in told} == {2}


async def test_demographics_and_passwords_are_never_kept(
    office: Office, package: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "roster.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(secret, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "users.csv":
                header, *rows = text.splitlines()
                place = header.split(",").index("password")
                filled = [_with_cell(row, place, "hunter2-canary") for row in rows]
                text = "\r\n".join([header, *filled]) + "\r\n"
            new.writestr(name, text)
    job = await office.bring(secret)
    assert job.state == "done", job.reasons
    for name in await office.desk.database._raw.list_collection_names():
        async for row in office.desk.database[name].find():
            assert "hunter2-canary" not in str(row), name


async def test_schools_have_their_classes_and_terms(district: Office, package: Path) -> None:
    schools = await district.desk.store.directory.schools()
    assert len(schools) == 2
    assert all(each.classes for each in schools)
    assert all(each.terms for each in schools)


async def test_households_are_told_with_language_and_mailbox(office: Office, package: Path) -> None:
    await office.bring(package, package.parent / "contacts.csv")
    households = [
        HouseholdChanged.model_validate(each.data) for each in await office.told("household")
    ]
    assert any(each.mailbox for each in households)
    assert len({each.language for each in households}) >= 5
    assert all(each.greeting for each in households)


def _rewrite(old: Path, new: Path, file: str, begins: str, this: str, that: str) -> None:
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            lines = source.read(name).decode().splitlines()
            if name == file:
                lines = [
                    line.replace(this, that) if line.startswith(begins) else line for line in lines
                ]
            target.writestr(name, "\r\n".join(lines) + "\r\n")


def _without_agent(users: str, student: str) -> str:
    rows = list(csv.reader(io.StringIO(users)))
    agents, me = rows[0].index("agentSourcedIds"), 0
    for row in rows[1:]:
        if row[me] == student:
            row[agents] = row[agents].split(",")[0]
        elif student in row[agents].split(","):
            row[agents] = ",".join(each for each in row[agents].split(",") if each != student)
    kept = rows[0], *rows[1:]
    out = io.StringIO()
    csv.writer(out).writerows(kept)
    return out.getvalue()


def _with_cell(row: str, place: int, text: str) -> str:
    cells = next(csv.reader([row]))
    cells[place] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
