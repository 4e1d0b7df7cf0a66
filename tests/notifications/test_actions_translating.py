"""What an educator typed leaves translated, or as it was with a line on how to get help."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.responses import PlainTextResponse

from services.notifications.actions.previewing import NoteDraft, preview
from services.notifications.actions.sending import Sender
from services.notifications.actions.translating import LOOK_AGAIN, translate_asked
from services.notifications.domain import reasons
from services.notifications.handlers import handlers
from services.notifications.letters.interpreters import INTERPRETER
from services.notifications.translator import Translator
from shared.identity import Viewer
from shared.messages import FamilyErased, FamilyLetter, FlagsAsOf, Starter
from tests.notifications.conftest import Bench
from tests.notifications.libre import Libre, serving
from tests.notifications.making import NOW, contact
from tests.notifications.sink import Sink

WORDS = "Gomez helped a friend today.\n\nAsk Ms. Rivera at Maple Elementary."
MARK = "Una máquina tradujo"


@pytest.fixture
async def libre() -> AsyncIterator[Libre]:
    async with serving(Libre()) as found:
        yield found


@pytest.fixture
def desk(bench: Bench, libre: Libre) -> Bench:
    """The mail room with a translation server."""
    room = replace(bench.room, translator=Translator(libre.url, bench.clock, timeout_seconds=1))
    return replace(
        bench, room=room, handlers=handlers(room), sender=Sender(room, bench.sender.mailer)
    )


async def until_it_leaves(desk: Bench) -> None:
    """A letter is looked at, its words are translated, and it is looked at again."""
    await desk.settle()
    await translate_asked(desk.room)
    desk.clock.move(LOOK_AGAIN)
    await desk.settle()


def parts(sink: Sink) -> tuple[str, str]:
    """Text and HTML of the one letter that left."""
    (letter,) = sink.letters_to("gomez@family.example")
    found = [letter.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (part.get_content().replace("\r\n", "\n") for part in found if part)
    return text, html


async def test_a_note_leaves_translated_marked_and_with_the_original_below(
    desk: Bench, libre: Libre
) -> None:
    await desk.tell(contact("gomez", words=WORDS))
    await desk.settle()
    waiting = await desk.row("gomez")
    assert (waiting.state, waiting.reason) == ("pending", reasons.TRANSLATING)
    await until_it_leaves(desk)
    text, html = parts(desk.sink)
    ours = "[es] Gomez helped a friend today.\n\nAsk Ms. Rivera at Maple Elementary."
    assert text.index(ours) < text.index(MARK) < text.index("    Gomez helped a friend today.")
    ours, theirs = (f'class="typed" dir="ltr" lang="{each}"' for each in ("es", "en"))
    assert html.index(ours) < html.index(MARK) < html.index(theirs)
    assert INTERPRETER["es"] not in text
    row = await desk.row("gomez")
    assert (row.state, row.language, row.translated_from) == ("accepted", "es", "en")
    # The machine heard no name, no id and no address, and once only.
    assert [each["q"] for each in libre.heard] == ["ZQ1 helped a friend today.\n\nAsk ZQ2 at ZQ3."]
    assert "family" not in repr(libre.heard)


async def test_it_is_kept_with_the_letter_without_names_and_goes_when_the_family_is_erased(
    desk: Bench,
) -> None:
    await desk.tell(contact("gomez", words=WORDS))
    await until_it_leaves(desk)
    kept = desk.room.store.database["translations"]
    (row,) = await kept.find().to_list(None)
    assert "expires_at" not in row
    assert "Gomez" not in repr(row["words"])
    await desk.tell(
        FamilyErased(
            family_id="family-gomez",
            student_ids=("student-gomez",),
            guardian_ids=(),
            household_ids=("household-gomez",),
            contact_ids=("contact-1",),
            when=NOW,
        )
    )
    assert await kept.count_documents({}) == 0


@pytest.mark.parametrize("fault", ["lost", "language"])
async def test_without_usable_words_it_leaves_as_typed_with_a_line_for_an_interpreter(
    desk: Bench, libre: Libre, fault: str
) -> None:
    if fault == "lost":
        libre.says = lambda ask: ask["q"].replace("ZQ1", "Gómez")
    else:
        libre.targets = ["ar"]
    await desk.tell(contact("gomez", words=WORDS))
    await until_it_leaves(desk)
    text, _ = parts(desk.sink)
    assert INTERPRETER["es"] in text
    assert MARK not in text
    assert (await desk.row("gomez")).translated_from == ""


async def test_a_server_that_is_down_holds_a_letter_up_for_ten_minutes_at_most(
    desk: Bench, libre: Libre
) -> None:
    libre.answer = PlainTextResponse("", 503)
    await desk.tell(contact("gomez", words=WORDS))
    await until_it_leaves(desk)
    desk.clock.move(timedelta(minutes=9))
    await until_it_leaves(desk)
    assert not desk.sink.letters_to("gomez@family.example")
    desk.clock.move(timedelta(minutes=1))
    await desk.tell(FlagsAsOf(number=0, as_of=desk.clock.now()))
    await until_it_leaves(desk)
    assert INTERPRETER["es"] in parts(desk.sink)[0]


async def test_starters_and_readers_of_the_same_language_never_wait(
    desk: Bench, libre: Libre
) -> None:
    chosen = FamilyLetter(
        words="Kind to others",
        typed=False,
        signed="Ms. Rivera",
        starter=Starter(praise="habit:kind"),
    )
    await desk.tell(contact("gomez", words=None, letter=chosen))
    await desk.settle()
    assert (await desk.row("gomez")).state == "accepted"
    await desk.tell(contact("smith", "contact-2", words=WORDS))
    await desk.settle()
    assert (await desk.row("kim")).state == "accepted"
    assert (await desk.row("pat")).reason == reasons.TRANSLATING
    assert not libre.heard


async def test_a_preview_shows_the_translation_before_anything_is_sent(
    desk: Bench, libre: Libre
) -> None:
    viewer = Viewer(account_id="a", role="district", name="Ms. Rivera")
    draft = NoteDraft(family_id="family-smith", words="Smith sang.")
    english, arabic = sorted(
        await preview(desk.room, draft, viewer), key=lambda each: each.language, reverse=True
    )
    assert english.translated_from == ""
    assert (arabic.translated_from, arabic.words_later) == ("en", False)
    assert 'class="typed" dir="rtl" lang="ar"' in arabic.html
    assert "[ar]" in arabic.text
    assert [each["q"] for each in libre.heard] == ["ZQ1 sang."]
    libre.answer = PlainTextResponse("", 500)
    again = NoteDraft(family_id="family-smith", words="Smith danced.")
    assert {each.words_later for each in await preview(desk.room, again, viewer)} == {True, False}
