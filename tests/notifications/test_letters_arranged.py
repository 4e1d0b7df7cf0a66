"""Letters about seats, lunches, visits, shifts, policies and surveys: what each says and offers."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from services.notifications.domain.arranged import (
    DatedWords,
    LunchWords,
    PolicyWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
    kind_of_words,
)
from services.notifications.letters.blocks import Letter
from services.notifications.letters.layout import as_text
from services.notifications.letters.tongue import WRITTEN_IN
from services.notifications.letters.writing import write
from tests.notifications.making import occasion
from tests.notifications.samples import (
    EVENING,
    LUNCH,
    OF_SAMPLES,
    PLACE,
    POLICY,
    SHIFT,
    SURVEY,
    VISIT,
    as_said,
)

ANSWER = "https://partners.schools.example/events/rsvp/token"


def _letter(words: object, language: str = "en", **over: object) -> Letter:
    return write(occasion(words, kind_of_words(words), language, **over))  # type: ignore[arg-type]


def _entry(words: DatedWords, language: str = "en") -> tuple[str, Calendar]:
    letter = _letter(words, language)
    return letter.calendar_method, Calendar.from_ical(letter.calendar.decode())


# --- the waitlist --------------------------------------------------------------------------------


def test_who_waits_is_told_the_place_and_may_give_it_up() -> None:
    words = SeatWords(now=as_said(PLACE, state="waiting", place=4), event=EVENING.facts)
    text = as_text(_letter(words))
    assert "Your place on the list: 4" in text
    assert f"Change my answer:\n{ANSWER}\n" in text


def test_a_free_seat_says_until_which_hour_it_is_kept_and_takes_yes_or_no() -> None:
    text = as_text(_letter(SeatWords(now=PLACE, event=EVENING.facts)))
    assert "Seats for you: 3" in text
    assert "Please answer by: Friday, November 27, 2026, 5:00 PM" in text
    assert f"{ANSWER}?answer=yes" in text
    assert f"{ANSWER}?answer=no" in text
    assert "answer=maybe" not in text, "a maybe keeps no seat"


def test_where_no_seat_was_free_there_is_nothing_to_do() -> None:
    words = SeatWords(now=as_said(PLACE, state="no_seat"), event=EVENING.facts)
    assert "You do not need to do anything." in as_text(_letter(words))


# --- lunches, visits and shifts ------------------------------------------------------------------


def test_a_drawn_name_is_told_only_where_it_is_one_of_the_household() -> None:
    assert "It is Ana Gómez!" in as_text(_letter(LunchWords(now=LUNCH), adult="Ana Gómez"))
    assert "It is yours!" in as_text(_letter(LunchWords(now=LUNCH)))


def test_how_to_answer_is_said_and_by_when() -> None:
    text = as_text(_letter(LunchWords(now=LUNCH), reply_to="okafor@schools.example"))
    assert "Please answer by: Wednesday, December 2, 2026" in text
    assert "Will you come? Please tell us." in text
    assert "Dr. Okafor will read what you write." in text
    assert "Call 555-0100 and ask for Dr. Okafor." in text


def test_a_visit_is_at_home_unless_it_says_where_and_may_be_refused() -> None:
    text = as_text(_letter(VisitWords(now=VISIT)))
    assert "Where: At your home" in text
    assert "Who comes: Ms. Rivera and Mr. Lee" in text
    assert "You can say no" in text
    elsewhere = as_text(_letter(VisitWords(now=as_said(VISIT, place="Library"))))
    assert "At your home" not in elsewhere


def test_what_moved_shows_what_is_new_and_what_was() -> None:
    agreed = as_said(VISIT, state="agreed")
    later = agreed.hours.model_copy(
        update={
            "starts_at": agreed.hours.starts_at + timedelta(days=1),
            "ends_at": agreed.hours.ends_at + timedelta(days=1),
        }
    )
    letter = _letter(VisitWords(now=as_said(agreed, hours=later), before=agreed))
    assert letter.subject == "Please note the change: Home visit"
    text = as_text(letter)
    assert "When (new): Wednesday, December 9, 2026, 5:30 PM – 6:15 PM" in text
    assert "Before: Tuesday, December 8, 2026, 5:30 PM – 6:15 PM" in text


def test_what_is_agreed_as_it_was_offered_has_not_changed() -> None:
    letter = _letter(VisitWords(now=as_said(VISIT, state="agreed"), before=VISIT))
    assert letter.subject == "The date is set: Home visit"
    assert "Something has changed" not in as_text(letter)


def test_a_shift_says_what_there_is_to_do_and_where() -> None:
    text = as_text(_letter(ShiftWords(now=SHIFT)))
    assert "* Book fair: cash desk *" in text
    assert "    Please bring a pen." in text
    assert "please tell us early" in text


@pytest.mark.parametrize(
    ("words", "method", "status"),
    [
        (VisitWords(now=VISIT), "PUBLISH", "TENTATIVE"),
        (VisitWords(now=as_said(VISIT, state="agreed")), "PUBLISH", "CONFIRMED"),
        (VisitWords(now=as_said(VISIT, state="called_off"), before=VISIT), "CANCEL", "CANCELLED"),
        (LunchWords(now=LUNCH), "PUBLISH", "TENTATIVE"),
        (ShiftWords(now=SHIFT), "PUBLISH", "CONFIRMED"),
    ],
)
def test_its_day_is_in_the_calendar_part_as_sure_as_it_is(
    words: DatedWords, method: str, status: str
) -> None:
    said, calendar = _entry(words, "ar")
    (entry,) = calendar.walk("VEVENT")
    assert (said, str(calendar["method"]), str(entry["status"])) == (method, method, status)
    assert words.now.hours is not None
    assert entry.decoded("dtstart") == words.now.hours.starts_at
    assert str(entry["uid"]) == f"{words.now.subject}@schools.example"


def test_the_calendar_names_no_family_and_speaks_its_language() -> None:
    _, calendar = _entry(VisitWords(now=VISIT), "es")
    (entry,) = calendar.walk("VEVENT")
    assert str(entry["summary"]) == "Visita en casa (Maple Elementary)"
    assert not str(entry["location"])


def test_a_lunch_without_a_day_has_nothing_for_the_calendar() -> None:
    letter = _letter(LunchWords(now=as_said(LUNCH, hours=None)))
    assert not letter.calendar
    assert "calendar" not in as_text(letter)


# --- policies and surveys ------------------------------------------------------------------------


def test_a_policy_is_linked_in_the_readers_language_where_there_is_one() -> None:
    spanish = as_text(_letter(PolicyWords(now=POLICY), "es-MX"))
    assert "https://schools.example/policy-es.pdf" in spanish
    assert "Idioma del texto" not in spanish
    french = as_text(_letter(PolicyWords(now=POLICY), "fr"))
    assert "https://partners.schools.example/contacts/parents/maple#r-policy" in french
    assert "Langue du texte : anglais." in french
    assert "It is written in" not in as_text(_letter(PolicyWords(now=POLICY)))


def test_comments_are_asked_for_while_there_is_time() -> None:
    assert "Tell us by: Friday, December 18, 2026" in as_text(_letter(PolicyWords(now=POLICY)))
    assert POLICY.comments_by is not None
    late = POLICY.comments_by + timedelta(minutes=1)
    assert "Tell us by" not in as_text(_letter(PolicyWords(now=POLICY), written_at=late))


def test_a_later_edition_says_that_it_is_new() -> None:
    again = "It is new since last time."
    assert again not in as_text(_letter(PolicyWords(now=POLICY)))
    assert again in as_text(_letter(PolicyWords(now=as_said(POLICY, edition=2))))


def test_a_survey_says_how_long_it_takes_and_whether_names_are_asked() -> None:
    text = as_text(_letter(SurveyWords(now=SURVEY)))
    assert "Please answer by: Friday, December 11, 2026" in text
    assert "How many minutes it takes: 5" in text
    assert "You do not have to give your name." in text
    named = as_text(_letter(SurveyWords(now=as_said(SURVEY, anonymous=False, minutes=None))))
    assert "your name" not in named
    assert "minutes" not in named


@pytest.mark.parametrize("language", WRITTEN_IN)
@pytest.mark.parametrize(("kind", "words"), OF_SAMPLES)
def test_on_paper_nothing_is_to_be_tapped_or_attached(
    kind: str, words: DatedWords, language: str
) -> None:
    text = as_text(write(occasion(words, kind, language, on_paper=True, answer_url="")))
    assert "/events/rsvp" not in text
    assert "%(" not in text
    kept = "The date is attached, so that you can keep it in your calendar."
    assert language != "en" or kept not in text
