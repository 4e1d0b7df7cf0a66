"""Words that an educator typed, made ready in the reader's language before a letter leaves.

It happens before a letter is handed over and outside of every transaction. A letter waits for its
words at most `LONGEST_WAIT`; then, and where the machine has none, it leaves as it was typed, with
a line on how to get an interpreter. What a crash interrupts is asked for again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import Surroundings
from services.notifications.actions.wording import asks_of
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.translation import Ask
from shared import telemetry
from shared.errors import DependencyDown, Refused

LONGEST_WAIT = timedelta(minutes=10)
"""Since the letter could have left. A server that is started again is back by then."""
LOOK_AGAIN = timedelta(seconds=5)
KEPT_FOR = timedelta(days=30)
"""Words of letters that never left, such as previews."""
NOT_AGAIN_FOR = timedelta(hours=1)
"""After the machine had no usable words: districts add languages, and servers are updated."""
PREVIEW_SECONDS = 6.0
_TOGETHER = 8


async def know_words(room: MailRoom, rows: Sequence[Delivery], around: Surroundings) -> None:
    """Look up what is translated already of the typed words of these letters."""
    keys = {
        ask.key
        for row in rows
        if room.translator is not None or row.translated_from
        for ask in asks_of(room, row, around).values()
    }
    around.translations = await room.store.translations.several(keys)


def wait_for_words(room: MailRoom, row: Delivery, around: Surroundings) -> bool:
    """Whether the letter is to wait for a translation, which then is asked for."""
    if room.translator is None:
        return False
    missing = [
        ask for ask in asks_of(room, row, around).values() if ask.key not in around.translations
    ]
    since = row.words_asked_at or around.now
    soon = around.now + LOOK_AGAIN
    too_late = row.use_by is not None and soon >= row.use_by
    if not missing or too_late or not timedelta(0) <= around.now - since < LONGEST_WAIT:
        return False
    for ask in missing:
        room.translator.ask_for(ask)
    return True


async def translate_asked(room: MailRoom) -> None:
    """Translate some of what letters wait for."""
    if room.translator is None:
        return
    await asyncio.gather(*(_translate(room, ask) for ask in room.translator.take(_TOGETHER)))
    if room.translator.asked:
        room.translator.bell.set()


async def translate_now(room: MailRoom, rows: Sequence[Delivery], around: Surroundings) -> None:
    """The same while a person waits, who waits for seconds only; what is late comes later."""
    await know_words(room, rows, around)
    if room.translator is None:
        return
    asks = {ask.key: ask for row in rows for ask in asks_of(room, row, around).values()}
    missing = [ask for key, ask in asks.items() if key not in around.translations]
    if missing:
        with suppress(TimeoutError):
            async with asyncio.timeout(PREVIEW_SECONDS):
                await asyncio.gather(*(_translate(room, ask) for ask in missing))
        await know_words(room, rows, around)


async def _translate(room: MailRoom, ask: Ask) -> None:
    assert room.translator is not None
    try:
        said = await room.translator.translate(ask.masked.text, ask.source, ask.target)
        words = said if ask.masked.filled(said) is not None else None
    except Refused:
        words = None
    except DependencyDown as down:
        telemetry.logger("translator").warning("waiting", reason=str(down))
        return
    family = await room.directory.family(ask.family_id) if ask.family_id else None
    if ask.family_id and (family is None or not family.active):
        return  # it has left, and what is kept of it may be erased at this moment
    lasts = KEPT_FOR if words is not None else NOT_AGAIN_FOR
    await room.store.translations.keep(ask, words, room.now + lasts)
