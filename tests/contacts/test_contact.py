"""What is true of a contact: what it may say, how it is corrected, how it is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.contacts.domain.contact import Author, Contact, ContactDraft, Place
from services.contacts.domain.views import as_seen, may_change
from shared.errors import Conflict, Refused
from shared.identity import Viewer

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PLACE = Place(school_id="maple", class_ids=("room-4",))
RIVERA = Author(
    account_id="account-rivera",
    educator_id="educator-rivera",
    name="Ms. Rivera",
    signature="Ms. Rivera, Maple Elementary",
)


def draft(**changes: object) -> ContactDraft:
    facts = {"family_id": "vega", "student_ids": ("ana",), **changes}
    return ContactDraft.model_validate(facts)


def logged(**changes: object) -> Contact:
    return Contact.logged("c1", draft(**changes), PLACE, RIVERA, NOW)


def by(name: str) -> Author:
    """Somebody else who corrects."""
    return Author(account_id=f"account-{name}", educator_id=None, name=name, signature=name)


def test_the_defaults_are_a_call_with_good_news_that_reached_somebody_now() -> None:
    contact = logged()
    assert (contact.channel, contact.outcome, contact.tone) == ("call", "reached", "good_news")
    assert contact.occurred_at == NOW
    assert contact.letter is None


def test_writing_to_the_family_is_a_second_act() -> None:
    contact = logged(words=" Ana read a whole book today. ", words_language="es")
    assert contact.letter is not None
    assert contact.letter.words == "Ana read a whole book today."
    assert contact.letter.signed == "Ms. Rivera, Maple Elementary"
    assert contact.letter.language == "es"


def test_blank_words_write_nothing() -> None:
    assert logged(words="  \n ").letter is None


def test_a_chosen_sentence_writes_without_a_typed_word() -> None:
    letter = logged(praise="work:math", at_home="read", words_language="es").letter
    assert letter is not None
    assert letter.starter is not None
    assert (letter.starter.praise, letter.starter.at_home) == ("work:math", "read")
    assert not letter.typed
    assert (letter.words[:10], letter.language) == ("Great work", "en")


def test_typed_words_stay_as_they_were_typed_beside_a_chosen_sentence() -> None:
    letter = logged(praise="work:math", words="Sumó sola.", words_language="es").letter
    assert letter is not None
    assert (letter.words, letter.language, letter.typed) == ("Sumó sola.", "es", True)


def test_a_sentence_that_is_on_no_list_is_refused() -> None:
    for wrong in ({"praise": "work:kind"}, {"at_home": "sleep"}):
        with pytest.raises(Refused, match="no such sentence"):
            logged(**wrong)


def test_a_concern_is_not_mailed_by_a_chosen_sentence_either() -> None:
    with pytest.raises(Refused, match="A concern is never mailed"):
        logged(tone="concern", praise="work:math")


def test_a_concern_is_never_mailed() -> None:
    with pytest.raises(Refused, match="A concern is never mailed"):
        logged(tone="concern", words="We need to talk.")
    assert logged(tone="concern").letter is None


def test_a_contact_in_the_future_is_refused() -> None:
    with pytest.raises(Refused, match="future"):
        logged(occurred_at=NOW + timedelta(minutes=3))


def test_a_phone_whose_clock_is_a_minute_ahead_may_log() -> None:
    assert logged(occurred_at=NOW + timedelta(minutes=1)).occurred_at == NOW


def test_a_mistyped_year_is_refused() -> None:
    with pytest.raises(Refused, match="before 2000"):
        logged(occurred_at=datetime(202, 11, 24, tzinfo=UTC))


def test_a_voicemail_is_left_by_phone() -> None:
    with pytest.raises(Refused, match="voicemail"):
        logged(channel="email", outcome="voicemail")


def test_a_field_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        draft(mood="fine")


def test_the_staff_only_note_is_told_to_nobody() -> None:
    told = logged(note="The father is ill.")
    assert "ill" not in told.told().model_dump_json()
    assert "ill" not in told.correction().model_dump_json()


def test_a_correction_is_a_new_version_in_full() -> None:
    right = logged().corrected(draft(outcome="voicemail"), PLACE, by("x"), NOW, posted=False)
    assert right.version == 2
    told = right.correction()
    assert told.now.outcome == "voicemail"
    assert told.now.contact_id == "c1"


def test_a_correction_keeps_author_and_time_of_writing() -> None:
    later = NOW + timedelta(hours=1)
    right = logged().corrected(draft(tone="hello"), PLACE, by("x"), later, posted=False)
    assert right.author == "Ms. Rivera"
    assert right.logged_at == NOW
    assert right.changed_at == later


def test_a_correction_that_leaves_the_words_leaves_who_signed_them() -> None:
    before = logged(words="Ana read.")
    right = before.corrected(draft(words="Ana read."), PLACE, by("The head"), NOW, posted=False)
    assert right.letter == before.letter


def test_the_words_of_a_letter_that_has_left_stay() -> None:
    with pytest.raises(Conflict, match="handed to the mail service"):
        logged(words="Ana read.").corrected(
            draft(words="Ana wrote."), PLACE, by("x"), NOW, posted=True
        )


def test_the_rest_of_a_contact_whose_letter_has_left_can_be_corrected() -> None:
    before = logged(words="Ana read.")
    right = before.corrected(
        draft(words="Ana read.", outcome="voicemail"), PLACE, by("x"), NOW, posted=True
    )
    assert right.outcome == "voicemail"


def test_a_correction_never_moves_a_contact_to_another_family() -> None:
    with pytest.raises(Refused, match="another family"):
        logged().corrected(draft(family_id="okafor"), PLACE, by("x"), NOW, posted=False)


def test_what_was_taken_back_counts_no_more_and_changes_no_more() -> None:
    gone = logged().retracted("Wrong family", "account-rivera", NOW)
    assert gone.version == 2
    assert not gone.told_good_news
    with pytest.raises(Conflict):
        gone.retracted("", "account-rivera", NOW)
    with pytest.raises(Conflict):
        gone.corrected(draft(), PLACE, by("x"), NOW, posted=False)


def test_the_reason_of_a_retraction_stays_with_the_school() -> None:
    gone = logged().retracted("It was Mr. Vega's cousin", "account-rivera", NOW)
    assert "cousin" not in gone.withdrawal().model_dump_json()


@pytest.mark.parametrize(
    ("outcome", "told"), [("reached", True), ("voicemail", True), ("no_answer", False)]
)
def test_good_news_is_told_when_the_family_can_know_it(outcome: str, told: bool) -> None:
    assert logged(outcome=outcome).told_good_news is told


def viewer(role: str, account: str = "account-other", *schools: str) -> Viewer:
    return Viewer.model_validate({"account_id": account, "role": role, "school_ids": schools})


@pytest.mark.parametrize(
    ("role", "account", "school", "reads"),
    [
        ("educator", "account-rivera", "maple", True),
        ("principal", "account-head", "maple", True),
        ("principal", "account-head", "cedar", False),
        ("educator", "account-other", "maple", False),
        ("office", "account-office", "maple", False),
        ("coordinator", "account-co", "maple", False),
        ("district", "account-district", "", False),
    ],
)
def test_the_author_reads_a_note_and_the_principal_who_opened_it(
    role: str, account: str, school: str, reads: bool
) -> None:
    noted, reader = logged(note="Quiet lately."), viewer(role, account, school)
    assert bool(as_seen(noted, reader, {noted.contact_id}).note) is reads
    closed = as_seen(noted, reader)
    assert bool(closed.note) is (account == RIVERA.account_id)
    assert closed.has_note is not bool(closed.note)


def test_whoever_corrects_anothers_contact_leaves_its_note_alone() -> None:
    noted = logged(note="Quiet lately.")
    assert noted.corrected(draft(), PLACE, by("x"), NOW, posted=False).note == "Quiet lately."
    own = noted.corrected(draft(note="Better now."), PLACE, RIVERA, NOW, posted=False)
    assert own.note == "Better now."


@pytest.mark.parametrize(
    ("role", "account", "may"),
    [
        ("educator", "account-rivera", True),
        ("educator", "account-other", False),
        ("coordinator", "account-co", False),
        ("principal", "account-head", True),
        ("district", "account-district", True),
    ],
)
def test_the_author_the_principal_and_the_district_change_a_contact(
    role: str, account: str, may: bool
) -> None:
    assert may_change(logged(), viewer(role, account, "maple")) is may
