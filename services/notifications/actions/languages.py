"""Which languages families are written to in, and the acceptance of drafts by people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from services.notifications.actions.room import MailRoom
from services.notifications.domain.languages import (
    Judgement,
    Judgements,
    Sentence,
    Standing,
    Verdict,
    standing,
    verdict,
)
from services.notifications.domain.rewording import DISTRICT, Layer
from services.notifications.letters.catalogs import ORIGINAL, is_draft, review_of, sentences_of
from services.notifications.letters.tongue import WRITTEN_IN, base_of
from shared.errors import Conflict, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Work

TRANSLATED = tuple(language for language in WRITTEN_IN if language != ORIGINAL)


@dataclass(frozen=True)
class Read:
    """A sentence as somebody read it: judging it counts only while it still reads so."""

    key: str
    fingerprint: str


@dataclass(frozen=True)
class Judged:
    """A sentence, what holds for it now, and who decided so."""

    sentence: Sentence
    verdict: Verdict
    judgement: Judgement | None = None
    """Also one of other words than the sentence has now."""

    @property
    def changed(self) -> bool:
        """Whether it was judged as it read before."""
        before = self.judgement
        return before is not None and before.fingerprint != self.sentence.fingerprint


async def languages_off(
    room: MailRoom, readers: Collection[str], district: Mapping[str, Layer]
) -> frozenset[str]:
    """Those of the languages (BCP 47) that have letters which do not go out yet.

    `district`: the own words of the district, by language.
    """
    drafts = {base for each in readers if (base := base_of(each)) in TRANSLATED and is_draft(base)}
    kept = await room.store.languages.judgements(drafts)
    standing = {
        each: _standing(room, each, _sentences(each, district), kept.get(each, {}))
        for each in drafts
    }
    return frozenset(each for each in drafts if not standing[each].on)


async def standings(room: MailRoom) -> list[Standing]:
    """How each translation stands."""
    kept = await room.store.languages.judgements(TRANSLATED)
    district = await own_of_district(room)
    return [
        _standing(room, each, _sentences(each, district), kept.get(each, {})) for each in TRANSLATED
    ]


async def own_of_district(room: MailRoom) -> dict[str, Layer]:
    """The own words of the district, by language."""
    return (await room.store.rewordings.held([DISTRICT])).of_district


async def read_language(room: MailRoom, language: str) -> tuple[Standing, list[Judged]]:
    """A translation sentence by sentence. `NotFound` where letters are not written in it."""
    _known(language)
    kept = (await room.store.languages.judgements([language])).get(language, {})
    sentences = _sentences(language, await own_of_district(room))
    return _standing(room, language, sentences, kept), [
        _judged(room, each, kept) for each in sentences
    ]


async def judge(
    room: MailRoom, language: str, read: Read, by: Viewer, *, accepted: bool, remark: str = ""
) -> Standing:
    """Accept a sentence of a draft, or reject it with a remark.

    `NotFound` for an unknown language or sentence, `Conflict` where the language is no draft or the
    sentence reads differently by now, `Refused` for a rejection without a remark.
    """
    if not accepted and not remark.strip():
        raise Refused(N_("Please write what is wrong, so that it can be mended."))
    await _as_read(room, language, [read])
    return await _keep(room, language, [read], by, accepted=accepted, remark=remark.strip())


async def accept_open(room: MailRoom, language: str, read: Sequence[Read], by: Viewer) -> Standing:
    """Accept those of the sentences that nobody has judged by now; raises as `judge` does."""
    now = {row.sentence.key: row.verdict for row in await _as_read(room, language, read)}
    still_open = [each for each in read if now[each.key] == "open"]
    return await _keep(room, language, still_open, by, accepted=True)


async def _as_read(room: MailRoom, language: str, read: Sequence[Read]) -> list[Judged]:
    """The sentences of a draft, when those of them that were read still read the same."""
    standing, judged = await read_language(room, language)
    if not standing.draft:
        raise Conflict(N_("This translation has been reviewed; there is nothing left to accept."))
    fingerprints = {row.sentence.key: row.sentence.fingerprint for row in judged}
    for each in read:
        if each.key not in fingerprints:
            raise NotFound(N_("There is no such sentence in this language."))
        if fingerprints[each.key] != each.fingerprint:
            raise Conflict(
                N_("A sentence has changed since you opened this page. Please read it again.")
            )
    return judged


async def _keep(
    room: MailRoom,
    language: str,
    read: Sequence[Read],
    by: Viewer,
    *,
    accepted: bool,
    remark: str = "",
) -> Standing:
    async def body(work: Work) -> None:
        judged = {
            each.key: Judgement(
                fingerprint=each.fingerprint,
                accepted=accepted,
                remark="" if accepted else remark,
                by=by.account_id,
                by_name=by.name,
                at=work.now,
            )
            for each in read
        }
        await room.store.languages.judge(language, judged, work)

    if read:
        await room.units.run(body)
    standing, _ = await read_language(room, language)
    return standing


def _known(language: str) -> None:
    if language not in TRANSLATED:
        raise NotFound(N_("There are no translated letters in this language."))


def _sentences(language: str, district: Mapping[str, Layer]) -> list[Sentence]:
    """As they read in the district: where it has words of its own, with those."""
    own = district.get(language, {})
    return [
        replace(each, words=own[each.english], own=True) if each.english in own else each
        for each in sentences_of(language)
    ]


def _standing(
    room: MailRoom, language: str, sentences: Sequence[Sentence], kept: Judgements
) -> Standing:
    return standing(
        language,
        review_of(language),
        sentences,
        kept,
        starts_accepted=room.drafts_start_accepted,
    )


def _judged(room: MailRoom, sentence: Sentence, kept: Judgements) -> Judged:
    last = kept.get(sentence.key)
    now = verdict(sentence, last, starts_accepted=room.drafts_start_accepted)
    return Judged(sentence, now, last)
