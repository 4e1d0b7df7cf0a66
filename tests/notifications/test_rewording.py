"""Letters in the district's own words: in the bytes that leave, and on record for ever."""

import asyncio
from datetime import timedelta

import pytest

from services.notifications.actions import rewording
from services.notifications.actions.looking import open_letter
from services.notifications.actions.rewording import before, read_one, scope_of
from services.notifications.actions.trying_words import try_words
from services.notifications.domain.languages import Sentence
from services.notifications.domain.rewording import DISTRICT, Edition, Rewording
from services.notifications.letters.catalogs import edition_of, sentences_of
from services.notifications.letters.tongue import WRITTEN_IN
from services.notifications.store import Store
from shared.errors import Conflict, NotFound, Refused
from shared.identity import Viewer
from shared.messages import FlagsAsOf, NoticeRequested
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, contact, school
from tests.notifications.test_domain_rewording import PEOPLE

DEE = Viewer(account_id="a-1", role="district", name="Dee Ward")
GOMEZ, KIM = "gomez@family.example", "kim@family.example"
REGARDS = Sentence(1, ("With kind regards,",), ())
NEWS = Sentence(1, ("Good news from school! %(person)s wrote this about %(children)s:",), ())
IN_SPANISH = "¡Qué alegría! {person} escribe sobre {children}:"
MAPLE = "school-1"


async def word(
    bench: Bench, language: str, key: str, *words: str, school_id: str = DISTRICT, seen: int = 0
) -> Rewording:
    """Put words in the place of a sentence."""
    scope = await scope_of(bench.room, language, school_id)
    kept = await rewording.save(bench.room, scope, key, words, seen, DEE)
    assert kept is not None
    return kept


def said_to(bench: Bench, address: str, place: int = -1) -> str:
    """The words of a letter as they left."""
    body = bench.sink.letters_to(address)[place].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def _write(bench: Bench, contact_id: str = "contact-1") -> str:
    await bench.tell(contact("gomez", contact_id))
    await bench.settle()
    return said_to(bench, GOMEZ)


# --- versions -------------------------------------------------------------------------------------


async def test_versions_are_counted_for_each_scope_and_language(bench: Bench) -> None:
    first = await word(bench, "es", NEWS.key, IN_SPANISH)
    second = await word(bench, "es", REGARDS.key, "Un abrazo,")
    chinese = await word(bench, "zh", REGARDS.key, "您好，")
    own = await word(bench, "es", REGARDS.key, "Hasta pronto,", school_id=MAPLE)
    assert [each.version for each in (first, second, chinese, own)] == [1, 2, 1, 1]
    assert (second.by, second.by_name, second.at, second.again) == ("a-1", "Dee Ward", NOW, None)
    shelf = bench.room.store.rewordings
    assert await shelf.newest([DISTRICT]) == [first.edition.model_copy(update={"version": 2}),
                                              chinese.edition]  # fmt: skip
    assert await shelf.history(DISTRICT, "es", limit=5) == [second, first]
    assert await shelf.history(DISTRICT, "es", limit=5, before=2) == [first]


async def test_undo_takes_former_words_again_and_nothing_is_ever_lost(bench: Bench) -> None:
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await word(bench, "es", REGARDS.key, "Hasta pronto,", seen=1)
    scope = await scope_of(bench.room, "es", DISTRICT)

    async def again(version: int, seen: int) -> tuple[str, ...]:
        await rewording.take_again(bench.room, scope, REGARDS.key, version, seen, DEE)
        reads, _ = await read_one(bench.room, scope, REGARDS.key)
        return reads.words

    _, versions = await read_one(bench.room, scope, REGARDS.key)
    assert await again(before(versions), 2) == ("Un abrazo,",)
    delivered = next(each for each in sentences_of("es") if each.key == REGARDS.key)
    assert await again(0, 3) == delivered.words
    assert await again(2, 4) == ("Hasta pronto,",)
    _, versions = await read_one(bench.room, scope, REGARDS.key)
    assert [(each.version, each.again) for each in versions] == [
        (5, 2), (4, 0), (3, 1), (2, None), (1, None),
    ]  # fmt: skip
    with pytest.raises(NotFound, match="no such version"):
        await again(9, 5)


async def test_who_did_not_see_the_last_change_changes_nothing(bench: Bench) -> None:
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    with pytest.raises(Conflict, match="Somebody else changed this sentence"):
        await word(bench, "es", REGARDS.key, "Hasta pronto,")
    await word(bench, "es", NEWS.key, IN_SPANISH)
    scope = await scope_of(bench.room, "es", DISTRICT)
    reads, versions = await read_one(bench.room, scope, REGARDS.key)
    assert (reads.words, len(versions)) == (("Un abrazo,",), 1)


async def test_of_two_who_save_at_once_one_is_told_and_neither_number_comes_twice(
    bench: Bench,
) -> None:
    same = [word(bench, "es", REGARDS.key, words) for words in ("Un abrazo,", "Hasta pronto,")]
    other = [word(bench, "es", NEWS.key, IN_SPANISH)]
    done = await asyncio.gather(*same, *other, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in done) == 1
    versions = sorted(each.version for each in done if isinstance(each, Rewording))
    assert versions == [1, 2]


async def test_words_that_stand_there_already_make_no_version(bench: Bench) -> None:
    scope = await scope_of(bench.room, "en", MAPLE)
    saved = await rewording.save(bench.room, scope, REGARDS.key, REGARDS.english, 0, DEE)
    assert saved is None
    assert await bench.room.store.rewordings.newest([MAPLE, DISTRICT]) == []


async def test_words_that_would_spoil_a_letter_are_not_kept(bench: Bench) -> None:
    with pytest.raises(Refused, match="missing"):
        await word(bench, "es", NEWS.key, "¡Qué alegría!")
    with pytest.raises(NotFound, match="no such sentence"):
        await word(bench, "es", "none", "Hola,")
    with pytest.raises(NotFound, match="no letters in this language"):
        await word(bench, "ko", REGARDS.key, "Hola,")
    with pytest.raises(NotFound, match="no such school"):
        await word(bench, "es", REGARDS.key, "Hola,", school_id="school-9")
    assert await bench.room.store.rewordings.newest([DISTRICT]) == []


# --- in letters -----------------------------------------------------------------------------------


async def test_a_letter_leaves_in_the_words_of_the_school_and_says_with_which_version(
    bench: Bench,
) -> None:
    await word(bench, "es", NEWS.key, IN_SPANISH)
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await word(bench, "es", REGARDS.key, "Hasta pronto,", school_id=MAPLE)
    await word(bench, "en", REGARDS.key, "Warmly,")
    await word(bench, "zh", REGARDS.key, "您好，")
    text = await _write(bench)
    assert "¡Qué alegría! Ms. Rivera, Maple Elementary escribe sobre Gomez:" in text
    assert "Hasta pronto," in text
    assert "Un abrazo," not in text
    assert "Warmly," in text  # in the English below the draft
    worded = (await bench.row("gomez")).worded
    assert worded is not None
    assert worded.catalog == edition_of("es")
    said = [(each.school_id, each.language, each.version) for each in worded.editions]
    assert said == [(MAPLE, "es", 1), (DISTRICT, "en", 1), (DISTRICT, "es", 2)]


async def test_without_own_words_the_record_names_the_catalog_alone(bench: Bench) -> None:
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await bench.tell(contact("li", "contact-2"))
    await bench.settle()
    worded = (await bench.row("li")).worded
    assert worded is not None
    assert (worded.catalog, worded.editions) == (edition_of("zh"), ())


async def test_a_letter_that_waits_leaves_in_the_words_of_the_moment(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert bench.sink.letters_to(GOMEZ) == []
    # Another process of the service saves; nobody tells this one.
    elsewhere = Store(bench.room.store.database)
    assert elsewhere.rewordings is not bench.room.store.rewordings
    await word(bench, "es", REGARDS.key, "Hasta pronto,", seen=1)
    bench.clock.move(timedelta(minutes=11))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()
    assert "Hasta pronto," in said_to(bench, GOMEZ)


async def test_what_has_left_is_shown_in_the_words_in_which_it_left(bench: Bench) -> None:
    assert "Un abrazo," not in await _write(bench)
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await _write(bench, "contact-2")
    await word(bench, "es", REGARDS.key, "Hasta pronto,", seen=1)
    first, second = await bench.rows(household_id="household-gomez")
    for row, words in ((first, ""), (second, "Un abrazo,")):
        text = (await open_letter(bench.room, row.delivery_id, DEE)).text
        assert "Hasta pronto," not in text
        assert ("Un abrazo," in text) == bool(words)


async def test_a_program_that_reads_the_store_anew_writes_the_same_words(bench: Bench) -> None:
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await word(bench, "es", REGARDS.key, "Hasta pronto,", seen=1)
    shelf = Store(bench.room.store.database).rewordings
    one = Edition(school_id=DISTRICT, language="es", version=1)
    two = one.model_copy(update={"version": 2})
    layers = await shelf.layers([one, two])
    assert layers[one] == {REGARDS.english: ("Un abrazo,",)}
    assert layers[two] == {REGARDS.english: ("Hasta pronto,",)}
    assert await bench.room.store.rewordings.layers([one, two]) == layers


async def test_in_a_letter_of_several_schools_each_part_has_its_own_schools_words(
    bench: Bench,
) -> None:
    await bench.know(school("school-2", "Oak Middle"))
    lead = Sentence(1, ("%(person)s wrote this to families:",), ())
    await word(bench, "en", lead.key, "Maple news by {person}:", school_id=MAPLE)
    await word(bench, "en", lead.key, "Oak news by {person}:", school_id="school-2")
    await word(bench, "en", REGARDS.key, "Maple waves,", school_id=MAPLE)
    await word(bench, "en", REGARDS.key, "The district waves,")
    await bench.set(routine_letters_a_week=1)
    for number, about in enumerate((MAPLE, MAPLE, "school-2")):
        values = {"title": f"News {number}", "words": "Come!", "signed": "Ms. Chen"}
        asked = NoticeRequested(
            notice_id=f"news-{number}", kind="announcement", about=about,
            household_ids=("household-kim",), values=values,
        )  # fmt: skip
        await bench.tell(asked)
    await bench.settle()
    bench.clock.move(timedelta(days=7))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()
    text = said_to(bench, KIM)
    assert "Maple news by Ms. Chen:" in text
    assert "Oak news by Ms. Chen:" in text
    assert "The district waves," in text
    assert "Maple waves," not in text
    recorded = {
        row.about: {each.school_id for each in row.worded.editions}
        for row in await bench.rows(state="merged")
        if row.worded
    }
    assert recorded == {MAPLE: {MAPLE, DISTRICT}, "school-2": {"school-2", DISTRICT}}
    (digest,) = await bench.rows(kind="digest")
    shown = await open_letter(bench.room, digest.delivery_id, DEE)
    assert "Oak news by Ms. Chen:" in shown.text


# --- tried before they are saved ------------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
async def test_every_sentence_can_be_read_in_a_whole_letter_before_it_is_saved(
    bench: Bench, language: str
) -> None:
    scope = await scope_of(bench.room, language, DISTRICT)
    for reads in (await rewording.read_all(bench.room, scope))[::12]:
        trial = await try_words(bench.room, scope, reads, reads.words)
        assert trial.letters, reads.sentence.english
    assert await bench.room.store.rewordings.newest([DISTRICT]) == []


async def test_what_is_tried_stands_marked_in_each_letter_beside_words_that_hold(
    bench: Bench,
) -> None:
    await word(bench, "ar", REGARDS.key, "تحيات المدرسة،", school_id=MAPLE)
    scope = await scope_of(bench.room, "ar", MAPLE)
    people = Sentence(1, PEOPLE, ())
    reads, _ = await read_one(bench.room, scope, people.key)
    tried = [f"العدد {form} {{count}}" for form in range(6)]
    trial = await try_words(bench.room, scope, reads, tried)
    marked = {words for each in trial.letters for words, new in each.text if new}
    assert marked == {"العدد 1 1", "العدد 2 2", "العدد 3 5"}
    for each in trial.letters:
        assert "تحيات المدرسة،" in each.html
        assert "\ue000" not in each.html
        assert 'dir="rtl"' in each.html
