"""The district puts its own words in the place of a sentence, for a school or all; and takes back.

Nothing is written over: each change is a version more. Who did not see the last change of a
sentence changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.notifications.actions.room import MailRoom
from services.notifications.domain.languages import Sentence
from services.notifications.domain.rewording import (
    DISTRICT,
    Rewording,
    faults_in,
    kept,
    shown,
)
from services.notifications.letters.catalogs import sentences_of
from services.notifications.letters.tongue import WRITTEN_IN
from shared.errors import Conflict, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged
from shared.outbox import Work

Source = Literal["school", "district", "catalog"]
New = tuple[tuple[str, ...], int | None]
"""Words, and the version from which they are taken again."""


@dataclass(frozen=True)
class Scope:
    """For whom words hold, and in which language."""

    language: str
    school: SchoolChanged | None = None
    """None: for the whole district."""

    @property
    def school_id(self) -> str:
        """As it is kept."""
        return self.school.school_id if self.school else DISTRICT


@dataclass(frozen=True)
class Reads:
    """A sentence with the words that it has in a scope now, and whose they are."""

    sentence: Sentence
    """With the catalog's words."""
    words: tuple[str, ...]
    source: Source
    last: Rewording | None = None
    """The last change in this very scope."""

    @property
    def seen(self) -> int:
        """The number of that change; who changes the sentence says which they saw. 0: none."""
        return self.last.version if self.last else 0

    def has(self, search: str) -> bool:
        """Whether the English or the words hold what somebody looks for."""
        wanted = search.casefold()
        texts = (*self.sentence.english, *self.words)
        return any(wanted in shown(each).casefold() for each in texts)


async def scope_of(room: MailRoom, language: str, school_id: str) -> Scope:
    """A scope by the id of a school, "" for the district; `NotFound` where there is none."""
    if language not in WRITTEN_IN:
        raise NotFound(N_("There are no letters in this language."))
    if school_id == DISTRICT:
        return Scope(language)
    school = await room.directory.school(school_id)
    if school is None:
        raise NotFound(N_("There is no such school."))
    return Scope(language, school)


async def read_all(room: MailRoom, scope: Scope) -> list[Reads]:
    """Every sentence of the letters, as it reads in a scope."""
    district = await room.store.rewordings.last(DISTRICT, scope.language)
    school = district
    if scope.school:
        school = await room.store.rewordings.last(scope.school_id, scope.language)
    return [_reads(each, scope, school, district) for each in sentences_of(scope.language)]


def _reads(
    sentence: Sentence,
    scope: Scope,
    own: dict[str, Rewording],
    district: dict[str, Rewording],
) -> Reads:
    last, below = own.get(sentence.key), district.get(sentence.key)
    if scope.school and last and last.words:
        return Reads(sentence, last.words, "school", last)
    if below and below.words:
        return Reads(sentence, below.words, "district", last)
    return Reads(sentence, sentence.words, "catalog", last)


async def read_one(room: MailRoom, scope: Scope, key: str) -> tuple[Reads, list[Rewording]]:
    """A sentence and all its versions in the scope, the newest first; `NotFound`."""
    for each in await read_all(room, scope):
        if each.sentence.key == key:
            return each, await room.store.rewordings.of_sentence(
                scope.school_id, scope.language, key
            )
    raise NotFound(N_("There is no such sentence in this language."))


async def save(
    room: MailRoom, scope: Scope, key: str, words: Sequence[str], seen: int, by: Viewer
) -> Rewording | None:
    """Put words, as people write them, in the place of a sentence; None where they stand there.

    `Refused` for words that would spoil a letter, `Conflict` when somebody changed the sentence
    after the version `seen`.
    """
    reads, _ = await read_one(room, scope, key)
    faults = faults_in(reads.sentence, words)
    if faults:
        raise Refused(str(next(iter(faults.values()))))
    new = tuple(kept(each) for each in words)
    if seen == reads.seen and new == reads.words:
        return None
    return await _keep(room, scope, reads.sentence, seen, by, lambda _: (new, None))


async def take_again(
    room: MailRoom, scope: Scope, key: str, version: int, seen: int, by: Viewer
) -> Rewording:
    """Take the words of an earlier version again, as a new one; 0: what holds without own words.

    `NotFound` for a version that there is not, `Conflict` as `save`.
    """
    reads, _ = await read_one(room, scope, key)

    def former(versions: Sequence[Rewording]) -> New:
        if version == 0:
            return (), 0
        found = next((each for each in versions if each.version == version), None)
        if found is None:
            raise NotFound(N_("There is no such version of this sentence."))
        return found.words, version

    return await _keep(room, scope, reads.sentence, seen, by, former)


def before(versions: Sequence[Rewording]) -> int:
    """The version whose words an undo takes again; the newest comes first."""
    return versions[1].version if len(versions) > 1 else 0


async def _keep(
    room: MailRoom,
    scope: Scope,
    sentence: Sentence,
    seen: int,
    by: Viewer,
    new: Callable[[Sequence[Rewording]], New],
) -> Rewording:
    shelf, place = room.store.rewordings, (scope.school_id, scope.language)

    async def body(work: Work) -> Rewording:
        # First the number: whoever changes words of the same scope now waits for us.
        number = await shelf.next_version(*place, work)
        versions = await shelf.of_sentence(*place, sentence.key, work)
        if (versions[0].version if versions else 0) != seen:
            raise Conflict(
                N_("Somebody else changed this sentence after you opened it. Nothing was saved.")
            )
        words, again = new(versions)
        change = Rewording(
            school_id=scope.school_id,
            language=scope.language,
            version=number,
            key=sentence.key,
            english=sentence.english,
            words=words,
            again=again,
            by=by.account_id,
            by_name=by.name,
            at=work.now,
        )
        await shelf.add(change, work)
        return change

    return await room.units.run(body)


async def counted(room: MailRoom, school_id: str) -> list[tuple[str, int, int]]:
    """Each language with how many sentences have own words of this scope, and its version."""
    held = await room.store.rewordings.held([school_id])
    known = {each.language: (len(held.layers[each]), each.version) for each in held.newest}
    return [(each, *known.get(each, (0, 0))) for each in WRITTEN_IN]
