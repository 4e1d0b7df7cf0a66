"""Letters in all languages: what they say, how they look, and their bytes."""

import re
from dataclasses import replace
from html import unescape

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.notifications.domain.notice import Content, EventWords
from services.notifications.domain.reading_level import AIM, grade_of
from services.notifications.letters.blocks import without_links
from services.notifications.letters.catalogs import LOCALES, sentences_of
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.tongue import WRITTEN_IN, tongue
from services.notifications.letters.writing import Household, write
from shared.messages import Starter
from shared.starters import AT_HOME, LISTS, PATTERNS
from tests.notifications.making import FACTS, LETTERS, NOTE, READING, SCHOOL, STOP_URL, occasion

TRANSLATED = [language for language in WRITTEN_IN if language != "en"]
KEYWORDS = {"_": None, "plain": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s")


# --- catalogs ------------------------------------------------------------


def _sentences() -> list[str | tuple[str, ...]]:
    folder = LOCALES.parent / "letters"
    chosen = [sentence for _, sentence in PATTERNS.values()]
    chosen += [each for held in LISTS.values() for each in held.values()]
    found = [found[2] for found in extract_from_dir(folder, keywords=KEYWORDS)]
    return [*found, *chosen, *AT_HOME.values()]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "letters.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    kept = {message.id for message in catalog if message.id}
    assert kept == set(_sentences())
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), f"{language}: {message.id}"
        assert not message.fuzzy or not message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_placeholder_is_lost_or_invented(language: str) -> None:
    for sentence in sentences_of(language):
        plural = len(sentence.english) > 1
        english = set(PLACEHOLDER.findall(sentence.english[-1]))
        for words in sentence.words:
            found = PLACEHOLDER.findall(words)
            # A plural may say "two people" without the number; test_letters_tongue knows where.
            assert set(found) <= english if plural else set(found) == english, words
            assert len(found) == len(set(found))
            assert "%" not in PLACEHOLDER.sub("", words)


# --- what a letter says ---------------------------------------------------------


@pytest.mark.parametrize("language", [*WRITTEN_IN, "ko", "de"])
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_every_letter_ends_with_a_person_a_number_and_an_interpreter(
    kind: str, content: Content, language: str
) -> None:
    letter = write(occasion(content, kind, language))
    text = as_text(letter)
    assert "555-0100" in text
    people = {
        "good_news": "Ms. Rivera", "note": "Ms. Rivera", "waitlist": "Ms. Rivera",
        "lunch_drawn": "Dr. Okafor", "lunch": "Dr. Okafor", "visit_proposed": "Ms. Rivera",
        "visit": "Ms. Rivera", "shift": "Ms. Park", "policy": "Ms. Diaz", "survey": "Ms. Diaz",
    }  # fmt: skip
    of_nobody = {"address_confirm", "address_told", "reply_answer"}
    person = "Maple Elementary" if kind in of_nobody else people.get(kind, "Ana Pérez")
    assert person in text.rsplit("555-0100", 1)[1]
    asks = {
        "en": "interpreter", "es": "intérprete", "ar": "مترجم", "zh": "口译", "tl": "interpreter",
        "vi": "thông dịch viên", "pt": "intérprete", "ru": "переводчик", "fr": "interprète",
        "ht": "entèprèt", "so": "turjubaan", "uk": "перекладач",
    }  # fmt: skip
    assert asks[letter.language] in text.rsplit("555-0100", 1)[1]
    assert "Maple Elementary" in letter.sender
    assert "%(" not in text


@pytest.mark.parametrize("language", [*WRITTEN_IN, "ko"])
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_text_and_html_say_the_same(kind: str, content: Content, language: str) -> None:
    letter = write(occasion(content, kind, language))
    html = re.sub(r"<(style|head)>.*?</\1>", " ", as_html(letter), flags=re.DOTALL)
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    for part in (letter.greeting, *letter.closing):
        assert " ".join(part.split()) in shown
    assert letter.greeting in as_text(letter)


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("en", "Good news about Maya", "Dear Lucía Gómez and Omar Haddad,"),
        (
            "es-MX",
            "Buenas noticias sobre Maya",
            "Un cordial saludo para Lucía Gómez y Omar Haddad:",
        ),
        (
            "ar",
            "خبر سار عن Maya",
            "تحية طيبة إلى \u2068Lucía Gómez\u2069 و\u2068Omar Haddad\u2069،",
        ),
        ("zh-Hans", "关于 Maya 的好消息", "尊敬的 Lucía Gómez和Omar Haddad："),
        ("vi", "Tin vui về Maya", "Kính gửi Lucía Gómez và Omar Haddad,"),
        ("pt-BR", "Boas notícias sobre Maya", "Olá, Lucía Gómez e Omar Haddad,"),
        ("ru", "Хорошие новости: Maya", "Здравствуйте, Lucía Gómez и Omar Haddad!"),
        ("fr", "Bonnes nouvelles concernant Maya", "Bonjour Lucía Gómez et Omar Haddad,"),
        ("ht", "Bon nouvèl sou Maya", "Chè Lucía Gómez ak Omar Haddad,"),
        ("so", "War wanaagsan oo ku saabsan Maya", "Salaan, Lucía Gómez iyo Omar Haddad,"),
        ("uk", "Гарні новини: Maya", "Вітаємо, Lucía Gómez і Omar Haddad!"),
        ("tl", "Magandang balita: Maya", "Mahal naming Lucía Gómez at Omar Haddad,"),
        ("ko", "Good news about Maya", "Dear Lucía Gómez and Omar Haddad,"),
    ],
)
def test_the_good_news_letter_in_each_language(language: str, subject: str, greeting: str) -> None:
    letter = write(occasion(NOTE, language=language))
    assert (letter.subject, letter.greeting) == (subject, greeting)
    assert "    Maya helped a new classmate today." in as_text(letter)


def test_words_of_an_educator_stay_as_they_are_and_say_their_language() -> None:
    html = as_html(write(occasion(NOTE, language="ar")))
    assert 'lang="en"' in html
    assert 'dir="ltr"' in html
    assert "هذه الكلمات باللغة" in html
    assert "These words are in" not in as_text(write(occasion(NOTE, language="en")))


@pytest.mark.parametrize("language", ["yue", "ko", "de"])
def test_other_families_get_english_with_a_line_in_their_language_on_top(language: str) -> None:
    letter = write(occasion(NOTE, language=language))
    assert letter.language == "en"
    assert as_text(letter).startswith(letter.interpreter)
    assert f'lang="{language}"' in as_html(letter)


@pytest.mark.parametrize("language", WRITTEN_IN)
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_every_letter_runs_in_the_direction_of_its_language(
    kind: str, content: Content, language: str
) -> None:
    letter = write(occasion(content, kind, language))
    direction = "rtl" if language == "ar" else "ltr"
    assert letter.language == language
    assert f'<html lang="{language}" dir="{direction}">' in as_html(letter)
    assert ("\u200f" in as_text(letter)) == (direction == "rtl")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_that_is_off_is_english_with_the_line_on_top(language: str) -> None:
    household = Household(("Lucía Gómez",), language, off=True)
    letter = write(replace(occasion(NOTE), household=household))
    assert letter.language == "en"
    assert letter.interpreter
    assert as_text(letter).startswith(letter.interpreter)


def test_the_school_s_number_keeps_its_order_after_words_from_the_right() -> None:
    letter = write(occasion(EventWords(facts=FACTS), "invitation", "ar"))
    assert letter.interpreter.endswith("\u2068555-0100\u2069")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_no_english_sentence_is_left_in_a_translated_letter(
    kind: str, content: Content, language: str
) -> None:
    letter = write(occasion(content, kind, language))
    said = f"{letter.subject}\n{as_text(letter)}"
    for sentence in sentences_of(language):
        for english in sentence.english:
            if "%(" not in english and english not in sentence.words:
                assert f"\n{english}\n" not in said
                assert len(english.split()) < 4 or english not in said


def test_arabic_runs_from_right_to_left_in_html_and_text() -> None:
    letter = write(occasion(EventWords(facts=FACTS), "invitation", "ar"))
    assert '<html lang="ar" dir="rtl">' in as_html(letter)
    lines = as_text(letter).split("\n")
    assert all(
        line[0] == "\u200f" for line in lines if re.match(r"[\u0600-\u06ff]", line.strip("\u200f"))
    )
    assert any(line.startswith("https://") for line in lines)


def test_a_changed_event_shows_what_is_new_and_what_was() -> None:
    text = as_text(write(occasion(dict(LETTERS)["event_changed"], "event_changed")))
    assert "Where (new): Library\nBefore: Gym" in text
    assert "When (new)" not in text


def test_an_invitation_offers_three_answers_by_one_link_each() -> None:
    html = as_html(write(occasion(EventWords(facts=FACTS), "invitation", "es")))
    for answer in ("yes", "maybe", "no"):
        assert f'href="https://partners.schools.example/events/rsvp/token?answer={answer}"' in html
    assert "jueves, 3 de diciembre de 2026" in html


def test_a_school_without_a_number_names_its_office() -> None:
    letter = write(occasion(NOTE, school=replace(SCHOOL, phone="")))
    assert "Ask for Ms. Rivera at the school office." in as_text(letter)


def test_html_is_escaped_and_nothing_is_fetched() -> None:
    words = NOTE.model_copy(update={"words": "<script>alert(1)</script> {{7*7}} <img src=x>"})
    html = as_html(write(occasion(words)))
    assert "<script" not in html
    assert "<img" not in html
    assert "{{7*7}}" in html
    assert not re.findall(r"<[^>]*(?:src=|url\()", html)


def test_letters_are_short_and_plain_enough_for_the_sixth_grade() -> None:
    texts: list[str] = []
    for kind, content in LETTERS:
        letter = write(occasion(content, kind))
        ours = [block.text for block in letter.blocks if hasattr(block, "text")]
        ours += [*letter.closing[2:], *letter.footer]
        draft = as_sent(occasion(content, kind, "so"))
        ours.append(draft.english.unreviewed if draft.english else "")
        texts += ours
    grade = grade_of(texts)
    assert grade <= AIM, f"Flesch-Kincaid grade {grade:.1f}"


# --- sentences that were chosen ------------------------------------------


def _chosen(language: str, **over: object) -> str:
    starter = Starter(praise="work:math", at_home="read")
    content = NOTE.model_copy(update={"starter": starter, **over})
    return as_text(write(occasion(content, language=language)))


@pytest.mark.parametrize("language", WRITTEN_IN)
def test_a_chosen_sentence_is_read_in_the_familys_language(language: str) -> None:
    text, _ = _chosen(language, typed=False), tongue(language)
    assert _(LISTS["subject"]["math"]) in text
    assert _(AT_HOME["read"]) in text
    assert NOTE.words.split(".")[0] not in text
    assert "%(" not in text


def test_typed_words_stand_under_the_chosen_sentence_in_their_own_language() -> None:
    text = _chosen("es")
    assert text.index("matemáticas") < text.index("Maya helped") < text.index("En casa")


def test_something_to_do_at_home_takes_the_place_of_the_usual_advice() -> None:
    usual = "A kind word at home means a lot."
    assert usual in as_text(write(occasion(NOTE)))
    assert usual not in _chosen("en")


# --- something from the school's library ---------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
def test_what_goes_along_is_named_with_its_page_in_the_familys_language(language: str) -> None:
    letter = write(occasion(NOTE.model_copy(update={"resource": READING}), language=language))
    address = "https://partners.schools.example/contacts/parents/school-1#r-resource-1"
    assert "Read together" in as_text(letter)
    assert address in as_text(letter)
    assert f'href="{address}"' in as_html(letter)
    assert tongue(language)("This may help you at home:") in as_text(letter)


def test_a_link_of_what_goes_along_stays_in_a_preview_and_the_households_own_go() -> None:
    linked = READING.model_copy(update={"link": "https://read.example/ten"})
    letter = without_links(write(occasion(NOTE.model_copy(update={"resource": linked}))))
    assert "https://read.example/ten" in as_text(letter)
    assert STOP_URL not in as_text(letter)


def test_without_anything_that_goes_along_nothing_is_said_of_it() -> None:
    assert "This may help you at home" not in as_text(write(occasion(NOTE)))
