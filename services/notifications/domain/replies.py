"""What families answer by mail: who is to read it, and the one word that stops letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.messages import EducatorChanged, Record

KEPT_FOR = timedelta(days=400)
"""A school year and its summer."""
MOST_A_DAY = 10
"""Answers to one letter in 24 hours that are passed on; a person writes fewer."""
OF_USE_FOR = timedelta(days=14)
STAFF_READS = "en"
"""The directory tells no languages of staff, so that English is what everybody surely reads."""

Caution = Literal["", "flagged", "changed"]
"""Why only those who lead the school are to read it: a flag stands against somebody who may have
written, or the household that got the letter is there no more."""

_STOPS = frozenset({
    "stop", "unsubscribe", "alto", "pare", "parar", "basta", "توقف", "قف",
    "停止", "退订", "退訂", "取消订阅", "取消訂閱", "dừng", "ngừng", "dung", "стоп",
    "отписаться", "отписка", "arrêt", "arrêter", "arrêtez", "arret",
    "arreter", "désabonner", "kanpe", "rete", "jooji", "joogso",
    "відписатися", "відписка", "зупинити", "itigil", "hinto", "tigil",
})  # fmt: skip
"""One word that asks for no more letters, in the languages of the letters. None that could answer
an invitation: "cancel" and its like may mean "we can't come"."""
_AROUND = ".!¡。！?\"'“”‘’«» \u200e\u200f\t\r\n"
"""What may stand around it; the last letters are marks of direction."""


class Reply(Record):
    """One answer to one letter, as it is kept. Addresses are not."""

    reply_id: str
    delivery_id: str
    kind: str
    """Of the letter that was answered."""
    about: str
    school_id: str
    household_id: str
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...] = ()
    language: str
    words: str
    whole: str = ""
    """All of the mail's text, with what it quotes."""
    shortened: bool = False
    files: int = 0
    from_elsewhere: bool = False
    caution: Caution = ""
    educator_ids: tuple[str, ...] = ()
    """Those to whom it was passed on, who may read it for good."""
    at: datetime
    handled_at: datetime | None = None
    handled_by: str = ""


@dataclass(frozen=True)
class ReplySight:
    """Whose answers somebody may read: all, of some schools, or those passed on to one person."""

    everything: bool = False
    school_ids: frozenset[str] = frozenset()
    educator_id: str | None = None

    def covers(self, reply: Reply) -> bool:
        """Whether this answer is shown."""
        return (
            self.everything
            or reply.school_id in self.school_ids
            or (self.educator_id is not None and self.educator_id in reply.educator_ids)
        )


def readers(
    sender: EducatorChanged | None,
    leads: Iterable[EducatorChanged],
    language: str,
    caution: Caution,
) -> list[EducatorChanged]:
    """Who gets an answer by mail: who wrote the letter, and beside or instead of them `leads`.

    `leads` are those whom the school chose for it. They get what the writer can't get: because the
    writer left or wrote for the school, may not read the language (the base of a BCP 47 tag), or
    because somebody has to look first.
    """
    writes = sender is not None and sender.active and sender.email is not None and not caution
    first = [sender] if writes and sender is not None else []
    if first and language == STAFF_READS:
        return first
    active = [each for each in leads if each.active and each.email]
    return [*first, *(each for each in active if each not in first)]


def asks_to_stop(words: str) -> bool:
    """Whether an answer is nothing but the one word that stops letters, in any of our languages."""
    word = words.strip(_AROUND).casefold()
    return word in _STOPS
