"""What a household asked for on its own page, as a follow-up carries it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.i18n import N_
from shared.messages import MOST_ASKED, Ask, AskTime, Language, Record

SAYS: dict[Ask, str] = {
    "call": N_("The family asks for a call"),
    "meet": N_("The family asks for a meeting"),
    "interpreter": N_("The family asks for an interpreter"),
    "visit": N_("The family asks for a visit at home"),
    "volunteer": N_("The family wants to help at school"),
    "know": N_("The family tells you something about the child"),
}
"""What there is to do, as staff reads it; pages translate it."""
TIMES: dict[AskTime, str] = {
    "any": "",
    "morning": N_("best in the morning"),
    "afternoon": N_("best in the afternoon"),
    "evening": N_("best in the evening"),
}


class Asked(Record):
    """Staff only, for whoever may read the follow-up; never for another household."""

    household_id: str
    student_id: str
    what: Ask
    best_time: AskTime = "any"
    words: Annotated[str, Field(max_length=MOST_ASKED)] = ""
    language: Language = "en"
    at: datetime
