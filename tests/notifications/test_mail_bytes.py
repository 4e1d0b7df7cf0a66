"""Letters as bytes: headers, folding, injection, and the calendar part."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.domain.notice import AnswerWords, Content, EventWords
from services.notifications.letters.headers import one_line
from services.notifications.letters.mail import addressed, message_id, usable
from services.notifications.letters.tongue import WRITTEN_IN
from services.notifications.letters.writing import write
from shared.errors import Refused
from tests.notifications.making import FACTS, LETTERS, NOTE, NOW, STOP_URL, occasion


def _bytes(
    content: Content = NOTE, kind: str = "good_news", language: str = "en", **over: object
) -> bytes:
    letter = write(occasion(content, kind, language, **over))
    return addressed(
        letter,
        delivery_id="delivery-1",
        mailbox="ana@family.example",
        mail_from="school@schools.example",
        bounces_to="",
        at=NOW,
    ).message


def _parsed(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=default_policy).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def _head(raw: bytes) -> list[bytes]:
    return raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


@pytest.mark.parametrize("language", [*WRITTEN_IN, "ko"])
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_every_letter_is_seven_bit_with_lines_that_mail_allows(
    kind: str, content: Content, language: str
) -> None:
    raw = _bytes(content, kind, language)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    links = (b"List-Unsubscribe:",)
    assert all(len(line) <= 78 or line.startswith(links) for line in _head(raw))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"?==?" not in raw


def test_one_click_unsubscribe_is_whole_on_one_line() -> None:
    assert len(STOP_URL) > 150
    head = _head(_bytes())
    assert f"List-Unsubscribe: <{STOP_URL}>".encode() in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_the_message_id_comes_from_the_delivery_alone() -> None:
    assert b"Message-ID: <delivery-1@schools.example>" in _head(_bytes())
    assert b"Message-ID: <delivery-1@schools.example>" in _head(_bytes(language="ar"))
    assert message_id("d", "a@b.example") == "<d@b.example>"


def test_the_sender_is_teacher_and_school() -> None:
    message = _parsed(_bytes())
    assert str(message["From"]) == '"Ms. Rivera, Maple Elementary" <school@schools.example>'
    assert str(message["To"]) == "ana@family.example"


@pytest.mark.parametrize("language", WRITTEN_IN)
def test_long_subjects_and_senders_in_any_script_read_back_the_same(language: str) -> None:
    long = FACTS.model_copy(
        update={"title": "ليلة القراءة والرياضيات للعائلات 家庭数学之夜 — Noche de números " * 2,
                "organizer": "الأستاذة فاطمة بنت عبد الرحمن الحداد من مدرسة القيقب الابتدائية " * 2}
    )  # fmt: skip
    letter = write(occasion(EventWords(facts=long), "invitation", language))
    head = message_from_bytes(_bytes(EventWords(facts=long), "invitation", language))
    subject = str(make_header(decode_header(head["Subject"])))
    assert subject == one_line(letter.subject, 200)
    name, address = parseaddr(str(make_header(decode_header(head["From"]))))
    assert (name, address) == (one_line(letter.sender, 120), "school@schools.example")


INJECTED = "Rivera\r\nBcc: all@victims.example\nX: y\x0b\x85\u2028Bcc: more@victims.example"


def test_no_typed_word_becomes_a_header_or_a_recipient() -> None:
    evil = NOTE.model_copy(update={"signed": INJECTED})
    event = FACTS.model_copy(update={"title": INJECTED, "organizer": INJECTED, "place": INJECTED})
    for raw in (
        _bytes(evil, students=(INJECTED,)),
        _bytes(EventWords(facts=event), "invitation"),
        _bytes(EventWords(facts=event), "invitation", "ar"),
    ):
        message = _parsed(raw)
        assert message["Bcc"] is None
        assert message["X"] is None
        assert len(message["To"].addresses) == 1
        assert len(message["From"].addresses) == 1


NASTY = st.text(
    st.sampled_from('aé家\r\n\t\v\x00\x85\u2028\u202e,;:<>@()"\\=?') | st.characters(), max_size=60
) | st.sampled_from(["=?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=", "x@y.example>, <z@y.example", "."])


@given(NASTY, NASTY, st.sampled_from(["en", "ar"]))
def test_whatever_is_typed_the_header_has_its_own_fields_once_and_one_recipient(
    words: str, name: str, language: str
) -> None:
    event = FACTS.model_construct(**{**dict(FACTS), "title": words, "organizer": name})
    raw = _bytes(EventWords.model_construct(facts=event), "invitation", language)
    head = _head(raw)
    names = [line.split(b":")[0] for line in head if not line.startswith(b" ")]
    assert names == FIELDS
    # As mail programs read it, encoded words included.
    parsed = _parsed(raw)
    assert [each.addr_spec for each in parsed["To"].addresses] == ["ana@family.example"]
    assert [each.addr_spec for each in parsed["From"].addresses] == ["school@schools.example"]
    assert all(32 <= byte < 127 for line in head for byte in line)


FIELDS = [
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Language",
    b"Auto-Submitted", b"X-Auto-Response-Suppress", b"List-Unsubscribe", b"List-Unsubscribe-Post",
    b"Content-Type",
]  # fmt: skip


@given(NASTY, NASTY)
def test_whatever_stands_as_an_address_is_one_plain_address_or_refused(
    local: str, domain: str
) -> None:
    try:
        found = usable(f"{local}@{domain}")
    except Refused:
        return
    assert re.fullmatch(r"[!-~]+", found)
    assert not set(found) & set("<>,;")
    assert len(Address(addr_spec=found).domain) > 0


def test_no_typed_word_becomes_a_line_of_the_calendar() -> None:
    event = FACTS.model_copy(
        update={"title": "A\r\nATTENDEE:mailto:x@y.example", "place": "B\nX:y"}
    )
    calendar = _calendar(_bytes(EventWords(facts=event), "invitation"))
    entry = calendar.events[0]
    assert "ATTENDEE" not in entry
    assert str(entry["SUMMARY"]).startswith("A")


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b.example", "a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.example",
     "a@b.example>, <c@d.example", "müller@b.example"],
)  # fmt: skip
def test_an_address_that_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        usable(address)


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert usable("ana@bücher.example") == "ana@xn--bcher-kva.example"


def test_parts_stand_in_the_order_that_mail_programs_want() -> None:
    message = _parsed(_bytes(EventWords(facts=FACTS), "invitation"))
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        "text/calendar",
    ]  # fmt: skip
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    plain = _parsed(_bytes())
    assert plain.get_content_type() == "multipart/alternative"


def _calendar(raw: bytes) -> Calendar:
    part = next(p for p in _parsed(raw).walk() if p.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_content())


def test_the_calendar_part_has_its_time_zone_and_a_lasting_id() -> None:
    calendar = _calendar(_bytes(EventWords(facts=FACTS), "invitation", "zh"))
    assert calendar["METHOD"] == "PUBLISH"
    assert [each["TZID"] for each in calendar.timezones] == ["America/New_York"]
    entry = calendar.events[0]
    assert entry["UID"] == "event-1@schools.example"
    assert entry["DTSTART"].params["TZID"] == "America/New_York"
    assert entry.start == FACTS.starts_at
    assert entry["SEQUENCE"] == 1


def test_a_cancelled_event_cancels_its_calendar_entry() -> None:
    calendar = _calendar(_bytes(EventWords(facts=FACTS), "cancelled"))
    assert (calendar["METHOD"], calendar.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    assert calendar.events[0]["SEQUENCE"] == 2


def test_a_no_brings_no_calendar_entry() -> None:
    stays_away = AnswerWords(facts=FACTS, answer="no", party_size=0)
    mail = _parsed(_bytes(stays_away, "rsvp_confirmation"))
    assert "text/calendar" not in [part.get_content_type() for part in mail.walk()]
