"""What other school systems may tell us: the messages that come in, named by roster ids."""

from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, model_validator

from shared.asked_notices import MOST_PEOPLE, Template, fault_in
from shared.messages import Answer, Channel, Direction, Language, Outcome, Tone

SourcedId = Annotated[str, Field(min_length=1, max_length=255)]


class ExternalFact(BaseModel):
    """One fact of another system. Unknown fields are refused, so that typos show."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TYPE: ClassVar[str]
    OWNER: ClassVar[str]


class FamilyContacted(ExternalFact):
    """A person of the school talked, or tried to, with a family; another system knows of it."""

    TYPE = "org.partners.family.contacted.v1"
    OWNER = "contacts"

    student_sourced_id: SourcedId
    guardian_sourced_id: SourcedId | None = None
    educator_sourced_id: SourcedId | None = None
    channel: Channel
    direction: Direction = "to_family"
    tone: Tone = "information"
    outcome: Outcome
    language: Language | None = None
    occurred_at: AwareDatetime
    words: Annotated[str, Field(max_length=2000)] = ""
    """Words for the family, if they are to be written to as well; they go out as a letter."""


class StudentAchieved(ExternalFact):
    """A pupil achieved something. Staff see it as a suggestion; the family is sent nothing."""

    TYPE = "org.partners.student.achieved.v1"
    OWNER = "contacts"

    student_sourced_id: SourcedId
    what: Annotated[str, Field(min_length=2, max_length=200, pattern=r"\S.*\S")]
    """What it was, for staff to read, such as "finished the unit on fractions"."""
    achieved_at: AwareDatetime


class InvitationAnswered(ExternalFact):
    """A family answered an invitation in another system."""

    TYPE = "org.partners.invitation.answered.v1"
    OWNER = "events"

    event_id: str
    guardian_sourced_id: SourcedId | None = None
    guardian_email: EmailStr | None = None
    answer: Answer
    party_size: Annotated[int, Field(ge=0, le=20)] = 1
    answered_at: AwareDatetime

    @model_validator(mode="after")
    def _names_one_guardian(self) -> Self:
        if (self.guardian_sourced_id is None) == (self.guardian_email is None):
            message = "name the guardian by guardian_sourced_id or by guardian_email, one of them"
            raise ValueError(message)
        return self


class NoticeAsked(ExternalFact):
    """Another system asks that families be told something, by template and roster ids only."""

    TYPE = "org.partners.notice.asked.v1"
    OWNER = "notifications"

    template: Template
    student_sourced_ids: Annotated[tuple[SourcedId, ...], Field(max_length=MOST_PEOPLE)] = ()
    """Whose households are told, each about its own children among them."""
    guardian_sourced_ids: Annotated[tuple[SourcedId, ...], Field(max_length=MOST_PEOPLE)] = ()
    """Only households of these adults; without students they are told about no child by name."""
    values: dict[str, str] = Field(default_factory=dict, max_length=10)

    @model_validator(mode="after")
    def _says_what_to_whom(self) -> Self:
        if not self.people:
            raise ValueError("name somebody by student_sourced_ids or guardian_sourced_ids")
        if fault := fault_in(self.template, self.values):
            raise ValueError(fault)
        return self

    @property
    def people(self) -> int:
        """How many are named; so much is counted against the day's share of the sender."""
        return len({*self.student_sourced_ids}) + len({*self.guardian_sourced_ids})


EXTERNAL: dict[str, type[ExternalFact]] = {
    kind.TYPE: kind for kind in (FamilyContacted, StudentAchieved, InvitationAnswered, NoticeAsked)
}
"""What may come in, by type."""
