"""The JSON API (v1) of the wording of letters: sentences, own words in their place, versions."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from services.notifications.actions import rewording
from services.notifications.actions.rewording import Reads
from services.notifications.actions.trying_words import try_words
from services.notifications.domain.rewording import Rewording, faults_in, longest, shown
from services.notifications.web.at import AtRoom
from services.notifications.web.rewording import (
    District,
    by_version,
    found_in,
    history,
    place_in_list,
    rows_after,
)
from shared import web
from shared.errors import Refused
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1/wording", tags=["notifications"])
SchoolIn = Annotated[str, Query(max_length=64, description="Empty: for the whole district.")]


class ReadsOut(Record):
    """A sentence, and the words that it has for a school or the district, with all plural forms.

    What is filled in stands in braces. `source` says whose words these are; `seen` goes into a
    change, and is the version of the last one here (0: none).
    """

    key: str
    english: tuple[str, ...]
    delivered: tuple[str, ...]
    words: tuple[str, ...]
    source: Literal["school", "district", "catalog"]
    seen: int
    longest: int
    comment: str


class ReadsPage(Record):
    """Some sentences, as they stand in the catalog; `next` goes into `after`."""

    items: tuple[ReadsOut, ...]
    next: str | None = None


class VersionOut(Record):
    """One change. No `words`: own words were taken away; `again`: whose words it took again."""

    version: int
    key: str
    english: tuple[str, ...]
    words: tuple[str, ...]
    again: int | None
    by: str
    by_name: str
    at: datetime


class SentenceOut(ReadsOut):
    """A sentence with all of its versions here, the newest first."""

    versions: tuple[VersionOut, ...]


class HistoryPage(Record):
    """Some changes, the newest first; `next` goes into `after`."""

    items: tuple[VersionOut, ...]
    next: str | None = None


class WordsIn(Record):
    """Words for each form of a sentence. `seen` says which was the last change that you saw."""

    words: Annotated[tuple[Annotated[str, Field(max_length=2000)], ...], Field(max_length=12)]
    seen: Annotated[int, Field(ge=0)] = 0


class AgainIn(Record):
    """The version whose words are to hold again; 0: the words without own ones."""

    version: Annotated[int, Field(ge=0)]
    seen: Annotated[int, Field(ge=0)]


class TriedOut(Record):
    """A sample letter as it would read."""

    kind: str
    subject: str
    text: str


@router.get("/{language}")
async def get_sentences(
    language: str,
    viewer: District,
    room: AtRoom,
    cursor: web.Cursor,
    school_id: SchoolIn = "",
    q: Annotated[str, Query(max_length=200)] = "",
    own: bool = False,
) -> ReadsPage:
    """Sentences as they read for a school or the district; `own`: those with other words than ours.

    404 for a language without letters and for an unknown school.
    """
    del viewer
    scope = await rewording.scope_of(room, language, school_id)
    found = found_in(await rewording.read_all(room, scope), q.strip(), own=own)
    part = web.paginate(rows_after(found, cursor), cursor, place_in_list)
    items = tuple(ReadsOut.model_validate(_reads(row)) for row in part.items)
    return ReadsPage(items=items, next=part.next)


@router.get("/{language}/history")
async def get_history(
    language: str, viewer: District, room: AtRoom, cursor: web.Cursor, school_id: SchoolIn = ""
) -> HistoryPage:
    """Every change for a school or the district in a language."""
    del viewer
    scope = await rewording.scope_of(room, language, school_id)
    part = web.paginate(await history(room, scope, cursor), cursor, by_version)
    return HistoryPage(items=tuple(map(_version, part.items)), next=part.next)


@router.get("/{language}/sentences/{key}")
async def get_sentence(
    language: str, key: str, viewer: District, room: AtRoom, school_id: SchoolIn = ""
) -> SentenceOut:
    """One sentence with its versions."""
    del viewer
    scope = await rewording.scope_of(room, language, school_id)
    reads, versions = await rewording.read_one(room, scope, key)
    return _sentence(reads, versions)


@router.put("/{language}/sentences/{key}")
async def put_words(
    language: str,
    key: str,
    sent: WordsIn,
    viewer: District,
    room: AtRoom,
    school_id: SchoolIn = "",
) -> SentenceOut:
    """Put words in its place; 422 where they would spoil a letter, 409 after another's change."""
    scope = await rewording.scope_of(room, language, school_id)
    await rewording.save(room, scope, key, sent.words, sent.seen, viewer)
    return _sentence(*await rewording.read_one(room, scope, key))


@router.post("/{language}/sentences/{key}/again")
async def post_again(
    language: str,
    key: str,
    sent: AgainIn,
    viewer: District,
    room: AtRoom,
    school_id: SchoolIn = "",
) -> SentenceOut:
    """Take the words of an earlier version again, as a new version."""
    scope = await rewording.scope_of(room, language, school_id)
    await rewording.take_again(room, scope, key, sent.version, sent.seen, viewer)
    return _sentence(*await rewording.read_one(room, scope, key))


@router.post("/{language}/sentences/{key}/preview")
async def post_preview(
    language: str,
    key: str,
    sent: WordsIn,
    viewer: District,
    room: AtRoom,
    school_id: SchoolIn = "",
) -> list[TriedOut]:
    """Sample letters with these words; nothing is kept."""
    del viewer
    scope = await rewording.scope_of(room, language, school_id)
    reads, _ = await rewording.read_one(room, scope, key)
    for fault in faults_in(reads.sentence, sent.words).values():
        raise Refused(str(fault))
    trial = await try_words(room, scope, reads, sent.words)
    return [
        TriedOut(kind=each.kind, subject=_whole(each.subject), text=_whole(each.text))
        for each in trial.letters
    ]


def _whole(parts: list[tuple[str, bool]]) -> str:
    return "".join(words for words, _ in parts)


def _reads(reads: Reads) -> dict[str, object]:
    return {
        "key": reads.sentence.key,
        "english": tuple(map(shown, reads.sentence.english)),
        "delivered": tuple(map(shown, reads.sentence.words)),
        "words": tuple(map(shown, reads.words)),
        "source": reads.source,
        "seen": reads.seen,
        "longest": longest(reads.sentence),
        "comment": reads.sentence.comment,
    }


def _sentence(reads: Reads, versions: list[Rewording]) -> SentenceOut:
    known = tuple(map(_version, versions))
    return SentenceOut.model_validate({**_reads(reads), "versions": known})


def _version(change: Rewording) -> VersionOut:
    return VersionOut(
        version=change.version,
        key=change.key,
        english=tuple(map(shown, change.english)),
        words=tuple(map(shown, change.words)),
        again=change.again,
        by=change.by,
        by_name=change.by_name,
        at=change.at,
    )
