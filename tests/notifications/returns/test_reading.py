"""How returned mail is read: the rules, each by an example of our own, and that nothing crashes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.returned import Report
from services.notifications.returns.codes import cause_of, status_of
from services.notifications.returns.reading import read
from tests.notifications.returns.mailing import ANA, bounce, complaint, in_words, person, vacation


def test_a_report_says_who_did_not_get_it_and_why() -> None:
    mail = read(bounce())
    (report,) = mail.reports
    assert (mail.kind, report.recipient, report.status) == ("bounce", ANA, "5.1.1")
    assert (report.cause, report.final, report.hopeless) == ("no_mailbox", True, True)
    assert report.said == f"550 5.1.1 <{ANA}> No such user"


def test_a_letter_that_is_late_has_not_failed() -> None:
    mail = read(bounce(action="delayed", status="4.4.1", said="451 4.4.1 connection timed out"))
    (report,) = mail.reports
    assert (mail.kind, report.final, report.permanent) == ("delay", False, False)


def test_a_letter_that_was_delivered_is_no_failure() -> None:
    assert read(bounce(action="delivered", status="2.0.0", said="250 ok")).kind == "other"


@pytest.mark.parametrize(
    ("status", "said", "cause", "hopeless"),
    [
        ("5.1.1", "550 5.1.1 mailbox is full", "full", False),
        ("5.2.2", "552 5.2.2 over quota", "full", False),
        ("5.7.1", "550 5.7.1 blocked using a list: spam", "blocked", False),
        ("5.7.1", "550 5.7.1 User unknown", "no_mailbox", True),
        ("5.2.1", "550 5.2.1 the account is disabled", "disabled", False),
        ("5.1.2", "", "no_domain", True),
        ("5.1.10", "556 5.1.10 null MX", "takes_no_mail", True),
        ("5.0.0", "550 5.0.0 sorry", "unclear", False),
        ("4.1.1", "450 4.1.1 user unknown", "no_mailbox", False),
    ],
)
def test_words_count_more_than_codes(status: str, said: str, cause: str, hopeless: bool) -> None:
    (report,) = read(bounce(status=status, said=said)).reports
    assert (report.cause, report.hopeless) == (cause, hopeless)


def test_the_most_exact_code_is_the_status() -> None:
    assert status_of("550 5.7.1 no", "5.0.0") == "5.7.1"
    assert status_of("550 sorry", "5.1.1") == "5.1.1"
    assert status_of("421 later", "") == "4.0.0"
    assert status_of("from 192.0.2.25 and 5.10.20.30") == "5.0.0"
    assert status_of("", "", final=False) == "4.0.0"
    assert cause_of("", "5.2.2") == "full"


def test_where_a_machine_writes_words_only_they_are_read() -> None:
    mail = read(in_words("was not delivered to:\n\n  ana@family.example\n\nNo such user here."))
    (report,) = mail.reports
    assert (mail.kind, report.recipient, report.hopeless) == ("bounce", ANA, True)


def test_a_person_who_quotes_a_bounce_is_a_person() -> None:
    words = "My mail was not delivered to ana@family.example: 550 5.1.1 User unknown. Please help!"
    mail = read(person(words, subject="Re: Undelivered Mail Returned to Sender"))
    assert (mail.kind, mail.reports) == ("reply", ())


@pytest.mark.parametrize(
    "head",
    [
        {"Auto-Submitted": "auto-replied (vacation)"},
        {"Subject": "Automatic reply: Good news"},
        {"Subject": "Respuesta automática: fuera"},
        {"X-Autoreply": "yes"},
        {"Subject": "Автоматический ответ: Good news"},
        {"Subject": "自动答复: Good news"},
        {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    ],
)
def test_who_is_away_has_not_gone(head: dict[str, str]) -> None:
    words = "I am away. This mailbox is full and your letter was not delivered: user unknown."
    mail = read(vacation(words, head))
    assert (mail.kind, mail.reports) == ("auto_reply", ())


def test_a_mailbox_that_answers_without_saying_so_is_blamed_for_nothing() -> None:
    words = "Ana has moved. This address is no longer valid, and your mail has not been sent on."
    mail = read(vacation(words, {"Subject": "Re: Good news"}))
    assert (mail.kind, mail.reports) == ("reply", ())


def test_a_complaint_names_who_complained_and_the_letter() -> None:
    mail = read(complaint())
    assert (mail.kind, mail.reports[0].recipient) == ("complaint", ANA)
    assert mail.letters == ("id-000001@schools.example",)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_praise_and_machines_are_no_complaints(kind: str) -> None:
    assert read(complaint(kind)).kind == "other"


def test_a_report_is_about_an_address_or_about_the_one_it_was_before() -> None:
    report = Report(recipient="new@other.example", formerly=ANA)
    assert report.names("Ana@Family.example")
    assert not report.names("luis@family.example")
    assert Report().names("anybody@family.example")


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello", b"\x00\xff\xfe", b"PK\x03\x04" * 100])
def test_what_is_no_mail_is_unreadable(raw: bytes) -> None:
    assert read(raw).kind == "unreadable"


def check(raw: bytes) -> None:
    """It is read, and what is said of it can be kept: whole letters, and not too many."""
    mail = read(raw)
    reports = [(each.recipient, each.formerly, each.status, each.said) for each in mail.reports]
    for text in (mail.subject, mail.sender, mail.message_id, *mail.letters, *sum(reports, ())):
        assert len(text.encode()) < 2_000


@settings(deadline=None)  # how long it may take is tested below
@given(st.binary(max_size=3_000))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    check(raw)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        [bounce(), complaint(), vacation("away"), in_words("not delivered"), person("hi")]
    ),
    st.integers(0, 3_000),
    st.integers(0, 200),
    st.binary(max_size=40),
)
def test_a_mail_that_was_cut_and_garbled_can_be_read(
    raw: bytes, place: int, cut: int, between: bytes
) -> None:
    check(raw[:place] + between + raw[place + cut :])


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "utf-16-le", "base64", "no such"])
def test_no_charset_makes_words_that_can_not_be_kept(charset: str) -> None:
    head = f"From: =?{charset}?q?=5Cud800_mailer-daemon?= <mailer-daemon@x.example>\n"
    part = (
        f"Content-Type: text/plain; charset={charset}\n\nuser unknown: \\ud800 +2AA- a@b.example\n"
    )
    check((head + part).encode() + b"\xed\xa0\x80")


@pytest.mark.parametrize(
    "raw",
    [
        b"From: mailer-daemon@x.example\nContent-Type: text/plain" + b';"' * 200_000 + b"\n\nx",
        b"From: mailer-daemon@x.example\n\n" + b"user" * 200_000,
        b"From: mailer-daemon@x.example\n\n" + b"\n" * 500_000,
        b"From: mailer-daemon@x.example\n\n" + b"<a@b.example>\n" * 50_000,
        b"From: mailer-daemon@x.example\nSubject: " + b"=?utf-8?q?" * 50_000 + b"\n\nx",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000)
        ),
        b"Content-Type: multipart/report; boundary=b\n\n--b\n"
        b"Content-Type: message/delivery-status\n"
        + b"\nFinal-Recipient: rfc822;a@b.example\nAction: failed\n"
        * 20_000,
        b"From: a@b.example\nContent-Type: text/plain; charset=punycode\n\n" + b"ab" * 200_000,
    ],
    ids=["header", "word", "empty", "addresses", "encoded", "nested", "blocks", "charset"],
)
def test_nobody_can_keep_it_busy(raw: bytes) -> None:
    began = time.process_time()
    read(raw)
    # A second or less on a slow machine; what grows with the square of its length takes minutes.
    assert time.process_time() - began < 10
