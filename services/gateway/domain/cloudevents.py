"""Reads what other systems send, in every form of CloudEvents 1.0, into plain attributes and data.

Sources: CloudEvents 1.0.2, its JSON format and its HTTP and AMQP bindings; for RabbitMQ the `ce-`
headers that the official SDKs write.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from shared.errors import PartnersError

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
SINGLE_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024
BATCH_COUNT = 500
DEPTH = 16
HTTP_PREFIX = "ce-"
AMQP_PREFIXES = ("cloudEvents_", "cloudEvents:", "ce-")

_MILLISECONDS = re.compile(r"^[0-9]{1,14}$")
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_-]+)")


class Unreadable(PartnersError):
    """What came is no CloudEvents message at all; `status` is the HTTP answer that fits."""

    def __init__(self, reason: str, status: int = 400) -> None:
        """`reason` says what was wrong and what to send instead."""
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Raw:
    """One message as it came: its attributes, and its data if they could be read."""

    attributes: Mapping[str, Any]
    data: Any = None
    fault: str = ""
    """Why this one can't be read, while its neighbours in a batch can."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str | None:
        """The id, where it is one."""
        value = self.attributes.get("id")
        return value if isinstance(value, str) else None


def over_http(content_type: str, headers: Iterable[tuple[str, str]], body: bytes) -> list[Raw]:
    """Read the body of a request; `Unreadable` when it is in none of the three forms."""
    media = media_type(content_type)
    if media == BATCH:
        _check_charset(content_type)
        return _batch(body)
    _check_size(body, SINGLE_BYTES)
    if media == STRUCTURED:
        _check_charset(content_type)
        return [_structured(parse_json(body))]
    attributes = _http_attributes(headers)
    if attributes:
        return [_binary(attributes, content_type, body)]
    raise Unreadable(
        f"send {STRUCTURED}, {BATCH}, or headers that begin with ce-: "
        f"{media or 'no content type'} is none of them",
        415,
    )


def over_amqp(content_type: str, headers: Mapping[str, Any], body: bytes) -> Raw:
    """Read one AMQP message; binary headers may begin with cloudEvents_, cloudEvents: or ce-."""
    _check_size(body, SINGLE_BYTES)
    media = media_type(content_type)
    if media == BATCH:
        raise Unreadable("by AMQP, send each message by itself; batches are for HTTP")
    if media == STRUCTURED:
        _check_charset(content_type)
        return _structured(parse_json(body))
    attributes = _amqp_attributes(headers)
    if attributes:
        return _binary(attributes, content_type, body)
    raise Unreadable(f"send {STRUCTURED}, or headers that begin with cloudEvents_")


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """Whether data of this type are JSON."""
    media = media_type(content_type)
    return media in {"application/json", "text/json"} or media.endswith("+json")


def parse_json(body: bytes) -> Any:
    """Strict JSON in UTF-8: no name twice, no NaN, no half characters, at most 16 levels deep."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as wrong:
        raise Unreadable("the text is not UTF-8") from wrong
    except RecursionError as wrong:
        raise Unreadable(f"the JSON is deeper than {DEPTH} levels") from wrong
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise Unreadable(f"the JSON can't be read: {wrong.msg} at {place}") from wrong
    except ValueError as wrong:
        raise Unreadable(f"the JSON can't be read: {wrong}") from wrong
    if _deeper(value, DEPTH):
        raise Unreadable(f"the JSON is deeper than {DEPTH} levels")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has the same name twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _deeper(value: object, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(layer)


def _check_size(body: bytes, limit: int) -> None:
    if len(body) > limit:
        raise Unreadable(f"{len(body)} bytes are too many: {limit} at most", 413)


def _check_charset(content_type: str) -> None:
    found = _CHARSET.search(content_type)
    if found and found.group(1).lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Unreadable("send UTF-8", 415)


def _batch(body: bytes) -> list[Raw]:
    _check_size(body, BATCH_BYTES)
    value = parse_json(body)
    if not isinstance(value, list):
        raise Unreadable("a batch is a JSON array of messages")
    if not value:
        raise Unreadable("the batch is empty")
    if len(value) > BATCH_COUNT:
        raise Unreadable(f"{len(value)} messages are too many: {BATCH_COUNT} at most", 413)
    return [_structured(each, limit=SINGLE_BYTES) for each in value]


def _structured(value: object, limit: int | None = None) -> Raw:
    if not isinstance(value, dict):
        return Raw({}, fault="a message is a JSON object")
    if limit and len(json.dumps(value, ensure_ascii=False)) > limit:
        return Raw({"id": value.get("id")}, fault=f"one message has {limit} bytes at most")
    attributes = {name: each for name, each in value.items() if name not in {"data", "data_base64"}}
    inner = {name: value[name] for name in ("data", "data_base64") if name in value}
    return Raw(attributes, inner.get("data"), extra=inner)


def _binary(attributes: dict[str, Any], content_type: str, body: bytes) -> Raw:
    if content_type:
        attributes["datacontenttype"] = content_type
    if not body:
        return Raw(attributes, extra={})
    if content_type and not is_json(content_type):
        return Raw(attributes, extra={"data": None})
    try:
        _check_charset(content_type)
        data = parse_json(body)
    except Unreadable as wrong:
        return Raw(attributes, fault=f"data: {wrong}")
    return Raw(attributes, data, extra={"data": data})


def _http_attributes(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for header, value in headers:
        name = header.lower()
        if not name.startswith(HTTP_PREFIX):
            continue
        attribute = name.removeprefix(HTTP_PREFIX)
        if attribute in found:
            raise Unreadable(f"the header {name} is given twice")
        try:
            found[attribute] = unquote(value.strip('"'), errors="strict")
        except UnicodeDecodeError as wrong:
            raise Unreadable(f"the header {name} is not percent-encoded UTF-8") from wrong
    return found


def _amqp_attributes(headers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for header, value in headers.items():
        prefix = next((each for each in AMQP_PREFIXES if header.startswith(each)), None)
        if prefix is None:
            continue
        attribute = header.removeprefix(prefix)
        if attribute in found:
            raise Unreadable(f"the attribute {attribute} is given twice")
        found[attribute] = _amqp_value(attribute, value)
    return found


def _amqp_value(attribute: str, value: object) -> object:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as wrong:
            raise Unreadable(f"the header of {attribute} is not UTF-8") from wrong
    if isinstance(value, datetime):
        return value.isoformat()
    if attribute == "time" and not isinstance(value, bool) and _MILLISECONDS.match(str(value)):
        # AMQP's own type for a moment counts milliseconds since 1970.
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC).isoformat()
    return value
