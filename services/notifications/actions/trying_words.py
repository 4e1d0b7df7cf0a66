"""How letters read with words that nobody has saved yet: whole letters to nobody, of each kind."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.actions.rewording import Reads, Scope
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.actions.wording import holding
from services.notifications.domain.kinds import KindName
from services.notifications.domain.reading_level import grade_of
from services.notifications.domain.rewording import DISTRICT, kept, shown
from services.notifications.letters.blocks import without_links
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.layout import as_html
from services.notifications.letters.occasion import School
from services.notifications.letters.samples import Sample, samples
from shared.messages import SchoolChanged

MOST = 6
"""Letters shown; a greeting stands in all of them."""
_BEGINS, _ENDS = "\ue000", "\ue001"
"""Around the words that are tried; no letter of ours has these characters."""
_MARKS = re.compile(f"[{_BEGINS}{_ENDS}]")


@dataclass(frozen=True)
class Tried:
    """A letter in which a sentence stands, as it would read."""

    sample: Sample

    @property
    def kind(self) -> KindName:
        """Of what kind it is."""
        return self.sample.kind

    @property
    def subject(self) -> list[tuple[str, bool]]:
        """In parts, each with whether it is what is tried."""
        return _in_parts(self.sample.letter.subject)

    @property
    def text(self) -> list[tuple[str, bool]]:
        """All of it, in parts, each with whether it is what is tried."""
        return _in_parts(self.sample.text)

    @property
    def html(self) -> str:
        """As a mail program shows it; its links lead nowhere."""
        return _MARKS.sub("", as_html(without_links(self.sample.letter)))


@dataclass(frozen=True)
class Trial:
    """The letters in which a sentence stands, the first of them to be looked at."""

    letters: tuple[Tried, ...]
    more: int
    """In how many other samples it stands, too."""


async def try_words(room: MailRoom, scope: Scope, reads: Reads, words: Sequence[str]) -> Trial:
    """Write the sample letters with these words, as people write them; nothing is kept."""
    held = await room.store.rewordings.held({DISTRICT, scope.school_id})
    marked = tuple(f"{_BEGINS}{kept(each)}{_ENDS}" for each in words)
    tried = {reads.sentence.english: marked}
    own = holding(held, scope.school_id).tried(scope.language, tried)
    school = scope.school or next(iter(await room.directory.schools()), None)
    writes, zone = _school(room, school), school_days(school).time_zone
    # It takes half a second, in which others want to answer.
    every = await asyncio.to_thread(samples, scope.language, writes, zone, own, room.now)
    have = [each for each in every if _MARKS.search(each.letter.subject + each.text)]
    return Trial(tuple(map(Tried, have[:MOST])), len(have[MOST:]))


def grade_for(scope: Scope, words: Sequence[str]) -> int | None:
    """In which school grade one reads these words; None for another language than English."""
    if scope.language != ORIGINAL:
        return None
    return round(grade_of(re.sub(r"[{}]", "", each) for each in words))


def current(reads: Reads) -> tuple[str, ...]:
    """Its words as people write them."""
    return tuple(map(shown, reads.words))


def _in_parts(text: str) -> list[tuple[str, bool]]:
    # The marks stand in pairs, so that every second piece is what is tried.
    return [(piece, place % 2 == 1) for place, piece in enumerate(_MARKS.split(text)) if piece]


def _school(room: MailRoom, school: SchoolChanged | None) -> School:
    return School(
        name=school.name if school else room.place.district_name,
        phone=(school.phone if school else "") or "555-0100",
        district=room.place.district_name,
        domain=room.place.domain,
    )
