"""Letters for backpacks as one HTML document: each a cover with the pupil's name, then the letter.

Printed on both sides the cover is the outside of the folded sheet; on one side it is a sheet of its
own to fold around the letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import segno
from jinja2 import Environment

from services.notifications.domain.codes import spaced
from services.notifications.letters.blocks import Buttons, Letter
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.layout import letter_environment
from services.notifications.letters.reworded import AS_DELIVERED, OwnWords
from services.notifications.letters.tongue import Tongue, tongue


@dataclass(frozen=True)
class Opens:
    """A code and what it opens: the page to answer on, or one on which to give an address."""

    code: str
    page: str
    """Where a code is typed, without `https://`."""
    address: str
    """What a phone finds in the square."""
    answers: bool
    until: datetime
    zone: str


@dataclass(frozen=True)
class PaperLetter:
    """One letter, and what stands outside."""

    pupil: str
    room: str
    letter: Letter
    opens: Opens | None
    """None: whoever may read it must not get to the household's own pages."""
    wants_answer: bool
    own: OwnWords = AS_DELIVERED
    """The words that the school or the district put in the place of our sentences."""

    @property
    def parts(self) -> list[tuple[Letter, "Invite | None"]]:
        """The letter, and the English below a translation that nobody has reviewed."""
        letters = [self.letter, *([self.letter.english] if self.letter.english else [])]
        return [(each, self._invite(each.language)) for each in letters]

    def _invite(self, language: str) -> "Invite | None":
        _ = tongue(language, own=self.own)
        if self.opens is None:
            plain = _("To answer, call the school or tell the teacher.")
            return Invite((plain,)) if self.wants_answer else None
        return _invite(_, self.opens)


@dataclass(frozen=True)
class Invite:
    """How to go on from paper, in words; with a code, the square as an image."""

    words: tuple[str, ...]
    code: str = ""
    until: str = ""
    square: str = ""
    square_says: str = ""


def _invite(_: Tongue, opens: Opens) -> Invite:
    how = _("Point the camera of a phone at this square. Or open %(page)s and type this code:",
            page=opens.page)  # fmt: skip
    if opens.answers:
        why = _("You can answer with a phone.")
    else:
        why = _("Do you have an e-mail address? Tell us, and letters reach you faster.")
    return Invite(
        words=(why, how),
        code=spaced(opens.code),
        until=_("The code is for your family alone. It works until %(day)s.",
                day=_.day(opens.until, opens.zone)),
        square=_square(opens.address),
        square_says=_("A square to scan with a phone"),
    )  # fmt: skip


def _square(address: str) -> str:
    # Levels above M would only make the dots smaller.
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2))


def as_paper(letters: Sequence[PaperLetter], title: str) -> str:
    """The whole document, for `rendering`. `title` names it where a reader lists its windows."""
    page = _environment().get_template("paper.html")
    return page.render(letters=letters, title=title, language=ORIGINAL)


def _public(block: object) -> bool:
    return isinstance(block, Buttons) and block.public


@cache
def _environment() -> Environment:
    environment = letter_environment().overlay()
    environment.tests["public"] = _public
    return environment
