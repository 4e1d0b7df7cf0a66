"""A translation that nobody has reviewed goes out with the English below it."""

import re
from dataclasses import replace

import pytest

from services.notifications.domain.languages import in_parts
from services.notifications.domain.notice import Content, EventWords
from services.notifications.letters import drafts
from services.notifications.letters.blocks import Buttons, without_links
from services.notifications.letters.catalogs import (
    LOCALES,
    is_draft,
    review_of,
    sentences_of,
)
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.mail import addressed
from services.notifications.letters.tongue import WRITTEN_IN, tongue
from services.notifications.letters.writing import Household, write
from tests.notifications.making import FACTS, LETTERS, NOTE, NOW, STOP_URL, occasion

DRAFTS = [language for language in WRITTEN_IN if is_draft(language)]
UNREVIEWED = "This translation has not been reviewed yet. The letter in English is below."


# --- the catalogs ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", [each for each in WRITTEN_IN if each != "en"])
def test_every_catalog_says_whether_it_was_reviewed(language: str) -> None:
    header = (LOCALES / language / "LC_MESSAGES" / "letters.po").read_text().split("msgid")[0]
    (line,) = re.findall(r"^# Reviewed by: (.*)$", header, re.MULTILINE)
    review = review_of(language)
    assert line.startswith("nobody yet") if review is None else line.startswith(review.by)
    assert is_draft(language) == (review is None)


def test_english_is_what_translations_are_made_from() -> None:
    assert not is_draft("en")


@pytest.mark.parametrize("language", [each for each in WRITTEN_IN if each != "en"])
def test_sentences_stand_in_one_order_with_keys_of_their_own(language: str) -> None:
    sentences = sentences_of(language)
    assert [each.place for each in sentences] == list(range(1, len(sentences) + 1))
    assert len({each.key for each in sentences}) == len(sentences)
    assert {each.key for each in sentences} == {each.key for each in sentences_of("es")}
    assert all(in_parts(words) for each in sentences for words in each.words)
    assert any(each.comment for each in sentences)


# --- in both languages ------------------------------------------------------------------------


@pytest.mark.parametrize("language", DRAFTS)
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_a_draft_is_the_whole_letter_twice_and_says_so_in_both_languages(
    kind: str, content: Content, language: str
) -> None:
    told = occasion(content, kind, language)
    letter, alone = as_sent(told), write(told)
    english = write(occasion(content, kind, "en"))
    text = as_text(letter)
    said = tongue(language)(UNREVIEWED)
    assert said != UNREVIEWED
    assert text.index(said) < text.index(UNREVIEWED) < text.index(alone.greeting)
    assert text.index(alone.greeting) < text.index("* * *") < text.index(english.greeting)
    assert letter.subject == alone.subject
    for line in (*english.closing, *english.footer, *alone.closing, *alone.footer):
        assert line in text
    assert "%(" not in text


@pytest.mark.parametrize("language", DRAFTS)
def test_each_part_of_the_page_has_its_own_language_and_direction(language: str) -> None:
    letter = as_sent(occasion(EventWords(facts=FACTS), "invitation", language))
    html = as_html(letter)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    (below,) = re.findall(r'<div class="below"[^>]*>', html)
    assert 'lang="en"' in below
    assert 'dir="ltr"' in below
    assert html.count(UNREVIEWED) == 1
    above, _, rest = html.partition('<div class="below"')
    assert letter.greeting in above
    assert "Dear Lucía Gómez and Omar Haddad," in rest
    for half in (above, rest):
        assert half.count("?answer=yes") == 1


def test_what_closes_a_draft_comes_last_because_programs_fold_it_away() -> None:
    text = as_text(as_sent(occasion(NOTE, language="es")))
    body, foot = text.split("-- \n")
    assert "With kind regards," in body
    assert foot.count(STOP_URL) == 2
    assert "Stop letters like this" in foot


def test_marks_of_direction_stand_in_the_arabic_part_only() -> None:
    text = as_text(as_sent(occasion(EventWords(facts=FACTS), "invitation", "ar")))
    above, below = text.split("* * *")
    assert above.startswith("\u200f")
    assert f"\n{UNREVIEWED}\n" in above
    english, foot = below.split("-- \n")
    assert "\u200f" not in english
    assert "\u200f" in foot


def test_english_and_reviewed_letters_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_sent(occasion(NOTE)) == write(occasion(NOTE))
    assert as_sent(occasion(NOTE, language="ko")) == write(occasion(NOTE, language="ko"))
    monkeypatch.setattr(drafts, "is_draft", lambda language: language != "es")
    assert as_sent(occasion(NOTE, language="es")) == write(occasion(NOTE, language="es"))


@pytest.mark.parametrize("language", DRAFTS)
def test_a_draft_that_is_off_is_english_alone_with_the_line_on_top(language: str) -> None:
    told = replace(occasion(NOTE), household=Household(("Lucía Gómez",), language, off=True))
    letter = as_sent(told)
    assert (letter.language, letter.english, letter.unreviewed) == ("en", None, "")
    assert as_text(letter).startswith(letter.interpreter)
    assert letter.interpreter


def test_staff_get_no_links_of_either_part() -> None:
    letter = without_links(as_sent(occasion(EventWords(facts=FACTS), "invitation", "vi")))
    assert letter.english is not None
    for part in (letter, letter.english):
        (buttons,) = [block for block in part.blocks if isinstance(block, Buttons)]
        assert {url for _, url in buttons.links} == {"#"}
    assert "token" not in as_html(letter) + as_text(letter)


@pytest.mark.parametrize("language", DRAFTS)
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_a_draft_as_bytes_names_its_readers_language_and_keeps_to_the_rules_of_mail(
    kind: str, content: Content, language: str
) -> None:
    raw = addressed(
        as_sent(occasion(content, kind, language)),
        delivery_id="delivery-1",
        mailbox="ana@family.example",
        mail_from="school@schools.example",
        bounces_to="",
        at=NOW,
    ).message
    assert f"Content-Language: {language}\r\n".encode() in raw
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
