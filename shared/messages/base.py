"""The words that messages share, and what every message is."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Channel = Literal[
    "call",
    "text",
    "email",
    "in_person",
    "video",
    "home_visit",
    "letter",
    "app",
    "other",
]
Direction = Literal["to_family", "from_family"]
Tone = Literal["good_news", "hello", "information", "concern"]
Outcome = Literal[
    "reached",
    "voicemail",
    "message_left",
    "no_answer",
    "wrong_number",
    "sent",
    "handed_out",
]
Answer = Literal["yes", "no", "maybe"]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Relationship = Literal[
    "mother",
    "father",
    "parent",
    "guardian",
    "grandparent",
    "foster",
    "relative",
    "other",
]


class Record(BaseModel):
    """Plain frozen data; unknown fields are ignored, so that senders may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(Record):
    """One fact. Subclasses say who sends them."""

    TYPE: ClassVar[str]
    OWNER: ClassVar[str]
    ABOUT: ClassVar[str]

    @property
    def subject(self) -> str:
        """The id of the aggregate that this fact is about."""
        return str(getattr(self, self.ABOUT))
