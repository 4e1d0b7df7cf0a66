"""Letters about facts that no service says yet, made from their golden samples."""

from pathlib import Path
from typing import TypeVar

from services.notifications.domain.arranged import (
    ArrangedWords,
    LunchWords,
    PolicyWords,
    PublishedWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
    kind_of_words,
)
from shared.envelope import Envelope
from shared.messages import (
    EventPublished,
    LunchChanged,
    Message,
    PolicyChanged,
    ShiftChanged,
    SurveyChanged,
    VisitChanged,
    WaitlistChanged,
)

M = TypeVar("M", bound=Message)
SAMPLES = Path(__file__).parents[1] / "shared" / "samples"


def sample(kind: type[M]) -> M:
    """The golden sample of a message."""
    envelope = Envelope.model_validate_json((SAMPLES / f"{kind.TYPE}.json").read_bytes())
    return kind.model_validate(envelope.data)


EVENING = sample(EventPublished)
PLACE, LUNCH, VISIT = sample(WaitlistChanged), sample(LunchChanged), sample(VisitChanged)
SHIFT, POLICY, SURVEY = sample(ShiftChanged), sample(PolicyChanged), sample(SurveyChanged)
FACTS_OF_ONE = (PLACE, LUNCH, VISIT, SHIFT)
FACTS_OF_SCHOOLS = (POLICY, SURVEY)


def as_said(fact: M, **over: object) -> M:
    """The same fact as it stands by then."""
    return fact.model_copy(update=over)


_AGREED_LUNCH = as_said(LUNCH, state="agreed", answer_by=None)
_AGREED_VISIT = as_said(VISIT, state="agreed", answer_by=None)
_WORDS: tuple[ArrangedWords | PublishedWords, ...] = (
    SeatWords(now=as_said(PLACE, state="waiting"), event=EVENING.facts),
    SeatWords(now=PLACE, event=EVENING.facts),
    SeatWords(now=as_said(PLACE, state="no_seat"), event=EVENING.facts),
    LunchWords(now=LUNCH),
    LunchWords(now=as_said(LUNCH, hours=None)),
    LunchWords(now=_AGREED_LUNCH, before=LUNCH),
    LunchWords(now=as_said(_AGREED_LUNCH, place="Room 4"), before=_AGREED_LUNCH),
    LunchWords(now=as_said(LUNCH, state="called_off", reason="Snow."), before=LUNCH),
    VisitWords(now=VISIT),
    VisitWords(now=as_said(VISIT, place="Library"), before=VISIT),
    VisitWords(now=_AGREED_VISIT, before=VISIT),
    VisitWords(now=as_said(VISIT, state="called_off", reason="Snow."), before=VISIT),
    ShiftWords(now=SHIFT),
    ShiftWords(now=as_said(SHIFT, place="Hall"), before=SHIFT),
    ShiftWords(now=as_said(SHIFT, state="called_off"), before=SHIFT),
    PolicyWords(now=POLICY),
    PolicyWords(now=as_said(POLICY, edition=2)),
    SurveyWords(now=SURVEY),
)
OF_SAMPLES = tuple((kind_of_words(words), words) for words in _WORDS)
"""One letter for each way in which these things may stand, by the name of its kind."""
