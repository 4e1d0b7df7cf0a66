"""Bounces of many mail systems, as others collected them: measured, with limits that must hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.notifications.returns.others import bounces, mails, rate, read_file
from tests.notifications.returns.test_reading import check

ORDINARY = ("mikel-mail/error_emails", "mikel-mail/multi_charset", "mikel-mail/rfc6532",
            "sisimai/maildir/not")  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "least"),
    [
        ("flufl: permanent or temporary", 0.97),
        ("flufl: recipients", 0.93),
        ("sisimai: permanent or temporary", 0.93),
        ("sisimai: the address itself is no good", 0.93),
    ],
)
def test_as_many_are_read_right_as_we_promise(measure: str, least: float) -> None:
    right, of = rate(measure)
    assert of > 100
    assert right / of >= least, f"{measure}: {right} of {of}"


def test_answers_of_machines_are_told_from_failures() -> None:
    for path in mails("sisimai/maildir/bsd"):
        if path.name.startswith("rfc3834"):
            mail = read_file(path)
            assert (mail.kind, mail.reports) == ("auto_reply", ())


def test_ordinary_and_broken_mail_reports_no_failure() -> None:
    files = [path for name in ORDINARY for path in mails(name)]
    files += [bounces() / "flufl.bounce" / "data" / "qmail_08.txt"]
    blamed = [path.name for path in files if read_file(path).reports]
    assert blamed == []


@pytest.mark.parametrize("copies", ["dos", "mac"])
def test_the_ends_of_lines_make_no_difference(copies: str) -> None:
    for path in mails(f"sisimai/maildir/{copies}"):
        mail, other = read_file(path), read_file(path.parents[1] / "bsd" / path.name)
        assert mail.kind == other.kind, path.name
        assert [(each.recipient, each.status, each.cause) for each in mail.reports] == [
            (each.recipient, each.status, each.cause) for each in other.reports
        ], path.name


def test_several_recipients_have_each_their_own_report() -> None:
    name = "multi_address_bounce1.eml"
    mail = read_file(bounces() / "mikel-mail" / "multipart_report_emails" / name)
    assert len({each.recipient for each in mail.reports}) == 5
    assert all(each.hopeless for each in mail.reports)


def test_no_mail_of_theirs_makes_it_fall_over_wherever_it_is_cut() -> None:
    for path in mails():
        raw = path.read_bytes()
        for cut in (1, len(raw) // 3, len(raw) // 2, len(raw) - 3):
            check(raw[:cut])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mail_of_theirs_makes_it_fall_over_when_it_is_garbled(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(mails())).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        place, cut = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 300))
        raw = raw[:place] + data.draw(st.binary(max_size=30)) + raw[place + cut :]
    check(raw)
