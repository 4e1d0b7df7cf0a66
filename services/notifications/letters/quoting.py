"""What letters of several kinds share: typed words, links of the school, how to answer."""

from services.notifications.letters.blocks import Block, Paragraph, Typed
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
    return Typed(lead, words, language, note, translated, by_machine(_, translated))


def by_machine(_: Tongue, translated: str) -> str:
    """What marks a translation as one; "" where there is none."""
    if not translated:
        return ""
    return _("A machine translated these words, and it can be wrong. "
             "The words as they were written are below.")  # fmt: skip


def address_of(occasion: Occasion, link: str) -> str:
    """A web address as it is; one from "/" is on a public page of this platform."""
    return f"{occasion.site.rstrip('/')}{link}" if link.startswith("/") else link


def bare_name(signed: str) -> str:
    """The person's own name, such as "Ms. Rivera" of "Ms. Rivera, Maple Elementary"."""
    return signed.split(",", maxsplit=1)[0].strip()


def answer_here(_: Tongue, occasion: Occasion, signed: str) -> list[Block]:
    """That the letter itself can be answered, and who reads it; nothing where it can't."""
    if not occasion.reply_to:
        return []
    reads = occasion.answers_read_by or bare_name(signed) or occasion.school.name
    said = _("You can answer this letter. %(person)s will read what you write.", person=reads)
    return [Paragraph(said)]
