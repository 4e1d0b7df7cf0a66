"""The parts of a letter. Text and HTML are made from the same parts, so that both say the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.notifications.domain.rewording import Worded


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True)
class Headline:
    """What it is about, large."""

    text: str
    language: str = ""
    """Where a person typed it in another language than the letter's."""


@dataclass(frozen=True)
class Typed:
    """Words that a person typed, in their own language, under a lead in the letter's."""

    lead: str
    words: str
    language: str
    note: str = ""
    translated: str = ""
    """What a machine made of them in the letter's language; they stand below it."""
    by_machine: str = ""
    """That a machine translated them, where so."""

    @property
    def paragraphs(self) -> list[str]:
        """The words, parted where the person left a line empty."""
        return _paragraphs(self.words)

    @property
    def translated_paragraphs(self) -> list[str]:
        """The translation, parted alike."""
        return _paragraphs(self.translated)

    @property
    def foreign(self) -> bool:
        """Whether the reader gets them in another language only."""
        return bool(self.note) and not self.translated


@dataclass(frozen=True)
class Facts:
    """Labels and values, such as when and where."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Buttons:
    """Links to act on, the first the most likely."""

    links: tuple[tuple[str, str], ...]
    public: bool = False
    """Whether they lead where everybody may go; others are the household's alone."""


@dataclass(frozen=True)
class Rule:
    """A line between two things that one letter brings."""


Block = Paragraph | Headline | Typed | Facts | Buttons | Rule


@dataclass(frozen=True)
class Letter:
    """A whole letter in one language, not yet addressed."""

    language: str
    direction: str
    subject: str
    sender: str
    greeting: str
    blocks: Sequence[Block]
    closing: Sequence[str]
    """Who signs, whom to call, and how to ask for an interpreter."""
    interpreter: str = ""
    """A line in the reader's own language, where the letter is not in it."""
    reader: str = ""
    footer: Sequence[str] = ()
    stop: tuple[str, str] | None = None
    """What the link that stops such letters says, and where it leads."""
    choices: tuple[str, str] | None = None
    """The same of the link to all that a mailbox can choose."""
    page: tuple[str, str] | None = None
    """What the link to the household's own page says, and where it leads."""
    calendar: bytes = b""
    calendar_method: str = "PUBLISH"
    reply_to: str | None = field(default=None)
    unreviewed: str = ""
    """That nobody has reviewed the translation, where so."""
    english: "Letter | None" = None
    """The same letter in English, which stands below a translation that nobody has reviewed."""
    worded: Worded | None = None
    """Whose words it has, for the record."""


def _paragraphs(words: str) -> list[str]:
    return [part.strip() for part in words.replace("\r\n", "\n").split("\n\n") if part.strip()]


def without_links(letter: Letter) -> Letter:
    """The same letter with its links gone: they are the household's alone."""
    blocks = [
        Buttons(tuple((label, "#") for label, _ in block.links))
        if isinstance(block, Buttons) and not block.public
        else block
        for block in letter.blocks
    ]
    stop = (letter.stop[0], "#") if letter.stop else None
    choices = (letter.choices[0], "#") if letter.choices else None
    page = (letter.page[0], "#") if letter.page else None
    english = without_links(letter.english) if letter.english else None
    return replace(letter, blocks=blocks, stop=stop, choices=choices, page=page, english=english)
