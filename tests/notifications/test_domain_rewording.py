"""Own words in the place of a sentence: what may be written, and which words hold."""

from typing import Any

import pytest

from services.notifications.domain.languages import Sentence
from services.notifications.domain.reading_level import grade_of
from services.notifications.domain.rewording import (
    Edition,
    Rewording,
    Worded,
    faults_in,
    kept,
    last_of,
    layer_of,
    longest,
    shown,
)
from services.notifications.letters.catalogs import edition_of, plural_of, sentences_of
from services.notifications.letters.reworded import AS_DELIVERED, OwnWords
from services.notifications.letters.tongue import WRITTEN_IN, tongue
from tests.notifications.making import NOW

CALL = "Do you have a question? Call %(phone)s and ask for %(person)s."
PEOPLE = ("We expect %(count)s person.", "We expect %(count)s people.")


def sentence(*english: str, language: str = "es") -> Sentence:
    """A sentence of the letters with the catalog's words."""
    (found,) = [each for each in sentences_of(language) if each.english == english]
    return found


def change(version: int, words: tuple[str, ...] = ("Hola,",), **over: Any) -> Rewording:
    """A version of "Dear family," in Spanish, for the whole district."""
    dear = sentence("Dear family,")
    base = Rewording(
        school_id="", language="es", version=version, key=dear.key, english=dear.english,
        words=words, by="a-1", at=NOW,
    )  # fmt: skip
    return base.model_copy(update=over)


def _said(words: str, *english: str) -> str:
    faults = faults_in(sentence(*(english or (CALL,))), [words])
    return str(faults[0]) if faults else ""


# --- what may be written --------------------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
def test_every_sentence_that_came_with_partners_keeps_to_the_rules(language: str) -> None:
    for each in sentences_of(language):
        typed = [shown(words) for words in each.words]
        assert faults_in(each, typed) == {}, each.english
        assert tuple(map(kept, typed)) == each.words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Please write words here. Each form needs its own."),
        ("  ", "Please write words here. Each form needs its own."),
        ("Call {phone}.", "{person} is missing: a letter fills it in. Please put it back."),
        ("{person}: {phone} {phone}", "{phone} can stand here only once."),
        ("{person}: {phone} {child}", "Nothing is filled in for {child} here."),
        ("{person}: {phone} {", "Braces { } stand only around what is filled in."),
        ("{person}: {phone} {{count}}", "Nothing is filled in for {count} here."),
        ("{person}:\n{phone}", "Please write it all on one line."),
        ("{person}: <b>{phone}</b>", "Please write plain words, without < and >."),
        ("{person}: {phone}\u202e", "There is a character in it that nobody can see."),
        ("{person}: {phone} https://x.example", "Links and addresses can't stand here (“://”)."),
        ("{person}: {phone} bit.ly/x", "Links and addresses can't stand here (“t.ly”)."),
        ("{person}: {phone} a@b", "Links and addresses can't stand here (“a@b”)."),
        ("{person} {phone}" + "x" * 300, "Please write at most"),
    ],
)
def test_words_that_would_spoil_a_letter_are_refused_with_what_is_wrong(
    words: str, said: str
) -> None:
    assert _said(words).startswith(said)


@pytest.mark.parametrize(
    "words",
    ["¿Preguntas? Llame al {phone}, con {person}.", "{person}: {phone}, 100% seguro, 3:30 p.m."],
)
def test_plain_words_with_all_that_is_filled_in_may_stand(words: str) -> None:
    assert _said(words) == ""


def test_every_form_of_a_plural_is_asked_for_and_may_leave_out_only_what_ours_leaves_out() -> None:
    arabic = sentence(*PEOPLE, language="ar")
    assert len(arabic.words) == 6
    typed = [shown(each) for each in arabic.words]
    assert set(faults_in(arabic, typed[:4])) == {4, 5}
    assert faults_in(arabic, []).keys() == set(range(6))
    counts = [form for form, each in enumerate(typed) if "{count}" in each]
    for form in counts:
        without = [
            each.replace("{count}", "") if n == form else each for n, each in enumerate(typed)
        ]
        assert set(faults_in(arabic, without)) == {form}
    assert str(faults_in(arabic, [*typed, "more"])[0]) == "This sentence has 6 forms."


def test_a_button_may_not_become_a_paragraph() -> None:
    assert longest(sentence("When")) == 80
    assert longest(sentence(CALL)) > 100


def test_a_percent_sign_is_a_percent_sign() -> None:
    assert shown(kept("100% of {children}")) == "100% of {children}"
    assert kept("100% of {children}") % {"children": "Maya"} == "100% of Maya"


# --- which words hold -----------------------------------------------------------------------------


def test_the_last_change_holds_and_one_without_words_gives_way_to_what_is_below() -> None:
    first, second, gone = change(1), change(2, ("Buenas,",)), change(3, ())
    dear = first.english
    assert layer_of([first]) == {dear: ("Hola,",)}
    assert layer_of([first, second]) == {dear: ("Buenas,",)}
    assert layer_of([first, second, gone]) == {}
    assert last_of([first, second, gone])[first.key] == gone
    assert first.edition == Edition(school_id="", language="es", version=1)


def test_the_words_of_a_school_go_before_those_of_the_district_and_those_before_ours() -> None:
    dear, call = ("Dear family,",), (CALL,)
    own = OwnWords({"es": ({dear: ("Escuela,",)}, {dear: ("Distrito,",), call: ("%(phone)s!",)})})
    spanish, chinese = tongue("es-MX", own=own), tongue("zh", own=own)
    assert spanish("Dear family,") == "Escuela,"
    assert spanish(CALL, phone="555", person="Ana") == "555!"
    assert spanish("With kind regards,") == tongue("es")("With kind regards,")
    assert chinese("Dear family,") == tongue("zh")("Dear family,")
    assert tongue("es", off=True, own=own)("Dear family,") == "Dear family,"


def test_each_number_has_its_form_in_arabic_and_in_english() -> None:
    six = tuple(f"f{form} %(count)s" for form in range(6))
    own = OwnWords({"ar": ({PEOPLE: six},), "en": ({PEOPLE: ("one %(count)s", "more %(count)s")},)})
    arabic = [tongue("ar", own=own).ngettext(*PEOPLE, n) for n in (0, 1, 2, 3, 11, 100)]
    assert arabic == ["f0 0", "f1 1", "f2 2", "f3 3", "f5 11", "f4 100"]
    english = [tongue("en", own=own).ngettext(*PEOPLE, n) for n in (0, 1, 2)]
    assert english == ["more 0", "one 1", "more 2"]
    assert [plural_of("zh")(n) for n in (0, 1, 2)] == [0, 0, 0]


# --- the record -----------------------------------------------------------------------------------


def test_the_record_names_the_catalog_and_the_own_words_of_the_languages_in_the_letter() -> None:
    editions = tuple(
        Edition(school_id=school, language=language, version=number)
        for number, (school, language) in enumerate(
            [("school-1", "es"), ("", "es"), ("", "en"), ("", "zh")], start=1
        )
    )
    own = OwnWords({}, editions)
    draft = own.said_in("es", english_below=True)
    assert [each.version for each in draft.editions] == [1, 2, 3]
    assert [each.version for each in own.said_in("en", english_below=False).editions] == [3]
    assert draft.in_short == f"{edition_of('es')}; school-1 es 1; district es 2; district en 3"
    assert [each.version for each in draft.of_school("school-2").editions] == [2, 3]
    assert AS_DELIVERED.said_in("ar", english_below=False) == Worded(catalog=edition_of("ar"))
    assert edition_of("ar").startswith("Partners letters 1+")
    assert len({edition_of(each) for each in WRITTEN_IN}) == len(WRITTEN_IN)


def test_the_reading_level_tells_short_words_from_long_ones() -> None:
    assert grade_of(["Come and see us. We will be glad."]) <= 2
    assert grade_of(["Participation in extracurricular opportunities is encouraged."]) > 12
    assert grade_of([]) == grade_of(["…"]) == 0
