"""The JSON API (v1) of the languages of letters: how each stands, and the acceptance of drafts."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.notifications.actions import languages
from services.notifications.actions.languages import Judged, Read
from services.notifications.domain.languages import LONGEST_REMARK, Standing, Verdict
from services.notifications.web.at import AtRoom
from services.notifications.web.languages import Judge, place_in_list, rows_after
from shared import web
from shared.messages import Record

router = APIRouter(prefix="/notifications/api/v1/languages", tags=["notifications"])


class LanguageOut(Record):
    """A translation of the letters. `on`: families get letters in it, else in English.

    `reviewed_by` and `reviewed_on` are null for a draft, which is on when every sentence is
    accepted and then has the English below it.
    """

    language: str
    on: bool
    draft: bool
    reviewed_by: str | None
    reviewed_on: date | None
    sentences: int
    accepted: int
    rejected: int


class SentenceOut(Record):
    """A sentence with its translation, both with all their plurals, and who judged it.

    `verdict` is `open` where nobody judged it as it reads now.
    """

    key: str
    fingerprint: str
    english: tuple[str, ...]
    words: tuple[str, ...]
    comment: str
    verdict: Verdict
    remark: str
    judged_by: str | None
    judged_at: datetime | None


class SentencePage(Record):
    """Some sentences, as they stand in the catalog; `next` goes into `after`."""

    items: tuple[SentenceOut, ...]
    next: str | None = None


class JudgementIn(Record):
    """A decision. `fingerprint` says which words were read; a rejection needs a remark."""

    fingerprint: Annotated[str, Field(min_length=1, max_length=64)]
    accepted: bool
    remark: Annotated[str, Field(max_length=LONGEST_REMARK)] = ""


@router.get("")
async def get_languages(viewer: Judge, room: AtRoom) -> list[LanguageOut]:
    """How each translation stands. English is what they are translated from."""
    del viewer
    return [_language(each) for each in await languages.standings(room)]


@router.get("/{language}")
async def get_sentences(
    language: str, viewer: Judge, room: AtRoom, cursor: web.Cursor
) -> SentencePage:
    """The sentences of one language."""
    del viewer
    _, judged = await languages.read_language(room, language)
    part = web.paginate(rows_after(judged, cursor), cursor, place_in_list)
    return SentencePage(items=tuple(_sentence(row) for row in part.items), next=part.next)


@router.post("/{language}/sentences/{key}")
async def post_judgement(
    language: str, key: str, judgement: JudgementIn, viewer: Judge, room: AtRoom
) -> LanguageOut:
    """Accept or reject a sentence of a draft; 409 when it has changed since it was read."""
    standing = await languages.judge(
        room,
        language,
        Read(key, judgement.fingerprint),
        viewer,
        accepted=judgement.accepted,
        remark=judgement.remark,
    )
    return _language(standing)


def _language(each: Standing) -> LanguageOut:
    return LanguageOut(
        language=each.language,
        on=each.on,
        draft=each.draft,
        reviewed_by=each.review.by if each.review else None,
        reviewed_on=each.review.on if each.review else None,
        sentences=each.sentences,
        accepted=each.accepted,
        rejected=each.rejected,
    )


def _sentence(row: Judged) -> SentenceOut:
    last = row.judgement
    return SentenceOut(
        key=row.sentence.key,
        fingerprint=row.sentence.fingerprint,
        english=row.sentence.english,
        words=row.sentence.words,
        comment=row.sentence.comment,
        verdict=row.verdict,
        remark=last.remark if last else "",
        judged_by=last.by if last else None,
        judged_at=last.at if last else None,
    )
