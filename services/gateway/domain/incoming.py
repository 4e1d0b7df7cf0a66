"""Judges one message of another system: what may come in, from whom, and why not."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.gateway.domain.cloudevents import Raw, Unreadable, is_json, parse_json
from shared.asked_notices import foreign_link
from shared.envelope import faults
from shared.errors import PartnersError
from shared.external import EXTERNAL, NoticeAsked

AHEAD = timedelta(minutes=10)
"""How far another system's clock may go ahead of ours."""

_NAME = re.compile(r"^[a-z0-9]+$")
_INT32 = 2**31
_TIME = TypeAdapter(AwareDatetime)


class NotTaken(PartnersError):
    """This message does not come in; the sentence says what is wrong and where."""


class ExternalMessage(BaseModel):
    """A message that may come in."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: str
    type: str
    subject: str | None = None
    time: datetime
    data: dict[str, Any]

    @property
    def people(self) -> int:
        """Of how many people it would have the households told."""
        if self.type != NoticeAsked.TYPE:
            return 0
        return NoticeAsked.model_validate(self.data).people

    @property
    def key(self) -> str:
        """What names it for ever: source and id."""
        return f"{self.source}|{self.id}"

    @property
    def digest(self) -> str:
        """The same for the same content. The time is left out: a sender may stamp each try."""
        content = [self.type, self.subject, self.data]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Receipt(BaseModel):
    """That a message came in: kept so that it comes in once, and that we can say who sent it."""

    model_config = ConfigDict(frozen=True)

    key: str
    receipt_id: str
    digest: str
    system: str
    type: str
    client_id: str | None
    way: Literal["http", "amqp"]
    at: datetime


class Result(BaseModel):
    """What became of one message of a request."""

    model_config = ConfigDict(frozen=True)

    index: int
    id: str | None
    result: Literal["accepted", "duplicate", "refused"]
    reason: str | None = None
    conflict: bool = Field(default=False, exclude=True)
    too_many: bool = Field(default=False, exclude=True)
    """Whether it would have been taken on another day."""


class _Attributes(BaseModel):
    """The attributes that the specification names, as we need them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=255)]
    source: Annotated[str, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(min_length=1, max_length=255)]
    time: str
    subject: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    datacontenttype: str = "application/json"
    dataschema: str | None = None


def judge(
    raw: Raw,
    *,
    system: str,
    types: Collection[str],
    now: datetime,
    link_hosts: Collection[str] = (),
) -> ExternalMessage:
    """A message that may come in; `NotTaken` says what is wrong and where.

    `system` is authenticated, `types` are those that the sender may send, `link_hosts` those to
    which links in notices may lead.
    """
    if raw.fault:
        raise NotTaken(raw.fault)
    _check_names(raw.attributes)
    attributes = _attributes(raw.attributes)
    if attributes.source != f"/ext/{system}":
        raise NotTaken(f"source: the messages of this sender come from /ext/{system}")
    _check_type(attributes.type, types)
    when = _time(attributes.time, now)
    data = _data(raw, attributes)
    _check_data(attributes.type, data)
    _check_links(attributes.type, data, link_hosts)
    return ExternalMessage(
        source=attributes.source,
        id=attributes.id,
        type=attributes.type,
        subject=attributes.subject,
        time=when,
        data=data,
    )


def _check_names(attributes: Mapping[str, Any]) -> None:
    for name, value in attributes.items():
        if not _NAME.match(name):
            raise NotTaken(f"{name[:40]}: attribute names have only a-z and 0-9")
        if isinstance(value, bool | str | None):
            continue
        if not isinstance(value, int) or not -_INT32 <= value < _INT32:
            raise NotTaken(f"{name[:40]}: an attribute is text, true or false, or a 32-bit integer")


def _attributes(given: Mapping[str, Any]) -> _Attributes:
    present = {name: value for name, value in given.items() if value is not None}
    missing = [
        name for name in ("specversion", "id", "source", "type", "time") if name not in present
    ]
    if missing:
        raise NotTaken(f"{missing[0]}: this attribute is missing")
    try:
        return _Attributes.model_validate(present, strict=True)
    except ValidationError as wrong:
        raise NotTaken(faults(wrong)) from wrong


def _check_type(kind: str, types: Collection[str]) -> None:
    if kind not in EXTERNAL:
        raise NotTaken(f"type: there is no such type; there are {', '.join(sorted(EXTERNAL))}")
    if kind not in types:
        raise NotTaken(f"type: this sender may not send {kind}; the district allows it")


def _time(text: str, now: datetime) -> datetime:
    try:
        when = _TIME.validate_json(json.dumps(text), strict=True)
    except ValidationError as wrong:
        raise NotTaken("time: send RFC 3339 with a zone, as 2026-11-24T09:30:00Z") from wrong
    if when > now + AHEAD:
        raise NotTaken("time: it lies in the future; check the clock of the sender")
    return when


def _data(raw: Raw, attributes: _Attributes) -> dict[str, Any]:
    if not is_json(attributes.datacontenttype):
        raise NotTaken("datacontenttype: the data are application/json")
    if len(raw.extra) > 1:
        raise NotTaken("data: send data or data_base64, not both")
    data = _decoded(raw.extra["data_base64"]) if "data_base64" in raw.extra else raw.data
    if not isinstance(data, dict):
        raise NotTaken("data: a JSON object is needed")
    return data


def _decoded(text: object) -> object:
    if not isinstance(text, str):
        raise NotTaken("data_base64: text is needed")
    try:
        return parse_json(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as wrong:
        raise NotTaken("data_base64: this is not Base64 (RFC 4648)") from wrong
    except Unreadable as wrong:
        raise NotTaken(f"data_base64: {wrong}") from wrong


def _check_data(kind: str, data: dict[str, Any]) -> None:
    try:
        EXTERNAL[kind].model_validate_json(json.dumps(data), strict=True)
    except ValidationError as wrong:
        raise NotTaken(f"data: {faults(wrong)}") from wrong


def _check_links(kind: str, data: dict[str, Any], hosts: Collection[str]) -> None:
    if kind != NoticeAsked.TYPE:
        return
    if host := foreign_link(data.get("values", {}), hosts):
        raise NotTaken(f"data.values.link: the district allows no links to {host[:100]}")


def within_share(
    results: list[Result], fresh: list[ExternalMessage], left: int
) -> tuple[list[Result], list[ExternalMessage]]:
    """What still fits into a sender's share of the day; the others are refused, until tomorrow."""
    taken: list[ExternalMessage] = []
    told = list(results)
    places = [place for place, each in enumerate(results) if each.result == "accepted"]
    for place, message in zip(places, fresh, strict=True):
        if message.people > left:
            told[place] = Result(
                index=results[place].index,
                id=message.id,
                result="refused",
                reason=f"the share of this day is used up: {left} more people may be named",
                too_many=True,
            )
            continue
        left -= message.people
        taken.append(message)
    return told, taken


def system_of(routing_key: str) -> tuple[str, str]:
    """System and type of a routing key `ext.{system}.{type}`; `NotTaken` for other forms."""
    ext, _, rest = routing_key.partition(".")
    system, _, kind = rest.partition(".")
    if ext != "ext" or not system or not kind:
        raise NotTaken("the routing key is ext.{system}.{type}")
    return system, kind


def sort_out(
    judged: list[ExternalMessage | NotTaken], ids: list[str | None], known: Mapping[str, str]
) -> tuple[list[Result], list[ExternalMessage]]:
    """Who is new, who came before; `known` has the digests of the receipts by key."""
    seen = dict(known)
    results: list[Result] = []
    fresh: list[ExternalMessage] = []
    for index, (each, name) in enumerate(zip(judged, ids, strict=True)):
        if isinstance(each, NotTaken):
            results.append(Result(index=index, id=name, result="refused", reason=str(each)))
            continue
        new = each.key not in seen
        before = seen.setdefault(each.key, each.digest)
        results.append(_result(index, each, before, new=new))
        if new:
            fresh.append(each)
    return results, fresh


def _result(index: int, message: ExternalMessage, before: str, *, new: bool) -> Result:
    if new:
        return Result(index=index, id=message.id, result="accepted")
    if before == message.digest:
        return Result(index=index, id=message.id, result="duplicate")
    reason = "this id came before with other content; a new fact needs a new id"
    return Result(index=index, id=message.id, result="refused", reason=reason, conflict=True)
