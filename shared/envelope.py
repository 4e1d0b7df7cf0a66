"""The CloudEvents 1.0 envelope in which every message travels, as structured JSON.

Source: CloudEvents specification 1.0.2; the extensions are `sequence` (aggregate version),
`correlationid`, `causationid` and `traceparent` (W3C Trace Context).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import Permanent
from shared.messages import MESSAGES, Message

CONTENT_TYPE = "application/cloudevents+json"
NonEmpty = Annotated[str, Field(min_length=1, max_length=1024)]


class Envelope(BaseModel):
    """One message on its way. `id` and `source` together name it for ever."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: NonEmpty
    source: NonEmpty
    type: NonEmpty
    time: AwareDatetime
    subject: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    @classmethod
    def seal(
        cls,
        message: Message,
        *,
        id: str,
        source: str,
        time: datetime,
        sequence: int,
        cause: "Envelope | None" = None,
        traceparent: str | None = None,
    ) -> Self:
        """Put a message into an envelope; what caused it hands on its correlation."""
        return cls(
            id=id,
            source=source,
            type=message.TYPE,
            time=time,
            subject=message.subject,
            sequence=padded(sequence),
            correlationid=(cause.correlationid or cause.id) if cause else id,
            causationid=cause.id if cause else None,
            traceparent=traceparent or (cause.traceparent if cause else None),
            data=message.model_dump(mode="json"),
        )

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read an envelope from JSON; `Permanent` says what is wrong and where."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as wrong:
            raise Permanent(f"not a CloudEvents 1.0 message: {faults(wrong)}") from wrong

    def open(self) -> Message:
        """The message inside; `Permanent` when the type is unknown or the data do not fit it."""
        kind = MESSAGES.get(self.type)
        if kind is None:
            raise Permanent(f"no service knows the type {self.type}")
        try:
            return kind.model_validate(self.data)
        except ValidationError as wrong:
            raise Permanent(f"the data do not fit {self.type}: {faults(wrong)}") from wrong

    def to_json(self) -> bytes:
        """The structured JSON form."""
        return self.model_dump_json(exclude_none=True).encode()

    @property
    def key(self) -> str:
        """What names this message for ever: source and id."""
        return f"{self.source}|{self.id}"

    @property
    def version(self) -> int:
        """The aggregate's version, 0 where the sender gave none."""
        return int(self.sequence) if self.sequence and self.sequence.isdecimal() else 0


def padded(sequence: int) -> str:
    """A version as text that sorts like the number: 16 digits."""
    return f"{sequence:016d}"


def faults(wrong: ValidationError) -> str:
    """What is wrong and where, without the values, which may be personal."""
    return "; ".join(_fault(error) for error in wrong.errors(include_input=False)[:8])


def _fault(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "the whole"
    return f"{place}: {error['msg']}"
