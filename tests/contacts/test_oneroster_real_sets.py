"""Rosters which others made: each imports, or is refused with the reason that is expected."""

import itertools
from pathlib import Path

import pytest

from services.contacts.domain.joining import JoinRules
from services.contacts.domain.settling import Previous, adults_among, settle
from services.contacts.oneroster import Verdict, check, check_all, find_packages, read_package
from tests.contacts.rosters import DATA, codes, content, data_set, drain, zipped

OK, NO = Verdict.WOULD_IMPORT, Verdict.REFUSED
# What each set comes to: verdict, some counts, codes of refusals, codes of repairs.
EXPECTED: dict[str, tuple[Verdict, dict[str, int], set[str], set[str]]] = {
    "oneroster/1edtech-VRd118/unpacked": (OK, {"students": 1, "enrollments": 1}, set(), set()),
    "oneroster/catalyst-moodle-test01/unpacked": (
        OK,
        {"schools": 1, "terms": 2, "classes": 2, "people": 3, "links": 1, "enrollments": 0},
        {"unknown-class"},
        set(),
    ),
    "oneroster/catalyst-moodle-v1p2-delta/unpacked": (OK, {"students": 1}, set(), set()),
    "oneroster/lepo-roster-hub/en": (
        OK,
        {"students": 20, "classes": 5, "enrollments": 25},
        {"not-staff"},
        set(),
    ),
    "oneroster/lepo-roster-hub/ja": (OK, {"students": 20, "enrollments": 25}, {"not-staff"}, set()),
    "oneroster/nicelion-mocker/oneroster-example-csv": (NO, {}, {"nobody"}, set()),
    "oneroster/nicelion-mocker/outputs": (
        OK,
        {"schools": 1, "students": 2, "guardians": 1, "staff": 1, "links": 2},
        set(),
        set(),
    ),
    "oneroster/oat-sa/OneRosterv1p1BaseCSV": (
        OK,
        {"schools": 2, "classes": 3, "students": 2, "enrollments": 3},
        set(),
        {"unknown-term"},
    ),
    "oneroster/snapwiz/OneRosterv1p1BaseCSV": (
        OK,
        {"schools": 2, "terms": 4, "students": 7, "staff": 4, "enrollments": 19},
        set(),
        set(),
    ),
    "sds/madushka": (OK, {"students": 22, "staff": 2, "enrollments": 46, "terms": 1}, set(), set()),
    "sds/microsoft/SDS_Format/25_Users": (OK, {"students": 22, "terms": 1}, set(), set()),
    "sds/microsoft/SDS_Format/Min_Required_Attributes": (OK, {"students": 22}, set(), set()),
    "sds/microsoft/SDS_v2": (OK, {"schools": 3, "students": 22, "staff": 7}, set(), set()),
    "sds/microsoft/SDS_v2.1": (
        OK,
        {"schools": 2, "students": 4, "guardians": 2, "other_adults": 1, "links": 3},
        set(),
        set(),
    ),
    **{
        f"oneroster/rjeike-snapshots{step}": (
            NO,
            {},
            {"schools-differ", "unknown-school"},
            {"unknown-org", "unknown-term"},
        )
        for step in ("", "/Step1-UpdateCourse", "/Step2-AddCourse", "/Step3-DeleteCourse")
    },
    "oneroster/rjeike-snapshots/Step4-AddClass": (
        NO,
        {},
        {"schools-differ", "unknown-school", "class-without-school"},
        {"unknown-org", "unknown-term"},
    ),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_roster_made_by_others_imports_or_says_why_not(name: str) -> None:
    verdict, counts, refused, repaired = EXPECTED[name]
    summary = check(data_set(name))
    found: dict[str, set[str]] = {"refused": set(), "repaired": set(), "note": set()}
    for group in summary.groups:
        found[group.severity].add(group.code)
    assert summary.verdict is verdict, summary.reasons
    assert {kind: summary.counts.get(kind) for kind in counts} == counts
    assert found["refused"] == refused
    assert found["repaired"] == repaired
    assert bool(summary.reasons) is (verdict is NO)


def test_every_set_is_expected_and_zips_come_to_the_same_as_their_folders() -> None:
    seen: dict[str, Verdict] = {}
    for kind in ("oneroster", "sds"):
        for summary in check_all(data_set(kind)):
            place = str(Path(summary.path).relative_to(DATA))
            seen[place] = summary.verdict
            if place.endswith(".zip"):
                beside = Path(summary.path).parent
                unpacked = beside / "unpacked" if (beside / "unpacked").exists() else beside
                assert summary.counts == check(unpacked).counts
    assert {name for name in seen if not name.endswith(".zip")} == set(EXPECTED)
    assert sum(name.endswith(".zip") for name in seen) == 5


def test_no_reason_holds_a_password_a_birth_date_or_a_name() -> None:
    for kind in ("oneroster", "sds"):
        for summary in check_all(data_set(kind)):
            said = str(summary.as_dict())
            for secret in ("secret1", "P@ssw", "Batman", "2007-02-11", "padurariu", "Wiggins"):
                assert secret not in said


def test_a_mail_address_with_an_apostrophe_and_a_shared_one_make_the_right_families(
    tmp_path: Path,
) -> None:
    users = (data_set("oneroster/nicelion-mocker") / "outputs" / "test-csv.csv").read_bytes()
    school = content(
        ["sourcedId,name,type", "slksldkmlsk49303,Morgan County School,school"],
    )
    place = tmp_path / "roster.zip"
    place.write_bytes(zipped({"users.csv": users, "orgs.csv": school}))
    package = drain(read_package(place))
    people, links = list(package.people()), list(package.links())
    students = [person.sourced_id for person in people if person.is_student]
    adults = list(adults_among(people))
    assert (len(students), len(adults)) == (1187, 812)
    assert codes(package.findings) == {"active-in-bulk", "no-manifest"}
    assert any("'" in (adult.email or "") for adult in adults)
    ids = itertools.count()
    settled = settle(students, adults, links, [], Previous(), JoinRules(), lambda: f"id{next(ids)}")
    counted = [student for f in settled.families.families for student in f.student_ids]
    assert sorted(counted) == sorted(students)
    assert all(1 <= len(f.guardian_ids) <= 3 for f in settled.families.families)


def test_the_two_kinds_of_guardian_in_school_data_sync_are_told_apart() -> None:
    package = read_package(data_set("sds/microsoft/SDS_v2.1"))
    links = {(link.student_id, link.adult_id): link for link in package.links()}
    assert links[("114001", "114002")].may_be_written_to
    assert not links[("114003", "114002")].may_be_written_to
    assert links[("114003", "114002")].relationship == "relative"


def test_a_folder_of_folders_is_searched_in_the_order_of_its_names() -> None:
    found = find_packages(data_set("sds"))
    assert [place.name for place in found] == [
        "madushka",
        "25_Users",
        "Min_Required_Attributes",
        "SDS_v2",
        "SDS_v2.1",
    ]
