"""Letters: what is asked for, and what became of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.messages.base import Language, Message

NoticeKind = Literal["good_news", "invitation", "rsvp_confirmation", "event_changed", "cancelled"]
Category = Literal["good_news", "events", "school", "safety", "legal"]
"""What a family may choose about; `safety` and `legal` it may not switch off."""


class NoticeRequested(Message):
    """A service asks for a letter that no fact implies, by kind and ids only. Sent by any.

    It goes to households or to members of the staff, as its kind says.
    """

    TYPE = "org.partners.notice.requested.v1"
    OWNER = "*"
    ABOUT = "notice_id"

    notice_id: str
    kind: str
    about: str
    household_ids: tuple[str, ...]
    educator_ids: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)


class NoticeAccepted(Message):
    """The district's mail service took a letter for a household, or paper was handed out.

    Sent by notifications.
    """

    TYPE = "org.partners.notice.accepted.v1"
    OWNER = "notifications"
    ABOUT = "delivery_id"

    delivery_id: str
    kind: str
    about: str
    household_id: str
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...] = ()
    channel: Literal["mail", "paper"] = "mail"
    language: Language = "en"
    good_news: bool = False
    accepted_at: datetime


class NoticeBounced(Message):
    """A letter that was taken came back; paper was not handed out after all.

    Sent by notifications.
    """

    TYPE = "org.partners.notice.bounced.v1"
    OWNER = "notifications"
    ABOUT = "delivery_id"

    delivery_id: str
    household_id: str
    family_ids: tuple[str, ...]
    permanent: bool
    channel: Literal["mail", "paper"] = "mail"
    reason: str = ""
    bounced_at: datetime


class GuardianReplied(Message):
    """Somebody answered a letter by mail. The words stay with notifications. Sent by notifications.

    Not sent for one whom a flag stands against, nor for a word that only stops letters.
    """

    TYPE = "org.partners.guardian.replied.v1"
    OWNER = "notifications"
    ABOUT = "reply_id"

    reply_id: str
    delivery_id: str
    kind: str
    """Of the letter that was answered."""
    about: str
    household_id: str
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...] = ()
    school_id: str
    educator_id: str | None = None
    """Whose letter it was, where it was one person's."""
    replied_at: datetime


class NoticeNotSent(Message):
    """A letter will not be sent, because. Sent by notifications."""

    TYPE = "org.partners.notice.not-sent.v1"
    OWNER = "notifications"
    ABOUT = "delivery_id"

    delivery_id: str
    kind: str
    about: str
    household_id: str
    family_ids: tuple[str, ...]
    reason: str
    needs_a_person: bool = False
    """Neither mail nor paper may go, so that somebody has to find another way."""
