"""A translation that nobody has reviewed goes out with the same letter in English below it."""

from dataclasses import replace

from services.notifications.letters.blocks import Letter
from services.notifications.letters.catalogs import ORIGINAL, is_draft
from services.notifications.letters.occasion import Gathered, Occasion
from services.notifications.letters.together import write_together
from services.notifications.letters.tongue import Tongue, tongue
from services.notifications.letters.writing import write


def as_sent(occasion: Occasion | Gathered) -> Letter:
    """The letter as it goes out: in one language, or a draft with the English below."""
    letter = _write(occasion)
    if not is_draft(letter.language):
        return letter
    household = replace(occasion.household, language=ORIGINAL)
    english = _write(replace(occasion, household=household))
    return replace(
        letter,
        unreviewed=_unreviewed(tongue(letter.language, own=occasion.own)),
        english=replace(english, unreviewed=_unreviewed(tongue(ORIGINAL, own=occasion.own))),
    )


def _write(occasion: Occasion | Gathered) -> Letter:
    return write_together(occasion) if isinstance(occasion, Gathered) else write(occasion)


def _unreviewed(_: Tongue) -> str:
    return _("This translation has not been reviewed yet. The letter in English is below.")
