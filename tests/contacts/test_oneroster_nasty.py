"""Whatever is in the files, reading ends with rows, a refusal or "unreadable"."""

import contextlib
import csv
import io
import json
import tempfile
import time
import tracemalloc
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contacts.domain.roster import Mode, PackageRefused, PackageUnreadable
from services.contacts.domain.ties import ContactRow
from services.contacts.oneroster import check, read_contacts_file, read_package
from services.contacts.oneroster.cells import (
    DayOrder,
    day_order,
    read_date,
    read_flag,
    read_list,
    read_status,
)
from tests.contacts.rosters import (
    BASE,
    ENROLLMENTS,
    USERS_HEADER,
    codes,
    content,
    data_set,
    drain,
    folder,
    opened,
)

CELLS = st.one_of(
    st.sampled_from(
        ["", "p1", "g1", "s1", "c1", "t1", "student", "parent", "teacher", "active", "tobedeleted",
         "true", "2026-09-01", "31/12/2026", "=cmd|' /C calc'!A0", "<script>", '"', "a,b", ";",
         "\u202eevil", "\x00", "\ud7ff", "NULL", "x" * 300, "a@b.org", "'; DROP TABLE"]
    ),
    st.text(max_size=12),
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, max_size=22), max_size=12)


def as_csv(header: str, rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


@given(name=st.sampled_from(sorted(BASE)), rows=ROWS)
@settings(max_examples=150)
def test_any_cells_end_in_a_verdict(name: str, rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = folder(Path(place), {name: as_csv(BASE[name][0], rows)})
        summary = check(path)
        assert summary.exit_code in (0, 1, 2)
        assert bool(summary.reasons) is not summary.would_import
        assert json.dumps(summary.as_dict())


@given(name=st.sampled_from(sorted(BASE)), data=st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_end_in_a_verdict(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        assert check(folder(Path(place), {name: data})).exit_code in (0, 1, 2)
        (Path(place) / "upload").write_bytes(data)
        assert check(Path(place) / "upload").exit_code == 2


@given(cuts=st.lists(st.integers(0, 3000), max_size=4), noise=st.binary(max_size=20))
@settings(max_examples=60)
def test_a_contacts_file_with_any_bytes_in_it_ends_in_rows_or_a_refusal(
    cuts: list[int], noise: bytes
) -> None:
    data = content(["guardian_id,student_id,gets_mail", *(f"g{i},p1,no" for i in range(50))])
    for cut in cuts:
        data = data[: cut % len(data)] + noise + data[cut % len(data) :]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "contacts.csv"
        path.write_bytes(data)
        rows: list[ContactRow] = []
        with contextlib.suppress(PackageRefused, PackageUnreadable):
            rows = list(read_contacts_file(path).rows())
        assert all(row.guardian_id and row.student_id for row in rows)


def test_the_naughty_strings_are_only_names(tmp_path: Path) -> None:
    strings = json.loads((data_set("strings/blns") / "blns.json").read_text("utf-8"))
    rows = [
        [
            f"p{i}",
            "",
            "",
            "true",
            "s1",
            "student",
            f"u{i}",
            "",
            s,
            "Lee",
            "",
            "",
            s,
            "",
            s,
            "",
            "3",
            s,
        ]
        for i, s in enumerate(strings)
    ]
    text = as_csv(USERS_HEADER, rows).replace(b"\x00", b"")
    package = opened(tmp_path, {"users.csv": text, "enrollments.csv": ENROLLMENTS[:1]})
    names = [person.given_name for person in package.people()]
    assert len(names) == len(strings)
    assert not any("\n" in name or "\u202e" in name or len(name) > 200 for name in names)


@given(st.text(max_size=30))
def test_no_cell_is_too_odd_to_be_judged(text: str) -> None:
    assert day_order([text]) in DayOrder
    for order in DayOrder:
        day, trouble = read_date(text, order)
        assert (day is None) <= (trouble is not None or not text)
    assert read_flag(text) in (True, False, None)
    assert len(set(read_list(text))) == len(read_list(text))
    status, _ = read_status(text, Mode.DELTA)
    assert status != "take" or text.strip().lower().replace(" ", "").replace("_", "") == "active"


@given(st.dates(date(1951, 1, 1), date(2149, 12, 31)))
def test_a_date_is_never_read_as_another_day(day: date) -> None:
    written = {
        DayOrder.UNKNOWN: [day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}",
                           f"{day.isoformat()}T08:00:00Z", f"{day.day} {day:%B %Y}"],
        DayOrder.MONTH_FIRST: [f"{day.month}/{day.day}/{day.year}", f"{day:%m-%d-%Y}"],
        DayOrder.DAY_FIRST: [f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}"],
    }  # fmt: skip
    for order, texts in written.items():
        for text in texts:
            assert read_date(text, order)[0] == day
    found, _ = read_date(f"{day.month}/{day.day}/{day.year}", DayOrder.UNKNOWN)
    assert found in (day, None)


def crowd(place: Path, pupils: int) -> Path:
    """As many parents as pupils, each pupil with two of them and two classes."""
    rows = [USERS_HEADER]
    for i in range(pupils):
        agents = f'"g{i},g{(i + 1) % pupils}"'
        rows.append(f"p{i},,,true,s1,student,u{i},,Given{i},Fam{i},,,,,,{agents},5,pw")
        rows.append(f"g{i},,,true,s1,parent,v{i},,Par{i},Fam{i},,,g{i}@mail.org,,,,,pw")
    lines = (f"n{i},,,c1,s1,p{i % pupils},student,,," for i in range(2 * pupils))
    return folder(place, {"users.csv": rows, "enrollments.csv": [ENROLLMENTS[0], *lines]})


def test_a_hundred_thousand_people_take_seconds(tmp_path: Path) -> None:
    path = crowd(tmp_path, 50_000)
    began = time.process_time()
    package = drain(read_package(path))
    took = time.process_time() - began
    assert package.findings == ()
    # About 2.5 s on a quiet machine; ours is shared.
    assert took < 20, took


def test_streaming_people_holds_no_rows(tmp_path: Path) -> None:
    path = crowd(tmp_path, 5_000)
    tracemalloc.start()
    try:
        package = read_package(path)
        people = sum(1 for _ in package.people())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert people == 10_000
    # Ids and roles take some 300 bytes a person and reading some 3 MB; the rows would take 20 MB.
    assert peak < 9_000_000, peak


def test_the_same_id_in_many_files_is_no_mix_up(tmp_path: Path) -> None:
    # Orgs, classes and people each have ids of their own.
    users = [
        USERS_HEADER,
        "s1,,,true,s1,student,u,,A,B,,,,,,c1,3,",
        "c1,,,true,s1,parent,v,,C,D,,,,,,,,",
    ]
    package = opened(tmp_path, {"users.csv": users, "enrollments.csv": ENROLLMENTS[:1]})
    assert [(x.student_id, x.adult_id) for x in package.links()] == [("s1", "c1")]
    assert codes(package.findings) == set()
