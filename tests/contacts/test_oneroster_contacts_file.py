"""The contacts file: what it may look like, and that a restriction in it is never lost."""

from pathlib import Path

import pytest

from services.contacts.domain.roster import PackageRefused, PackageUnreadable
from services.contacts.domain.ties import ContactRow
from services.contacts.oneroster import ContactsFile, read_contacts_file, read_package
from tests.contacts.rosters import codes, content, folder, merged, the, zipped

HEADER = (
    "guardian_id,student_id,relationship,language,interpreter,gets_mail,may_see_record,"
    "household_id,order,email,phone,given_name,family_name"
)


def contacts(place: Path, lines: list[str] | bytes) -> ContactsFile:
    path = place / "contacts.csv"
    path.write_bytes(content(lines))
    return read_contacts_file(path)


def test_a_full_line_is_read(tmp_path: Path) -> None:
    line = "g1,p1,Mother,es,yes,yes,no,h7,1,Ana@mail.org,555-1,Ana,Núñez"
    (row,) = contacts(tmp_path, [HEADER, line]).rows()
    assert row == ContactRow(
        guardian_id="g1", student_id="p1", relationship="mother", language="es",
        interpreter=True, gets_mail=True, may_see_record=False, household_id="h7", order=1,
        email="Ana@mail.org", phone="555-1", given_name="Ana", family_name="Núñez", line=2,
    )  # fmt: skip


def test_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    (row,) = contacts(tmp_path, [HEADER, "g1,p1" + "," * 11]).rows()
    assert row == ContactRow("g1", "p1", line=2)


@pytest.mark.parametrize(
    "header",
    [
        "Guardian ID,Student ID,Gets Mail",
        "\ufeffGUARDIAN_ID;Student Id;gets-mail",
        "guardianSourcedId\tstudentSourcedId\tGetsMail",
        '"Parent ID" ,"Pupil ID", "receives mail"',
    ],
)
def test_the_header_may_be_written_in_many_ways(tmp_path: Path, header: str) -> None:
    mark = next(mark for mark in ";\t," if mark in header)
    data = f"{header}\r\n{mark.join(('g1', 'p1', 'No'))}\r\n".encode()
    (row,) = contacts(tmp_path, data).rows()
    assert (row.guardian_id, row.student_id, row.gets_mail) == ("g1", "p1", False)


@pytest.mark.parametrize("text", ["court order", "?", "nein", "-"])
def test_a_flag_that_cannot_be_read_counts_as_a_restriction(tmp_path: Path, text: str) -> None:
    lines = [
        "guardian_id,student_id,gets_mail,may_see_record,interpreter",
        f"g1,p1,{text},{text},{text}",
    ]
    file = contacts(tmp_path, lines)
    (row,) = file.rows()
    assert (row.gets_mail, row.may_see_record, row.interpreter) == (False, False, True)
    assert codes(file.findings, "repaired") == {"flag-unclear"}


def test_a_line_whose_cells_cannot_be_told_apart_refuses_the_whole_file(tmp_path: Path) -> None:
    with pytest.raises(PackageRefused) as caught:
        contacts(tmp_path, [HEADER, "g1,p1" + "," * 11, "g2,p1,aunt, maternal,no" + "," * 11 + "x"])
    assert (caught.value.findings[0].line, caught.value.findings[0].code) == (3, "long-line")


def test_lines_that_contradict_each_other_are_said(tmp_path: Path) -> None:
    lines = ["guardian_id,student_id,may_see_record", "g1,p1,no", "g1,p1,yes", "g2,p1,", "g2,p1,"]
    file = contacts(tmp_path, lines)
    assert len(list(file.rows())) == 4
    assert the(file.findings, "pair-contradiction").line == 3
    assert the(file.findings, "pair-twice").line == 5


def test_lines_about_unknown_people_are_refused_unless_an_adult_is_named(tmp_path: Path) -> None:
    lines = [
        "guardian_id,student_id,given_name,family_name,email",
        "g1,p1,,,",
        "g1,p9,,,",
        "g8,p1,,,",
        "new1,p1,Rosa,Paz,rosa@mail.org",
        ",p1,,,",
    ]
    file = contacts(tmp_path, lines)
    known = list(file.rows(frozenset({"p1"}), frozenset({"g1"})))
    assert [row.guardian_id for row in known] == ["g1", "new1"]
    assert codes(file.findings, "refused") == {"unknown-student", "unknown-adult", "no-id"}


def test_languages_are_codes_or_names(tmp_path: Path) -> None:
    words = {"es": "es", "Spanish": "es", "ZH_hant": "zh-Hant", "pt-br": "pt-BR",
             "haitian creole": "ht", "العربية": "ar", "klingonish!": None}  # fmt: skip
    lines = ["guardian_id,student_id,language"] + [f"g{i},p1,{w}" for i, w in enumerate(words)]
    file = contacts(tmp_path, lines)
    assert [row.language for row in file.rows()] == list(words.values())
    assert the(file.findings, "language").line == 8


def test_cells_that_cannot_be_read_are_left_empty_and_said(tmp_path: Path) -> None:
    lines = [
        "guardian_id,student_id,order,email",
        "g1,p1,first,none given",
        "g2,p1,0,a@b.org b@b.org",
    ]
    file = contacts(tmp_path, lines)
    assert [(row.order, row.email) for row in file.rows()] == [(None, None), (None, "a@b.org")]
    assert codes(file.findings) == {"order", "bad-address", "several-addresses"}


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    for header in (
        "guardian_id,language",
        "student_id,language",
        "a,b",
        "guardian_id,guardian,student_id",
    ):
        with pytest.raises(PackageRefused) as caught:
            contacts(tmp_path, [header, "g1,p1,x"])
        assert caught.value.findings[0].code == "contacts-header"
    with pytest.raises(PackageUnreadable):
        read_contacts_file(tmp_path)


def test_a_contacts_file_in_the_package_is_found_whatever_its_name(tmp_path: Path) -> None:
    lines = [HEADER, "g1,p1,mother" + "," * 10]
    place = tmp_path / "roster.zip"
    place.write_bytes(zipped(merged({"Family contacts 2026.csv": lines})))
    found = read_package(place).contacts_file()
    assert found is not None
    assert [row.relationship for row in found.rows()] == ["mother"]
    assert read_package(folder(tmp_path / "none", {})).contacts_file() is None


def test_the_columns_are_those_of_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "contacts-file.md").read_text("utf-8")
    assert all(f"`{column}`" in guide for column in HEADER.split(","))
