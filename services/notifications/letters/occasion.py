"""What the writer of a letter is told: whom it greets, who writes, and what about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.domain.notice import Notice
from services.notifications.letters.reworded import AS_DELIVERED, OwnWords


@dataclass(frozen=True)
class Household:
    """Whom the letter greets, and in which language."""

    greeting: tuple[str, ...]
    language: str
    off: bool = False
    """Whether letters in that language do not go out yet: then it is English."""


@dataclass(frozen=True)
class School:
    """Who writes: the school, its number, and the district."""

    name: str
    phone: str
    district: str
    domain: str
    """The domain of the district's mail, which makes calendar ids unique in the world."""


@dataclass(frozen=True)
class Occasion:
    """What the writer of a letter is told besides the notice itself."""

    notice: Notice
    household: Household
    school: School
    students: tuple[str, ...]
    """Given names of the children whom the letter is about."""
    written_at: datetime
    adult: str = ""
    """The name of the adult of the household whom it is about, where it is about one."""
    answer_url: str = ""
    """The signed page on which the household answers; without its query."""
    stop_url: str = ""
    choices_url: str = ""
    """The signed page on which a mailbox chooses among its letters."""
    page_url: str = ""
    """The household's own page, with everything about its children."""
    staff_url: str = ""
    """The page on which staff finds what a letter to staff is about."""
    reply_to: str | None = None
    answers_read_by: str = ""
    """Who reads answers, where it is not who signed."""
    on_paper: bool = False
    """Nothing can be tapped, and nothing is attached."""
    site: str = ""
    """Where this platform is on the web, for links to its public pages."""
    translations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By typed words and language what a machine made of them."""
    own: OwnWords = AS_DELIVERED
    """The words that the school or the district put in the place of our sentences."""


@dataclass(frozen=True)
class Gathered:
    """What the writer of a letter that carries others is told."""

    household: Household
    """Everybody who reads the address."""
    parts: tuple[Occasion, ...]
    district: str
    stop_url: str
    choices_url: str
    page_url: str
    """"" where the households of one address each have their own."""
    reply_to: str | None = None
    """Where an answer to all of it goes, if answers are read for us."""
    own: OwnWords = AS_DELIVERED
    """Own words of the one school that all of it is from, else of the district."""
