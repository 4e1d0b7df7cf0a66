"""Files as they really come: encodings, line ends, separators, ragged rows, ZIPs, sizes."""

import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from services.contacts.domain.roster import PackageRefused, PackageUnreadable
from services.contacts.oneroster import Limits, check, find_packages, read_package
from tests.contacts.rosters import (
    BASE,
    ENROLLMENTS,
    ORGS,
    USERS,
    codes,
    content,
    drain,
    folder,
    merged,
    opened,
    refusal,
    the,
    zipped,
)

NAMES = [USERS[0], *(line.replace("Grace", "Zoë").replace("Lee", "Núñez") for line in USERS[1:])]
TEXT = "\n".join(NAMES) + "\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r\r\n").encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        ("\n\n" + TEXT.rstrip("\n")).encode(),
    ],
    ids=["lf", "bom", "crlf", "cr", "crcrlf", "utf16", "utf16le", "utf16be", "blank-lines"],
)
def test_encodings_and_line_ends_make_no_difference(tmp_path: Path, data: bytes) -> None:
    package = opened(tmp_path, {"users.csv": data})
    names = [(person.given_name, person.family_name) for person in package.people()]
    assert ("Zoë", "Núñez") in names
    assert len(names) == 5
    assert package.findings == ()


def test_a_file_from_an_old_windows_program_is_read_and_said(tmp_path: Path) -> None:
    package = opened(tmp_path, {"users.csv": TEXT.encode("cp1252")})
    assert "Núñez" in {person.family_name for person in package.people()}
    found = the(package.findings, "windows-encoding")
    assert (found.line, found.severity) == (2, "repaired")


def test_a_mix_of_encodings_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = TEXT.encode().splitlines()
    lines[4] = lines[4].decode().encode("cp1252")
    finding = refusal(tmp_path, {"users.csv": b"\n".join(lines)}).findings[0]
    assert (finding.code, finding.line) == ("encoding", 5)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_are_read_as_separators(tmp_path: Path, mark: str) -> None:
    package = opened(tmp_path, {"orgs.csv": [line.replace(",", mark) for line in ORGS]})
    assert len(package.schools) == 2
    assert codes(package.findings) == {"separator"}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"PK\x03\x04 xlsx", "Excel"),
        (b"\xd0\xcf\x11\xe0 xls", "Excel"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"%PDF-1.4", "PDF"),
        (b"sourcedId,a\n\x00\x01\x02,b\n", "binary"),
    ],
)
def test_what_is_not_csv_is_named(tmp_path: Path, data: bytes, word: str) -> None:
    finding = refusal(tmp_path, {"users.csv": data}).findings[0]
    assert (finding.code, finding.file) == ("not-csv", "users.csv")
    assert word in finding.reason


def test_missing_cells_at_the_end_are_empty_and_additional_ones_uncertain(tmp_path: Path) -> None:
    users = [
        *USERS,
        "g3,,,true,s1,parent,x,,Ann,Poe",
        USERS[3].replace("g1", "g4") + ",,",
        USERS[3].replace("g1", "g5") + ",more",
        ",,,",
        "",
    ]
    package = opened(tmp_path, {"users.csv": users})
    assert (the(package.findings, "short-line").line, the(package.findings, "long-line").line) == (
        7,
        9,
    )
    assert the(package.findings, "extra-commas").line == 8
    assert len(list(package.people())) == 7


def test_a_line_break_in_a_cell_keeps_line_numbers_right(tmp_path: Path) -> None:
    users = [*USERS[:3], USERS[3].replace("Grace", '"Grace\nAnn"'), *USERS[4:], "g9,,,true"]
    package = opened(tmp_path, {"users.csv": "\n".join(users).encode()})
    assert "Grace Ann" in {person.given_name for person in package.people()}
    assert the(package.findings, "no-name").line == 8


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    many = [f"n{i},,,c1,s1,p1,student,,," for i in range(100)]
    lines = [*ENROLLMENTS, 'n9,"oops,,c1,s1,p1,student,,,', *many]
    finding = refusal(tmp_path, {"enrollments.csv": lines}).findings[0]
    assert (finding.code, finding.line) == ("open-quote", 5)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    data = content(USERS) + b"x" * 3_000_000
    assert refusal(tmp_path, {"users.csv": data}).findings[0].code == "endless-line"


def packed(place: Path, files: dict[str, bytes]) -> Path:
    path = place / "roster.zip"
    path.write_bytes(zipped(files))
    return path


def test_a_zip_reads_like_its_folder_even_with_a_folder_inside(tmp_path: Path) -> None:
    plain = drain(read_package(folder(tmp_path / "plain", {})))
    inside = {f"export 2026/{name}": data for name, data in merged({}).items()}
    inside["__MACOSX/export 2026/._users.csv"] = b"\x00"
    nested = drain(read_package(packed(tmp_path, inside)))
    assert list(plain.people()) == list(nested.people())
    assert plain.findings == nested.findings == ()


def test_a_zip_with_two_rosters_is_refused(tmp_path: Path) -> None:
    two = {f"{n}/{name}": data for n in "ab" for name, data in merged({}).items()}
    assert check(packed(tmp_path, two)).groups[0].code == "several-packages"


def test_a_zip_with_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    files = {**merged({}), "USERS.csv": b"x"}
    assert check(packed(tmp_path, files)).groups[0].code == "file-twice"


def test_a_zip_that_unpacks_to_far_too_much_is_not_opened(tmp_path: Path) -> None:
    path = packed(tmp_path, {**merged({}), "results.csv": b"0" * 30_000_000})
    assert check(path).groups[0].code == "zip-bomb"


def test_sizes_are_bounded(tmp_path: Path) -> None:
    small = replace(Limits(), file_bytes=300)
    with pytest.raises(PackageRefused, match="larger"):
        read_package(folder(tmp_path / "a", {}), small)
    few = replace(Limits(), files=3)
    with pytest.raises(PackageRefused, match="6 files"):
        read_package(packed(tmp_path, merged({})), few)
    with pytest.raises(PackageRefused, match="larger"):
        read_package(folder(tmp_path / "b", {}), replace(Limits(), total_bytes=900))
    with pytest.raises(PackageRefused, match="larger"):
        read_package(packed(tmp_path, merged({})), replace(Limits(), zip_bytes=100))


def test_a_zip_that_lies_about_its_sizes_is_not_believed(tmp_path: Path) -> None:
    path = packed(tmp_path, {**merged({}), "users.csv": content(USERS) + b"\n" * 5_000_000})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = struct.pack("<I", archive.getinfo("users.csv").file_size)
    path.write_bytes(bytes(data).replace(size, struct.pack("<I", 500)))
    summary = check(path)
    assert not summary.would_import or summary.counts["people"] <= 5


def test_damaged_and_protected_zips_are_unreadable(tmp_path: Path) -> None:
    path = packed(tmp_path, merged({}))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert check(path).exit_code == 2
    start = whole.index(b"users.csv") + 30
    path.write_bytes(whole[:start] + b"\xff" * 40 + whole[start + 40 :])
    summary = check(path)
    assert summary.exit_code == 2
    assert "damaged" in summary.reasons[0]
    flagged = whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    path.write_bytes(flagged)
    assert "password" in check(path).reasons[0]


def test_a_folder_that_is_a_link_is_not_followed_when_searching(tmp_path: Path) -> None:
    folder(tmp_path / "real" / "deep", {})
    (tmp_path / "real" / "loop").symlink_to(tmp_path, target_is_directory=True)
    packed(tmp_path / "real", dict(merged({})))
    assert [place.name for place in find_packages(tmp_path)] == ["deep", "roster.zip"]
    with pytest.raises(PackageUnreadable):
        find_packages(tmp_path / "nowhere")


def test_an_upload_without_an_ending_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    path = packed(tmp_path, merged({}))
    upload = tmp_path / "upload-7f3a"
    path.rename(upload)
    assert check(upload).would_import


def test_findings_are_bounded_but_counted(tmp_path: Path) -> None:
    lines = [*ENROLLMENTS, *(f"x{i},,,c9,s1,p1,student,,," for i in range(500))]
    package = opened(tmp_path, {"enrollments.csv": lines}, replace(Limits(), kept_findings=10))
    assert len(package.findings) == 10
    assert package.finding_counts()[("enrollments.csv", package.findings[0].severity,
                                     "unknown-class")] == 500  # fmt: skip


def test_the_base_roster_is_what_the_tests_think() -> None:
    assert set(merged({})) == set(BASE)
