"""Words that somebody typed, as they stand in a letter: marked, and perhaps translated."""

from services.notifications.letters.blocks import Block, Typed
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.tongue import Tongue, base_of

Written = tuple[str, str, list[Block]]
"""Subject, who writes, and the parts of a letter."""


def typed(_: Tongue, occasion: Occasion, lead: str, words: str, language: str) -> Typed:
    """Under the line that says who wrote them; with a note where they are in another language."""
    if base_of(language) == _.language:
        return Typed(lead, words, language)
    note = _("These words are in %(language)s, just as they were written.",
             language=_.name_of(language))  # fmt: skip
    translated = occasion.translations.get((words, _.language), "")
    marked = _("A machine translated these words, and it can be wrong. "
               "The words as they were written are below.") if translated else ""  # fmt: skip
    return Typed(lead, words, language, note, translated, marked)
