"""What can be done with school events: plan and publish them, answer, look who comes."""

from services.events.actions.answering import (
    Invitation,
    LinkEnded,
    answer_by_link,
    invitation_of,
    take_outside_answer,
    write_down_answer,
)
from services.events.actions.desk import Desk
from services.events.actions.looking import (
    AnswerRow,
    Figures,
    answers_of,
    figures_of,
    household_of,
    list_events,
)
from services.events.actions.planning import (
    cancel_event,
    delete_draft,
    edit_event,
    plan_event,
    publish_event,
)
from services.events.actions.rights import audiences_open_to, event_seen_by, may_manage

__all__ = [
    "AnswerRow",
    "Desk",
    "Figures",
    "Invitation",
    "LinkEnded",
    "answer_by_link",
    "answers_of",
    "audiences_open_to",
    "cancel_event",
    "delete_draft",
    "edit_event",
    "event_seen_by",
    "figures_of",
    "household_of",
    "invitation_of",
    "list_events",
    "may_manage",
    "plan_event",
    "publish_event",
    "take_outside_answer",
    "write_down_answer",
]
