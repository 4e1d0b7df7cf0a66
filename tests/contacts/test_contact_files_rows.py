"""What rows of a contact file say: dates, words, people, and the key by which a row is known."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.contact import Contact
from services.contacts.domain.contact_files.columns import guess_columns, guess_values, profile
from services.contacts.domain.contact_files.file import ContactFile, needs_a_look
from services.contacts.domain.contact_files.judging import Known, contact_of
from services.contacts.domain.contact_files.mapping import (
    ContactMapping,
    MappingDraft,
    Values,
    faults_of,
)
from services.contacts.domain.contact_files.rows import Fault, FileRow, RowReader, digits_of
from shared.errors import Conflict
from shared.messages import FamilyChanged, GuardianFacts, StudentFacts

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
HEADER = ("Student", "Phone", "When", "Result", "Notes", "Id")
MAPPING = ContactMapping(
    name="phones",
    columns={
        "student": "Student",
        "guardian_phone": "Phone",
        "date": "When",
        "outcome": "Result",
        "note": "Notes",
        "row_id": "Id",
    },
    values={
        "channel": Values(otherwise="call"),
        "direction": Values(otherwise="to_family"),
        "tone": Values(otherwise="information"),
        "outcome": Values(words={"answered": "reached", "vm": "voicemail"}),
    },
    at=NOW,
)


def family(family_id: str, *students: str, school: str = "oak") -> FamilyChanged:
    return FamilyChanged(
        family_id=family_id,
        students=tuple(
            StudentFacts(
                student_id=each,
                sourced_ids=(each,),
                given_name="A",
                family_name="B",
                school_id=school,
            )
            for each in students
        ),
        guardians=(
            GuardianFacts(
                guardian_id=f"g-{family_id}",
                sourced_ids=(),
                given_name="G",
                family_name="B",
                may_see=students,
            ),
        ),
    )


FAMILIES = {each.family_id: each for each in (family("f1", "s1", "s2"), family("f2", "s3"))}
KNOWN = Known(
    of_student={"s1": FAMILIES["f1"], "s2": FAMILIES["f1"], "s3": FAMILIES["f2"]},
    by_phone={
        "5551234567": frozenset({("f1", "g-f1")}),
        "5550000000": frozenset({("f1", "g-f1"), ("f2", "g-f2")}),
    },
    families=FAMILIES,
    zones={"oak": ZONE},
)


def read(*rows: tuple[str, ...], mapping: ContactMapping = MAPPING) -> list[FileRow | list[Fault]]:
    reader = RowReader(mapping, HEADER)
    return [reader.read(number, row) for number, row in enumerate(rows, 2)]


def row(student: str = "s1", when: str = "11/20/2026 3:05 PM", result: str = "Answered",
        phone: str = "", note: str = "", own: str = "") -> tuple[str, ...]:  # fmt: skip
    return (student, phone, when, result, note, own)


def contact(*cells: str, school: str = "") -> Contact | Fault:
    [found] = read(cells)
    assert isinstance(found, FileRow), found
    return contact_of(found, KNOWN, ("phones", school), "c1", NOW)


def faults(*cells: str) -> list[str]:
    [found] = read(cells)
    assert isinstance(found, list)
    return [each.code for each in found]


def test_times_are_the_schools_and_a_day_without_one_is_noon() -> None:
    evening = contact(*row(when="11/20/2026 8:30 PM"))
    assert isinstance(evening, Contact)
    assert evening.occurred_at == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    some_time = contact(*row(when="11/20/2026"))
    assert isinstance(some_time, Contact)
    assert some_time.occurred_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    today = contact(*row(when="11/24/2026"))  # noon is still to come
    assert isinstance(today, Contact)
    assert today.occurred_at == NOW


# --- what -----------------------------------------------------------------------------------------


def test_columns_are_guessed_by_their_names_and_words_by_what_they_say() -> None:
    header = ["Student_ID", "Call Date", "Call Time", "Disposition", "Comments", "Shoe size"]
    columns = profile(header, [["1", "13/2/2026", "9:00", "LVM", "x", "38"]])
    assert guess_columns(columns) == {
        "student": "Student_ID",
        "date": "Call Date",
        "time": "Call Time",
        "outcome": "Disposition",
        "note": "Comments",
    }
    assert columns[1].dates == "day_first"
    words = ["LVM", "Spoke w/ mom", "No Answer", "Disconnected", "42"]
    assert guess_values("outcome", words).words == {
        "lvm": "voicemail",
        "spoke w/ mom": "reached",
        "no answer": "no_answer",
        "disconnected": "wrong_number",
    }


def test_the_file_in_the_guide_matches_itself() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "contact-files.md"
    text = guide.read_text("utf-8").partition("```csv\n")[2].partition("```")[0]
    header, *rows = csv.reader(text.splitlines())
    columns = profile(header, rows)
    found = guess_columns(columns)
    assert list(found.values()) == [
        "Student ID", "Start Time", "Reason", "Disposition", "Staff Email", "Comments", "Call ID",
    ]  # fmt: skip
    words = {each.name: [word for word, _ in each.words or ()] for each in columns}
    assert not guess_values("outcome", words["Disposition"]).otherwise
    assert len(guess_values("outcome", words["Disposition"]).words) == 3


def test_a_column_with_too_many_words_offers_none() -> None:
    [column] = profile(["Notes"], [[f"word {number}"] for number in range(100)])
    assert column.words is None
    assert len(column.samples) == 3


def test_a_mapping_says_everything_that_is_wrong_with_it() -> None:
    draft = MappingDraft(name="My phones", columns={}, values={"tone": Values(otherwise="glad")})
    assert set(faults_of(draft)) == {
        "name", "student", "date", "channel", "direction", "tone", "outcome",
    }  # fmt: skip
    assert faults_of(MappingDraft.model_validate(MAPPING.model_dump())) == {}
    twice = {**MAPPING.columns, "time": "When"}
    assert set(faults_of(MAPPING.model_copy(update={"columns": twice}))) == {"time"}


def test_a_row_says_everything_that_is_wrong_with_it() -> None:
    assert faults(*row(student="", when="soon", result="hm")) == [
        "nobody", "bad-date", "unmatched-outcome",
    ]  # fmt: skip
    assert faults(*row(student="", phone="ext 12")) == ["bad-address"]
    assert faults(*row(note="x" * 4001)) == ["long-note"]
    assert faults(*row(when="")) == ["no-date"]


# --- who ------------------------------------------------------------------------------------------


def test_a_row_becomes_the_contact_that_a_message_of_the_system_would() -> None:
    made = contact(*row(note="Said thanks"))
    assert isinstance(made, Contact)
    assert (made.family_id, made.student_ids, made.origin) == ("f1", ("s1",), "/ext/phones")
    assert (made.note, made.letter) == ("Said thanks", None)


def test_a_phone_number_means_all_children_of_its_family() -> None:
    made = contact(*row(student="", phone="+1 (555) 123-4567 x9"))
    assert isinstance(made, Contact)
    assert (made.student_ids, made.guardian_id) == (("s1", "s2"), "g-f1")


@pytest.mark.parametrize(
    ("cells", "school", "code"),
    [
        (row(student="s9"), "", "unknown-student"),
        (row(student="s1"), "elm", "unknown-student"),
        (row(student="", phone="555 999 9999"), "", "unknown-adult"),
        (row(student="", phone="555 000 0000"), "", "several-families"),
        (row(when="11/26/2026 3:00 PM"), "", "rule"),
        (row(when="11/26/1999"), "", "rule"),
    ],
)
def test_whoever_or_whatever_is_unsure_is_refused_with_what_to_do(
    cells: tuple[str, ...], school: str, code: str
) -> None:
    fault = contact(*cells, school=school)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert len(fault.reason.split()) > 8


def test_another_schools_student_and_an_unknown_one_are_told_alike() -> None:
    elsewhere = contact(*row(student="s1"), school="elm")
    nowhere = contact(*row(student="s9"), school="elm")
    assert isinstance(elsewhere, Fault)
    assert isinstance(nowhere, Fault)
    assert elsewhere.reason.replace("s1", "s9") == nowhere.reason


def test_the_country_code_and_marks_of_a_number_do_not_matter() -> None:
    assert digits_of("1-555-123-4567") == digits_of("(555) 123 4567") == "5551234567"
    assert digits_of("12345") == ""


# --- every row, each once -------------------------------------------------------------------------

CELLS = st.tuples(
    st.sampled_from(["s1", "s3", "s9", "", " s2 "]),
    st.sampled_from(["", "5551234567", "5550000000", "none"]),
    st.sampled_from(["11/20/2026 3:05 PM", "11/20/2026", "2026-11-19T10:00", "soon", "", "1/1/99"]),
    st.sampled_from(["Answered", "VM", "vm", "hm", ""]),
    st.text(max_size=8),
    st.sampled_from(["", "", "1", "2"]),
)  # fmt: skip


@given(st.lists(CELLS, max_size=30))
def test_every_row_is_accounted_for_as_one_of_three(rows: list[tuple[str, ...]]) -> None:
    counted: Counter[str] = Counter()
    for found in read(*rows):
        if isinstance(found, list):
            assert found
            assert all(each.reason for each in found)
            counted["refused"] += 1
        elif found.again:
            counted["known"] += 1
        else:
            made = contact_of(found, KNOWN, ("phones", ""), "c", NOW)
            counted["refused" if isinstance(made, Fault) else "new"] += 1
    assert sum(counted.values()) == len(rows)


@given(st.lists(CELLS, max_size=20), st.lists(CELLS, max_size=20))
def test_the_rows_of_a_file_are_known_again_in_a_longer_one(
    first: list[tuple[str, ...]], more: list[tuple[str, ...]]
) -> None:
    before = [each.key for each in read(*first) if isinstance(each, FileRow)]
    after = [each.key for each in read(*first, *more) if isinstance(each, FileRow)]
    assert after[: len(before)] == before
    own = [each.key for each in read(*first) if isinstance(each, FileRow) and not each.again]
    assert len(own) == len(set(own))


def test_equal_rows_are_two_and_the_note_tells_none_apart() -> None:
    one, other, mended = read(row(), row(), row(note="mended later"))
    assert isinstance(one, FileRow)
    assert isinstance(other, FileRow)
    assert isinstance(mended, FileRow)
    assert len({one.key, other.key, mended.key}) == 3
    [alone] = read(row(note="mended later"))
    assert isinstance(alone, FileRow)
    assert alone.key == one.key


def test_one_id_for_two_different_rows_is_refused_and_the_same_row_twice_is_known() -> None:
    first, same, other = read(row(own="7"), row(own="7"), row(own="7", result="VM"))
    assert isinstance(first, FileRow)
    assert isinstance(same, FileRow)
    assert (first.again, same.again) == (0, 2)
    assert isinstance(other, list)
    assert [each.code for each in other] == ["id-twice"]


# --- the file -------------------------------------------------------------------------------------


def test_a_file_of_which_more_than_half_is_refused_needs_a_look() -> None:
    assert needs_a_look({"refused": 6, "new": 5})
    assert not needs_a_look({"refused": 5, "new": 5})
    assert not needs_a_look({})


def test_a_file_can_be_taken_back_for_24_hours_and_only_when_something_is_stored() -> None:
    done = ContactFile(file_id="f", name="x.csv", state="done", created_at=NOW, ended_at=NOW)
    with pytest.raises(Conflict, match="nothing"):
        done.check_undo(NOW)
    stored = done.model_copy(update={"counts": {"stored": 1}})
    stored.check_undo(NOW.replace(day=25))
    with pytest.raises(Conflict, match="24 hours"):
        stored.check_undo(NOW.replace(day=25, minute=1))
